"""Paints one series of norms over the steps of a run as a small curve, on a log10 scale with its numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.fonts import number_font
from app.services.theme import Theme
from resnet_core.number_text import exact, power_of_ten

MARGIN = 4.0


class Sparkline(QWidget):
    """The curve; `step_picked` carries the step under the mouse where it is pressed or dragged."""

    step_picked = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps: NDArray[np.int64] = np.empty(0, np.int64)
        self._logs: NDArray[np.float64] = np.empty(0)
        self._step: int | None = None
        self.setObjectName("gradient_sparkline")
        self.setFont(number_font(self.font().pointSizeF() * 0.85))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.changed.connect(lambda _colors: self.update())

    @property
    def points(self) -> int:
        """How many values are painted; zeros and infinities have no logarithm and leave a gap."""
        return int(np.isfinite(self._logs).sum())

    def show_series(self, steps: NDArray[np.int64], values: NDArray[np.float64], step: int | None) -> None:
        """Paint `values` [S] over `steps` [S], which ascend, and mark the looked-at step (None: the last)."""
        self._logs = self._drawn(values)
        self._steps, self._step = steps, step
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 4 * self.fontMetrics().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pick(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pick(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the capture before or after the looked-at one with the arrow keys."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None or not len(self._steps):
            super().keyPressEvent(event)
            return
        at = min(max(row_at(self._steps, self._step) + way, 0), len(self._steps) - 1)
        self.step_picked.emit(int(self._steps[at]))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, area = self._theme.colors, self._area()
        finite = np.isfinite(self._logs)
        if finite.any():
            low, high = self._bounds(self._logs[finite])
            self._paint_scale(painter, area, low, high)
            if self.hasFocus():
                painter.setPen(QPen(QColor(colors.accent), 1, Qt.PenStyle.DotLine))
                painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            painter.setPen(QPen(QColor(colors.accent), 1.2))
            for part in np.split(np.arange(len(finite)), np.flatnonzero(np.diff(finite.astype(np.int8))) + 1):
                if finite[part[0]]:
                    self._paint_part(painter, area, part, low, high)
            self._paint_mark(painter, area, low, high)
        painter.end()

    def _drawn(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what stands for `values` on the scale."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logs: NDArray[np.float64] = np.log10(values)
        return logs

    def _bounds(self, logs: NDArray[np.float64]) -> tuple[int, int]:
        """Return whole decades around `logs`, one at the least."""
        low, high = int(np.floor(logs.min())), int(np.ceil(logs.max()))
        return low, max(high, low + 1)

    def _name(self, bound: int) -> str:
        """Return what stands at an end of the scale."""
        return power_of_ten(bound)

    def _area(self) -> QRectF:
        label = self.fontMetrics().horizontalAdvance(power_of_ten(-88)) + 6
        return QRectF(self.rect()).adjusted(label, MARGIN + 3, -MARGIN, -MARGIN - 3)

    def _x(self, area: QRectF, step: float) -> float:
        first, last = float(self._steps[0]), float(self._steps[-1])
        return area.left() + (area.width() * (step - first) / (last - first) if last > first else 0.0)

    def _y(self, area: QRectF, log: float, low: int, high: int) -> float:
        return area.bottom() - area.height() * (log - low) / (high - low)

    def _paint_scale(self, painter: QPainter, area: QRectF, low: int, high: int) -> None:
        colors, half = self._theme.colors, self.fontMetrics().height() / 2
        for decade in (low, high):
            y = self._y(area, decade, low, high)
            painter.setPen(QPen(QColor(colors.hairline), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colors.muted))
            room = QRectF(0, y - half, area.left() - 5, 2 * half)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._name(decade))

    def _paint_part(self, painter: QPainter, area: QRectF, part: NDArray[np.int64], low: int, high: int) -> None:
        """Paint one unbroken stretch; a long one with no more than two points a pixel."""
        every = max(len(part) // max(int(2 * area.width()), 1), 1)
        chosen = np.unique(np.append(part[::every], part[-1]))
        points = [
            QPointF(self._x(area, float(self._steps[at])), self._y(area, float(self._logs[at]), low, high))
            for at in chosen
        ]
        if len(points) == 1:
            painter.setBrush(QColor(self._theme.colors.accent))
            painter.drawEllipse(points[0], 1.5, 1.5)
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(points))

    def _paint_mark(self, painter: QPainter, area: QRectF, low: int, high: int) -> None:
        at = row_at(self._steps, self._step)
        if not np.isfinite(self._logs[at]):
            return
        point = QPointF(self._x(area, float(self._steps[at])), self._y(area, float(self._logs[at]), low, high))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colors.accent))
        painter.drawEllipse(point, 3, 3)

    def _pick(self, event: QMouseEvent) -> None:
        if len(self._steps) and event.buttons() & Qt.MouseButton.LeftButton:
            area = self._area()
            share = min(max((event.position().x() - area.left()) / max(area.width(), 1.0), 0.0), 1.0)
            wanted = self._steps[0] + share * (self._steps[-1] - self._steps[0])
            self.step_picked.emit(int(self._steps[int(np.abs(self._steps - wanted).argmin())]))


class CountSparkline(Sparkline):
    """The same on a linear scale from 0, for what is counted and not a norm."""

    def _drawn(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values

    def _bounds(self, logs: NDArray[np.float64]) -> tuple[int, int]:
        return 0, max(int(np.ceil(logs.max())), 1)

    def _name(self, bound: int) -> str:
        return exact(bound)


def row_at(steps: NDArray[np.int64], step: int | None) -> int:
    """Return the row of the newest capture not after `step`; None is the newest there is."""
    if step is None:
        return len(steps) - 1
    return max(int(np.searchsorted(steps, step, side="right")) - 1, 0)
