"""Writes real run folders and looks at what the window is told of them, and when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.services.run_follower import RunFollower
from app.services.run_trace import GrowingRows, RunTrace
from app.state.runs_state import RunsState
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_events import GradientCaptured, RunFinished, RunStarted, StatusChanged, StepCompleted
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_records import RunFolderError
from resnet_core.runs.run_store import RunStore

CONFIG = preset("ResNet-20")
BOUNDARIES = build_graph(CONFIG).boundaries


@pytest.fixture
def library(tmp_path: Path) -> RunLibrary:
    return RunLibrary(tmp_path / "runs")


@pytest.fixture
def follower(library: RunLibrary, qtbot: QtBot) -> Iterator[RunFollower]:
    follower = RunFollower(RunsState(), library)
    yield follower
    follower.close()


def begin(folder: Path) -> RunStore:
    store = RunStore.create(folder, config_toml=config_to_toml(CONFIG))
    began = "2026-01-01T00:00:00+00:00"
    store.record(RunStarted("Run", CONFIG.name, "cpu", 0, 100, 10, BOUNDARIES, "digits", began))
    store.record(StatusChanged("running", 0))
    return store


def record(store: RunStore, *steps: int, loss: float = 1.0) -> None:
    for step in steps:
        store.record(StepCompleted(step, loss, 0.5, 0.1, 0.1 * step))
        store.record(GradientCaptured(step, (0.1 * (step + 1),) * len(BOUNDARIES)))


def test_that_block_quantities_stay_row_for_row_with_the_gradients(library: RunLibrary) -> None:
    store = begin(library.new_folder("Run"))
    trace, ones = RunTrace(store.folder), (1.0,) * (len(BOUNDARIES) - 1)
    record(store, 0, 1)
    shown = trace.read_on()
    assert shown is not None and shown.block_quantities == {}
    store.record(GradientCaptured(2, (0.5,) * len(BOUNDARIES), {"branch_norm": ones}))
    record(store, 3)
    first = trace.read_on()
    store.rewind_to(1)
    store.record(GradientCaptured(1, (0.5,) * len(BOUNDARIES), {"shortcut_norm": ones, "branch_norm": ones}))
    second = trace.read_on()
    store.close()
    assert first is not None and second is not None
    assert first.gradient_steps.tolist() == [0, 1, 2, 3]
    assert first.block_quantities["branch_norm"].shape == (4, len(BOUNDARIES) - 1)
    np.testing.assert_array_equal(first.block_quantities["branch_norm"][:, 0], [math.nan, math.nan, 1.0, math.nan])
    assert second.gradient_steps.tolist() == [0, 1]
    for name in ("branch_norm", "shortcut_norm"):
        np.testing.assert_array_equal(second.block_quantities[name][:, -1], [math.nan, 1.0])
    assert second.block_quantity_at("branch_norm", 7) == pytest.approx(np.ones(len(BOUNDARIES) - 1))
    assert second.block_quantity_at("stream_mean", 7) is None


def test_that_layers_stay_row_for_row_with_the_gradients_and_are_looked_up_by_id(library: RunLibrary) -> None:
    store = begin(library.new_folder("Run"))
    trace, norms = RunTrace(store.folder), (0.5,) * len(BOUNDARIES)
    record(store, 0, 1)
    before = trace.read_on()
    store.record(GradientCaptured(2, norms, {}, {"update_ratio": (0.25, 0.5)}, ("conv1", "fc")))
    record(store, 3)
    shown = trace.read_on()
    store.close()
    assert before is not None and before.layers == () and before.layer_quantity_at("update_ratio", None) == {}
    assert shown is not None and shown.layers == ("conv1", "fc")
    np.testing.assert_array_equal(shown.layer_quantities["update_ratio"][:, 1], [math.nan, math.nan, 0.5, math.nan])
    assert shown.layer_quantity_at("update_ratio", 2) == {"conv1": 0.25, "fc": 0.5}
    assert shown.layer_quantity_at("gradient_norm", 2) == {}


def test_that_a_live_run_is_shown_step_by_step_to_its_end(
    qtbot: QtBot, library: RunLibrary, follower: RunFollower
) -> None:
    runs, ends = follower._runs, []
    follower.ended.connect(ends.append)
    folder = library.new_folder("Run")
    follower.follow(folder, expected=True, look=True)
    with begin(folder) as store:
        record(store, 0, 1)
        qtbot.waitUntil(lambda: runs.current is not None and len(runs.current.gradient_steps) == 2)
        first = runs.current
        record(store, 2)
        qtbot.waitUntil(lambda: len(runs.current.gradient_steps) == 3)
        assert list(first.gradient_steps) == [0, 1]  # what was handed out does not change
        assert runs.current.boundary_norms.shape == (3, len(BOUNDARIES))
        assert runs.current.architecture == CONFIG
        assert ends == []
        store.record(RunFinished("finished", 3, 1.0))
    qtbot.waitUntil(lambda: [summary.status for summary in ends] == ["finished"])
    assert list(runs.current.curves["train_loss"].steps) == [0, 1, 2]
    assert [entry.status for entry in runs.library] == ["finished"]
    assert not follower._live


def test_that_a_run_that_has_ended_is_read_once(qtbot: QtBot, library: RunLibrary, follower: RunFollower) -> None:
    folder = library.new_folder("Run")
    with begin(folder) as store:
        record(store, 0)
        store.record(RunFinished("stopped", 1, 1.0))
    with qtbot.waitSignal(follower.ended) as ended:
        follower.follow(folder)
    assert ended.args[0].status == "stopped"
    qtbot.waitUntil(lambda: not follower._timer.isActive())


def test_that_a_folder_that_is_no_run_is_told_unless_it_is_expected(
    qtbot: QtBot, tmp_path: Path, follower: RunFollower
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    failures: list[str] = []
    follower.failed.connect(lambda _folder, reason: failures.append(reason))
    follower.follow(folder, expected=True)
    qtbot.wait(150)
    assert failures == []
    with qtbot.waitSignal(follower.failed):
        follower.give_up_waiting(folder)
    assert "run.db" in failures[0]


def test_that_a_resumed_run_is_not_taken_for_ended_before_it_goes_on(
    qtbot: QtBot, library: RunLibrary, follower: RunFollower
) -> None:
    folder = library.new_folder("Run")
    with begin(folder) as store:
        record(store, 0, 1, 2, 3)
        store.record(RunFinished("stopped", 4, 1.0))
    with qtbot.waitSignal(follower.ended):
        follower.follow(folder)
    follower.follow(folder, expected=True)
    qtbot.wait(150)
    assert follower._live
    with RunStore.reopen(folder) as store:
        store.rewind_to(2)
        store.record(StatusChanged("running", 2))
        record(store, 2, 3, 4, loss=0.5)
        runs = follower._runs
        qtbot.waitUntil(lambda: runs.shown[0].curves["train_loss"].values.tolist() == [1.0, 1.0, 0.5, 0.5, 0.5])
        assert runs.shown[0].gradient_steps.tolist() == [0, 1, 2, 3, 4]
        with qtbot.waitSignal(follower.ended):
            store.record(RunFinished("finished", 5, 1.0))


def test_that_a_run_that_goes_on_and_ends_between_two_looks_has_ended(
    qtbot: QtBot, library: RunLibrary, follower: RunFollower
) -> None:
    folder = library.new_folder("Run")
    with begin(folder) as store:
        record(store, 0)
        store.record(RunFinished("stopped", 1, 1.0))
    follower.follow(folder, expected=True)
    follower._timer.stop()  # no look until the run has ended again
    qtbot.waitUntil(lambda: not follower._under_way)
    with RunStore.reopen(folder) as store:
        store.record_many((StatusChanged("running", 1), RunFinished("finished", 2, 1.0)))
    with qtbot.waitSignal(follower.ended) as ended:
        follower._timer.start()
    assert ended.args[0].status == "finished"


def test_that_the_run_shown_longest_gives_way(qtbot: QtBot, library: RunLibrary, follower: RunFollower) -> None:
    follower.most_shown = 2
    names = []
    for number in range(3):
        folder = library.new_folder(f"Run {number}")
        with begin(folder) as store:
            record(store, 0)
            store.record(RunFinished("finished", 1, 1.0))
        with qtbot.waitSignal(follower.ended):
            follower.follow(folder, look=True)
        names.append(folder.name)
    assert [run.key for run in follower._runs.shown] == names[1:]


def test_that_the_library_is_listed_in_the_background(qtbot: QtBot, library: RunLibrary, follower: RunFollower) -> None:
    with begin(library.new_folder("Run")) as store:
        store.record(RunFinished("finished", 1, 1.0))
    with qtbot.waitSignal(follower._runs.library_changed):
        follower.refresh_library()
    assert [entry.name for entry in follower._runs.library] == ["Run"]


def test_that_a_trace_costs_only_what_is_new(library: RunLibrary) -> None:
    folder = library.new_folder("Run")
    with begin(folder) as store:
        record(store, 0, 1)
        trace = RunTrace(folder)
        first = trace.read_on()
        assert first is not None and trace.read_on() is None
        record(store, 2)
        second = trace.read_on()
        assert second is not None
        # The same memory, one row longer: nothing that was read before was copied.
        assert np.shares_memory(first.boundary_norms, second.boundary_norms)


def test_that_a_run_whose_configuration_is_lost_is_refused(library: RunLibrary) -> None:
    folder = library.new_folder("Run")
    with begin(folder):
        (folder / "config.toml").unlink()
        with pytest.raises(RunFolderError):
            RunTrace(folder)


def test_that_rows_grow_past_their_room_and_replace_what_is_measured_again() -> None:
    rows = GrowingRows(2)
    for step in range(1_000):
        rows.insert(np.array([step]), np.array([[step, -step]], np.float64))
    early = rows.values[:5].copy()
    rows.insert(np.array([3, 1_000]), np.array([[7.0, 7.0], [math.nan, 8.0]]))
    assert rows.steps.tolist() == list(range(1_001))
    assert rows.values[3].tolist() == [7.0, 7.0] and math.isnan(rows.values[1_000, 0])
    np.testing.assert_array_equal(rows.values[:3], early[:3])
    rows.drop_from(2)
    assert rows.steps.tolist() == [0, 1]
    assert not rows.values.flags.writeable


def test_that_nothing_is_inserted_where_there_is_nothing() -> None:
    rows = GrowingRows()
    rows.insert(np.array([], np.int64), np.array([]))
    rows.drop_from(0)
    assert len(rows.steps) == 0 == len(rows.values)
