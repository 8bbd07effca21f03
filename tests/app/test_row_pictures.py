"""A moving Atlas keeps time with its last pictures, shows a jump at once, and is exact when it has come to rest."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.painting.row_pictures import RowLook, RowPictures
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import with_block_added
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box
from resnet_core.drawing.structure import BLOCK_FROM_PX
from resnet_core.drawing.tracks.track_rows import TRACK_GAP
from tests.app.atlas_bench import open_bench, wheel

GROUND = QColor("#ffffff")


class Rows:
    """Three rows, each of which says when it is drawn."""

    def __init__(self) -> None:
        self.pictures, self.drawn = RowPictures(), list[str]()
        self.axis = DepthAxis(build_graph(preset("ResNet-50")))

    def look(self, key: str, view: DepthView) -> RowLook:
        top = 20.0 * int(key)
        return RowLook(key, Box(0.0, top, 200.0, top + 20.0), view, (key,), lambda _painter: self.drawn.append(key))

    def paint(self, view: DepthView, budget_s: float | None) -> bool:
        self.drawn.clear()
        image = QImage(200, 60, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        complete = self.pictures.paint(painter, [self.look(key, view) for key in "012"], GROUND, budget_s)
        painter.end()
        return complete


def test_that_rows_take_turns_when_there_is_no_time(qtbot: QtBot) -> None:
    rows = Rows()
    view = DepthView.fitted(rows.axis, 50.0, 100.0).zoomed(3, 100)
    assert rows.paint(view, None) and rows.drawn == ["0", "1", "2"]
    seen = []
    for pixels in range(1, 4):
        assert not rows.paint(view.panned(pixels), -1.0)
        seen += rows.drawn
    assert seen == ["0", "1", "2"]
    assert rows.paint(view.panned(3), None)
    assert rows.paint(view.panned(3), None) and not rows.drawn


def test_that_a_jump_is_drawn_at_once_even_without_time(qtbot: QtBot) -> None:
    rows = Rows()
    view = DepthView.fitted(rows.axis, 50.0, 100.0).zoomed(4, 100)
    rows.paint(view, None)
    for jump in (view.zoomed(2, 100), view.panned(80)):
        assert rows.paint(jump, -1.0) and rows.drawn == ["0", "1", "2"]


def test_that_what_is_forgotten_is_drawn_again(qtbot: QtBot) -> None:
    rows = Rows()
    view = DepthView.fitted(rows.axis, 50.0, 100.0)
    rows.paint(view, None)
    rows.pictures.forget("1")
    rows.paint(view, None)
    assert rows.drawn == ["1"]
    assert rows.pictures.picture("1") is not None and rows.pictures.picture("9") is None


def test_that_the_atlas_looks_at_rest_as_if_it_had_never_moved(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-152")
    for _ in range(12):
        wheel(b, b.point_in("structure", "layer3.8"), 60)
        b.image()
    timers = [timer for timer in b.atlas.findChildren(QTimer) if timer.objectName() in ("atlas_rest", "atlas_catch_up")]
    assert len(timers) == 2
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in timers), timeout=5_000)
    moved = b.image()
    b.atlas.sheet.forget()
    assert b.image() == moved


def test_that_the_rule_under_a_tracks_name_is_part_of_its_picture(qtbot: QtBot) -> None:
    b = open_bench(qtbot)
    image, row = b.image(), b.row("parameters")
    below = range(round(row.rect.bottom), round(row.rect.bottom + TRACK_GAP / 2) + 1)
    hairline = QColor(b.theme.colors.hairline).rgb()
    assert any(image.pixel(20, y) == hairline for y in below)


def test_that_no_line_is_left_between_rows_when_a_pixel_of_theirs_is_one_and_a_half_of_the_screen(
    qtbot: QtBot,
) -> None:
    rows = Rows()
    view = DepthView.fitted(rows.axis, 50.0, 100.0).zoomed(3, 100)
    tops = (0.0, 19.0, 78.0, 179.0, 200.0)
    looks = [
        RowLook(str(number), Box(0.0, top, 200.0, bottom), view, (number,), lambda _painter: None)
        for number, (top, bottom) in enumerate(pairwise(tops))
    ]
    for shown in (view, view.panned(3)):
        image = QImage(300, 300, QImage.Format.Format_RGB32)
        image.fill(QColor("#ff0000"))
        image.setDevicePixelRatio(1.5)
        painter = QPainter(image)
        rows.pictures.paint(painter, [look._replace(view=shown) for look in looks], GROUND, -1.0)
        painter.end()
        assert [y for y in range(300) if image.pixelColor(200, y) != GROUND] == []


def test_that_one_level_is_shown_at_rest_after_an_edit_a_resize_and_another_track(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-152", size=(700, 700))
    fading = b.atlas.depth_view.zoomed(1, 0)._replace(scale=0.96 * BLOCK_FROM_PX, first=4.0)
    assert len(fading.levels()) == 2
    for disturb in (
        lambda: b.document.replace(with_block_added(b.document.config, "layer3.2"), "edit"),
        lambda: b.atlas.resize(720, 690),
        lambda: b.atlas.set_layout_record(b.atlas.layout_record.toggled("shape")),
    ):
        b.atlas.set_depth_view(fading.resized(b.atlas.depth_view.left, b.atlas.depth_view.width))
        disturb()
        b.image()
        assert len(b.atlas.depth_view.levels()) == 1
