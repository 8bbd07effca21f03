"""Paints a few small curves over one step axis, each on its own scale, for places too small for a chart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.theme import Theme

FloatArray = NDArray[np.float64]


class MiniCurve(NamedTuple):
    """One curve: ascending steps, values (nan leaves a gap), a #rrggbb colour, and the scale of its values."""

    steps: NDArray[np.int64]
    values: FloatArray
    color: str
    low: float
    high: float


class MiniCurves(QWidget):
    """A strip of curves with a hairline under them and a line at the step that is looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._curves: tuple[MiniCurve, ...] = ()
        self._total = 1
        self._step: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(lambda _colors: self.update())

    def show_curves(self, curves: tuple[MiniCurve, ...], total_steps: int, step: int | None = None) -> None:
        """Paint `curves` over an axis of `total_steps`; `step` marks a moment."""
        self._curves, self._total, self._step = curves, max(total_steps, 1), step
        self.update()

    def sizeHint(self) -> QSize:
        """Return a strip of four text lines."""
        return QSize(180, 4 * self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the curves, each a polyline of 1 px with at most one point a pixel."""
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(1, 3, -1, -3)
        colors = self._theme.colors
        painter.setPen(QPen(QColor(colors.hairline), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if self._step is not None:
            x = area.left() + area.width() * min(1.0, self._step / self._total)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for curve in self._curves:
            painter.setPen(QPen(QColor(curve.color), 1))
            for line in self._polylines(curve, area):
                painter.drawPolyline(line)
        painter.end()

    def _polylines(self, curve: MiniCurve, area: QRectF) -> list[QPolygonF]:
        stride = max(1, len(curve.steps) // max(1, int(area.width())))
        steps, values = curve.steps[::-stride][::-1], curve.values[::-stride][::-1]
        x = area.left() + area.width() * np.minimum(steps / self._total, 1.0)
        share = np.clip((values - curve.low) / (curve.high - curve.low or 1.0), 0.0, 1.0)
        y = area.bottom() - area.height() * share
        lines, points = [], []
        for px, py in zip(x, y, strict=True):
            if np.isfinite(py):
                points.append(QPointF(px, py))
            elif points:
                lines.append(QPolygonF(points))
                points = []
        return [*lines, QPolygonF(points)] if points else lines
