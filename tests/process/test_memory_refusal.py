"""Tests that a job that cannot fit its device is refused before anything is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.process.failures import is_bad_input, one_line
from resnet_core.process.jobs import run_check_job, run_probe_job, run_train_job
from resnet_core.training.control import TrainingControl

HUGE = TrainingConfig(data="digits", image_size=512, batch_size=1024, steps=1, device="cpu")


def test_that_a_training_that_cannot_fit_is_refused_before_its_folder_is_made(tmp_path: Path) -> None:
    run = RunConfig(architecture=preset("Wide-ResNet-101-2"), training=HUGE)
    with pytest.raises(ConfigurationError) as refused:
        run_train_job(run, tmp_path / "run", control=TrainingControl())
    assert is_bad_input(refused.value)
    assert "at least" in one_line(refused.value)
    assert not (tmp_path / "run").exists()


def test_that_a_probe_that_cannot_fit_is_refused_with_the_largest_batch() -> None:
    training = HUGE.model_copy(update={"data": "random", "image_size": 16, "batch_size": 65_536})
    with pytest.raises(ConfigurationError, match=r"a step of 65536 images needs at least [\d,.]+ GB.*take at most \d+"):
        run_probe_job(RunConfig(architecture=preset("ResNet-50"), training=training))


def test_that_a_network_whose_weights_cannot_fit_is_not_built() -> None:
    stages = tuple(stage.model_copy(update={"blocks": 400, "width": 8192}) for stage in preset("ResNet-50").stages)
    config = preset("ResNet-50").model_copy(update={"stages": stages})
    with pytest.raises(ConfigurationError, match="the weights alone need"):
        run_check_job(config, "cpu")
