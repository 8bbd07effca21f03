"""Writes a network, or one of its blocks, as plain PyTorch code that needs nothing of Skipscope.

The modules have the names and the order of our own network, so that weights go both ways by a strict `state_dict`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from resnet_core.architecture.block_layout import block_layout
from resnet_core.architecture.end_layouts import head_layout, stem_layout
from resnet_core.architecture.graph import Block, Graph
from resnet_core.architecture.layers import ENTRY
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.block_plan import BlockPlan
from resnet_core.drawing.captions import shape_caption
from resnet_core.export.torch_classes import (
    class_name,
    forward_method,
    module_lines,
    sequential_lines,
    signature_of,
    written_call,
    written_class,
    written_file,
)
from resnet_core.export.torch_initialization import BlockWeights, initialization_code
from resnet_core.export.torch_modules import fixed_facts
from resnet_core.export.torch_numbers import PlannedUnit, literal_numbers, parametrised_numbers
from resnet_core.export.torch_steps import Step, forward_lines, steps_of

_WAYS = {"identity": " + x", "projection": " + Ws·x", "zero_pad": " + pad(x)", "none": ""}


def block_code(graph: Graph, block: Block) -> str:
    """Return a program with the class of one block, every number written out.

    The class takes no arguments; its modules have the names that they have inside the block, so that the part of a
    network's `state_dict` under the block's id loads strictly. Comments say the shapes of one image where they change.
    """
    unit = block_layout(block.plan, graph.config.style)
    steps = steps_of(unit)
    lines = forward_lines(steps, unit.output, _shape_notes(graph, block, steps))
    shapes = f"{shape_caption(block.input_shape)} -> {shape_caption(block.output_shape)}"
    about = f"{_formula(block.plan, steps)}; {shapes}."
    source = written_class(
        class_name(block.plan), about, "", module_lines(steps, literal_numbers(unit.layers)), forward_method(lines)
    )
    return written_file(f"{block.id} of {_quoted(graph.name)}.", [source], steps, parts_last=True)


def network_code(config: ArchitectureConfig) -> str:
    """Return a program with the whole network: a class for the blocks that are made alike, and `ResNet`.

    `ResNet()` takes no arguments; its weights begin as the configuration says.
    """
    families = _families(config)
    stem, head = stem_layout(config), head_layout(config)
    steps = [*steps_of(stem), *steps_of(head)]
    classes = []
    for family in families:
        steps += family.steps
        classes.append(family.source)
    weights = [BlockWeights(family.name, family.first.plan, family.first.unit.silencer) for family in families]
    classes.append(_network_class(config, families))
    initialization, imports = initialization_code(config, weights)
    size = config.input
    about = f"{_quoted(config.name)}: images of {size.channels} x {size.height} x {size.width}."
    return written_file(about, [*classes, initialization], steps, imports)


class _Family(NamedTuple):
    """Blocks that are made alike: their class, and the call that builds each, by the block's id."""

    name: str
    source: str
    first: PlannedUnit
    steps: tuple[Step, ...]
    calls: Mapping[str, str]


def _families(config: ArchitectureConfig) -> list[_Family]:
    members: dict[tuple[object, ...], list[PlannedUnit]] = {}
    for plan in config.block_plans():
        unit = block_layout(plan, config.style)
        key = (plan.kind, plan.shortcut, unit.output, *map(fixed_facts, unit.layers))
        members.setdefault(key, []).append(PlannedUnit(plan, unit))
    names: dict[str, int] = {}
    families = []
    for blocks in members.values():
        name = class_name(blocks[0].plan)
        names[name] = names.get(name, 0) + 1
        families.append(_family(f"{name}{names[name]}" if names[name] > 1 else name, blocks))
    return families


