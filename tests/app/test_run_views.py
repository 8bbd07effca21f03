"""Drives the Training tab, the run list and the run controls on the real widgets, over real run folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QSpinBox, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from app.forms.problem_note import FixButton
from app.services.engine_service import EngineService
from app.services.run_follower import RunFollower
from app.services.theme import DARK, Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState, JobProgress
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.state.training_recipe import TrainingRecipe
from app.views.runs.recipe_form import FIRST_FIELDS, MORE_FIELDS
from app.views.runs.run_controls import RunControls
from app.views.runs.run_list_view import RunListView
from app.views.training.training_view import TrainingView
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.runs.run_events import EvaluationCompleted, GradientCaptured, RunFinished, RunStarted, StepCompleted
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_store import RunStore


class Desk(NamedTuple):
    """The states and the services that the views are given."""

    document: ArchitectureDocument
    recipe: TrainingRecipe
    runs: RunsState
    selection: SelectionState
    engine: EngineState
    follower: RunFollower
    service: EngineService
    library: RunLibrary
    theme: Theme


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    document, recipe, runs = ArchitectureDocument(preset("ResNet-20")), TrainingRecipe(), RunsState()
    engine, library = EngineState(), RunLibrary(tmp_path / "runs")
    follower = RunFollower(runs, library)
    service = EngineService(document, recipe, engine, follower, library)
    yield Desk(document, recipe, runs, SelectionState(), engine, follower, service, library, Theme("light"))
    service.close()


def record_run(library: RunLibrary, name: str, steps: int = 30, **update: float) -> str:
    """Write a finished run of a preset with `steps` steps, each with this `update`, and return its key."""
    config = preset(name)
    boundaries = build_graph(config).boundaries
    folder = library.new_folder(name)
    with RunStore.create(folder, config_toml=config_to_toml(config)) as store:
        began = "2026-01-01T00:00:00+00:00"
        store.record(RunStarted(name, name, "cpu", 0, steps, 10, boundaries, "digits", began, ("note",)))
        for step in range(steps):
            store.record(StepCompleted(step, 2.3 / (step + 1), step / steps, 0.1, 0.1 * step, **update))
            store.record(GradientCaptured(step, (0.01,) * len(boundaries)))
        store.record_many([EvaluationCompleted(step, step // 10, 1.0, step / steps) for step in (10, 20, 30)])
        store.record(RunFinished("finished", steps, 3.0, ""))
    return folder.name


def shown(qtbot: QtBot, widget: QWidget, width: int = 700, height: int = 500) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)


def training_view(qtbot: QtBot, desk: Desk) -> TrainingView:
    view = TrainingView(desk.runs, desk.selection, desk.engine, desk.service, desk.theme)
    shown(qtbot, view)
    return view


def test_that_the_training_tab_says_how_to_get_a_run_when_there_is_none(qtbot: QtBot, desk: Desk) -> None:
    view = training_view(qtbot, desk)
    empty = view.findChild(QLabel, "training_empty_state")
    assert empty is not None and empty.isVisible()
    assert "Train the open architecture" in empty.text()


def test_that_every_shown_run_gets_its_curves(qtbot: QtBot, desk: Desk) -> None:
    keys = [record_run(desk.library, name) for name in ("ResNet-20", "Plain-20")]
    view = training_view(qtbot, desk)
    for key in keys:
        desk.service.show_run(key)
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 2)
    plots = view.findChild(QWidget, "curve_plots")
    assert plots is not None and plots.isVisible()
    for key in keys:
        assert plots.curve_points(key, "train_loss") == 30  # type: ignore[attr-defined]
        assert plots.curve_points(key, "test_accuracy") == 3  # type: ignore[attr-defined]
    desk.service.hide_run(keys[0])
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 1)
    assert plots.curve_points(keys[0], "train_loss") == 0  # type: ignore[attr-defined]


def test_that_the_form_has_every_field_of_the_recipe_once() -> None:
    assert sorted((*FIRST_FIELDS, *MORE_FIELDS)) == sorted(TrainingConfig.model_fields)


def test_that_norms_and_scales_have_plots_where_a_run_has_them(qtbot: QtBot, desk: Desk) -> None:
    clipped = {"gradient_norm": 3.0, "clipped_gradient_norm": 1.0}
    plain = record_run(desk.library, "ResNet-20")
    clipping = record_run(desk.library, "ResNet-20", **clipped)
    scaling = record_run(desk.library, "ResNet-20", **clipped, loss_scale=65536.0)
    view = training_view(qtbot, desk)
    desk.service.show_run(plain)
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 1)
    plots: Any = view.findChild(QWidget, "curve_plots")
    assert plots.plot_kinds() == ("loss", "accuracy")
    desk.service.show_run(clipping)
    qtbot.waitUntil(lambda: plots.plot_kinds() == ("loss", "accuracy", "norm"))
    assert plots.curve_points(clipping, "gradient_norm") == plots.curve_points(clipping, "clipped_gradient_norm") == 30
    assert plots.curve_points(plain, "gradient_norm") == 0
    desk.service.show_run(scaling)
    qtbot.waitUntil(lambda: plots.plot_kinds() == ("loss", "accuracy", "norm", "scale"))
    assert plots.curve_points(scaling, "loss_scale") == 30
    desk.theme.choose("dark")
    for key in (scaling, clipping):
        desk.service.hide_run(key)
    qtbot.waitUntil(lambda: plots.plot_kinds() == ("loss", "accuracy"))
    desk.service.show_run(clipping)
    qtbot.waitUntil(lambda: plots.curve_points(clipping, "gradient_norm") == 30)


def test_that_an_exploded_evaluation_does_not_flatten_the_loss(qtbot: QtBot, desk: Desk) -> None:
    from app.views.training.curve_plots import loss_range

    desk.service.show_run(record_run(desk.library, "ResNet-20"))
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 1)
    (run,) = desk.runs.shown
    before = loss_range((run,))
    tested = run.curves["test_loss"]
    exploded = tested._replace(values=np.array([1.0, 3.8e8, np.inf]))
    after = loss_range((run._replace(curves={**run.curves, "test_loss": exploded}),))
    assert before == after
    assert before is not None and before[1] <= 2.3
    assert loss_range((run._replace(curves={}),)) is None


def test_that_the_plots_follow_the_theme(qtbot: QtBot, desk: Desk) -> None:
    view = training_view(qtbot, desk)
    desk.service.show_run(record_run(desk.library, "ResNet-20"))
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 1)
    desk.theme.choose("dark")
    corner = view.findChild(QWidget, "curve_plots").grab().toImage().pixelColor(2, 2)  # type: ignore[union-attr]
    assert corner.name() == DARK.canvas


def test_that_dragging_the_line_looks_at_that_step_and_the_button_follows_again(qtbot: QtBot, desk: Desk) -> None:
    view = training_view(qtbot, desk)
    desk.service.show_run(record_run(desk.library, "ResNet-20"))
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 1)
    plots = view.findChild(QWidget, "curve_plots")
    plots.step_dragged.emit(12)  # type: ignore[union-attr]
    assert desk.selection.step == 12
    follow = view.findChild(QPushButton, "follow_newest")
    assert follow is not None
    qtbot.mouseClick(follow, Qt.MouseButton.LeftButton)
    assert desk.selection.step is None


def test_that_the_list_shows_every_run_and_a_click_looks_at_it(qtbot: QtBot, desk: Desk) -> None:
    view = RunListView(desk.runs, desk.engine, desk.service, desk.theme)
    shown(qtbot, view)
    keys = {record_run(desk.library, name) for name in ("ResNet-20", "Plain-20")}
    desk.service.refresh_library()
    tree = view.findChild(QTreeWidget, "run_list")
    assert tree is not None
    qtbot.waitUntil(lambda: tree.topLevelItemCount() == 2)
    item = tree.topLevelItem(0)
    assert item is not None
    assert (item.text(1), item.text(2)) == ("finished", "30/30")
    key = item.data(0, Qt.ItemDataRole.UserRole)
    assert key in keys
    place = tree.visualItemRect(item).center() + QPoint(10, 0)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: desk.runs.current is not None and desk.runs.current.key == key)
    assert item.checkState(0) == Qt.CheckState.Checked
    item.setCheckState(0, Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not desk.runs.shown)


def test_that_a_finished_run_can_be_deleted_but_not_resumed(qtbot: QtBot, desk: Desk) -> None:
    view = RunListView(desk.runs, desk.engine, desk.service, desk.theme)
    shown(qtbot, view)
    key = record_run(desk.library, "ResNet-20")
    desk.service.refresh_library()
    qtbot.waitUntil(lambda: len(desk.runs.library) == 1)
    actions = {action.text(): action.isEnabled() for action in view.menu_for(key).actions()}
    assert actions["Resume from its checkpoint"] is False
    assert actions["Delete…"] is True
    desk.service.delete_run(key)
    qtbot.waitUntil(lambda: not desk.runs.library)
    assert not (desk.library.root / key).exists()


@pytest.fixture
def controls(qtbot: QtBot, desk: Desk) -> RunControls:
    made = RunControls(desk.document, desk.recipe, desk.runs, desk.engine, desk.service, desk.theme)
    shown(qtbot, made, 260, 600)
    return made


def test_that_the_buttons_follow_the_job(controls: RunControls, desk: Desk) -> None:
    train, pause, stop = (controls.findChild(QPushButton, f"{name}_button") for name in ("train", "pause", "stop"))
    assert train is not None and pause is not None and stop is not None
    assert train.isVisible() and not pause.isVisible() and not stop.isVisible()
    desk.engine.set_progress(JobProgress("train", "running", "", 40, 160, 14.0))
    assert not train.isVisible() and pause.isEnabled() and stop.isEnabled()
    left, bar = controls.findChild(QLabel, "time_left"), controls.findChild(QProgressBar, "run_progress")
    assert left is not None and bar is not None
    assert left.text() == "0:14 left"
    assert (bar.value(), bar.maximum()) == (40, 160)
    desk.engine.set_progress(JobProgress("train", "paused", "", 40, 160, 14.0))
    assert (pause.text(), left.text()) == ("Continue", "paused")
    desk.engine.set_progress(JobProgress())
    assert train.isVisible() and not stop.isVisible()


def test_that_the_form_edits_the_recipe_and_shows_zero_init(controls: RunControls, desk: Desk) -> None:
    steps = controls.findChild(QSpinBox, "recipe_steps")
    assert steps is not None
    assert steps.text() == "about a minute"
    steps.setValue(160)
    assert desk.recipe.config.steps == 160
    zero_init = controls.findChild(QWidget, "recipe_zero_init_residual")
    assert zero_init is not None and zero_init.isChecked()  # type: ignore[attr-defined]


def test_that_a_refused_recipe_says_why_and_keeps_the_old_value(controls: RunControls, desk: Desk) -> None:
    assert desk.recipe.set_field("batch_size", 0) is False
    message = controls.findChild(QLabel, "problem_recipe")
    assert message is not None and message.isVisible()
    assert "too small" in message.text()
    assert desk.recipe.config.batch_size == 64


def test_that_what_would_do_instead_is_one_click_away(qtbot: QtBot, controls: RunControls, desk: Desk) -> None:
    desk.recipe.set_field("batch_size", 0)
    offer = controls.findChild(FixButton, "fix_recipe_0")
    assert offer is not None and offer.text() == "Set Batch to 1"
    assert offer.shown_text() == offer.text()
    qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert desk.recipe.config.batch_size == 1
    assert not offer.isVisible()


def test_that_the_current_run_is_summed_up_in_a_line(qtbot: QtBot, controls: RunControls, desk: Desk) -> None:
    key = record_run(desk.library, "ResNet-20")
    desk.service.show_run(key)
    qtbot.waitUntil(lambda: len(desk.runs.shown) == 1)
    desk.runs.look_at(key)
    numbers, note = controls.findChild(QLabel, "run_numbers"), controls.findChild(QLabel, "run_note")
    assert numbers is not None and note is not None
    assert "step 30/30" in numbers.text() and "test 100" in numbers.text()
    assert note.text() == "note"
    assert np.isfinite(desk.runs.current.boundary_norms).all()  # type: ignore[union-attr]
