"""Checks that a reader tells what was recorded, whole or piece by piece."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_database import reading
from resnet_core.runs.run_events import (
    BLOCK_QUANTITIES,
    LAYER_QUANTITIES,
    SCALAR_NAMES,
    CheckpointWritten,
    EvaluationCompleted,
    GradientCaptured,
    RunFinished,
    StatusChanged,
    StepCompleted,
)
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import ReadCursor, RunSummary
from resnet_core.runs.run_rows import read_gradient_rows_since, read_scalars_since
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import (
    BLOCKS,
    BOUNDARIES,
    CONFIG_TOML,
    LAYERS,
    Follower,
    started,
    step_events,
    write_finished_run,
)


def test_that_the_summary_of_a_finished_run_says_what_was_trained_and_how_well(tmp_path: Path) -> None:
    summary = RunReader(write_finished_run(tmp_path / "run")).summary()
    assert summary.run == "run" and summary.name == "my run" and summary.architecture_name == "ResNet-20"
    assert (summary.status, summary.step, summary.total_steps) == ("finished", 20, 20)
    assert (summary.device, summary.seed, summary.data_name) == ("cpu", 7, "digits")
    assert summary.elapsed_s == 12.5 and summary.boundaries == BOUNDARIES
    assert summary.test_accuracy == summary.best_test_accuracy == 19 / 50
    assert summary.train_loss == 2.3 / 20 and summary.error is None


def test_that_what_is_not_known_yet_is_absent_when_a_run_has_just_begun(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        reader = RunReader(store.folder)
        assert reader.summary().status == "preparing" and reader.summary().total_steps is None
        assert reader.as_document() == {
            "run": "run",
            "name": "run",
            "status": "preparing",
            "steps": 0,
            "scalars": {},
        }
        assert reader.scalars() == {} and reader.gradient_flow().boundary_norms.shape == (0, 0)
        assert reader.latest_checkpoint() is None and reader.log_text() == ""


def test_that_a_live_run_is_followed_while_it_is_written(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StatusChanged("running", 0)))
        reader = RunReader(store.folder)
        for step in range(3):
            store.record_many(step_events(step))
            assert reader.summary().status == "running" and reader.summary().step == step + 1
        store.record(StatusChanged("paused", 3))
        assert reader.summary().status == "paused"
        store.record(RunFinished("failed", 3, 2.0, "out of memory"))
        assert reader.summary()[3] == "failed" and reader.summary().message == "out of memory"


def test_that_a_run_counts_as_crashed_when_its_writer_closed_it_unfinished(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StatusChanged("running", 0)))
    assert RunReader(store.folder).summary().status == "crashed"


def test_that_series_can_be_chosen_by_name_and_begin_after_a_step(tmp_path: Path) -> None:
    reader = RunReader(write_finished_run(tmp_path / "run"))
    chosen = reader.scalars(("train_loss", "test_accuracy", "nonsense"), after=9)
    assert list(chosen) == ["train_loss", "test_accuracy"]
    assert chosen["train_loss"].steps.tolist() == list(range(10, 20))
    assert chosen["test_accuracy"].steps.tolist() == [10, 15, 20]
    assert list(reader.scalars()) == list(SCALAR_NAMES)


def test_that_records_cannot_be_changed_by_who_reads_them(tmp_path: Path) -> None:
    reader = RunReader(write_finished_run(tmp_path / "run"))
    flow = reader.gradient_flow()
    arrays = [*reader.scalars()["train_loss"], flow.steps, flow.boundary_norms, *flow.block_quantities.values()]
    assert [array.flags.writeable for array in arrays] == [False] * 6
    assert [array.dtype for array in arrays] == [np.int64, np.float64, np.int64, *[np.float64] * 3]


def test_that_the_document_is_json_with_null_for_what_is_not_finite(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StepCompleted(0, math.nan, 0.5, 0.1, math.inf)))
        store.record_many((GradientCaptured(0, (1.0, math.inf, math.nan, 2.0)), RunFinished("stopped", 1, 3.0)))
    document = json.loads(json.dumps(RunReader(store.folder).as_document(), allow_nan=False))
    assert document["status"] == "stopped" and document["steps"] == 1 and document["device"] == "cpu"
    assert document["scalars"]["train_loss"] == [[0, None]]
    assert document["scalars"]["train_accuracy"] == [[0, 0.5]] and "test_loss" not in document["scalars"]
    assert document["gradient_flow"] == {
        "boundaries": list(BOUNDARIES),
        "steps": [0],
        "boundary_norms": [[1.0, None, None, 2.0]],
    }
    assert "message" not in document and "test_accuracy" not in document


def test_that_a_step_is_sent_again_when_it_is_recorded_again(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((StepCompleted(0, 1.0, 0.1, 0.1, 1.0), StepCompleted(1, 0.9, 0.1, 0.1, 2.0)))
        reader = RunReader(store.folder)
        seen = reader.scalars_since()
        assert reader.scalars_since(seen.cursor) == (seen.cursor, None, {})
        store.record(StepCompleted(0, 7.0, 0.1, 0.1, 1.0))
        again = reader.scalars_since(seen.cursor)
    assert again.series["train_loss"].steps.tolist() == [0]
    assert again.series["train_loss"].values.tolist() == [7.0]
    assert reader.scalars()["train_loss"].values.tolist() == [7.0, 0.9]


def test_that_a_resumed_run_reaches_a_follower_that_had_seen_all_of_it(tmp_path: Path) -> None:
    follower = Follower()
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(started())
        store.record_many(event for step in range(10) for event in step_events(step))
        reader = RunReader(store.folder)
        scalars, rows = reader.scalars_since(), reader.gradient_rows_since()
        follower.take_scalars(scalars)
        follower.take_gradients(rows)
        store.rewind_to(5)
        store.record_many(step_events(5))
        scalars, rows = reader.scalars_since(scalars.cursor), reader.gradient_rows_since(rows.cursor)
        follower.take_scalars(scalars)
        follower.take_gradients(rows)
        assert scalars.rewound_to == rows.rewound_to == 5
        store.record_many(step_events(6))
        follower.take_scalars(reader.scalars_since(scalars.cursor))
        follower.take_gradients(reader.gradient_rows_since(rows.cursor))
    assert follower.series_of("train_loss")[0] == list(range(7))
    assert follower.series_of("test_loss")[0] == [5]
    assert sorted(follower.rows) == [0, 2, 4, 6]


class LateReader(RunReader):
    """A reader between whose first and second look the run ends well."""

    def _look(self) -> tuple[RunSummary, bool]:
        look = super()._look()
        if look[0].status == "running":
            with RunStore.reopen(self.folder) as store:
                store.record(RunFinished("finished", 1, 1.0))
        return look


def test_that_a_run_is_not_called_crashed_when_it_ends_while_it_is_looked_at(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StatusChanged("running", 0), *step_events(0)))
    assert RunReader(store.folder).summary().status == "crashed"
    assert LateReader(store.folder).summary().status == "finished"


steps = st.integers(0, 4)
of_blocks = st.dictionaries(st.sampled_from(BLOCK_QUANTITIES), st.tuples(*[st.floats()] * len(BLOCKS)), max_size=3)
of_boundaries = st.tuples(*[st.floats()] * len(BOUNDARIES))
of_layers = st.dictionaries(st.sampled_from(LAYER_QUANTITIES), st.tuples(*[st.floats()] * len(LAYERS)))
actions = st.lists(
    st.one_of(
        st.builds(StepCompleted, steps, st.floats(), st.just(0.5), st.just(0.1), st.floats(0, 9)),
        st.builds(EvaluationCompleted, steps, st.just(0), st.floats(), st.floats(0, 1)),
        st.builds(GradientCaptured, steps, of_boundaries, of_blocks, of_layers, st.just(LAYERS)),
        steps.map(lambda step: ("rewind", step)),
        st.just(("look", 0)),
    ),
    max_size=40,
)


@settings(max_examples=40)
@given(actions)
def test_that_incremental_reads_equal_a_full_read(plan: list[object]) -> None:
    follower, scalar_cursor, gradient_cursor = Follower(), ReadCursor(), ReadCursor()
    with TemporaryDirectory() as place:
        with RunStore.create(Path(place) / "run", config_toml=CONFIG_TOML) as store:
            store.record(started())
            reader = RunReader(store.folder)
            for action in [*plan, ("look", 0)]:
                match action:
                    case ("rewind", int(step)):
                        store.rewind_to(step)
                    case ("look", _):
                        scalar_update = reader.scalars_since(scalar_cursor)
                        gradient_update = reader.gradient_rows_since(gradient_cursor)
                        scalar_cursor, gradient_cursor = scalar_update.cursor, gradient_update.cursor
                        follower.take_scalars(scalar_update)
                        follower.take_gradients(gradient_update)
                    case _:
                        store.record(action)  # type: ignore[arg-type]
        full, flow = reader.scalars(), reader.gradient_flow()
    assert sorted(full) == sorted(name for name, values in follower.scalars.items() if values)
    for name, series in full.items():
        followed_steps, followed_values = follower.series_of(name)
        assert series.steps.tolist() == followed_steps
        np.testing.assert_array_equal(series.values, followed_values)
    assert flow.steps.tolist() == sorted(follower.rows)
    followed_rows = np.array([follower.rows[step] for step in sorted(follower.rows)]).reshape(-1, len(BOUNDARIES))
    np.testing.assert_array_equal(flow.boundary_norms, followed_rows)
    assert set(flow.block_quantities) == set().union(*follower.blocks.values())
    for name, values_SN in flow.block_quantities.items():
        np.testing.assert_array_equal(values_SN, follower.block_rows(name))
    assert set(flow.layer_quantities) == set().union(*follower.layers.values())
    for name, values_SL in flow.layer_quantities.items():
        np.testing.assert_array_equal(values_SL, follower.layer_rows(name))


def test_that_what_was_measured_of_blocks_is_read_row_for_row_with_the_gradients(tmp_path: Path) -> None:
    reader = RunReader(write_finished_run(tmp_path / "run", steps=5))
    flow = reader.gradient_flow()
    assert flow.blocks == BLOCKS and list(flow.block_quantities) == ["branch_norm", "shortcut_norm"]
    np.testing.assert_array_equal(flow.block_quantities["branch_norm"], [(s + 0.5, 2, 3) for s in (0, 2, 4)])
    np.testing.assert_array_equal(flow.block_quantities["shortcut_norm"], [(1, s / 4, math.nan) for s in (0, 2, 4)])
    document = reader.as_document()["gradient_flow"]
    assert isinstance(document, dict)
    assert document["blocks"] == list(BLOCKS)
    assert document["shortcut_norm"] == [[1.0, 0.0, None], [1.0, 0.5, None], [1.0, 1.0, None]]


def test_that_what_was_measured_of_layers_is_read_row_for_row_with_the_gradients(tmp_path: Path) -> None:
    reader = RunReader(write_finished_run(tmp_path / "run", steps=3))
    flow = reader.gradient_flow()
    assert flow.layers == LAYERS and list(flow.layer_quantities) == list(LAYER_QUANTITIES)
    np.testing.assert_array_equal(flow.layer_quantities["gradient_norm"], [(0.5, 1e-25), (2.5, 1e-25)])
    document = reader.as_document()["gradient_flow"]
    assert isinstance(document, dict)
    expected = {"ids": list(LAYERS), "gradient_norm": [[0.5, 1e-25], [2.5, 1e-25]], "update_ratio": [[0.25, None]] * 2}
    assert document["layers"] == expected


def test_that_a_run_reads_when_it_was_recorded_before_blocks_and_layers_were_measured(tmp_path: Path) -> None:
    folder = write_finished_run(tmp_path / "run", steps=5)
    with closing(sqlite3.connect(folder / "run.db")) as connection, connection:
        connection.execute("DROP TABLE block_quantities")
        connection.execute("DROP TABLE layer_quantities")
        connection.execute("DELETE FROM meta WHERE key = 'layers'")
    reader = RunReader(folder)
    flow = reader.gradient_flow()
    assert flow.steps.tolist() == [0, 2, 4] and flow.block_quantities == {} and flow.blocks == ()
    assert flow.layer_quantities == {} and flow.layers == ()
    document = reader.as_document()["gradient_flow"]
    assert isinstance(document, dict) and set(document) == {"boundaries", "steps", "boundary_norms"}
    with RunStore.reopen(folder) as store:
        store.record_many((started(), *step_events(6)))
    quantities = reader.gradient_flow().block_quantities
    np.testing.assert_array_equal(quantities["branch_norm"][:3], np.full((3, 3), math.nan))
    np.testing.assert_array_equal(quantities["branch_norm"][3], (6.5, 2, 3))
    assert reader.gradient_flow().layers == LAYERS
    np.testing.assert_array_equal(reader.gradient_flow().layer_quantities["gradient_norm"][2:, 0], (math.nan, 6.5))


def _instructions(folder: Path, cursors: tuple[ReadCursor, ReadCursor]) -> int:
    """How many instructions SQLite runs for the two incremental reads."""
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return 0

    with reading(folder) as connection:
        connection.set_progress_handler(counted, 1)
        read_scalars_since(connection, cursors[0])
        read_gradient_rows_since(connection, cursors[1])
        connection.set_progress_handler(None, 1)
    return count


def test_that_an_incremental_read_costs_what_is_new_however_long_the_run(tmp_path: Path) -> None:
    counts = []
    for length in (20, 600):
        with RunStore.create(tmp_path / str(length), config_toml=CONFIG_TOML) as store:
            store.record(started(length))
            store.record_many(event for step in range(length) for event in step_events(step))
            reader = RunReader(store.folder)
            cursors = (reader.scalars_since().cursor, reader.gradient_rows_since().cursor)
            nothing_new = _instructions(store.folder, cursors)
            store.record_many(step_events(length))
            counts.append((nothing_new, _instructions(store.folder, cursors)))
    assert counts[0] == counts[1]


def test_that_a_copied_finished_run_reads_the_same(tmp_path: Path) -> None:
    original = write_finished_run(tmp_path / "run")
    copied = shutil.copytree(original, tmp_path / "elsewhere ?#%20" / "运行" / "run")
    assert RunReader(copied).as_document() == RunReader(original).as_document()
    assert RunReader(copied).config_toml() == CONFIG_TOML


def test_that_the_latest_checkpoint_is_the_latest_that_is_there(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        for step in (5, 10, 15):
            (store.checkpoints_folder / f"step-{step:08d}").mkdir()
            store.record(CheckpointWritten(step, f"checkpoints/step-{step:08d}"))
        reader = RunReader(store.folder)
        assert reader.latest_checkpoint() == store.folder / "checkpoints" / "step-00000015"
        (store.checkpoints_folder / "step-00000015").rmdir()
        assert reader.latest_checkpoint() == store.folder / "checkpoints" / "step-00000010"
        store.rewind_to(5)
        assert reader.latest_checkpoint() == store.folder / "checkpoints" / "step-00000005"


@pytest.mark.parametrize("path", ["../outside", "checkpoints/../../outside", "checkpoints/step-00000001\n", 7])
def test_that_no_path_is_built_from_what_a_strange_database_says(tmp_path: Path, path: object) -> None:
    folder = write_finished_run(tmp_path / "run")
    (tmp_path / "outside").mkdir()
    (folder / "checkpoints" / "step-00000001\n").mkdir()
    with closing(sqlite3.connect(folder / "run.db")) as connection, connection:
        connection.execute("INSERT INTO checkpoints VALUES (1, ?)", (path,))
    assert RunReader(folder).latest_checkpoint() is None


def test_that_a_checkpoint_is_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(CheckpointWritten(1, "checkpoints/step-00000001"))
    try:
        (store.checkpoints_folder / "step-00000001").symlink_to(tmp_path / "outside")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    assert RunReader(store.folder).latest_checkpoint() is None


@pytest.mark.parametrize("name", ["ResNet-18", "Plain-20", "PreResNet-56", "ResNet-110 (BN after addition)"])
def test_that_the_blocks_of_a_run_are_named_as_in_its_graph(tmp_path: Path, name: str) -> None:
    graph = build_graph(preset(name))
    ones = (1.0,) * len(graph.blocks)
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record(started()._replace(boundaries=graph.boundaries))
        store.record(GradientCaptured(0, (1.0, *ones), {"branch_norm": ones}))
    assert RunReader(store.folder).gradient_flow().blocks == tuple(block.id for block in graph.blocks)
