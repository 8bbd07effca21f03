"""Holds clipping, loss scaling and accumulation to updates that are written down as they are."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError, in_english
from resnet_core.model.resnet import build_model
from resnet_core.runs.run_events import RunFinished, RunStarted, StepCompleted
from resnet_core.training.checkpoint import CheckpointFacts
from resnet_core.training.devices import DeviceDescription
from resnet_core.training.learner import Learner
from resnet_core.training.optimization import build_optimizer
from resnet_core.training.precision import refuse_precision
from resnet_core.training.update import ScaleState, Update
from tests.training.test_block_quantities import batch
from tests.training.test_loop import final_state, measured, trained
from tests.training.tiny_runs import only, same_bits, tiny_architecture, tiny_run, tiny_training

CPU = torch.device("cpu")
GROUP_NORM = tiny_architecture(norm={"kind": "group", "groups": 2})


FACTS = CheckpointFacts(step=1, total_steps=2, seed=0, elapsed_s=0.0, threads=1, device="cpu")


def learner_of(**recipe: Any) -> Learner:
    run = tiny_run(GROUP_NORM, **recipe)
    return Learner(build_model(run.architecture, seed=0), run, CPU, 4)


def gradient_of(model: nn.Module) -> torch.Tensor:
    return torch.cat([p.grad.double().flatten() for p in model.parameters() if p.grad is not None])


@pytest.mark.parametrize("clip_norm", [0.05, 1e3])
def test_that_an_update_is_clipped_as_torch_clips_and_both_norms_are_told(clip_norm: float) -> None:
    learner = learner_of(clip_norm=clip_norm)
    twin = copy.deepcopy(learner.model)
    optimizer = build_optimizer(twin, tiny_training())
    images_NCHW, labels_N = batch()
    for row in range(3):
        learner.update(images_NCHW, labels_N, 0.1, row)
        optimizer.zero_grad()
        F.cross_entropy(twin(images_NCHW), labels_N).backward()
        before = float(gradient_of(twin).norm())
        nn.utils.clip_grad_norm_(twin.parameters(), clip_norm)
        optimizer.step()
        found = learner.measured(row + 1)[row]
        assert found.gradient_norm == pytest.approx(before, rel=1e-6)
        assert found.clipped_gradient_norm == pytest.approx(float(gradient_of(twin).norm()), rel=1e-6)
        assert found.loss_scale is None
    for one, other in zip(learner.model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_that_norms_outside_of_the_squares_of_float32_are_told_and_clipped(size: float) -> None:
    layer = nn.Linear(3, 2, bias=False)
    update = Update(layer, TrainingConfig(clip_norm=1.0), CPU, 1)
    update.backward((layer(torch.ones(1, 3)) * size).sum())
    update.make(0.0, 0)
    found = update.measured(1)[0]
    assert found.gradient_norm == pytest.approx(size * math.sqrt(6), rel=1e-6)
    assert found.clipped_gradient_norm == pytest.approx(min(1.0, size * math.sqrt(6)), rel=1e-6)
    assert float(gradient_of(layer).norm()) == pytest.approx(found.clipped_gradient_norm, rel=1e-6)


def test_that_a_plain_recipe_measures_nothing_of_its_updates() -> None:
    learner = learner_of()
    learner.update(*batch(), 0.1, 0)
    assert learner.measured(1)[0] == (None, None, None, False)


@pytest.mark.parametrize("parts", [2, 8])
def test_that_micro_batches_make_the_update_of_the_whole_batch(parts: int) -> None:
    one, other = learner_of(clip_norm=0.5), learner_of(accumulation=parts, clip_norm=0.5)
    for row in range(3):
        for learner in (one, other):
            learner.update(*batch(), 0.1, row)
    for first, second in zip(one.model.parameters(), other.model.parameters(), strict=True):
        torch.testing.assert_close(first, second, rtol=1e-5, atol=1e-6)
    assert one.read(3)[0] == pytest.approx(other.read(3)[0], rel=1e-5)
    assert one.read(3)[1] == other.read(3)[1]
    norms = [[update.gradient_norm for update in learner.measured(3)] for learner in (one, other)]
    assert norms[0] == pytest.approx(norms[1], rel=1e-5)


def test_that_a_scaled_update_is_the_unscaled_one() -> None:
    """The same gradients, scaled by a power of two in float32, where that changes no bit."""
    layers = [nn.Linear(4, 3), nn.Linear(4, 3)]
    layers[1].load_state_dict(layers[0].state_dict())
    updates = [
        Update(layer, TrainingConfig(precision=precision, clip_norm=0.3), CPU, 3)
        for layer, precision in zip(layers, ("float32", "float16"), strict=True)
    ]
    for row in range(3):
        for layer, update in zip(layers, updates, strict=True):
            update.optimizer.zero_grad()
            update.backward(layer(torch.linspace(-1, 1, 8).reshape(2, 4)).square().sum())
            update.make(0.1, row)
    torch.testing.assert_close(layers[0].weight, layers[1].weight, rtol=1e-6, atol=1e-7)
    plain, scaled = (update.measured(3) for update in updates)
    assert [one.gradient_norm for one in scaled] == pytest.approx([one.gradient_norm for one in plain], rel=1e-6)
    assert {one.loss_scale for one in scaled} == {65536.0}
    assert not any(one.skipped for one in scaled)


def test_that_a_step_that_overflows_is_skipped_and_the_scale_halved() -> None:
    learner = learner_of(precision="float16")
    learner._update.restore_scale(ScaleState(2.0**40, 0))
    before = copy.deepcopy(learner.model.state_dict())
    learner.update(*batch(), 0.1, 0)
    assert same_bits(before, learner.model.state_dict())
    assert all(not bool(value.any()) for value in learner.state(FACTS).momentum.values())
    found = learner.measured(1)[0]
    assert (found.loss_scale, found.skipped) == (2.0**40, True)
    assert found.gradient_norm is not None
    assert not math.isfinite(found.gradient_norm)
    assert learner.state(FACTS).facts.loss_scale == 2.0**39
    learner._update.restore_scale(ScaleState(2.0**10, 3))
    learner.update(*batch(), 0.1, 1)
    assert not same_bits(before, learner.model.state_dict())
    facts = learner.state(FACTS).facts
    assert (facts.loss_scale, facts.good_steps) == (2.0**10, 4)


def test_that_a_run_tells_its_skipped_steps_and_goes_on_with_its_scale_to_the_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_core.training.measurements.CAPACITY", 1)
    monkeypatch.setattr("resnet_core.training.update.FIRST_SCALE", 2.0**28)
    recipe: dict[str, Any] = {"steps": 8, "precision": "float16", "batch_size": 16, "architecture": GROUP_NORM}
    whole = trained(tmp_path / "whole", **recipe)
    first = trained(tmp_path / "parts", stop_after=2, **recipe)
    checkpoint = final_state(tmp_path / "parts")
    assert checkpoint.facts.skipped_steps == 2
    second = trained(tmp_path / "parts", start_from=checkpoint, **recipe)
    assert repr(measured(first + second)) == repr(measured(whole))  # nan equals nan in text
    assert same_bits(final_state(tmp_path / "whole").model, final_state(tmp_path / "parts").model)
    scales = [event.loss_scale for event in only(StepCompleted, whole)]
    assert scales[:3] == [2.0**28, 2.0**27, 2.0**26]
    facts = final_state(tmp_path / "whole").facts
    assert facts.loss_scale == 2.0 ** (28 - facts.skipped_steps)
    for events in (whole, second):
        line = f"{facts.skipped_steps} steps were skipped: a gradient left float16's range"
        assert only(RunFinished, events)[0].message.startswith(line)
    assert any("float16 is slow on a CPU" in note for note in only(RunStarted, whole)[0].notes)


def test_that_a_run_that_clips_tells_both_norms_of_each_step(tmp_path: Path) -> None:
    steps = only(StepCompleted, trained(tmp_path, steps=3, clip_norm=0.2))
    for step in steps:
        assert step.gradient_norm is not None
        assert step.clipped_gradient_norm == pytest.approx(min(0.2, step.gradient_norm), rel=1e-4)
    assert all(step.loss_scale is None for step in steps)


def test_that_a_precision_that_a_device_lacks_is_refused_with_those_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    turing = DeviceDescription("cuda:0", "T4", 16 * 10**9, ("float32", "float16", "float64"))
    monkeypatch.setattr("resnet_core.training.precision.list_devices", lambda: (turing,))
    with pytest.raises(ConfigurationError) as refused:
        refuse_precision(TrainingConfig(precision="bfloat16"), torch.device("cuda:0"))
    assert [in_english(problem) for problem in refused.value.problems] == [
        "training.precision: cuda:0 does not compute in bfloat16; take one of float32, float16"
    ]
    assert [fix.value for fix in refused.value.problems[0].fixes] == ["float32", "float16"]
    refuse_precision(TrainingConfig(precision="float16"), torch.device("cuda:0"))


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_that_a_cpu_takes_every_precision(precision: str) -> None:
    refuse_precision(tiny_training(precision=precision), CPU)
