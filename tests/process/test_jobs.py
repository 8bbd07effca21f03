"""Holds the jobs, done in this process: what they leave in a run folder, and what they refuse without leaving any."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import pytest

from resnet_core.configuration.config_file import config_to_toml, parse_run_config
from resnet_core.configuration.data_errors import DataSetError
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.process.jobs import probe_config, run_build_job, run_probe_job, run_resume_job, run_train_job
from resnet_core.process.messages import Notice, Probe, Progress, StatusReported
from resnet_core.process.run_recorder import Report
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError
from resnet_core.training.checkpoint import TENSORS_NAME, CheckpointError, load_checkpoint
from resnet_core.training.control import TrainingControl
from resnet_core.training.devices import DeviceDescription
from tests.training.tiny_runs import same_bits, tiny_run, tiny_training


def fitted_later(**recipe: object) -> RunConfig:
    """A network that does not fit the digits yet."""
    return RunConfig(architecture=preset("ResNet-20"), training=tiny_training(**recipe))


def interrupted(folder: Path, *, steps: int) -> None:
    """Train, and stop as soon as a step was made."""
    control = TrainingControl()

    def listen(report: Report) -> None:
        if isinstance(report, Progress) and report.done >= 1:
            control.stop("enough")

    run_train_job(tiny_run(steps=steps), folder, control=control, on_progress=listen)


def test_that_a_run_is_fitted_trained_and_recorded(tmp_path: Path) -> None:
    end = run_train_job(fitted_later(steps=3), tmp_path / "run", control=TrainingControl(), name="first")
    reader = RunReader(tmp_path / "run")
    summary = reader.summary()
    config = parse_run_config(reader.config_toml())
    assert (end.status, end.step) == ("finished", 3)
    assert (summary.status, summary.step, summary.name) == ("finished", 3, "first")
    assert summary.notes[0] == (
        "ResNet-20 fitted to digits: input 3x32x32 -> 1x8x8, zero-init-residual off -> on, not where padded"
    )
    assert config.architecture.head.classes == 10
    assert config.architecture.initialization.zero_init_residual
    assert config.architecture.name == summary.architecture_name == "ResNet-20"
    assert set(reader.scalars()) == {
        "train_loss", "train_accuracy", "learning_rate", "elapsed_s", "test_loss", "test_accuracy"
    }  # fmt: skip
    flow = reader.gradient_flow()
    assert flow.boundary_norms.shape == (3, len(flow.boundaries))
    assert reader.latest_checkpoint() == tmp_path / "run" / "checkpoints" / "step-00000003"
    assert "finished after 3 steps" in reader.log_text()


def test_that_progress_is_told_in_order_and_not_too_often(tmp_path: Path) -> None:
    reports: list[Report] = []
    run_train_job(tiny_run(steps=40), tmp_path / "run", control=TrainingControl(), on_progress=reports.append)
    statuses = [report.status for report in reports if isinstance(report, StatusReported)]
    progress = [report for report in reports if isinstance(report, Progress)]
    done = [report.done for report in progress if report.phase == "training"]
    elapsed_s = RunReader(tmp_path / "run").summary().elapsed_s
    assert statuses == ["preparing", "running", "finished"]
    assert done == sorted(done)
    assert {report.total for report in progress if report.phase == "training"} == {40}
    assert elapsed_s is not None
    assert len(done) <= elapsed_s / 0.2 + 3


def test_that_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run_train_job(tiny_run(steps=60), whole, control=TrainingControl())
    interrupted(parts, steps=60)
    stopped_at = RunReader(parts).summary().step
    assert 0 < stopped_at < 60
    assert RunReader(parts).summary().message == "enough"
    run_resume_job(parts, control=TrainingControl())
    one, other = RunReader(whole), RunReader(parts)
    assert other.summary().status == "finished"
    for name, series in one.scalars(["train_loss", "learning_rate", "test_loss", "test_accuracy"]).items():
        again = other.scalars([name])[name]
        assert series.steps.tolist() == again.steps.tolist()
        assert series.values.tolist() == again.values.tolist(), name
    assert one.gradient_flow().boundary_norms.tolist() == other.gradient_flow().boundary_norms.tolist()
    ends = [load_checkpoint(folder / "checkpoints" / "step-00000060") for folder in (whole, parts)]
    assert same_bits(ends[0].model, ends[1].model)
    assert same_bits(ends[0].momentum, ends[1].momentum)


def test_that_a_run_without_a_checkpoint_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    control = TrainingControl()
    run_train_job(
        fitted_later(steps=4), folder, control=control, on_progress=lambda report: control.stop("at once")
    )
    shutil.rmtree(folder / "checkpoints")
    run_resume_job(folder, control=TrainingControl())
    summary = RunReader(folder).summary()
    assert (summary.status, summary.step) == ("finished", 4)
    assert [note for note in summary.notes if "fitted to" in note] == list(summary.notes[:1])


def test_that_a_finished_run_is_not_resumed(tmp_path: Path) -> None:
    run_train_job(tiny_run(steps=2), tmp_path / "run", control=TrainingControl())
    with pytest.raises(RunFolderError, match="is finished; start a new one"):
        run_resume_job(tmp_path / "run", control=TrainingControl())
    assert RunReader(tmp_path / "run").summary().status == "finished"


def test_that_a_damaged_checkpoint_is_not_resumed_from_and_the_run_stays_readable(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    interrupted(folder, steps=60)
    path = RunReader(folder).latest_checkpoint()
    assert path is not None
    with (path / TENSORS_NAME).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x55")
    before = RunReader(folder).as_document()
    with pytest.raises(CheckpointError, match="SHA-256"):
        run_resume_job(folder, control=TrainingControl())
    assert RunReader(folder).as_document() == before


@pytest.mark.parametrize(
    ("recipe", "error", "expected"),
    [
        ({"data": "nothing-here"}, DataSetError, "nothing-here"),
        ({"data": "/no/such/folder"}, DataSetError, "there is no such folder"),
        ({"batch_size": 1438}, ConfigurationError, "take at most 1437"),
        ({"max_shift": 8}, ConfigurationError, r"training\.max_shift"),
    ],
)
def test_that_what_cannot_be_trained_leaves_no_folder(
    tmp_path: Path, recipe: dict[str, object], error: type[Exception], expected: str
) -> None:
    with pytest.raises(error, match=expected):
        run_train_job(tiny_run(**recipe), tmp_path / "run", control=TrainingControl())
    assert not (tmp_path / "run").exists()


def test_that_a_precision_that_the_device_lacks_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = DeviceDescription("cpu", "without bfloat16", None, ("float32",))
    monkeypatch.setattr("resnet_core.training.precision.list_devices", lambda: (old,))
    with pytest.raises(ConfigurationError, match="cpu does not compute in bfloat16; take one of float32"):
        run_train_job(tiny_run(precision="bfloat16"), tmp_path / "run", control=TrainingControl())
    assert not (tmp_path / "run").exists()


def test_that_a_batch_of_1_on_1x1_maps_is_refused_in_one_line(tmp_path: Path) -> None:
    run = RunConfig(architecture=preset("ResNet-18"), training=TrainingConfig(batch_size=1, device="cpu"))
    with pytest.raises(ConfigurationError, match=r"layer3\.0\.bn1 would normalise a single value") as caught:
        run_train_job(run, tmp_path / "run", control=TrainingControl())
    assert len(str(caught.value).splitlines()) == 1


def test_that_a_failure_in_mid_run_is_recorded_with_what_was_measured(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def break_the_disk(report: Report) -> None:
        if isinstance(report, Progress) and report.phase == "training" and report.done >= 1:
            shutil.rmtree(folder / "checkpoints", ignore_errors=True)
            (folder / "checkpoints").touch()

    with pytest.raises(CheckpointError, match="cannot be written"):
        run_train_job(tiny_run(steps=30), folder, control=TrainingControl(), on_progress=break_the_disk)
    summary = RunReader(folder).summary()
    assert (summary.status, summary.step) == ("failed", 30)
    assert "cannot be written" in summary.message
    assert len(RunReader(folder).scalars(["train_loss"])["train_loss"].steps) == 30


def test_that_a_diverged_run_says_so_once(tmp_path: Path) -> None:
    reports: list[Report] = []
    run = tiny_run(steps=15, learning_rate=100.0, warmup_share=0.0, weight_decay=1.0)
    run_train_job(run, tmp_path / "run", control=TrainingControl(), on_progress=reports.append)
    notices = [report.text for report in reports if isinstance(report, Notice)]
    assert len(notices) == 1
    assert notices[0].startswith("diverged: the loss is not finite from step ")
    losses = RunReader(tmp_path / "run").scalars(["train_loss"])["train_loss"].values.tolist()
    assert len(losses) == 15
    assert any(not math.isfinite(loss) for loss in losses)


def test_that_each_skipped_step_of_a_float16_run_is_told_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_core.training.update.FIRST_SCALE", 2.0**22)
    reports: list[Report] = []
    run = tiny_run(steps=14, precision="float16", batch_size=16, clip_norm=1.0)
    end = run_train_job(run, tmp_path / "run", control=TrainingControl(), on_progress=reports.append)
    notices = [report.text for report in reports if isinstance(report, Notice)]
    skip = "step 0 was skipped: a gradient left float16's range; the loss is scaled by 2,097,152 from here on"
    assert notices[0] == skip
    assert end.message.startswith(f"{len(notices)} step")
    reader = RunReader(tmp_path / "run")
    assert reader.summary().message == end.message
    assert skip in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")
    scalars = reader.scalars(("gradient_norm", "clipped_gradient_norm", "loss_scale"))
    assert [len(series.steps) for series in scalars.values()] == [14, 14, 14]
    assert scalars["loss_scale"].values[0] == 2.0**22


def test_that_a_probe_takes_no_notice_of_what_a_recipe_says_of_its_steps_alone() -> None:
    recipes = tiny_run(), tiny_run(batch_size=96, accumulation=3, precision="float16", max_shift=8)
    asked = [Probe(config_to_toml(run.architecture, run.training)) for run in recipes]
    plain, found = (run_probe_job(probe_config(request)) for request in asked)
    assert found == plain


@pytest.mark.parametrize("data", ["random", "digits"])
def test_that_a_probe_measures_the_network_as_it_begins(data: str) -> None:
    run = RunConfig(
        architecture=preset("Plain-20"),
        training=tiny_training(data=data, batch_size=16, seed=3, image_size=16),
    )
    document = run_probe_job(run)
    norms = document["boundary_norms"]
    assert (document["batch"], document["seed"], document["data"]) == (16, 3, data)
    assert document["input"] == ([3, 32, 32] if data == "random" else [1, 16, 16])
    assert len(document["boundaries"]) == len(norms) == len(document["blocks"]) + 1 == 10
    assert document["growth_per_layer"] == pytest.approx((norms[0] / norms[-1]) ** (2 / 18))
    assert document["growth_per_layer"] > 1.2, "gradients of a plain net with BatchNorm grow towards its input"
    assert all(block["parameter_gradient_norm"] > 0 for block in document["blocks"])
    assert run_probe_job(run) == document


def test_that_a_build_says_that_the_counts_are_the_graphs() -> None:
    document = run_build_job(preset("ResNet-20"), "cpu")
    assert document["agrees"] is True
    assert document["parameters"] == 269_722
    assert document["witnesses"] == []
