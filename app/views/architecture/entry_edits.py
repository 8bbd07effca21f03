"""Changes several fields at once; adds, copies and removes stages and overrides, which follow the blocks they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig, parse_block_id
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.fields import field_facts
from resnet_core.configuration.validation import Fix


def with_changes(config: ArchitectureConfig, changes: Iterable[Fix]) -> ArchitectureConfig:
    """Return `config` with the values of `changes` set in turn; only the outcome is checked.

    Raises ConfigurationError, as every function here, where the outcome cannot be.
    """
    data = _dumped(config)
    for path, value in changes:
        owner: Any = data
        for part in path[:-1]:
            owner = owner[part]
        owner[path[-1]] = value
    return validated(ArchitectureConfig, data)


def with_stage_added(config: ArchitectureConfig) -> ArchitectureConfig:
    """Return `config` with one more stage at the end: twice the width at half the resolution, as ResNets go on."""
    last = config.stages[-1]
    widest = field_facts(StageConfig, "width").maximum or last.width
    width = last.width * 2 if last.width * 2 <= widest else last.width
    stage = last.model_copy(update={"width": width, "stride": 2})
    return _with_stages(config, [*config.stages, stage], {})


def with_stage_duplicated(config: ArchitectureConfig, place: int) -> ArchitectureConfig:
    """Return `config` with the stage at `place` once more behind it, at the same resolution (stride 1)."""
    copy = config.stages[place].model_copy(update={"stride": 1})
    stages = [*config.stages[: place + 1], copy, *config.stages[place + 1 :]]
    moved = {number: number + 1 for number in range(place + 2, len(config.stages) + 1)}
    return _with_stages(config, stages, moved)


def with_stage_removed(config: ArchitectureConfig, place: int) -> ArchitectureConfig:
    """Return `config` without the stage at `place`; its overrides go with it, later ones follow their blocks."""
    stages = [stage for number, stage in enumerate(config.stages) if number != place]
    moved: dict[int, int | None] = {number: number - 1 for number in range(place + 2, len(config.stages) + 1)}
    return _with_stages(config, stages, {**moved, place + 1: None})


def with_override_added(config: ArchitectureConfig) -> ArchitectureConfig:
    """Return `config` with an override of the first block that has none: the other kind than its stage's."""
    taken = {override.block for override in config.overrides}
    for plan in config.block_plans():
        if plan.id not in taken:
            kind = "basic" if config.stages[plan.stage - 1].kind == "bottleneck" else "bottleneck"
            return _changed(config, {"overrides": [*_dumped(config)["overrides"], {"block": plan.id, "kind": kind}]})
    return config


def with_override_removed(config: ArchitectureConfig, place: int) -> ArchitectureConfig:
    """Return `config` without the override at `place`."""
    entries = _dumped(config)["overrides"]
    return _changed(config, {"overrides": entries[:place] + entries[place + 1 :]})


def _with_stages(
    config: ArchitectureConfig, stages: list[StageConfig], moved: dict[int, int] | dict[int, int | None]
) -> ArchitectureConfig:
    """Return `config` with these stages; `moved` tells the new number of a stage, None if it is gone."""
    overrides = []
    for entry in _dumped(config)["overrides"]:
        number, index = parse_block_id(entry["block"])
        target = moved.get(number, number)
        if target is not None:
            overrides.append({**entry, "block": f"layer{target}.{index}"})
    return _changed(config, {"stages": [stage.model_dump(mode="json") for stage in stages], "overrides": overrides})


def _dumped(config: ArchitectureConfig) -> dict[str, Any]:
    return config.model_dump(mode="json")


def _changed(config: ArchitectureConfig, changes: dict[str, Any]) -> ArchitectureConfig:
    return validated(ArchitectureConfig, {**_dumped(config), **changes})
