"""The pass as a person plays it on the Atlas: real timers, clicks and keys on the bar, and what is painted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.views.atlas.atlas_menu import atlas_menu
from tests.app.atlas_bench import Bench, drag, open_bench
from tests.app.pass_bench import band_image, measured, opened, part, press, ticking

KEYS = Qt.Key
BLOCKS = 16


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    return partial(open_bench, qtbot)


def test_that_nothing_of_a_pass_exists_until_it_is_asked_for(bench) -> None:
    b = bench()
    assert not b.atlas.tensor_pass.is_open
    assert b.atlas.findChild(QWidget, "tensor_pass_bar") is None
    assert b.atlas.findChild(QWidget, "tensor_pass_overlay") is None


def test_that_it_plays_to_the_end_and_stops_there(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-18")
    shown = b.atlas.tensor_pass
    shown.open()
    shown.player.set_speed(4.0)
    seen: list[float] = []
    shown.player.moved.connect(lambda: seen.append(shown.player.moment))
    qtbot.waitUntil(lambda: shown.player.is_over, timeout=8000)
    assert not shown.player.is_playing and not ticking(b)
    assert seen == sorted(seen) and len(seen) > 10 and seen[-1] == shown.player.timeline.length
    assert shown.bar.caption.startswith("The pass forward is over.")


def test_that_a_pause_holds_the_moment_and_play_goes_on(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = b.atlas.tensor_pass
    shown.open()
    qtbot.waitUntil(lambda: shown.player.moment > 0)
    press(b, qtbot, "play")
    held = shown.player.moment
    qtbot.wait(120)
    assert shown.player.moment == held and not ticking(b)
    press(b, qtbot, "play")
    qtbot.waitUntil(lambda: shown.player.moment > held)
    shown.player.pause()


def test_that_steps_go_on_and_back_by_button_and_key(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = opened(b)
    press(b, qtbot, "step_on")
    press(b, qtbot, "step_on")
    second = shown.player.moment
    assert shown.bar.caption.startswith("layer1.0: x, 64 × 56², takes two roads")
    qtbot.keyClick(part(b, QToolButton, "play"), KEYS.Key_Period)
    assert shown.bar.caption == "layer1.0: the projection makes 64 × 56² into 256 × 56² so that both can be added"
    qtbot.keyClick(part(b, QToolButton, "play"), KEYS.Key_Comma)
    assert shown.player.moment == second
    press(b, qtbot, "step_back")
    press(b, qtbot, "step_back")
    assert shown.player.moment == 0 and not shown.player.is_playing


def test_that_where_layers_are_seen_a_step_is_a_layer(bench) -> None:
    b = bench()
    b.selection.select("layer2.0")
    b.atlas.zoom.to_selection()
    shown = opened(b)
    b.image()
    column = b.atlas.depth_view.axis.column_of("layer2.0")
    assert column is not None
    shown.player.go_to(float(shown.player.timeline.place_of(column)))
    captions = []
    for _ in range(4):
        shown.player.step(1)
        captions.append(shown.bar.caption.split(":")[0])
    assert captions == [f"layer2.0.{id}" for id in ("conv1", "bn1", "relu1", "conv2")]


def test_that_the_slider_scrubs_and_goes_the_way_of_the_pass(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = opened(b)
    slider = part(b, QSlider, "slider")
    assert isinstance(slider, QSlider)
    slider.setValue(500)
    assert shown.player.share == pytest.approx(0.5)
    assert not slider.invertedAppearance()
    press(b, qtbot, "backward")
    assert slider.invertedAppearance() and shown.player.direction == "backward"
    slider.setValue(1000)
    assert shown.player.is_over
    qtbot.keyClick(slider, KEYS.Key_Home)
    assert shown.player.moment == 0


def test_that_turning_round_stays_at_the_same_place_of_the_network(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = opened(b)
    shown.player.go_to(6.5)
    column = shown.player.timeline.column(6)
    press(b, qtbot, "backward")
    assert shown.player.timeline.column(shown.player.timeline.place_at(shown.player.moment)) is column
    press(b, qtbot, "forward")
    assert shown.player.moment == pytest.approx(6.5)


def test_that_space_plays_and_escape_closes_and_ends_the_timer(bench, qtbot: QtBot) -> None:
    b = bench()
    height = b.atlas.viewport().height()
    shown = opened(b)
    assert b.atlas.viewport().height() < height
    qtbot.keyClick(shown.bar, KEYS.Key_Space)
    assert shown.player.is_playing and ticking(b)
    qtbot.keyClick(shown.bar, KEYS.Key_Escape)
    assert not shown.is_open and not ticking(b)
    assert b.atlas.viewport().height() == height
    assert not shown.overlay.isVisible()
    shown.open()
    press(b, qtbot, "close")
    assert not shown.is_open and not ticking(b)


def test_that_another_network_during_play_begins_anew_without_playing(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = b.atlas.tensor_pass
    shown.open()
    qtbot.waitUntil(lambda: shown.player.moment > 0)
    b.document.open_preset("Plain-20", "Open")
    qtbot.wait(60)
    assert shown.player.moment == 0 and not shown.player.is_playing and shown.is_open
    assert shown.player.timeline.graph is b.document.snapshot.graph
    shown.player.go_to(2.5)
    assert "one road only" in shown.bar.caption
    assert not band_image(b).isNull()


def test_that_an_edit_during_play_begins_anew(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = b.atlas.tensor_pass
    shown.open()
    shown.player.go_to(9.0)
    b.document.set_field(("stages", 0, "blocks"), 5, "More blocks")
    qtbot.wait(60)
    assert shown.player.moment == 0 and len(shown.player.timeline.axis.columns) == BLOCKS + 2 + 2
    shown.player.play()
    qtbot.waitUntil(lambda: shown.player.moment > 0)
    shown.player.pause()


def test_that_a_hidden_atlas_stops_the_timer(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = b.atlas.tensor_pass
    shown.open()
    qtbot.waitUntil(lambda: shown.player.moment > 0)
    b.atlas.hide()
    assert not ticking(b)
    held = shown.player.moment
    b.document.open_preset("ResNet-18", "Open")
    b.atlas.show()
    qtbot.wait(60)
    assert not ticking(b) and held > 0
    assert shown.player.timeline.graph is b.document.snapshot.graph


def test_that_the_gradient_shows_the_runs_norms_and_the_step_that_is_looked_at(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = opened(b)
    shown.player.turn("backward")
    shown.player.go_to(4.95)
    band_image(b)
    norms = part(b, QWidget, "norms")
    assert shown.bar.caption.endswith("as vectors. Train or probe to see norms.")
    assert norms.accessibleName() == "Train or probe to see norms."
    bare = band_image(b)
    measured(b)
    qtbot.waitUntil(lambda: "1.0·10⁻³" in shown.bar.caption)
    assert shown.bar.caption.endswith("branch (5.0·10⁻⁴) and skip (5.0·10⁻⁴), at cosine 1.00, add up to ‖g‖ 1.0·10⁻³")
    assert norms.accessibleName() == "Norms of “run”, step 2"
    assert band_image(b) != bare
    b.selection.set_step(1)
    qtbot.waitUntil(lambda: norms.accessibleName() == "Norms of “run”, step 1")


def test_that_the_view_follows_the_pass_unless_a_person_looks_away(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-152")
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(8, 0.0))
    shown = opened(b)
    b.image()
    for moment in (3.0, 9.0, 15.0, 21.0):
        shown.player.go_to(moment)
        x = shown.overlay.front_x()
        assert x is not None and b.atlas.depth_view.left <= x <= b.atlas.depth_view.right
    view = b.atlas.depth_view
    row = b.row("structure").rect
    at = QPoint(round(view.left + view.width * 0.6), round((row.top + row.bottom) / 2))
    for _ in range(6):
        drag(qtbot, b, at, at + QPoint(300, 0))
    away = b.atlas.depth_view
    assert away.first < view.first
    shown.player.go_to(22.0)
    assert b.atlas.depth_view == away
    shown.player.step(1)
    shown.player.play()
    shown.player.pause()
    x = shown.overlay.front_x()
    assert x is not None and b.atlas.depth_view.left <= x <= b.atlas.depth_view.right


def test_that_the_structure_is_brought_back_where_it_was_hidden(bench) -> None:
    b = bench()
    b.atlas.set_layout_record(b.atlas.layout_record.toggled("structure"))
    opened(b)
    assert "structure" in b.atlas.layout_record.shown


def test_that_it_opens_from_the_context_menu(bench) -> None:
    b = bench()
    menu = atlas_menu(b.atlas, QPoint(300, 60))
    action = next(action for action in menu.actions() if action.objectName() == "atlas_animate_pass")
    action.trigger()
    assert b.atlas.tensor_pass.is_open and b.atlas.tensor_pass.player.is_playing
    b.atlas.tensor_pass.close()
    menu.deleteLater()


def test_that_it_opens_from_the_view_menu_and_space_in_its_bar_is_its_own(application: Application) -> None:
    pauses: list[bool] = []
    application.actions["pause"].setEnabled(True)
    application.actions["pause"].triggered.connect(pauses.append)
    action = application.actions["animate_pass"]
    assert action.toolTip().startswith("Follow the tensor")
    action.trigger()
    shown = application.atlas.tensor_pass
    assert shown.is_open and shown.player.is_playing
    play = shown.bar.findChild(QToolButton, "tensor_pass_play")
    assert play is not None
    QTest.keyClick(play, KEYS.Key_Space)
    assert not shown.player.is_playing and pauses == []
    QTest.keyClick(play, KEYS.Key_Escape)
    assert not shown.is_open


def test_that_every_control_has_a_name_and_the_bar_a_help_text(bench) -> None:
    b = bench()
    bar = opened(b).bar
    controls = [*bar.findChildren(QToolButton), *bar.findChildren(QSlider), *bar.findChildren(QComboBox)]
    assert len(controls) == 9
    assert all(control.accessibleName() and control.toolTip() and control.objectName() for control in controls)
    assert "∂L/∂x = ∂L/∂H · (1 + ∂F/∂x)" in bar.whatsThis() and "H(x) = F(x) + x" in bar.whatsThis()
