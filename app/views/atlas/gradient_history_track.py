"""Paints the history of the gradient as a waterfall under the blocks: step downward, log10 of the norm as colour."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP, Track
from app.views.atlas.gradient_columns import boundary_at, boundary_columns
from app.views.atlas.gradient_data import GradientData
from app.views.atlas.gradient_norm_track import norm_text, paint_empty
from resnet_core.drawing.color_map import colored, viridis_table
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.number_text import exact, power_of_ten

translate = QCoreApplication.translate
LEGEND_HEIGHT = 24.0
HANDLE_ROOM = 56.0
_GAP_FROM_PX = 8.0
_TICK_PX = 44.0


class GradientHistoryTrack(Track):
    """Every captured step of the run, one row of colours a step, or a mean where steps are finer than pixels."""

    key = "gradient_history"
    stretch = 6.0
    height = 220.0
    least_height = 90.0
    live = True

    def __init__(self, data: GradientData) -> None:
        self._data = data
        self._table = viridis_table()

    def title(self) -> str:
        """Return the track's name."""
        return translate("Atlas", "Gradient history")

    def subtitle(self) -> str:
        """Return how to read the waterfall."""
        return translate("Atlas", "step ↓, log₁₀ ‖∂L/∂x‖₂")

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the waterfall, its colour bar and the step that is looked at, or say why there is none."""
        if not self._data.has_rows:
            paint_empty(painter, rect, style, translate("Atlas", "Every captured step of a run becomes a row here."))
            return
        area = self.area(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        self._paint_image(painter, rect, view, style)
        if view.scale >= _GAP_FROM_PX:
            painter.setPen(style.line("canvas"))
            columns = boundary_columns(view.axis)
            painter.drawLines(
                [QLineF(x, area.top(), x, area.bottom()) for x in (round(view.x(c.start)) for c in columns)]
            )
        self._paint_handle(painter, area, view, style)
        self._paint_legend(painter, rect, view, style)

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
        """Paint steps at round numbers, the first and the last among them."""
        if not self._data.has_rows:
            return
        area = self.area(rect)
        painter.setFont(style.numbers)
        painter.setPen(style.color("muted"))
        for step in self._ticks(area):
            y = min(max(self.y_of(step, rect), area.top() + 6), area.bottom() - 6)
            place = QRectF(rect.left(), y - 10, rect.width() - GUTTER_GAP, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, exact(step))

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return the norm at the boundary and the step under `position`."""
        number = boundary_at(view.axis, view.depth(position.x()))
        if number is None or not self._data.has_rows or not self.area(rect).contains(position):
            return ""
        step = self.step_at(position.y(), rect)
        row = max(int(np.searchsorted(self._data.pyramid.steps, step, side="right")) - 1, 0)
        return norm_text(self._data, number, row)

    def area(self, rect: QRectF) -> QRectF:
        """Return where the waterfall itself stands in the track."""
        return rect.adjusted(0, 0, 0, -LEGEND_HEIGHT)

    def filled_area(self, rect: QRectF) -> QRectF:
        """Return the part of `area` down to the newest captured step."""
        area, steps = self.area(rect), self._data.pyramid.steps
        span = self._data.last_step + 1 - int(steps[0])
        height = area.height() * min((int(steps[-1]) + 1 - int(steps[0])) / span, 1.0)
        return QRectF(area.left(), area.top(), area.width(), max(height, 1.0))

    def step_at(self, y: float, rect: QRectF) -> int:
        """Return the captured step nearest to the height `y`."""
        area, steps = self.area(rect), self._data.pyramid.steps
        share = (y - area.top()) / max(area.height(), 1)
        first = int(steps[0])
        wanted = first + share * (self._data.last_step + 1 - first)
        row = int(np.searchsorted(steps, wanted, side="right")) - 1
        return int(steps[min(max(row, 0), len(steps) - 1)])

    def y_of(self, step: int, rect: QRectF) -> float:
        """Return the middle of the row of a step."""
        area, first = self.area(rect), int(self._data.pyramid.steps[0])
        rows = self._data.last_step + 1 - first
        return area.top() + (step + 0.5 - first) / rows * area.height()

    def handle_rect(self, rect: QRectF, view: DepthView) -> QRectF:
        """Return where the handle with the step's number stands, at the right of the waterfall."""
        y = self.y_of(self._data.shown_step, rect)
        return QRectF(view.right + 6, y - 9, HANDLE_ROOM - 12, 18)

    def _ticks(self, area: QRectF) -> list[int]:
        """Return the first and the last step, and round ones between them where there is room."""
        first, last = int(self._data.pyramid.steps[0]), self._data.last_step
        least = max((last - first) * _TICK_PX / max(area.height(), 1), 1.0)
        power = 10 ** math.floor(math.log10(least))
        every = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
        room = every * 0.6
        inner = [step for step in range(0, last, every) if step - first >= room and last - step >= room]
        return sorted({first, *inner, last})

    def _paint_image(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint one image a stretch of neighbouring columns, a pixel a column and a device row."""
        columns = boundary_columns(view.axis)
        first = max(view.axis.number_of(view.axis.column_at(view.first).id) - 1, 0)
        last = min(view.axis.number_of(view.axis.column_at(view.last - 1e-9).id), len(columns))
        if last <= first:
            return
        area = self.filled_area(rect)
        captures = self._captures(area, painter.device().devicePixelRatioF())
        values = self._data.pyramid.sampled(captures)[:, first:last]
        odd = QColor(style.colors.warning).rgb()
        pixels = np.ascontiguousarray(colored(values, self._data.pyramid.bounds, self._table, odd))
        rows, count = pixels.shape
        image = QImage(pixels.data, count, rows, 4 * count, QImage.Format.Format_RGB32)
        painter.save()
        painter.setClipRect(QRectF(view.left, area.top(), view.width, area.height()))
        for start, stop in _stretches(columns[first:last]):
            x0, x1 = view.x(columns[first + start].start), view.x(columns[first + stop - 1].stop)
            target = QRectF(x0, area.top(), x1 - x0, area.height())
            painter.drawImage(target, image, QRectF(start, 0, stop - start, rows))
        painter.restore()

    def _captures(self, area: QRectF, pixel_ratio: float) -> NDArray[np.int64]:
        """Return the first capture of each device row of `area`."""
        steps, first = self._data.pyramid.steps, int(self._data.pyramid.steps[0])
        rows = max(round(area.height() * pixel_ratio), 1)
        middles = first + (np.arange(rows) + 0.5) / rows * (int(steps[-1]) + 1 - first)
        captures = np.searchsorted(steps, np.floor(middles), side="right") - 1
        return np.maximum(captures, 0)

    def _paint_handle(self, painter: QPainter, area: QRectF, view: DepthView, style: PaintStyle) -> None:
        rect = area.adjusted(0, 0, 0, LEGEND_HEIGHT)
        handle = self.handle_rect(rect, view)
        y = handle.center().y()
        for pen in (style.line("canvas", 3.0, 0.7), style.line("accent", 1.2)):
            painter.setPen(pen)
            painter.drawLine(QLineF(view.left, y, handle.left(), y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        follows = self._data.step is None
        painter.setPen(QPen(style.color("accent"), 1.0))
        painter.setBrush(style.color("canvas" if follows else "accent"))
        painter.drawRoundedRect(handle, 3, 3)
        painter.setPen(style.color("accent" if follows else "on_accent"))
        painter.setFont(style.numbers)
        painter.drawText(handle, Qt.AlignmentFlag.AlignCenter, exact(self._data.shown_step))

    def _paint_legend(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the colour bar with its decades and the colour of what is not a number."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        bottom, top = self._data.pyramid.bounds
        painter.fillRect(rect.adjusted(0, rect.height() - LEGEND_HEIGHT + 1, 0, 0), style.color("canvas"))
        metrics = style.metrics(style.numbers)
        y, height = rect.bottom() - LEGEND_HEIGHT + 9, 8.0
        labels = [power_of_ten(bottom), power_of_ten(top)]
        x = view.left + metrics.horizontalAdvance(labels[0]) + 6
        width = min(220.0, view.width * 0.3)
        bar = QImage(self._table.data, len(self._table), 1, 4 * len(self._table), QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(x, y, width, height), bar, QRectF(0, 0, len(self._table), 1))
        painter.setFont(style.numbers)
        painter.setPen(style.color("muted"))
        middle = y + height / 2 + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(view.left, middle), labels[0])
        painter.drawText(QPointF(x + width + 6, middle), labels[1])
        x += width + metrics.horizontalAdvance(labels[1]) + 22
        painter.fillRect(QRectF(x, y, height, height), style.color("warning"))
        painter.drawText(QPointF(x + height + 5, middle), translate("Atlas", "not finite"))


def _stretches(columns: tuple[Span, ...]) -> list[tuple[int, int]]:
    """Return (start, stop) of each run of columns without a gap between them."""
    breaks = [0]
    breaks += [n for n in range(1, len(columns)) if abs(columns[n].start - columns[n - 1].stop) > 1e-6]
    return list(zip(breaks, [*breaks[1:], len(columns)], strict=True))
