"""Changes stages and blocks where they stand: adds, copies, removes, reshapes; overrides follow their blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockOverride, StageConfig, parse_block_id
from resnet_core.configuration.block_plan import KIND_KERNELS
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.fields import field_facts
from resnet_core.configuration.validation import Fix

Renamed = Callable[[int, int], tuple[int, int] | None]


def with_changes(config: ArchitectureConfig, changes: Iterable[Fix]) -> ArchitectureConfig:
    """Return `config` with the values of `changes` set in turn; only the outcome is checked.

    Raises ConfigurationError, as every function here, where the outcome cannot be.
    """
    data = config.model_dump(mode="json")
    for path, value in changes:
        owner: Any = data
        for part in path[:-1]:
            owner = owner[part]
        owner[path[-1]] = value
    return validated(ArchitectureConfig, data)


def with_stage(config: ArchitectureConfig, place: int, **fields: Any) -> ArchitectureConfig:
    """Return `config` with `fields` of the stage at `place` (from 0) changed; overrides of blocks it loses go."""
    stages = list(config.stages)
    stages[place] = stages[place].model_copy(update=fields)
    count = stages[place].blocks

    def kept(number: int, index: int) -> tuple[int, int] | None:
        return None if number == place and index >= count else (number, index)

    return _with_stages(config, stages, kept)


def with_stage_added(config: ArchitectureConfig) -> ArchitectureConfig:
    """Return `config` with one more stage at the end: twice the width at half the resolution, as ResNets go on."""
    last = config.stages[-1]
    widest = field_facts(StageConfig, "width").maximum or last.width
    width = last.width * 2 if last.width * 2 <= widest else last.width
    return _with_stages(config, [*config.stages, last.model_copy(update={"width": width, "stride": 2})], _same)


def with_stage_duplicated(config: ArchitectureConfig, place: int) -> ArchitectureConfig:
    """Return `config` with the stage at `place` once more behind it, at the same resolution (stride 1)."""
    copy = config.stages[place].model_copy(update={"stride": 1})
    stages = [*config.stages[: place + 1], copy, *config.stages[place + 1 :]]
    return _with_stages(config, stages, lambda number, index: (number + (number > place), index))


def with_stage_removed(config: ArchitectureConfig, place: int) -> ArchitectureConfig:
    """Return `config` without the stage at `place`; its overrides go with it, later ones follow their blocks."""
    stages = [stage for number, stage in enumerate(config.stages) if number != place]
    return _with_stages(
        config, stages, lambda number, index: None if number == place else (number - (number > place), index)
    )


def with_block_added(config: ArchitectureConfig, block: str) -> ArchitectureConfig:
    """Return `config` with one more block behind `block`, as its stage has them."""
    place, position = _place(block)
    return _with_block_count(config, place, 1, lambda index: index + (index > position))


def with_block_removed(config: ArchitectureConfig, block: str) -> ArchitectureConfig:
    """Return `config` without `block`; with the last of its stage the stage goes."""
    place, position = _place(block)
    if config.stages[place].blocks == 1:
        return with_stage_removed(config, place)
    return _with_block_count(config, place, -1, lambda index: None if index == position else index - (index > position))


def with_block_override(config: ArchitectureConfig, block: str, **fields: Any) -> ArchitectureConfig:
    """Return `config` with `fields` (kind, shortcut, kernels, attention) of `block` set; None is its stage's own.

    What the block's stage has anyway is no override, and an entry that changes nothing is dropped.
    """
    stage = config.stages[_place(block)[0]]
    before = next((entry for entry in config.overrides if entry.block == block), BlockOverride(block=block))
    entry = before.model_copy(update=fields)
    if entry.kind == stage.kind:
        entry = entry.model_copy(update={"kind": None})
    if entry.kernels is not None and entry.kernels == (stage.kernels or KIND_KERNELS[entry.kind or stage.kind]):
        entry = entry.model_copy(update={"kernels": None})
    kept = [entry if other.block == block else other for other in config.overrides]
    if entry not in kept:
        kept.append(entry)
    return _validated(config, overrides=[other for other in kept if not other.changes_nothing])


def with_stage_shortcuts(config: ArchitectureConfig, place: int, option: str) -> ArchitectureConfig:
    """Return `config` with every block of the stage at `place` on the shortcut `option`; the network's own is none."""
    own = None if option == config.shortcut.option else option
    names = [f"layer{place + 1}.{index}" for index in range(config.stages[place].blocks)]
    before = {entry.block: entry for entry in config.overrides}
    entries = {name: before.get(name, BlockOverride(block=name)) for name in names}
    changed = {name: entry.model_copy(update={"shortcut": own}) for name, entry in entries.items()}
    overrides = [entry for entry in {**before, **changed}.values() if not entry.changes_nothing]
    return _validated(config, overrides=overrides)


def with_override_added(config: ArchitectureConfig) -> ArchitectureConfig:
    """Return `config` with an override of the first block that has none: the other kind than its stage's."""
    taken = {override.block for override in config.overrides}
    for plan in config.block_plans():
        if plan.id not in taken:
            kind = "basic" if config.stages[plan.stage - 1].kind == "bottleneck" else "bottleneck"
            return with_block_override(config, plan.id, kind=kind)
    return config


def with_override_removed(config: ArchitectureConfig, place: int) -> ArchitectureConfig:
    """Return `config` without the override at `place`."""
    return _validated(config, overrides=[entry for number, entry in enumerate(config.overrides) if number != place])


def _with_block_count(
    config: ArchitectureConfig, place: int, change: int, renamed: Callable[[int], int | None]
) -> ArchitectureConfig:
    stages = list(config.stages)
    stages[place] = stages[place].model_copy(update={"blocks": stages[place].blocks + change})

    def moved(number: int, index: int) -> tuple[int, int] | None:
        target = renamed(index) if number == place else index
        return None if target is None else (number, target)

    return _with_stages(config, stages, moved)


def _with_stages(config: ArchitectureConfig, stages: list[StageConfig], renamed: Renamed) -> ArchitectureConfig:
    """Return `config` with these stages; `renamed` tells a block's new place and position, or that it is gone."""
    overrides = []
    for entry in config.overrides:
        target = renamed(*_place(entry.block))
        if target is not None:
            overrides.append(entry.model_copy(update={"block": f"layer{target[0] + 1}.{target[1]}"}))
    return _validated(config, stages=stages, overrides=overrides)


def _validated(config: ArchitectureConfig, **parts: Iterable[StageConfig | BlockOverride]) -> ArchitectureConfig:
    changes = {name: [entry.model_dump(mode="json") for entry in entries] for name, entries in parts.items()}
    return validated(ArchitectureConfig, {**config.model_dump(mode="json"), **changes})


def _place(block: str) -> tuple[int, int]:
    """Return the place of a block's stage and its position in it, both from 0."""
    number, index = parse_block_id(block)
    return number - 1, index


def _same(number: int, index: int) -> tuple[int, int]:
    return number, index
