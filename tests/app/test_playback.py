"""One moment for all views: the bar of captured steps, the player behind it, and what they say."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.painting.elided_label import ElidedLabel
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.captured_steps import CapturedSteps
from app.state.run_player import RunPlayer
from app.state.runs_state import Curve, RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.playback.step_ruler import StepRuler
from app.views.playback.step_slider import LABEL_GAP
from app.views.playback.time_bar import TimeBar
from app.views.training.curve_plots import CurvePlots
from resnet_core.configuration.presets import preset
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.number_text import exact
from resnet_core.runs.run_records import RunSummary
from tests.drawing.flow_runs import plausible_run, run_of

KEYS = Qt.Key
STEPS = np.array([*range(11), 15, 30, 45, 60], np.int64)


class Desk(NamedTuple):
    """The bar on the screen with all that it listens to."""

    bar: TimeBar
    steps: CapturedSteps
    player: RunPlayer
    document: ArchitectureDocument
    selection: SelectionState
    runs: RunsState

    def button(self, name: str) -> QToolButton:
        found = self.bar.findChild(QToolButton, f"time_{name}")
        assert found is not None
        return found

    def point(self, row: int, y: int = 14) -> QPoint:
        return QPoint(round(self.bar.slider.ruler.x_of(row)), y)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    document, selection, runs, theme = ArchitectureDocument(preset("ResNet-20")), SelectionState(), RunsState(), Theme()
    steps = CapturedSteps(document, selection, runs)
    player = RunPlayer(steps)
    bar = TimeBar(steps, player, theme)
    qtbot.addWidget(bar)
    bar.resize(800, bar.sizeHint().height())
    return Desk(bar, steps, player, document, selection, runs)


def run_with(desk: Desk, steps: np.ndarray = STEPS, *, status: str = "finished", name: str = "ResNet-20") -> ShownRun:
    """A run whose gradients explode at the block layer2.0 at step 3 and are level else."""
    graph = ArchitectureDocument(preset(name)).snapshot.graph
    norms = np.full((len(steps), len(graph.boundaries)), 1e-2)
    if len(steps) > 3:
        norms[3, :4] = 1e3
    made = run_of(graph, norms, steps=steps)
    summary = RunSummary("run", made.summary.folder, "run", status, step=61, total_steps=100)
    return ShownRun(summary, made.architecture, {}, made.boundaries, steps, norms)


def shown(qtbot: QtBot, desk: Desk, **more: object) -> Desk:
    desk.runs.put(run_with(desk, **more))
    qtbot.waitExposed(desk.bar)
    return desk


def test_that_the_bar_is_there_only_while_there_is_a_choice_of_captures(qtbot: QtBot, desk: Desk) -> None:
    assert not desk.bar.isVisible()
    desk.runs.put(run_with(desk, STEPS[:1], status="running"))
    assert not desk.bar.isVisible()
    desk.runs.put(run_with(desk, STEPS[:2], status="running"))
    assert desk.bar.isVisible()
    desk.runs.hide("run")
    assert not desk.bar.isVisible()


def test_that_the_bar_goes_to_a_capture_and_follows_when_another_view_goes_elsewhere(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    assert desk.bar.slider.value() == 14 and desk.bar.box.value() == 60
    QTest.mouseClick(desk.bar.slider, Qt.MouseButton.LeftButton, pos=desk.point(12))
    assert desk.selection.step == 30 and desk.bar.box.value() == 30
    desk.selection.set_step(47)  # as a drag under the curves, where every step can be asked for
    assert desk.bar.slider.value() == 13 and desk.bar.box.value() == 45
    assert "45" in desk.bar.slider.accessibleDescription() and "14" in desk.bar.slider.accessibleDescription()


def test_that_keys_on_the_line_move_by_captures_and_to_the_ends(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    line = desk.bar.slider
    for key, step in (
        (KEYS.Key_Left, 45), (KEYS.Key_Left, 30), (KEYS.Key_Home, 0), (KEYS.Key_Right, 1), (KEYS.Key_End, 60),
        (KEYS.Key_PageDown, 45),
    ):  # fmt: skip
        QTest.keyClick(line, key)
        assert desk.selection.step == step


def test_that_a_typed_step_shows_the_capture_at_it_or_before_it(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    for typed, step in (("29", 15), ("4", 4), ("999", 60)):
        desk.bar.box.selectAll()
        QTest.keyClicks(desk.bar.box, typed)
        QTest.keyClick(desk.bar.box, KEYS.Key_Return)
        assert desk.selection.step == step and desk.bar.box.value() == step
    QTest.keyClick(desk.bar.box, KEYS.Key_Down)
    assert desk.selection.step == 45


def test_that_the_buttons_go_to_the_neighbours_and_are_disabled_at_the_ends(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    assert not desk.button("step_on").isEnabled()
    QTest.mouseClick(desk.button("step_back"), Qt.MouseButton.LeftButton)
    assert desk.selection.step == 45 and desk.button("step_on").isEnabled()
    QTest.mouseClick(desk.button("step_on"), Qt.MouseButton.LeftButton)
    assert desk.selection.step == 60


def test_that_a_live_run_is_followed_until_one_looks_back_and_again_at_its_end(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk, steps=STEPS[:9], status="running")
    assert desk.steps.follows_newest and desk.button("newest").isVisible()
    desk.runs.put(run_with(desk, STEPS[:10], status="running"))
    assert desk.bar.slider.value() == 9
    QTest.keyClick(desk.bar.slider, KEYS.Key_Home)
    desk.runs.put(run_with(desk, STEPS[:12], status="running"))
    assert desk.bar.slider.value() == 0 and desk.selection.step == 0
    QTest.keyClick(desk.bar.slider, KEYS.Key_End)
    assert desk.selection.step is None
    desk.runs.put(run_with(desk, STEPS, status="finished"))
    assert not desk.button("newest").isVisible() and desk.bar.slider.value() == 14


def test_that_it_plays_every_capture_in_order_from_the_start_and_stops_at_the_end(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk, steps=STEPS[:6])
    seen: list[object] = []
    desk.selection.step_changed.connect(seen.append)
    desk.player.set_speed(4.0)
    QTest.keyClick(desk.bar.slider, KEYS.Key_Space)
    assert desk.player.is_playing and desk.button("play").accessibleName().startswith("Pause")
    qtbot.waitUntil(lambda: not desk.player.is_playing, timeout=5000)
    assert seen[0] == 0 and seen[-1] == 5 and seen == sorted(seen) and len(seen) <= 6


def test_that_playing_pauses_when_another_view_goes_to_a_step(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    desk.player.play()
    desk.selection.set_step(7)
    assert not desk.player.is_playing and desk.selection.step == 7


def test_that_a_long_run_is_over_in_twenty_seconds_and_repeats_if_asked_to(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk, steps=np.arange(4000))
    desk.player.set_repeats(True)
    desk.player.set_speed(4.0)
    desk.steps.go_to_row(3900)
    desk.player.play()
    qtbot.waitUntil(lambda: 0 <= desk.steps.row < 3000, timeout=3000)
    assert desk.player.is_playing
    desk.player.pause()


def test_that_an_alert_is_marked_at_its_step_and_a_click_selects_its_block(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    (alert,) = desk.steps.alerts
    assert (alert.kind, alert.step, alert.place) == ("exploding", 3, "layer2.0")
    (action,) = desk.button("alerts").menu().actions()
    assert "layer2.0" in action.text() and "step 3" in action.text()
    QTest.mouseClick(desk.bar.slider, Qt.MouseButton.LeftButton, pos=desk.point(3, 4))
    assert desk.selection.step == 3 and desk.selection.selected == "layer2.0"
    desk.selection.select("")
    desk.selection.set_step(60)
    action.trigger()
    assert desk.selection.step == 3 and desk.selection.selected == "layer2.0"


def test_that_marks_and_numbers_are_those_of_the_run_when_another_says_the_same(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    bar = desk.bar
    assert bar.slider.named_rows() and [alert.row for alert, _ in bar.slider.alerts] == [3]
    sparse = np.array([0, 3, *range(1000, 14000, 1000)], np.int64)  # as many captures, and the same alert in words
    assert len(sparse) == len(STEPS)
    made = run_with(desk, sparse)
    made.boundary_norms[1], made.boundary_norms[3] = made.boundary_norms[3], made.boundary_norms[2]
    desk.runs.put(made)
    ((alert, words),) = bar.slider.alerts
    assert (alert.row, alert.step) == (1, 3) and "step 3" in words
    metrics = bar.slider.fontMetrics()
    assert bar.slider.named_rows() == bar.slider.ruler.named(
        lambda step: metrics.horizontalAdvance(exact(step)), LABEL_GAP
    )


def test_that_the_run_that_is_looked_at_is_named_where_it_is_not_of_what_is_open(qtbot: QtBot, desk: Desk) -> None:
    desk.runs.look_at("run")
    shown(qtbot, desk, name="Plain-20")
    assert desk.bar.isVisible() and not desk.steps.is_of_open_architecture
    about = desk.bar.findChild(ElidedLabel, "time_about")
    assert about is not None and "Plain-20" in about.text()
    desk.document.open_preset("Plain-20", "open")
    assert desk.steps.is_of_open_architecture and "Plain-20" not in about.text()


def test_that_the_captures_are_evenly_placed_and_as_many_named_as_have_room() -> None:
    ruler = StepRuler(STEPS, 0.0, 140.0)
    assert [ruler.row_at(ruler.x_of(row)) for row in range(len(STEPS))] == list(range(len(STEPS)))
    rows = ruler.named(lambda step: 7.0 * len(str(step)), 4.0)
    assert rows[0] == 0 and rows[-1] == len(STEPS) - 1
    edges = [(ruler.x_of(row) - 3.5 * len(str(STEPS[row])), ruler.x_of(row) + 3.5 * len(str(STEPS[row])))
             for row in rows]  # fmt: skip
    assert all(before[1] + 4 <= after[0] for before, after in pairwise(edges))
    many = StepRuler(np.arange(10_000), 0.0, 500.0)
    named = many.named(lambda _step: 30.0, 8.0)
    assert set(np.diff(named[:-1])) == {1000} and named[-1] == 9999 and not many.ticks()


@pytest.mark.parametrize("width", [360, 480, 720, 1500])
def test_that_nothing_in_the_bar_lies_on_anything_else(qtbot: QtBot, desk: Desk, width: int) -> None:
    shown(qtbot, desk, status="running")
    desk.bar.resize(width, desk.bar.height())
    qtbot.wait(20)
    parts = [part for part in desk.bar.children() if isinstance(part, QWidget) and part.isVisible()]
    parts.sort(key=lambda part: part.x())
    assert all(a.geometry().right() < b.geometry().left() for a, b in pairwise(parts))
    assert parts[-1].geometry().right() <= width and desk.bar.slider.width() >= 84


def test_that_everything_that_acts_has_a_name(qtbot: QtBot, desk: Desk) -> None:
    shown(qtbot, desk)
    acting = [*desk.bar.findChildren(QToolButton), desk.bar.slider, desk.bar.box]
    assert all(widget.objectName() and widget.accessibleName() for widget in acting if widget.isVisible())
    assert "Alt+Left" in desk.bar.whatsThis()


# In the window


def test_that_the_window_has_one_bar_for_all_views_and_all_of_them_follow_it(
    qtbot: QtBot, application: Application
) -> None:
    window, steps = application.window, application.captured
    application.document.open_preset("ResNet-20", "open")
    assert window.findChild(TimeBar) is None and not application.actions["play_run"].isEnabled()
    graph = application.document.snapshot.graph
    made = plausible_run(graph, 20)
    curve = Curve(np.arange(20), np.linspace(2.0, 1.0, 20))
    run = ShownRun(made.summary, made.architecture, {"train_loss": curve}, made.boundaries, made.gradient_steps,
                   made.boundary_norms, made.block_quantities, made.batch_size)  # fmt: skip
    application.runs.put(run)
    application.runs.look_at(run.key)
    (bar,) = window.findChildren(TimeBar)
    qtbot.waitUntil(lambda: bar.isVisible() and bar.geometry().top() >= window.tabs.geometry().bottom())
    qtbot.waitUntil(application.actions["play_run"].isEnabled)
    window.show_page("training")
    QTest.keyClick(window, KEYS.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert application.selection.step == 18 and bar.isVisible()
    plots = application.training.view().findChild(CurvePlots)
    assert plots is not None and {cursor.value() for cursor in plots._cursors.values()} == {18}
    depth = window.findChild(QLabel, "effective_depth")
    assert depth is not None and "at step 18" in depth.text()
    window.show_page("atlas")
    bar.slider.setFocus()
    QTest.keyClick(bar.slider, KEYS.Key_Home)
    assert application.atlas.gradients.shown_step == 0 and "at step 0" in depth.text()
    QTest.keyClick(window, KEYS.Key_F4)
    assert application.player.is_playing
    qtbot.waitUntil(lambda: steps.row >= 1, timeout=4000)
    application.actions["play_run"].trigger()
    assert not application.player.is_playing and application.atlas.gradients.row == steps.row


def test_that_a_drag_in_the_history_moves_the_bar(qtbot: QtBot, application: Application) -> None:
    application.document.open_preset("ResNet-20", "open")
    made = plausible_run(application.document.snapshot.graph, 40)
    application.runs.put(ShownRun(made.summary, made.architecture, {}, made.boundaries, made.gradient_steps,
                                  made.boundary_norms, made.block_quantities, made.batch_size))  # fmt: skip
    row = next(row for row in application.atlas.rows if isinstance(row.track, GradientHistoryTrack))
    assert isinstance(row.track, GradientHistoryTrack)
    handle = row.track.handle_box(row.rect).center
    viewport, start = application.atlas.viewport(), QPoint(round(handle[0]), round(handle[1]))
    stop = QPoint(start.x(), round(row.track.y_of(10, row.rect)))
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, stop)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=stop)
    bar = application.window.findChild(TimeBar)
    assert bar is not None and bar.slider.value() == 10 and bar.box.value() == 10
