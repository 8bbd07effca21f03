"""Lists the edits that can be made of a stage or a block where it is drawn, each by a name and a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from resnet_core.configuration import structure_edits as edits
from resnet_core.configuration.architecture_config import ArchitectureConfig, parse_block_id
from resnet_core.configuration.block_plan import BlockPlan
from resnet_core.configuration.block_sections import ATTENTION_KINDS, BLOCK_KINDS, SHORTCUT_OPTIONS
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

MOST_KERNELS = 5


class EditOffer(NamedTuple):
    """An edit that may be made: `make()` returns the edited configuration or raises ConfigurationError.

    `name` is stable, for keys and tests; `text` is to be translated under `EditOffer` and filled with `parameters`, of
    which those that are labels of choices are translated under `Choice`. `group` keeps what belongs together.
    """

    name: str
    text: str
    parameters: dict[str, str | int]
    group: str
    make: Callable[[], ArchitectureConfig]


def stage_offers(config: ArchitectureConfig, stage: str) -> tuple[EditOffer, ...]:
    """Return the edits of the stage `stage` (`layer2`)."""
    return tuple(_stage_offers(config, int(stage.removeprefix("layer")) - 1))


def block_offers(config: ArchitectureConfig, block: str) -> tuple[EditOffer, ...]:
    """Return the edits of the block `block` (`layer2.0`)."""
    number, index = parse_block_id(block)
    plan = next(plan for plan in config.block_plans() if (plan.stage, plan.position) == (number, index))
    return tuple(_block_offers(config, plan))


def _stage_offers(config: ArchitectureConfig, place: int) -> Iterator[EditOffer]:
    stage = config.stages[place]
    change = partial(edits.with_stage, config, place)
    blocks = stage.blocks
    yield EditOffer("add_block", N_("EditOffer", "Add a block"), {}, "count", partial(change, blocks=blocks + 1))
    if blocks > 1:
        text = N_("EditOffer", "Remove the last block")
        yield EditOffer("remove_block", text, {}, "count", partial(change, blocks=blocks - 1))
    kind = "basic" if stage.kind == "bottleneck" else "bottleneck"
    text = N_("EditOffer", "Make all blocks {kind}")
    make = partial(change, kind=kind, kernels=(), **({"groups": None, "base_width": None} if kind == "basic" else {}))
    yield EditOffer(f"kind_{kind}", text, {"kind": BLOCK_KINDS[kind]}, "kind", make)
    for name, width in (("double_width", 2 * stage.width), ("halve_width", stage.width // 2)):
        text = N_("EditOffer", "Width {width}")
        yield EditOffer(name, text, {"width": width}, "size", partial(change, width=width))
    stride = 1 if stage.stride > 1 else 2
    text = N_("EditOffer", "Stride {stride}")
    yield EditOffer(f"stride_{stride}", text, {"stride": stride}, "size", partial(change, stride=stride))
    for option, label in SHORTCUT_OPTIONS.items():
        text = N_("EditOffer", "All shortcuts {option}")
        make = partial(edits.with_stage_shortcuts, config, place, option)
        yield EditOffer(f"shortcut_{option}", text, {"option": label}, "shortcut", make)
    text = N_("EditOffer", "Insert a copy of the stage")
    yield EditOffer("copy_stage", text, {}, "stage", partial(edits.with_stage_duplicated, config, place))
    if len(config.stages) > 1:
        text = N_("EditOffer", "Remove the stage")
        yield EditOffer("remove_stage", text, {}, "stage", partial(edits.with_stage_removed, config, place))


def _block_offers(config: ArchitectureConfig, plan: BlockPlan) -> Iterator[EditOffer]:
    block = plan.id
    change = partial(edits.with_block_override, config, block)
    text = N_("EditOffer", "Insert a block behind it")
    yield EditOffer("add_block", text, {}, "count", partial(edits.with_block_added, config, block))
    if _block_count(config) > 1:
        text = N_("EditOffer", "Remove the block")
        yield EditOffer("remove_block", text, {}, "count", partial(edits.with_block_removed, config, block))
    kind = "basic" if plan.kind == "bottleneck" else "bottleneck"
    text = N_("EditOffer", "Make it {kind}")
    yield EditOffer(f"kind_{kind}", text, {"kind": BLOCK_KINDS[kind]}, "kind", partial(change, kind=kind))
    yield from _kernel_offers(plan, change)
    for option, label in SHORTCUT_OPTIONS.items():
        text = N_("EditOffer", "Shortcut {option}")
        yield EditOffer(f"shortcut_{option}", text, {"option": label}, "shortcut", partial(change, shortcut=option))
    for attention, label in ATTENTION_KINDS.items():
        if attention != plan.attention:
            text = N_("EditOffer", "Attention {attention}")
            make = partial(change, attention=attention)
            yield EditOffer(f"attention_{attention}", text, {"attention": label}, "attention", make)
    if any(entry.block == block for entry in config.overrides):
        text = N_("EditOffer", "Back to what its stage has")
        make = partial(change, kind=None, shortcut=None, kernels=None, attention=None)
        yield EditOffer("reset", text, {}, "reset", make)


def _kernel_offers(plan: BlockPlan, change: Callable[..., ArchitectureConfig]) -> Iterator[EditOffer]:
    """One 3x3 convolution more or less in the branch."""
    kernels = plan.kernels
    if len(kernels) < MOST_KERNELS:
        # A Bottleneck ends with the convolution that widens again; the new one goes before it.
        at = len(kernels) - (plan.kind == "bottleneck")
        longer = (*kernels[:at], 3, *kernels[at:])
        text = N_("EditOffer", "One more 3×3 convolution")
        yield EditOffer("add_convolution", text, {}, "kind", partial(change, kernels=longer))
    if len(kernels) > 1:
        at = len(kernels) - 1 - (plan.kind == "bottleneck")
        text = N_("EditOffer", "One convolution fewer")
        shorter = kernels[:at] + kernels[at + 1 :]
        yield EditOffer("remove_convolution", text, {}, "kind", partial(change, kernels=shorter))


def _block_count(config: ArchitectureConfig) -> int:
    return sum(stage.blocks for stage in config.stages)
