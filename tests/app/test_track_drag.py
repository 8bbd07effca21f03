"""A track is moved by dragging its name, and stays where it is when the drag is given up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.app.atlas_bench import LEFT, Bench, drag, open_bench


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return open_bench(qtbot)


def name_of(bench: Bench, key: str, share: float = 0.5) -> QPoint:
    row = bench.row(key)
    return QPoint(30, round(row.gutter.top + share * row.gutter.height))


def shown(bench: Bench) -> list[str]:
    return [row.track.key for row in bench.atlas.rows]


def test_that_a_track_stands_where_its_name_is_dropped(bench: Bench, qtbot: QtBot) -> None:
    drag(qtbot, bench, name_of(bench, "macs"), name_of(bench, "shape", 0.2))
    assert shown(bench)[:4] == ["structure", "macs", "shape", "parameters"]
    drag(qtbot, bench, name_of(bench, "structure"), name_of(bench, "gradient_history", 0.9))
    assert shown(bench)[-1] == "structure"
    assert not bench.atlas.hands.tracks.line.isVisible()


def test_that_the_line_shows_where_it_would_stand_and_escape_gives_up(bench: Bench, qtbot: QtBot) -> None:
    before, viewport = shown(bench), bench.atlas.viewport()
    qtbot.mousePress(viewport, LEFT, pos=name_of(bench, "macs"))
    for share in (0.9, 0.3):
        qtbot.mouseMove(viewport, name_of(bench, "shape", share))
    line = bench.atlas.hands.tracks.line
    assert line.isVisible()
    assert bench.row("structure").rect.bottom < line.y() < bench.row("shape").rect.top
    accent = bench.atlas.style_of_paint.color("accent")
    bench.atlas.setStyleSheet("QFrame { background: white }")
    assert line.grab().toImage().pixelColor(50, 1) == accent
    qtbot.keyClick(bench.atlas, Qt.Key.Key_Escape)
    assert not line.isVisible()
    qtbot.mouseRelease(viewport, LEFT, pos=name_of(bench, "shape", 0.3))
    assert shown(bench) == before


def test_that_a_click_on_a_name_changes_nothing(bench: Bench, qtbot: QtBot) -> None:
    before = bench.atlas.layout_record
    qtbot.mouseClick(bench.atlas.viewport(), LEFT, pos=name_of(bench, "macs"))
    assert bench.atlas.layout_record == before
    assert bench.selection.selected == ""