def _family(name: str, blocks: Sequence[PlannedUnit]) -> _Family:
    plan, unit = blocks[0]
    numbers, values = parametrised_numbers(blocks)
    steps = steps_of(unit)
    source = written_class(
        name,
        f"{_formula(plan, steps)}.",
        signature_of(values[0]),
        module_lines(steps, numbers),
        forward_method(forward_lines(steps, unit.output)),
    )
    calls = {block.plan.id: written_call(name, given) for block, given in zip(blocks, values, strict=True)}
    return _Family(name, source, blocks[0], steps, calls)


def _network_class(config: ArchitectureConfig, families: Sequence[_Family]) -> str:
    stem, head = stem_layout(config), head_layout(config)
    calls = {id: call for family in families for id, call in family.calls.items()}
    modules = module_lines(steps_of(stem), literal_numbers(stem.layers))
    for number, stage in enumerate(config.stages, start=1):
        called = [calls[f"layer{number}.{index}"] for index in range(stage.blocks)]
        modules += sequential_lines(f"layer{number}", list(_repeated(called)))
    modules += module_lines(steps_of(head), literal_numbers(head.layers))
    backbone = config.head.pool == "none"
    forward = _backbone_forward(config) if backbone else _classifier_forward(config)
    returns = "dict[str, torch.Tensor]" if backbone else "torch.Tensor"
    count = len(config.stages)
    about = f"{count} {'stage' if count == 1 else 'stages'} of residual blocks between a stem and a head."
    return written_class("ResNet", about, "", [*modules, "initialize(self)"], forward_method(forward, returns))


def _classifier_forward(config: ArchitectureConfig) -> Iterator[str]:
    head = head_layout(config)
    tip = yield from _stem_lines(config)
    for number in range(1, len(config.stages) + 1):
        yield f"out = self.layer{number}({tip})"
        tip = "out"
    yield from forward_lines(steps_of(head), head.output, entry=tip)


def _backbone_forward(config: ArchitectureConfig) -> Iterator[str]:
    head = head_layout(config)
    tip = yield from _stem_lines(config)
    maps = [f"c{number}" for number in range(2, len(config.stages) + 2)]
    for number, name in enumerate(maps, start=1):
        yield f"{name} = self.layer{number}({tip})"
        tip = name
    if head.output != ENTRY:
        *lines, last = forward_lines(steps_of(head), head.output, entry=tip)
        yield from lines
        yield f"{tip} = {last.removeprefix('return ')}"
    entries = ", ".join(f'"{name.upper()}": {name}' for name in maps)
    yield f"return {{{entries}}}"


def _stem_lines(config: ArchitectureConfig) -> Generator[str, None, str]:
    """Yield the stem's statements and return the variable of its map."""
    stem = stem_layout(config)
    *lines, last = forward_lines(steps_of(stem), stem.output)
    yield from lines
    return last.removeprefix("return ")


def _repeated(calls: Sequence[str]) -> Iterator[str]:
    """Yield the members of a stage; more than two alike in a row stand there once, counted."""
    for call, run in groupby(calls):
        count = len(list(run))
        if count > 2:
            yield f"*({call} for _ in range({count}))"
        else:
            yield from [call] * count


def _shape_notes(graph: Graph, block: Block, steps: Sequence[Step]) -> dict[str, str]:
    """Return the shape of one image's tensor for each layer that changes it."""
    notes = {}
    for step in steps:
        before = graph.node_by_id[f"{block.id}.{step.layers[0].name}"].input_shape
        after = graph.node_by_id[f"{block.id}.{step.makes}"].output_shape
        if after != before:
            notes[step.makes] = " x ".join(map(str, after))
    return notes


def _formula(plan: BlockPlan, steps: Sequence[Step]) -> str:
    """Return `H(x) = F(x) + x, then relu3`."""
    names = [step.name for step in steps]
    after = names[names.index("add") + 1 :] if "add" in names else []
    return ", then ".join([f"H(x) = F(x){_WAYS[plan.shortcut]}", *after])


def _quoted(name: str) -> str:
    """Return a name as it may stand in a docstring."""
    plain = "".join(character if character.isprintable() else " " for character in name)
    return plain.replace("\\", "/").replace('"', "'").strip() or "A network"
