"""Finding in the Atlas: typing, going on and back, the marks, and giving the focus back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.views.atlas.find_bar import FindBar
from tests.app.atlas_bench import LEFT, Bench, open_bench

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def b(qtbot: QtBot) -> Bench:
    bench = open_bench(qtbot)
    bench.atlas.activateWindow()
    bench.atlas.setFocus()
    qtbot.waitUntil(bench.atlas.hasFocus)
    return bench


def bar(b: Bench) -> FindBar:
    return b.atlas.hands.find_bar


def line(b: Bench) -> QLineEdit:
    found = bar(b).findChild(QLineEdit, "atlas_find_query")
    assert found is not None
    return found


def count(b: Bench) -> str:
    label = bar(b).findChild(QLabel, "atlas_find_count")
    assert label is not None
    return label.text()


def look_for(qtbot: QtBot, b: Bench, query: str) -> None:
    bar(b).open_bar()
    qtbot.keyClicks(line(b), query)


def test_that_typing_selects_the_first_find_and_says_which_of_how_many(b: Bench, qtbot: QtBot) -> None:
    look_for(qtbot, b, "conv 3x3")
    assert b.selection.selected == "layer1.0.conv2"
    assert count(b) == "1 of 16"


def test_that_enter_and_f3_go_on_and_with_shift_back_round_the_ends(b: Bench, qtbot: QtBot) -> None:
    look_for(qtbot, b, "projection")
    visited = []
    for key, modifiers in (
        (KEY.Key_Return, None), (KEY.Key_F3, None), (KEY.Key_F3, SHIFT), (KEY.Key_Return, SHIFT), (KEY.Key_F3, SHIFT),
    ):  # fmt: skip
        qtbot.keyClick(line(b), key, modifiers or Qt.KeyboardModifier.NoModifier)
        visited.append(b.selection.selected)
    assert visited == ["layer2.0", "layer3.0", "layer2.0", "layer1.0", "layer4.0"]
    assert count(b) == "4 of 4"


def test_that_the_search_begins_at_the_selection_but_with_a_name_at_that_name(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.2")
    look_for(qtbot, b, "projection")
    assert b.selection.selected == "layer4.0"
    line(b).clear()
    qtbot.keyClicks(line(b), "layer1.1")
    assert b.selection.selected == "layer1.1"
    b.selection.select("layer4.2")
    line(b).clear()
    qtbot.keyClicks(line(b), "identity")
    assert b.selection.selected == "layer4.2"


def test_that_a_find_out_of_sight_is_brought_into_view(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer1.0")
    b.atlas.zoom.to_selection()
    look_for(qtbot, b, "#16")
    span = b.atlas.depth_view.axis.span_of("layer4.2")
    assert span is not None
    assert b.atlas.depth_view.first <= span.start and span.stop <= b.atlas.depth_view.last + 1e-6


def test_that_what_is_not_there_is_said_and_selects_nothing(b: Bench, qtbot: QtBot) -> None:
    look_for(qtbot, b, "dilation 7")
    assert count(b) == "nothing found"
    qtbot.keyClick(line(b), KEY.Key_Return)
    assert b.selection.selected == ""
    b.selection.select("layer2.1")
    line(b).clear()
    qtbot.keyClicks(line(b), "dilation 7")
    assert b.selection.selected == "layer2.1"


def test_that_finds_are_marked_in_the_tracks_and_on_the_minimap_until_the_bar_is_closed(b: Bench, qtbot: QtBot) -> None:
    before = b.image()
    look_for(qtbot, b, "projection")
    b.selection.select("")
    marked = b.image()
    minimap = b.atlas.minimap_rect()
    view = b.atlas.depth_view
    for id in ("layer1.0", "layer3.0"):
        span = view.axis.span_of(id)
        assert span is not None
        x = round(minimap.left() + span.middle / view.axis.length * minimap.width())
        assert marked.pixelColor(x, round(minimap.bottom()) - 2) == b.atlas.style_of_paint.color("projection")
        assert marked.pixel(b.point_in("parameters", id).x(), round(b.row("parameters").rect.top)) != marked.pixel(
            b.point_in("parameters", "layer3.2").x(), round(b.row("parameters").rect.top)
        )
    qtbot.keyClick(line(b), KEY.Key_Escape)
    assert b.atlas.hasFocus() and not bar(b).isVisible()
    assert not b.atlas.hands.overlay.isVisible()
    assert b.image().size() == before.size()


def test_that_a_screen_reader_hears_which_find_it_is_or_that_there_is_none(b: Bench, qtbot: QtBot) -> None:
    spoken: list[str] = []
    b.atlas.hands.spoken.connect(spoken.append)
    look_for(qtbot, b, "projection")
    assert spoken[-1].startswith("1 of 4. Block layer1.0: Bottleneck, projection shortcut")
    qtbot.keyClick(line(b), KEY.Key_Return)
    assert spoken[-1].startswith("2 of 4. Block layer2.0")
    qtbot.keyClicks(line(b), "xyz")
    assert "nothing found" in spoken


def test_that_the_bar_takes_a_line_from_the_tracks_and_hides_none(b: Bench, qtbot: QtBot) -> None:
    height = b.atlas.viewport().height()
    bar(b).open_bar()
    assert b.atlas.viewport().height() == height - bar(b).height()
    assert b.atlas.viewport().y() >= bar(b).geometry().bottom()
    b.atlas.resize(620, 500)
    assert bar(b).width() == b.atlas.width()
    qtbot.mouseClick(bar(b).findChild(QToolButton, "atlas_find_close"), LEFT)
    assert not bar(b).is_open and b.atlas.viewport().y() == 0


def test_that_the_buttons_do_what_the_keys_do(b: Bench, qtbot: QtBot) -> None:
    look_for(qtbot, b, "projection")
    qtbot.mouseClick(bar(b).findChild(QToolButton, "atlas_find_next"), LEFT)
    assert b.selection.selected == "layer2.0"
    qtbot.mouseClick(bar(b).findChild(QToolButton, "atlas_find_previous"), LEFT)
    assert b.selection.selected == "layer1.0"


def test_that_the_finds_follow_an_edit_of_the_network(b: Bench, qtbot: QtBot) -> None:
    look_for(qtbot, b, "bottleneck")
    assert count(b) == "1 of 16"
    b.document.open_preset("ResNet-101", "Open")
    assert count(b).endswith("of 33")
    b.document.open_preset("ResNet-18", "Open")
    assert count(b) == "nothing found"


def test_that_opening_the_bar_again_offers_the_last_query_to_be_replaced(b: Bench, qtbot: QtBot) -> None:
    look_for(qtbot, b, "projection")
    qtbot.keyClick(line(b), KEY.Key_Escape)
    qtbot.keyClick(b.atlas, KEY.Key_F3)
    assert line(b).text() == "projection" and b.selection.selected == "layer2.0"
    bar(b).open_bar()
    qtbot.keyClicks(line(b), "fc")
    assert b.selection.selected == "fc"


def test_that_a_space_in_the_query_is_a_space_and_letters_edit_nothing(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.1")
    look_for(qtbot, b, "batch norm k s t")
    assert line(b).text() == "batch norm k s t"
    qtbot.keyClick(line(b), KEY.Key_Backspace)
    assert b.document.undo_stack.count() == 0


def test_that_the_windows_shortcuts_find_in_the_atlas(application: Application, qtbot: QtBot) -> None:
    window, atlas = application.window, application.atlas
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    atlas.setFocus()
    qtbot.keyClick(window, KEY.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = atlas.hands.find_bar
    query = bar.findChild(QLineEdit, "atlas_find_query")
    assert query is not None
    qtbot.waitUntil(query.hasFocus)
    qtbot.keyClicks(query, "projection")
    qtbot.keyClick(query, KEY.Key_F3)
    assert application.selection.selected == "layer2.0"
    qtbot.keyClick(query, KEY.Key_Escape)
    assert atlas.hasFocus()
    application.actions["find_previous"].trigger()
    assert application.selection.selected == "layer1.0"
