"""Makes runs that train in moments: networks of a few channels on digits of 8 x 8 pixels, with one thread."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from torch import Tensor

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    HeadConfig,
    InputConfig,
    ShortcutConfig,
    StageConfig,
    StemConfig,
)
from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.runs.run_events import RunEvent
from resnet_core.training.datasets import TensorDataSet, load_data_set

Event = TypeVar("Event")

STEPS_PER_EPOCH = 22  # of 1,437 images in batches of 64


def tiny_architecture(**changes: Any) -> ArchitectureConfig:
    """Three blocks in two stages, which take 1 x 8 x 8 and put out 10 classes."""
    fields: dict[str, Any] = {
        "name": "Tiny",
        "input": InputConfig(channels=1, height=8, width=8),
        "stem": StemConfig(kind="cifar", width=4),
        "stages": (StageConfig(blocks=2, width=4), StageConfig(blocks=1, width=8, stride=2)),
        "head": HeadConfig(classes=10),
    }
    return ArchitectureConfig(**{**fields, **changes})


def tiny_bottleneck(option: str = "B", order: str = "post") -> ArchitectureConfig:
    """As `tiny_architecture`, of bottlenecks."""
    return tiny_architecture(
        stages=(
            StageConfig(blocks=2, width=4, kind="bottleneck"),
            StageConfig(blocks=1, width=8, stride=2, kind="bottleneck"),
        ),
        block=BlockConfig.model_validate({"activation_order": order}),
        shortcut=ShortcutConfig.model_validate({"option": option}),
    )


def tiny_training(**changes: Any) -> TrainingConfig:
    """Twenty steps on the CPU with one thread, each captured."""
    fields: dict[str, Any] = {
        "image_size": 8,
        "steps": 20,
        "device": "cpu",
        "threads": 1,
        "max_shift": 1,
        "capture_every": 1,
    }
    return TrainingConfig(**{**fields, **changes})


def tiny_run(architecture: ArchitectureConfig | None = None, **changes: Any) -> RunConfig:
    """`tiny_training` of `architecture`, or of `tiny_architecture`."""
    return RunConfig(architecture=architecture or tiny_architecture(), training=tiny_training(**changes))


@cache
def tiny_data() -> TensorDataSet:
    """The digits at 8 x 8 pixels."""
    return load_data_set(find_data_set("digits", 8), 8)


def only(kind: type[Event], events: Iterable[RunEvent]) -> list[Event]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def same_bits(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    """Whether two sets of tensors have the same names and exactly the same values."""
    return first.keys() == second.keys() and all(bool((first[name] == second[name]).all()) for name in first)
