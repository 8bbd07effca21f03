"""Paints through how many branches the gradient goes: bars over the length of the path, with their mean marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.fonts import number_font
from app.services.theme import Theme
from resnet_core.number_text import decimal, exact

FloatArray = NDArray[np.float64]
_SIDE, _TOP = 4.0, 3.0
_GAP_FROM_PX = 4.0
_LEAST_PX = 0.2
"""Bars lower than this are not seen, and of a thousand most are."""


class PathPicture(QWidget):
    """The share of each length, 0 to N, in ink; behind it, pale, how many of all ways are that long."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: FloatArray = np.empty(0)
        self._ways: FloatArray = np.empty(0)
        self.setObjectName("path_lengths")
        self.setFont(number_font(self.font().pointSizeF() * 0.85))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(lambda _colors: self.update())

    @property
    def mean(self) -> float:
        """The mean length, NaN where nothing is shown."""
        return float(self._shares @ np.arange(len(self._shares))) if len(self._shares) else float("nan")

    def show_shares(self, shares: FloatArray, ways: FloatArray) -> None:
        """Paint the share of each length [N+1], and of all ways each length's [N+1]."""
        self._shares, self._ways = shares, ways
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for bars and a line of numbers."""
        return QSize(160, 5 * self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ways, the shares, the base line with its numbers and the mean."""
        painter = QPainter(self)
        if len(self._shares) > 1 and np.isfinite(self._shares).all():
            colors, area = self._theme.colors, self._area()
            highest = max(float(self._shares.max()), float(self._ways.max()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.hairline))
            painter.drawPolygon(self._skyline(self._ways / highest, area))
            painter.setBrush(QColor(colors.branch))
            painter.drawPolygon(self._skyline(self._shares / highest, area))
            painter.setPen(QPen(QColor(colors.hairline), 1))
            painter.drawLine(area.bottomLeft(), area.bottomRight())
            self._paint_mean(painter, area)
        painter.end()

    def _area(self) -> QRectF:
        below = self.fontMetrics().height() + 2
        return QRectF(self.rect()).adjusted(_SIDE, _TOP, -_SIDE, -below)

    def _skyline(self, heights: FloatArray, area: QRectF) -> QPolygonF:
        """Return the outline of bars that are so high, 0 to 1, with gaps between them where there is room."""
        base, pitch = area.bottom(), area.width() / len(heights)
        gap = 1.0 if pitch >= _GAP_FROM_PX else 0.0
        outline: list[QPointF] = []
        tops = (base - heights * area.height()).tolist()
        for number in np.flatnonzero(heights * area.height() >= _LEAST_PX).tolist():
            left, top = area.left() + number * pitch, tops[number]
            right = left + pitch - gap
            outline += [QPointF(left, base), QPointF(left, top), QPointF(right, top), QPointF(right, base)]
        return QPolygonF(outline)

    def _paint_mean(self, painter: QPainter, area: QRectF) -> None:
        """Paint the ends of the scale, and the mean between them where it has room."""
        colors, metrics, last = self._theme.colors, self.fontMetrics(), len(self._shares) - 1
        base = area.bottom() + 2 + metrics.ascent()
        first, end = exact(0), exact(last)
        painter.setPen(QColor(colors.muted))
        painter.drawText(QPointF(area.left(), base), first)
        painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(end), base), end)
        x = area.left() + (self.mean + 0.5) / (last + 1) * area.width()
        text = decimal(self.mean, 1)
        width = metrics.horizontalAdvance(text)
        left = min(max(x - width / 2, area.left() + metrics.horizontalAdvance(first) + 6),
                   area.right() - metrics.horizontalAdvance(end) - 6 - width)  # fmt: skip
        painter.setPen(QPen(QColor(colors.text), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() + 2))
        painter.drawText(QPointF(left, base), text)
