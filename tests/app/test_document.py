"""Tests the state of the window without a window: document, pins, selection, runs, recent files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.state.architecture_document import ArchitectureDocument, analyzed
from app.state.pinned_state import PinnedState
from app.state.recent_files import MOST_FILES, RecentFiles
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState, block_of
from app.state.training_recipe import TrainingRecipe
from resnet_core.configuration.config_file import ConfigFileError
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_records import RunSummary


@pytest.fixture
def document(qapp: QApplication) -> ArchitectureDocument:
    return ArchitectureDocument(preset("ResNet-50"))


def shown_run(key: str, name: str = "ResNet-18", steps: tuple[int, ...] = (0, 5, 9)) -> ShownRun:
    config = preset(name)
    boundaries = analyzed(config).graph.boundaries
    norms = np.arange(len(steps) * len(boundaries), dtype=np.float64).reshape(len(steps), len(boundaries))
    summary = RunSummary(key, Path(key), key, "running", boundaries=boundaries)
    return ShownRun(summary, config, {}, boundaries, np.array(steps, np.int64), norms)


def test_that_an_edit_carries_everything_counted_anew(qtbot: QtBot, document: ArchitectureDocument) -> None:
    with qtbot.waitSignal(document.changed) as changed:
        assert document.set_field(("stages", 0, "blocks"), 4, "Blocks")
    snapshot = changed.args[0]
    assert snapshot.config.stages[0].blocks == 4
    assert snapshot.report.total.parameters == 25_627_432
    assert len(snapshot.graph.blocks) == 17
    assert document.modified and document.title == "ResNet-50*"


def test_that_an_edit_that_cannot_be_is_refused_with_its_place(qtbot: QtBot, document: ArchitectureDocument) -> None:
    before = document.snapshot
    with qtbot.waitSignal(document.refused) as refused:
        assert not document.set_field(("stages", 0, "width"), -1, "Width")
    assert refused.args[0][0].path == ("stages", 0, "width")
    assert document.snapshot is before and document.problems == refused.args[0]
    document.set_field(("stages", 0, "width"), 32, "Width")
    assert document.problems == ()


def test_that_typing_on_in_one_field_is_one_undo_step(document: ArchitectureDocument) -> None:
    for width in (1, 12, 128):
        document.set_field(("stages", 0, "width"), width, "Width")
    document.set_field(("stages", 0, "blocks"), 2, "Blocks")
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.config == preset("ResNet-50") and not document.modified


def test_that_opening_a_preset_can_be_undone(document: ArchitectureDocument) -> None:
    document.open_preset("ResNet-18", "Open ResNet-18")
    assert document.config == preset("ResNet-18") and not document.modified
    document.undo_stack.undo()
    assert document.config == preset("ResNet-50")


def test_that_saving_makes_clean_and_names_the_file(document: ArchitectureDocument, tmp_path: Path) -> None:
    document.set_field(("name",), "Mine", "Rename")
    document.save(tmp_path / "mine.toml")
    assert not document.modified and document.path == tmp_path / "mine.toml"
    other = ArchitectureDocument(preset("ResNet-18"))
    other.open_file(tmp_path / "mine.toml", "Open")
    assert other.config == document.config and other.path == document.path


def test_that_a_twin_forgets_the_file_so_that_saving_cannot_overwrite_it(
    document: ArchitectureDocument, tmp_path: Path
) -> None:
    document.save(tmp_path / "a.toml")
    document.open_config(preset("Plain-50"), "Open")
    assert document.path is None


def test_that_a_file_that_cannot_be_opened_changes_nothing(document: ArchitectureDocument, tmp_path: Path) -> None:
    before = document.snapshot
    with pytest.raises(ConfigFileError):
        document.open_file(tmp_path / "none.toml", "Open")
    assert document.snapshot is before and not document.undo_stack.canUndo()


def test_that_an_earlier_session_is_taken_up_without_an_undo_step(document: ArchitectureDocument) -> None:
    document.take_up(preset("ResNet-18"), None, modified=True)
    assert document.modified and not document.undo_stack.canUndo()
    document.take_up(preset("ResNet-18"), None, modified=False)
    assert not document.modified


def test_that_the_first_pin_is_the_reference_and_another_can_be(qapp: QApplication) -> None:
    pinned, small, large = PinnedState(), analyzed(preset("ResNet-18")), analyzed(preset("ResNet-50"))
    pinned.pin(small)
    pinned.pin(large)
    pinned.pin(small)
    assert pinned.pinned == (small, large) and pinned.reference == small
    pinned.make_reference(large)
    assert pinned.pinned == (large, small)
    pinned.unpin(large)
    assert pinned.reference == small
    pinned.clear()
    assert pinned.reference is None


def test_that_a_selection_stays_where_the_new_graph_has_it(qapp: QApplication) -> None:
    selection = SelectionState()
    selection.select("layer3.1")
    selection.keep_within(analyzed(preset("ResNet-18")).graph)
    assert selection.selected == "layer3.1"
    selection.select("layer3.5")
    selection.keep_within(analyzed(preset("ResNet-18")).graph)
    assert selection.selected == ""


def test_that_a_layer_knows_its_block() -> None:
    graph = analyzed(preset("ResNet-18")).graph
    assert block_of(graph, "layer2.0.conv1") == "layer2.0" == block_of(graph, "layer2.0")
    assert block_of(graph, "conv1") == block_of(graph, "nothing") == ""


def test_that_a_run_belongs_to_the_architecture_of_its_name_and_boundaries(qapp: QApplication) -> None:
    runs, graph = RunsState(), analyzed(preset("ResNet-18")).graph
    runs.put(shown_run("a", "ResNet-34"))
    assert runs.run_for(graph) is None
    first, second = shown_run("b"), shown_run("c")
    runs.put(first)
    runs.put(second)
    assert runs.run_for(graph) is second
    runs.look_at("b")
    assert runs.run_for(graph) is first


def test_that_a_run_of_an_edited_copy_of_one_name_is_none_of_the_architecture(qapp: QApplication) -> None:
    runs, config = RunsState(), preset("ResNet-18")
    runs.put(shown_run("a"))
    wider = with_value(config, ("stages", 0, "width"), 128)
    assert analyzed(wider).graph.boundaries == analyzed(config).graph.boundaries and wider.name == config.name
    assert runs.run_for(analyzed(wider).graph) is None
    for path, value in ((("input", "height"), 32), (("head", "classes"), 10)):
        assert runs.run_for(analyzed(with_value(config, path, value)).graph) is runs.shown[0]


def test_that_a_run_looked_at_before_it_is_read_becomes_current_when_it_is(qtbot: QtBot) -> None:
    runs = RunsState()
    runs.look_at("soon")
    assert runs.current is None
    with qtbot.waitSignal(runs.current_changed):
        runs.put(shown_run("soon"))
    assert runs.current is not None


def test_that_hiding_the_current_run_looks_at_another(qapp: QApplication) -> None:
    runs = RunsState()
    runs.put(shown_run("a"))
    runs.put(shown_run("b"))
    runs.look_at("b")
    runs.hide("b")
    assert runs.current is not None and runs.current.key == "a"
    runs.hide("a")
    assert runs.current is None and runs.shown == ()


def test_that_norms_are_those_of_the_newest_capture_up_to_a_step() -> None:
    run = shown_run("a")
    assert run.norms_at(None) is not None
    np.testing.assert_array_equal(run.norms_at(None), run.boundary_norms[2])
    np.testing.assert_array_equal(run.norms_at(7), run.boundary_norms[1])
    np.testing.assert_array_equal(run.norms_at(0), run.boundary_norms[0])
    assert shown_run("b", steps=()).norms_at(3) is None


def test_that_a_recipe_that_cannot_be_is_refused(qtbot: QtBot) -> None:
    recipe = TrainingRecipe()
    with qtbot.waitSignal(recipe.refused) as refused:
        assert not recipe.set_field("batch_size", 0)
    assert refused.args[0][0].path == ("batch_size",)
    assert recipe.set_field("batch_size", 2) and recipe.config.batch_size == 2


def test_that_recent_files_are_few_and_each_stands_once(qapp: QApplication, tmp_path: Path) -> None:
    recent = RecentFiles()
    for number in range(MOST_FILES + 3):
        recent.add(tmp_path / str(number))
    recent.add(tmp_path / "5")
    assert len(recent.paths) == MOST_FILES
    assert recent.paths[0] == tmp_path / "5" and len(set(recent.paths)) == MOST_FILES
    recent.remove(tmp_path / "5")
    assert tmp_path / "5" not in recent.paths
