"""Keeps a picture of each row, so that a frame of a pan or a zoom never takes longer than a person's eye allows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from resnet_core.drawing.comparison.comparison_rows import ROW_GAP
from resnet_core.drawing.comparison.comparison_scene import Scene, row_items
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.tracks.track_rows import TrackRow

FRAME_S = 0.009
"""Seconds that rows may be drawn anew for in one frame of a movement; what is left of 16 ms is for the rest."""


class Page(NamedTuple):
    """What the rows are painted from and with: one of these is drawn in one look."""

    scene: Scene
    view: DepthView
    style: PaintStyle
    width: float


class _Kept(NamedTuple):
    """A row as it was drawn: its picture, and what it was drawn from."""

    picture: QPixmap
    row: TrackRow
    page: Page
    turn: int

    def is_fresh(self, row: TrackRow, page: Page) -> bool:
        """Return whether the row would look the same if it were drawn now."""
        before = self.page
        return (
            self.row.track is row.track
            and self.row[1:] == row[1:]
            and before.view == page.view
            and before.style is page.style
            and (before.scene.scale, before.scene.style, before.width) == (
                page.scene.scale, page.scene.style, page.width,
            )
        )  # fmt: skip

    def stands_in(self, row: TrackRow, page: Page) -> bool:
        """Return whether the picture, moved and stretched along depth, can stand for the row for a moment."""
        return (
            self.row.track is row.track
            and self.row[1:] == row[1:]
            and self.page.style is page.style
            and self.page.scene.style == page.scene.style
            and self.page.width == page.width
        )


class RowPictures:
    """The pictures of all rows by track."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._turn = 0

    def forget(self) -> None:
        """Draw everything anew when it is next painted."""
        self._kept.clear()

    def paint(self, painter: QPainter, rows: Sequence[TrackRow], page: Page, budget_s: float | None) -> bool:
        """Paint `rows`; return whether all are as they should be.

        Within a budget the rows that have waited longest are drawn anew first, at least one of them; where it is used
        up, the others are the old pictures moved and stretched to the shown depth.
        """
        self._turn += 1
        end = None if budget_s is None else time.perf_counter() + budget_s
        stale = [row for row in rows if not self._is_fresh(row, page)]
        stale.sort(key=lambda row: self._kept[row.track.key].turn if row.track.key in self._kept else -1)
        for number, row in enumerate(stale):
            kept = self._kept.get(row.track.key)
            spent = end is not None and number > 0 and time.perf_counter() > end
            if not (spent and kept is not None and kept.stands_in(row, page)):
                self._kept[row.track.key] = _Kept(_drawn(row, page), row, page, self._turn)
        for row in rows:
            _paint_kept(painter, self._kept[row.track.key], page)
        return all(self._is_fresh(row, page) for row in stale)

    def _is_fresh(self, row: TrackRow, page: Page) -> bool:
        kept = self._kept.get(row.track.key)
        return kept is not None and kept.is_fresh(row, page)


def _drawn(row: TrackRow, page: Page) -> QPixmap:
    """Return a row's picture, its name and scale included, on nothing."""
    ratio = page.scene.style.pixel_ratio
    picture = QPixmap(round(page.width * ratio), round((row.rect.height + 2 * ROW_GAP) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    down = ROW_GAP - row.rect.top
    painter.translate(0, down)
    paint_items(painter, row_items(page.scene, (row,), page.view), page.style)
    painter.end()
    return picture


def _paint_kept(painter: QPainter, kept: _Kept, page: Page) -> None:
    """Paint a row's picture, moved and stretched where the shown depth is another by now."""
    top, height = kept.row.rect.top - ROW_GAP, kept.row.rect.height + 2 * ROW_GAP
    if kept.page.view == page.view:
        painter.drawPixmap(QPointF(0, top), kept.picture)
        return
    before, view, ratio = kept.page.view, page.view, page.scene.style.pixel_ratio
    gutter = QRectF(0, top, view.left, height)
    painter.drawPixmap(gutter, kept.picture, QRectF(0, 0, view.left * ratio, height * ratio))
    painter.save()
    painter.setClipRect(QRectF(view.left, top, view.width, height), Qt.ClipOperation.IntersectClip)
    left, right = view.x(before.first), view.x(before.last)
    source = QRectF(before.left * ratio, 0, before.width * ratio, height * ratio)
    painter.drawPixmap(QRectF(left, top, right - left, height), kept.picture, source)
    painter.restore()
