"""Lists the edits of a block and its stage that one key makes, each with a short name for where room is scarce."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

from resnet_core.configuration import structure_edits as edits
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.block_plan import BlockPlan, shortcut_kind
from resnet_core.configuration.block_sections import BlockKind, ShortcutOption
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

KeyEditName = Literal[
    "add_block", "remove_block", "kind", "shortcut", "narrower", "wider", "stride", "stage_kind"
]  # fmt: skip

_KINDS = {"basic": N_("Choice", "Basic"), "bottleneck": N_("Choice", "Bottleneck")}
_ROADS = {
    "identity": N_("Choice", "identity"),
    "projection": N_("Choice", "projection"),
    "pooled": N_("Choice", "pooled projection"),
    "zero_pad": N_("Choice", "zero padding"),
    "none": N_("Choice", "none"),
}
_OPTIONS: tuple[ShortcutOption, ...] = ("B", "C", "D", "A", "none")


class KeyEdit(NamedTuple):
    """An edit of `subject`, a block or a stage: `make()` returns the edited configuration or raises ConfigurationError.

    `short` names it beside its key, `text` in a menu and in the history; both are to be translated under `EditOffer`
    and filled with `parameters`, of which the texts are translated under `Choice`, and with `subject`.
    """

    name: KeyEditName
    subject: str
    short: str
    text: str
    parameters: dict[str, str | int]
    make: Callable[[], ArchitectureConfig]


def key_edits(config: ArchitectureConfig, plan: BlockPlan) -> tuple[KeyEdit, ...]:
    """Return the edits of a block of `config`, given by its plan, and of its stage, in the order they are offered."""
    return (*_of_block(config, plan), *_of_stage(config, plan.stage - 1))


def _of_block(config: ArchitectureConfig, plan: BlockPlan) -> tuple[KeyEdit, ...]:
    block, kind = plan.id, _other(plan.kind)
    option, road = _next_road(config, plan)
    return (
        KeyEdit("add_block", block, N_("EditOffer", "add"), N_("EditOffer", "Insert a block behind {subject}"), {},
                partial(edits.with_block_added, config, block)),
        KeyEdit("remove_block", block, N_("EditOffer", "remove"), N_("EditOffer", "Remove {subject}"), {},
                partial(edits.with_block_removed, config, block)),
        KeyEdit("kind", block, "{kind}", N_("EditOffer", "Make {subject} {kind}"), {"kind": _KINDS[kind]},
                partial(edits.with_block_override, config, block, kind=kind)),
        KeyEdit("shortcut", block, N_("EditOffer", "{road}"), N_("EditOffer", "Shortcut of {subject}: {road}"),
                {"road": _ROADS[road]}, partial(edits.with_block_override, config, block, shortcut=option)),
    )  # fmt: skip


def _of_stage(config: ArchitectureConfig, place: int) -> tuple[KeyEdit, ...]:
    stage, id = config.stages[place], f"layer{place + 1}"
    kind, stride, change = _other(stage.kind), 1 if stage.stride > 1 else 2, partial(edits.with_stage, config, place)
    width, resized = N_("EditOffer", "width {width}"), N_("EditOffer", "Width of {subject}: {width}")
    own_groups = {"groups": None, "base_width": None} if kind == "basic" else {}
    return (
        KeyEdit("narrower", id, width, resized, {"width": stage.width // 2}, partial(change, width=stage.width // 2)),
        KeyEdit("wider", id, width, resized, {"width": stage.width * 2}, partial(change, width=stage.width * 2)),
        KeyEdit("stride", id, N_("EditOffer", "stride {stride}"), N_("EditOffer", "Stride of {subject}: {stride}"),
                {"stride": stride}, partial(change, stride=stride)),
        KeyEdit("stage_kind", id, N_("EditOffer", "all {kind}"), N_("EditOffer", "Make all blocks of {subject} {kind}"),
                {"kind": _KINDS[kind]}, partial(change, kind=kind, kernels=(), **own_groups)),
    )  # fmt: skip


def _other(kind: BlockKind) -> BlockKind:
    return "basic" if kind == "bottleneck" else "bottleneck"


def _next_road(config: ArchitectureConfig, plan: BlockPlan) -> tuple[ShortcutOption | None, str]:
    """Return the option that leads to the next kind of shortcut the block can have, and that kind.

    Options that would do the same to this block count as one. The network's own option is no override.
    """
    changes = plan.stride != 1 or plan.in_channels != plan.out_channels
    roads: dict[str, ShortcutOption] = {}
    for option in _OPTIONS:
        kind = shortcut_kind(option, changes)
        # Zero padding can only add channels.
        if kind == "zero_pad" and plan.in_channels > plan.out_channels:
            continue
        roads.setdefault("pooled" if option == "D" and kind == "projection" and plan.stride > 1 else kind, option)
    now = "pooled" if plan.pooled else plan.shortcut
    names = list(roads)
    following = names[(names.index(now) + 1) % len(names)] if now in roads else names[0]
    usual = config.shortcut.option
    usual_kind = shortcut_kind(usual, changes)
    usual_road = "pooled" if usual == "D" and usual_kind == "projection" and plan.stride > 1 else usual_kind
    return (None if usual_road == following else roads[following]), following
