"""Tests that a training that cannot fit its device is refused in the window, before a worker is asked."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.services.training_plan import PlanRefused, plan_training
from app.state.engine_state import DeviceFacts
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import DeviceChoice, TrainingConfig

CPU = DeviceFacts("cpu", "CPU", 16_000_000_000)
SMALL_GPU = DeviceFacts("cuda:0", "a small one", 500_000_000)
LARGE_GPU = DeviceFacts("cuda:0", "a large one", 80_000_000_000)
SILENT_GPU = DeviceFacts("mps", "one that does not tell", None)


def refusal(devices: tuple[DeviceFacts, ...], device: DeviceChoice = "auto", batch: int = 1024) -> str:
    """What stands against training ResNet-50 on digits, or an empty text."""
    try:
        plan_training(preset("ResNet-50"), TrainingConfig(device=device, batch_size=batch, steps=10), devices)
    except PlanRefused as error:
        return str(error)
    return ""


def test_that_a_batch_that_does_not_fit_is_refused_with_the_largest_that_does(qapp: QApplication) -> None:
    text = refusal((SMALL_GPU, CPU))
    assert "cuda:0 has 500 MB" in text
    assert "\n" not in text
    largest = int(text.rpartition(" ")[2])
    assert refusal((SMALL_GPU, CPU), batch=largest) == ""
    assert str(largest) in refusal((SMALL_GPU, CPU), batch=largest + 1)


@pytest.mark.parametrize("devices", [(LARGE_GPU, CPU), (SILENT_GPU, CPU), (CPU,), ()])
def test_that_what_fits_or_cannot_be_known_is_not_refused(devices: tuple[DeviceFacts, ...], qapp: QApplication) -> None:
    assert refusal(devices, batch=64) == ""


def test_that_the_chosen_device_counts_and_not_the_first(qapp: QApplication) -> None:
    assert refusal((SMALL_GPU, CPU), "cpu", 256) == ""
    assert "cuda:0" in refusal((CPU, SMALL_GPU), "cuda")


@pytest.mark.parametrize("update", [{"accumulation": 16}, {"checkpointing": True, "precision": "bfloat16"}], ids=repr)
def test_that_a_batch_that_does_not_fit_does_in_parts_or_recomputed(
    update: dict[str, object], qapp: QApplication
) -> None:
    assert "take at most" in refusal((SMALL_GPU, CPU))
    recipe = TrainingConfig(batch_size=1024, steps=10).model_copy(update=update)
    assert plan_training(preset("ResNet-50"), recipe, (SMALL_GPU, CPU)).name == "ResNet-50"
