"""Finds what stands for each number of blocks that share a class: the number, or one of the class's parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from resnet_core.architecture.layers import ENTRY, Layer, Unit
from resnet_core.configuration.block_plan import BlockPlan
from resnet_core.export.torch_modules import Numbers, slots_of

Value = int | float

#: The parameters of a block's class in their order, with the default that a call need not write.
PARAMETERS: Mapping[str, Value | None] = {
    "channels": None, "in_channels": None, "width": None, "out_channels": None, "squeezed": None, "eca_kernel": None,
    "drop_chance": None, "stride": 1, "first_dilation": 1, "dilation": 1, "groups": 1,
}  # fmt: skip


_CHANGING = ("conv", "linear", "zero_pad")
_OTHERS = {"stride": "stride", "groups": "groups", "kernel": "eca_kernel", "chance": "drop_chance"}


class PlannedUnit(NamedTuple):
    """A block with its layers."""

    plan: BlockPlan
    unit: Unit


def literal_numbers(layers: Iterable[Layer]) -> Numbers:
    """Return every number as it is."""
    return {(layer.name, slot): repr(value) for layer in layers for slot, value in slots_of(layer).items()}


def parametrised_numbers(blocks: Sequence[PlannedUnit]) -> tuple[Numbers, list[dict[str, Value]]]:
    """Return what stands for each number of blocks made alike, and the parameters of each block.

    A channel count is always a parameter, any other number where the blocks differ in it. What stands there is right
    for each of the blocks: the parameter is chosen by its value, and a number that none of them gives becomes one of
    its own.
    """
    known = [_known_values(block) for block in blocks]
    entry = "channels" if blocks[0].plan.shortcut == "identity" else "in_channels"
    numbers: dict[tuple[str, str], str] = {}
    channels = {ENTRY: entry}
    for place, layer in enumerate(blocks[0].unit.layers):
        slots, read = [slots_of(block.unit.layers[place]) for block in blocks], channels[layer.inputs[0]]
        for slot in slots[0]:
            if slot == "in" or (slot == "out" and layer.kind not in _CHANGING):
                numbers[layer.name, slot] = read
                continue
            candidates = _candidates(layer, slot, entry, blocks[0])
            values = [found[slot] for found in slots]
            numbers[layer.name, slot] = _standing_for(layer, slot, values, candidates, known)
        channels[layer.name] = numbers.get((layer.name, "out"), read)
    used = {name for text in numbers.values() for name in known[0] if _names(text, name)}
    ordered = sorted(used - PARAMETERS.keys()) + [name for name in PARAMETERS if name in used]
    ordered.sort(key=lambda name: PARAMETERS.get(name) is not None)  # without a default first
    return numbers, [{name: values[name] for name in ordered} for values in known]


def _known_values(block: PlannedUnit) -> dict[str, Value]:
    plan = block.plan
    values: dict[str, Value] = {
        "channels": plan.in_channels,
        "in_channels": plan.in_channels,
        "width": plan.inner_channels,
        "out_channels": plan.out_channels,
        "stride": plan.stride,
        "first_dilation": plan.first_dilation,
        "dilation": plan.dilation,
        "groups": plan.groups,
        "drop_chance": plan.drop_chance,
    }
    for layer in block.unit.layers:
        if layer.name in ("se.fc1", "cbam.fc1"):
            values["squeezed"] = layer.out_channels
        elif layer.name == "eca.conv":
            values["eca_kernel"] = layer.operation.kernel
    return values


def _standing_for(
    layer: Layer, slot: str, values: list[Value], candidates: Iterable[str], known: list[dict[str, Value]]
) -> str:
    """Return the text for one number, adding a parameter to `known` where no other stands for it."""
    if slot != "out" and len(set(values)) == 1:
        return repr(values[0])
    for text in candidates:
        if all(_value(text, given) == value for given, value in zip(known, values, strict=True)):
            return text
    name = f"{layer.name.replace('.', '_')}_{slot}"
    for given, value in zip(known, values, strict=True):
        given[name] = value
    return name


def _candidates(layer: Layer, slot: str, entry: str, block: PlannedUnit) -> tuple[str, ...]:
    """Return what may stand for a number, the likeliest first; `entry` stands for the channels that come in."""
    if slot == "dilation":
        return ("dilation", "first_dilation")
    if slot != "out":
        return (_OTHERS[slot],)
    last = "channels" if entry == "channels" else "out_channels"
    if layer.path == "gate":
        return ("squeezed",)
    if layer.path == "shortcut" or block.plan.kind == "basic" or layer.name == f"conv{len(block.plan.kernels)}":
        return (last,)
    return ("width", "width // 2")


def _value(text: str, given: Mapping[str, Value]) -> Value | None:
    name, _, divisor = text.partition(" // ")
    value = given.get(name)
    return int(value) // int(divisor) if divisor and value is not None else value


def _names(text: str, name: str) -> bool:
    return text.partition(" ")[0] == name
