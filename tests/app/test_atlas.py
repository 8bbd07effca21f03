"""The Atlas as a person uses it: click, wheel, drag and keys on a real widget."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from tests.app.atlas_bench import LEFT, Bench, drag, even_norms, open_bench, shown_run, wheel


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    return partial(open_bench, qtbot)


@pytest.mark.parametrize("key", ["structure", "parameters", "gradient_history"])
def test_that_a_click_selects_the_block_under_it_in_every_track(bench, qtbot: QtBot, key: str) -> None:
    b = bench()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in(key, "layer3.1"))
    assert b.selection.selected == "layer3.1"


def test_that_a_click_selects_the_layer_when_layers_are_shown(bench, qtbot: QtBot) -> None:
    b = bench()
    b.selection.select("layer3.1")
    b.atlas.zoom.to_selection()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in("structure", "layer3.1.conv2"))
    assert b.selection.selected == "layer3.1.conv2"


def test_that_the_stem_and_the_head_stand_for_their_weighted_layer(bench, qtbot: QtBot) -> None:
    b = bench()
    for column, id in (("stem", "conv1"), ("head", "fc")):
        qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in("structure", column))
        assert b.selection.selected == id


def test_that_a_selection_from_outside_highlights_its_column_through_all_tracks(bench) -> None:
    b = bench()
    before = b.image()
    b.selection.select("layer3.1")
    after = b.image()
    x = b.point_in("structure", "layer3.1").x() + 12
    other = b.point_in("structure", "layer2.1").x() + 12
    for row in b.atlas.rows:
        y = round(row.rect.bottom) + 5
        assert before.pixel(x, y) != after.pixel(x, y)
        assert before.pixel(other, y) == after.pixel(other, y)


def test_that_a_selection_out_of_sight_is_brought_into_view(bench) -> None:
    b = bench("ResNet-152")
    b.selection.select("layer1.0")
    b.atlas.zoom.to_selection()
    b.selection.select("layer4.2")
    span = b.atlas.depth_view.axis.span_of("layer4.2")
    assert b.atlas.depth_view.first <= span.start and span.stop <= b.atlas.depth_view.last + 1e-6


def test_that_the_wheel_zooms_about_the_cursor_and_shift_pans(bench) -> None:
    b = bench()
    at = b.point_in("structure", "layer3.1")
    before, depth = b.atlas.depth_view, b.atlas.depth_view.depth(at.x())
    wheel(b, at, 240)
    assert b.atlas.depth_view.scale > before.scale
    assert b.atlas.depth_view.depth(at.x()) == pytest.approx(depth)
    first = b.atlas.depth_view.first
    wheel(b, at, -120, Qt.KeyboardModifier.ShiftModifier)
    assert b.atlas.depth_view.first > first
    wheel(b, at, -10_000)
    assert b.atlas.depth_view.is_fitted


def test_that_a_drag_pans_and_selects_nothing(bench, qtbot: QtBot) -> None:
    b = bench()
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(4, 500))
    first, at = b.atlas.depth_view.first, b.point_in("structure", "layer3.1")
    drag(qtbot, b, at, at - QPoint(80, 0))
    assert b.atlas.depth_view.first > first
    assert b.selection.selected == ""


def test_that_a_double_click_shows_the_whole_network(bench, qtbot: QtBot) -> None:
    b = bench()
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(4, 500))
    qtbot.mouseDClick(b.atlas.viewport(), LEFT, pos=QPoint(500, 60))
    assert b.atlas.depth_view.is_fitted


def test_that_a_drag_down_the_waterfall_sets_the_step_and_a_double_click_follows_again(bench, qtbot: QtBot) -> None:
    b = bench()
    b.runs.put(shown_run(b.document, even_norms(b.document, 100)))
    row = b.row("gradient_history")
    assert isinstance(row.track, GradientHistoryTrack)
    area = row.track.area(row.rect)
    x = b.point_in("structure", "layer3.1").x()
    drag(qtbot, b, QPoint(x, round(area.top) + 4), QPoint(x, round(area.top + area.height * 0.5)))
    assert b.selection.step == pytest.approx(50, abs=1)
    assert b.atlas.gradients.shown_step == b.selection.step
    qtbot.mouseDClick(b.atlas.viewport(), LEFT, pos=QPoint(x, round(area.center[1])))
    assert b.selection.step is None
    assert b.atlas.gradients.shown_step == 99


def test_that_another_theme_changes_the_colours(bench) -> None:
    b = bench()
    light = b.image()
    b.theme.choose("dark")
    dark = b.image()
    assert QColor(light.pixel(4, 300)).name() == "#fcfcfa"
    assert QColor(dark.pixel(4, 300)).name() == "#16181b"
    b.theme.choose("light")
    assert b.image() == light


def test_that_keys_alone_select_zoom_and_clear(bench, qtbot: QtBot) -> None:
    b = bench()
    keys = Qt.Key
    visited = []
    for key in (keys.Key_Right, keys.Key_Right, keys.Key_Right, keys.Key_Left, keys.Key_End, keys.Key_Home):
        qtbot.keyClick(b.atlas, key)
        visited.append(b.selection.selected)
    assert visited == ["conv1", "layer1.0", "layer1.1", "layer1.0", "fc", "conv1"]
    b.selection.select("layer2.1")
    qtbot.keyClick(b.atlas, keys.Key_Return)
    assert not b.atlas.depth_view.is_fitted
    qtbot.keyClick(b.atlas, keys.Key_Return)
    assert b.atlas.depth_view.layer_opacity() == 1
    qtbot.keyClick(b.atlas, keys.Key_Down)
    qtbot.keyClick(b.atlas, keys.Key_Right)
    assert b.selection.selected == "layer2.1.bn1"
    qtbot.keyClick(b.atlas, keys.Key_Up)
    assert b.selection.selected == "layer2.1"
    qtbot.keyClick(b.atlas, keys.Key_0)
    assert b.atlas.depth_view.is_fitted
    qtbot.keyClick(b.atlas, keys.Key_Escape)
    assert b.selection.selected == ""
    qtbot.keyClick(b.atlas, keys.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert not b.atlas.depth_view.is_fitted


def test_that_another_architecture_is_shown_whole_and_the_old_selection_is_nowhere(bench) -> None:
    b = bench()
    b.selection.select("layer3.5")
    b.document.open_preset("ResNet-18", "Open")
    assert b.atlas.snapshot is b.document.snapshot
    assert len(b.atlas.depth_view.axis.blocks) == 8
    assert b.atlas.depth_view.is_fitted
    assert b.atlas.selected_span() is None
    assert not b.image().isNull()


def test_that_a_hidden_atlas_does_nothing_until_it_is_shown(bench) -> None:
    b = bench()
    b.atlas.hide()
    b.document.open_preset("ResNet-18", "Open")
    assert len(b.atlas.snapshot.graph.blocks) == 16
    b.atlas.show()
    assert len(b.atlas.snapshot.graph.blocks) == 8


def test_that_the_minimap_brings_what_is_clicked_into_view(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-152")
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(6, 200))
    rect = b.atlas.minimap_rect()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=QPoint(round(rect.right()) - 5, round(rect.center().y())))
    assert b.atlas.depth_view.last == pytest.approx(b.atlas.depth_view.axis.length, abs=0.01)


def test_that_an_empty_waterfall_takes_no_step(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-20")
    b.runs.put(shown_run(b.document, even_norms(b.document, 9)))  # of an earlier version: norms at boundaries alone
    b.atlas.set_layout_record(b.atlas.layout_record.varied("gradient_history", "update_ratio"))
    row = b.row("gradient_history")
    assert not row.track.has_rows
    x, (_, y) = b.point_in("structure", "layer2.1").x(), row.rect.center
    drag(qtbot, b, QPoint(x, round(y)), QPoint(x, round(y) + 40))
    assert b.selection.step is None
