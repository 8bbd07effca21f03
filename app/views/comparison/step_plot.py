"""Paints one quantity of two runs over their steps, small, with its scale: the loss, or the test accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.fonts import number_font
from app.services.theme import Theme
from app.state.runs_state import Curve
from app.views.comparison.aligned_pair import Side
from app.views.comparison.side_style import SIDES, curve_pen, side_color
from resnet_core.number_text import exact

_GUTTER, _RIGHT, _TICKS = 46.0, 62.0, 3
_MARKED_POINTS = 40


class StepCurves(NamedTuple):
    """The curve of each side (None: no run or nothing measured yet), and the last step of both."""

    reference: Curve | None = None
    open: Curve | None = None

    def of(self, side: Side) -> Curve | None:
        """Return the curve of one of the two."""
        return self.reference if side == "reference" else self.open

    @property
    def last_step(self) -> int:
        """The last step of the longer one."""
        return max((int(curve.steps[-1]) for curve in self if curve is not None and len(curve.steps)), default=0)


class StepPlot(QWidget):
    """Two curves over one axis of steps; `step_chosen` carries the step a person points at."""

    step_chosen = Signal(int)

    def __init__(self, title: str, write: Callable[[float], str], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._write, self._theme = title, write, theme
        self._curves = StepCurves()
        self._step: int | None = None
        self._low, self._high = 0.0, 1.0
        self._bounds: tuple[float, float] | None = None
        self._names: tuple[str, ...] = ()
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.changed.connect(lambda _colors: self.update())

    @property
    def curves(self) -> StepCurves:
        """What is painted."""
        return self._curves

    def set_bounds(self, low: float, high: float) -> None:
        """Fix the scale; without it the scale follows the values."""
        self._bounds = (low, high)

    def set_names(self, names: tuple[str, ...]) -> None:
        """Name the sides in a legend beside the title, the reference first; an empty name is left out."""
        self._names = names
        self.setAccessibleDescription(", ".join(filter(None, names)))

    def show_curves(self, curves: StepCurves, step: int | None) -> None:
        """Paint these curves, and a line at `step`."""
        self._curves, self._step = curves, step
        self._low, self._high = self._bounds or _extent(curves)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the least room; what is left over in the window is shared out."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return room for six lines of text."""
        return QSize(200, 6 * self.fontMetrics().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the step under the pointer."""
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while the button is down."""
        self._choose(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the scale, the curves and the step."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        self._paint_scale(painter, area)
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        for side in SIDES:
            self._paint_curve(painter, area, side)
        painter.setClipping(False)
        self._paint_ends(painter, area)
        painter.end()

    def _area(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(_GUTTER, line + 6, -_RIGHT, -line - 4)

    def _choose(self, event: QMouseEvent) -> None:
        last, area = self._curves.last_step, self._area()
        if last and event.buttons() & Qt.MouseButton.LeftButton:
            share = (event.position().x() - area.left()) / max(area.width(), 1.0)
            self.step_chosen.emit(round(min(max(share, 0.0), 1.0) * last))

    def _x(self, area: QRectF, step: float) -> float:
        return area.left() + area.width() * min(step / max(self._curves.last_step, 1), 1.0)

    def _y(self, area: QRectF, value: float) -> float:
        return area.bottom() - area.height() * (value - self._low) / (self._high - self._low)

    def _paint_scale(self, painter: QPainter, area: QRectF) -> None:
        colors = self._theme.colors
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        line = self.fontMetrics().height()
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, self._title)
        self._paint_legend(painter, painter.fontMetrics().horizontalAdvance(self._title) + 16.0, line)
        painter.setFont(number_font(self.font().pointSizeF() * 0.85))
        for value in ticks(self._low, self._high, _TICKS):
            y = self._y(area, value)
            painter.setPen(QPen(QColor(colors.hairline), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colors.muted))
            room = QRectF(0, y - line / 2, _GUTTER - 6, line)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._write(value))
        self._paint_steps(painter, area, line)

    def _paint_legend(self, painter: QPainter, x: float, line: float) -> None:
        """Paint a stroke and a name for each side that has one, each cut to its share of the room."""
        colors, metrics = self._theme.colors, QFontMetricsF(self.font())
        painter.setFont(self.font())
        shown = [(side, name) for side, name in zip(SIDES, self._names, strict=False) if name]
        room = (self.width() - x) / max(len(shown), 1) - 44
        for side, name in shown:
            painter.setPen(curve_pen(colors, side))
            painter.drawLine(QPointF(x, line / 2), QPointF(x + 22, line / 2))
            painter.setBrush(QColor(side_color(colors, side) if side == "open" else colors.canvas))
            painter.drawEllipse(QPointF(x + 11, line / 2), 2.6, 2.6)
            painter.setPen(QColor(colors.text))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(x + 28, 0, room + 4, line), Qt.AlignmentFlag.AlignLeft, text)
            x += 44 + metrics.horizontalAdvance(text)

    def _paint_steps(self, painter: QPainter, area: QRectF, line: float) -> None:
        """Write the first and the last step, and mark the one that is looked at."""
        last, step = self._curves.last_step, self._step
        colors = self._theme.colors
        room = QRectF(area.left() - 20, area.bottom() + 3, area.width() + 40, line)
        painter.setPen(QColor(colors.muted))
        painter.drawText(room.adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, "0")
        text = self.tr("step {step}").format(step=exact(last))
        painter.drawText(room.adjusted(0, 0, -14, 0), Qt.AlignmentFlag.AlignRight, text)
        if step is None or not last:
            return
        x = self._x(area, step)
        painter.setPen(QPen(QColor(colors.text), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        width = QFontMetricsF(painter.font()).horizontalAdvance(exact(step))
        ends = QFontMetricsF(painter.font()).horizontalAdvance(text)
        if area.left() + 12 + width / 2 < x < area.right() - ends - width / 2:
            painter.drawText(QPointF(x - width / 2, room.top() + line * 0.8), exact(step))

    def _paint_curve(self, painter: QPainter, area: QRectF, side: Side) -> None:
        curve = self._curves.of(side)
        if curve is None or not len(curve.steps):
            return
        color = side_color(self._theme.colors, side)
        painter.setPen(curve_pen(self._theme.colors, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = len(curve.steps) <= _MARKED_POINTS
        for line in self._lines(curve, area):
            painter.drawPolyline(line)
        if marked:
            painter.setBrush(QColor(color if side == "open" else self._theme.colors.canvas))
            for line in self._lines(curve, area):
                for place in range(line.size()):
                    painter.drawEllipse(line.at(place), 2.2, 2.2)

    def _lines(self, curve: Curve, area: QRectF) -> list[QPolygonF]:
        """Return the curve in pixels, at most one point a pixel, broken where a value is not finite."""
        stride = max(1, len(curve.steps) // max(1, int(area.width())))
        steps, values = curve.steps[::-stride][::-1], curve.values[::-stride][::-1]
        lines: list[QPolygonF] = []
        points: list[QPointF] = []
        for step, value in zip(steps.tolist(), values.tolist(), strict=True):
            if math.isfinite(value):
                points.append(QPointF(self._x(area, step), self._y(area, value)))
            elif points:
                lines.append(QPolygonF(points))
                points = []
        return [*lines, QPolygonF(points)] if points else lines

    def _paint_ends(self, painter: QPainter, area: QRectF) -> None:
        """Write each curve's last value beside its end; the two never lie on one another."""
        ends = []
        for side in SIDES:
            curve = self._curves.of(side)
            finite = None if curve is None else curve.values[np.isfinite(curve.values)]
            if finite is not None and len(finite):
                value = float(finite[-1])
                ends.append((min(max(self._y(area, value), area.top()), area.bottom()), side, self._write(value)))
        line = QFontMetricsF(self.font()).height()
        lowest = -math.inf
        painter.setFont(number_font(self.font().pointSizeF()))
        for y, side, text in sorted(ends):
            y = max(y, lowest + line)
            lowest = y
            painter.setPen(QColor(side_color(self._theme.colors, side)))
            room = QRectF(area.right() + 6, y - line / 2, _RIGHT - 6, line)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def ticks(low: float, high: float, wanted: int) -> list[float]:
    """Return about `wanted` round values from `low` to `high`: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / max(wanted, 1)
    if not rough > 0 or not math.isfinite(rough):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _extent(curves: StepCurves) -> tuple[float, float]:
    """Return the scale of the values: from zero, or below it, to the largest."""
    values: list[NDArray[np.float64]] = [curve.values for curve in curves if curve is not None]
    joined = np.concatenate(values) if values else np.empty(0)
    joined = joined[np.isfinite(joined)]
    if not len(joined):
        return 0.0, 1.0
    low, high = min(0.0, float(joined.min())), float(joined.max())
    return (low, high) if high > low else (low, low + 1.0)
