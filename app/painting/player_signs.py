"""Draws the signs of a player: play, pause, a step on, a step back, to the newest, close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF

Sign = Literal["play", "pause", "step_on", "step_back", "newest", "close"]

SIGN_PX = 16

#: Filled shapes on a square of 16 units.
_SHAPES: dict[Sign, tuple[tuple[tuple[float, float], ...], ...]] = {
    "play": (((4, 2.5), (13.5, 8), (4, 13.5)),),
    "pause": (((4, 3), (6.6, 3), (6.6, 13), (4, 13)), ((9.4, 3), (12, 3), (12, 13), (9.4, 13))),
    "step_on": (((3, 3), (10, 8), (3, 13)), ((11, 3), (13, 3), (13, 13), (11, 13))),
    "step_back": (((13, 3), (6, 8), (13, 13)), ((3, 3), (5, 3), (5, 13), (3, 13))),
    "newest": (
        ((1, 3), (6.5, 8), (1, 13)),
        ((6.5, 3), (12, 8), (6.5, 13)),
        ((12.5, 3), (14.5, 3), (14.5, 13), (12.5, 13)),
    ),
    "close": (
        ((4, 2.8), (13.2, 12), (12, 13.2), (2.8, 4)),
        ((12, 2.8), (13.2, 4), (4, 13.2), (2.8, 12)),
    ),
}


def sign_icon(sign: Sign, color: str, muted: str, ratio: float) -> QIcon:
    """Return `sign` in `color`, and in `muted` where it is disabled; `ratio` device pixels a pixel."""
    icon = QIcon()
    icon.addPixmap(_pixmap(_SHAPES[sign], color, ratio), QIcon.Mode.Normal)
    icon.addPixmap(_pixmap(_SHAPES[sign], muted, ratio), QIcon.Mode.Disabled)
    return icon


def _pixmap(shapes: Sequence[Sequence[tuple[float, float]]], color: str, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(SIGN_PX * ratio), round(SIGN_PX * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    for shape in shapes:
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in shape]))
    painter.end()
    return pixmap
