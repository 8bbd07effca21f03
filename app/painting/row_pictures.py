"""Keeps a picture of each row of tracks, so that a frame of a pan or a zoom never takes longer than an eye allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box

FRAME_S = 0.005
"""Seconds that rows may be drawn anew for in one frame of a movement; what is left of 16 ms is for the rest."""

_MOST_STRETCH, _MOST_SHIFT = 1.6, 0.5


class RowLook(NamedTuple):
    """One row as it should be now.

    `area` is what it covers, from side to side; `view` the stretch of depth that it shows. `made_of` is everything else
    that it depends on, compared by ==. `draw` paints it.
    """

    key: str
    area: Box
    view: DepthView
    made_of: tuple[Any, ...]
    draw: Callable[[QPainter], None]


class _Kept(NamedTuple):
    """A row as it was drawn, in which turn, and how long that took in seconds."""

    picture: QPixmap
    look: RowLook
    turn: int
    cost_s: float

    def stands_in(self, look: RowLook) -> bool:
        """Whether the picture, moved and stretched along depth, can stand for the row for a moment."""
        return self._is_like(look) and _is_near(self.look.view, look.view)

    def is_fresh(self, look: RowLook) -> bool:
        """Whether the row would look the same if it were drawn now."""
        return self.look.view == look.view and self._is_like(look)

    def _is_like(self, look: RowLook) -> bool:
        """Whether nothing but the shown depth is another."""
        before = self.look
        return before.area == look.area and before.made_of == look.made_of


def _is_near(before: DepthView, view: DepthView) -> bool:
    """Whether a view is a small movement from another; after a jump, a stretched picture would only puzzle."""
    if (before.left, before.width) != (view.left, view.width):
        return False
    moved = abs((before.first + before.last) - (view.first + view.last)) / 2 * view.scale
    return 1 / _MOST_STRETCH < before.scale / view.scale < _MOST_STRETCH and moved < _MOST_SHIFT * view.width


class RowPictures:
    """The pictures of all rows by key."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._turn = 0

    def forget(self, *keys: str) -> None:
        """Draw the rows of these keys, or all, anew when they are next painted."""
        for key in keys or tuple(self._kept):
            self._kept.pop(key, None)

    def picture(self, key: str) -> QPixmap | None:
        """Return the picture of a row, if there is one."""
        kept = self._kept.get(key)
        return kept.picture if kept is not None else None

    def paint(
        self, painter: QPainter, looks: Sequence[RowLook], ground: QColor | None, budget_s: float | None
    ) -> bool:
        """Paint rows on `ground`, or on what is there; return whether all are as they should be.

        Within a budget the rows that have waited longest are drawn anew first, at least one of them, and as many more
        as there is time for; the others are the old pictures moved and stretched to the shown depth.
        """
        self._turn += 1
        end = None if budget_s is None else time.perf_counter() + budget_s
        stale = [look for look in looks if not self._is_fresh(look)]
        stale.sort(key=lambda look: self._kept[look.key].turn if look.key in self._kept else -1)
        ratio = painter.device().devicePixelRatioF()
        for number, look in enumerate(stale):
            kept, now = self._kept.get(look.key), time.perf_counter()
            if kept is None or not kept.stands_in(look) or number == 0 or end is None or now + kept.cost_s <= end:
                picture = _drawn(look, ground, ratio)
                self._kept[look.key] = _Kept(picture, look, self._turn, time.perf_counter() - now)
        for look in looks:
            _paint_kept(painter, self._kept[look.key], look, ground)
        return all(self._is_fresh(look) for look in stale)

    def _is_fresh(self, look: RowLook) -> bool:
        kept = self._kept.get(look.key)
        return kept is not None and kept.is_fresh(look)


def _drawn(look: RowLook, ground: QColor | None, ratio: float) -> QPixmap:
    area = look.area
    # Rounded up: where a pixel of the screen is no whole one of ours, rounding down leaves a line between rows.
    picture = QPixmap(math.ceil(area.width * ratio), math.ceil(area.height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent if ground is None else ground)
    painter = QPainter(picture)
    painter.translate(-area.left, -area.top)
    look.draw(painter)
    painter.end()
    return picture


def _paint_kept(painter: QPainter, kept: _Kept, look: RowLook, ground: QColor | None) -> None:
    """Paint a row's picture, moved and stretched where the shown depth is another by now."""
    area, before, view = look.area, kept.look.view, look.view
    if before == view:
        painter.drawPixmap(QPointF(area.left, area.top), kept.picture)
        return
    ratio = kept.picture.devicePixelRatio()
    height_px = kept.picture.height()
    height = height_px / ratio
    track = QRectF(view.left, area.top, view.width, height)
    if ground is not None:
        painter.fillRect(track, ground)
    for x0, x1 in ((area.left, view.left), (view.right, area.right)):
        source = QRectF((x0 - area.left) * ratio, 0, (x1 - x0) * ratio, height_px)
        painter.drawPixmap(QRectF(x0, area.top, x1 - x0, height), kept.picture, source)
    painter.save()
    painter.setClipRect(track, Qt.ClipOperation.IntersectClip)
    left, right = view.x(before.first), view.x(before.last)
    source = QRectF((before.left - area.left) * ratio, 0, before.width * ratio, height_px)
    painter.drawPixmap(QRectF(left, area.top, right - left, height), kept.picture, source)
    painter.restore()
