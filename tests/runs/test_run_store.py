"""Checks that what a store records is what its folder holds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from resnet_core.runs.run_events import (
    CheckpointWritten,
    EvaluationCompleted,
    GradientCaptured,
    RunFinished,
    StatusChanged,
    StepCompleted,
)
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import BOUNDARIES, CONFIG_TOML, started, step_events, write_finished_run


def test_that_a_closed_run_is_a_folder_of_plain_files_without_a_log_beside_the_database(
    tmp_path: Path,
) -> None:
    folder = write_finished_run(tmp_path / "run")
    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoints",
        "config.toml",
        "log.txt",
        "run.db",
    ]
    assert (folder / "config.toml").read_text(encoding="utf-8") == CONFIG_TOML


def test_that_no_log_stays_when_readers_look_while_the_store_closes(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML)
    store.record(started())
    readers = [RunReader(store.folder), RunReader(store.folder)]
    assert [reader.summary().name for reader in readers] == ["my run", "my run"]
    store.close()
    assert not list(store.folder.glob("run.db-*"))
    assert [reader.summary().name for reader in readers] == ["my run", "my run"]


def test_that_nan_and_infinities_come_back_as_they_were_recorded(tmp_path: Path) -> None:
    values = (math.nan, math.inf, -math.inf, 5e-324)
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), *(StepCompleted(i, v, v, 0.1, i) for i, v in enumerate(values))))
        store.record(GradientCaptured(0, values, {"branch_norm": values[:3]}))
    reader = RunReader(store.folder)
    np.testing.assert_array_equal(reader.scalars()["train_loss"].values, values)
    np.testing.assert_array_equal(reader.gradient_flow().boundary_norms, [values])
    np.testing.assert_array_equal(reader.gradient_flow().block_quantities["branch_norm"], [values[:3]])
    last_loss = reader.summary().train_loss
    assert last_loss == 5e-324


def test_that_the_last_loss_is_nan_when_the_run_diverged(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(StepCompleted(0, math.nan, 0.1, 0.1, 1.0))
    loss = RunReader(store.folder).summary().train_loss
    assert loss is not None and math.isnan(loss)


def test_that_numpy_numbers_are_recorded_as_the_numbers_they_are(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(StepCompleted(np.int64(3), np.float32(0.5), np.float32(0.25), 0.1, 1.0))  # type: ignore[arg-type]
    series = RunReader(store.folder).scalars()["train_loss"]
    assert (series.steps.tolist(), series.values.tolist()) == ([3], [0.5])


def test_that_a_scalar_that_a_run_does_not_have_is_not_recorded(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(StepCompleted(0, 1.0, 0.5, 0.1, 1.0, gradient_norm=2.5))
    scalars = RunReader(store.folder).scalars()
    assert scalars["gradient_norm"].values.tolist() == [2.5]
    assert not {"clipped_gradient_norm", "loss_scale"} & set(scalars)


def test_that_nothing_of_a_batch_is_recorded_when_one_event_is_bad(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(started())
        with pytest.raises(ValueError, match="3 gradient norms for 4 boundaries"):
            store.record_many((StepCompleted(0, 1.0, 0.5, 0.1, 1.0), GradientCaptured(0, (1.0, 2.0, 3.0))))
        with pytest.raises(ValueError, match="branch_norm has 2 values for 3 blocks"):
            store.record(GradientCaptured(0, (1.0, 2.0, 3.0, 4.0), {"branch_norm": (1.0, 2.0)}))
        with pytest.raises(ValueError, match="update_ratio has 1 values for 2 layers"):
            store.record(GradientCaptured(0, (1.0,) * 4, {}, {"update_ratio": (1.0,)}, ("conv1", "fc")))
        assert RunReader(store.folder).scalars() == {}
        store.record(GradientCaptured(0, (1.0,) * len(BOUNDARIES)))
        assert RunReader(store.folder).gradient_flow().steps.tolist() == [0]
        store.record(GradientCaptured(1, (1.0,) * 4, {}, {"update_ratio": (1.0, 2.0)}, ("conv1", "fc")))
        with pytest.raises(ValueError, match="the same in every capture"):
            store.record(GradientCaptured(2, (1.0,) * 4, {}, {"update_ratio": (1.0, 2.0)}, ("conv1", "conv2")))


@pytest.mark.parametrize("path", ["../step-00000001", "checkpoints/step-1", "/etc/passwd", "checkpoints/x"])
def test_that_a_checkpoint_is_refused_when_its_path_is_not_of_the_one_form(tmp_path: Path, path: str) -> None:
    with (
        RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store,
        pytest.raises(ValueError, match="a checkpoint lies at"),
    ):
        store.record(CheckpointWritten(1, path))


def test_that_crashed_cannot_be_written(tmp_path: Path) -> None:
    with (
        RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store,
        pytest.raises(ValueError, match="crashed"),
    ):
        store.record(StatusChanged("crashed", 0))


def test_that_creating_is_refused_when_a_run_is_there(tmp_path: Path) -> None:
    folder = write_finished_run(tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"resume this run") as refusal:
        RunStore.create(folder, config_toml=CONFIG_TOML)
    assert refusal.value.reason == "exists"
    assert RunReader(folder).summary().step == 20


def test_that_a_run_has_one_writer(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        with pytest.raises(RunFolderError, match="is writing this run") as refusal:
            RunStore.reopen(store.folder)
        store.record(started())
    assert refusal.value.reason == "in_use"
    RunStore.reopen(store.folder).close()


def test_that_a_closed_store_refuses_events_and_can_be_closed_again(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML)
    store.close()
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.record(started())


def test_that_a_resumed_run_reads_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    whole = write_finished_run(tmp_path / "whole", steps=20)
    with RunStore.create(tmp_path / "resumed", config_toml=CONFIG_TOML) as store:
        store.record_many((started(20), StatusChanged("running", 0)))
        for step in range(13):
            store.record_many(step_events(step))
    with RunStore.reopen(store.folder) as store:
        store.rewind_to(10)
        store.record(StatusChanged("running", 10))
        assert RunReader(store.folder).summary().step == 10
        for step in range(10, 20):
            store.record_many(step_events(step))
        store.record(RunFinished("finished", 20, 12.5))
    expected, resumed = RunReader(whole).as_document(), RunReader(store.folder).as_document()
    assert resumed == expected | {"run": "resumed"}


def test_that_a_rewind_keeps_the_evaluation_of_the_checkpoint_it_goes_back_to(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((EvaluationCompleted(5, 0, 1.0, 0.5), StepCompleted(5, 1.0, 0.5, 0.1, 3.0)))
        store.record(EvaluationCompleted(10, 1, 0.5, 0.75))
        store.rewind_to(5)
    scalars = RunReader(store.folder).scalars()
    assert {name: series.steps.tolist() for name, series in scalars.items()} == {
        "test_loss": [5],
        "test_accuracy": [5],
    }


def test_that_log_lines_are_appended_with_their_time(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.log("began")
        store.log("学习率 0.1")
    reader = RunReader(store.folder)
    lines = reader.log_text().splitlines()
    assert [line.partition(" ")[2] for line in lines] == ["began", "学习率 0.1"]
    assert all(line.partition(" ")[0].endswith("Z") for line in lines)
    assert reader.log_text(tail_bytes=45) == lines[1] + "\n"
