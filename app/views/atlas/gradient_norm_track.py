"""Paints the gradient norm at every block boundary at one step, log10, with a few earlier steps paler."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP, Track
from app.views.atlas.gradient_columns import boundary_at, boundary_columns
from app.views.atlas.gradient_data import GradientData
from app.views.atlas.gradient_pyramid import LogArray
from resnet_core.drawing.depth_view import DepthView
from resnet_core.number_text import exact, power_of_ten, scientific

translate = QCoreApplication.translate
_EARLIER_SHARES = (0.0, 1 / 3, 2 / 3)
_EARLIER_OPACITIES = (0.22, 0.34, 0.48)
_DOT_FROM_PX = 12.0
# A wide pen costs the rasteriser several times more, and does not show where points are this close.
_WIDE_FROM_PX = 5.0
_TICK_PX = 15.0


class GradientNormTrack(Track):
    """L2 norms of dLoss/d(block input) along depth at the step that is looked at."""

    key = "gradient_norm"
    height = 104.0
    least_height = 56.0
    live = True

    def __init__(self, data: GradientData) -> None:
        self._data = data

    def title(self) -> str:
        """Return the track's name."""
        return translate("Atlas", "Gradient norm")

    def subtitle(self) -> str:
        """Return what is measured, and at which step."""
        if not self._data.has_rows:
            return "‖∂L/∂x‖₂"
        step = exact(self._data.shown_step)
        return translate("Atlas", "‖∂L/∂x‖₂, step %1").replace("%1", step)

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the decades and the lines, or say why there are none."""
        if not self._data.has_rows:
            paint_empty(painter, rect, style, self._why_empty())
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(style.line("hairline"))
        ys = [self._y(exponent, rect) for exponent in self._ticks(rect)]
        painter.drawLines([QLineF(view.left, y, view.right, y) for y in ys])
        painter.setClipRect(QRectF(view.left, rect.top() - 4, view.width, rect.height() + 8))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = self._data.pyramid.rows()
        row = self._data.row
        for share, opacity in zip(_EARLIER_SHARES, _EARLIER_OPACITIES, strict=True):
            if int(row * share) < row:
                painter.setPen(QPen(style.color("muted", opacity), 1.0))
                self._paint_line(painter, rows[int(row * share)], rect, view)
        painter.setPen(QPen(style.color("accent"), 1.8 if view.scale >= _WIDE_FROM_PX else 1.0))
        points = self._paint_line(painter, rows[row], rect, view)
        if view.scale >= _DOT_FROM_PX:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.color("accent"))
            for point in points:
                painter.drawEllipse(point, 2.5, 2.5)
        self._paint_odd(painter, rows[row], rect, view, style)

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
        """Paint the powers of ten."""
        if not self._data.has_rows:
            return
        painter.setFont(style.numbers)
        painter.setPen(style.color("muted"))
        for exponent in self._ticks(rect):
            y = self._y(exponent, rect)
            place = QRectF(rect.left(), y - 10, rect.width() - GUTTER_GAP, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, power_of_ten(exponent))

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return the norm at the boundary nearest to `position`."""
        number = boundary_at(view.axis, view.depth(position.x()))
        if number is None or not self._data.has_rows:
            return ""
        return norm_text(self._data, number, self._data.row)

    def _why_empty(self) -> str:
        if self._data.run is None:
            return translate("Atlas", "No run of this architecture yet. Press Train to watch its gradients.")
        return translate("Atlas", "The run has not captured a gradient yet.")

    def _ticks(self, rect: QRectF) -> range:
        bottom, top = self._data.pyramid.bounds
        return range(bottom, top + 1, max(1, math.ceil((top - bottom) * _TICK_PX / max(rect.height() - 8, 1))))

    def _y(self, exponent: Any, rect: QRectF) -> Any:
        """Return the y of a power of ten, or of each in an array."""
        bottom, top = self._data.pyramid.bounds
        return rect.bottom() - 4 - (exponent - bottom) / (top - bottom) * (rect.height() - 8)

    def _paint_line(self, painter: QPainter, logs: LogArray, rect: QRectF, view: DepthView) -> list[QPointF]:
        """Paint the shown part of one row, broken where a norm is 0 or not finite; return its points."""
        axis = view.axis
        first = max(axis.number_of(axis.column_at(view.first).id) - 2, 0)
        last = axis.number_of(axis.column_at(view.last).id) + 1
        columns = boundary_columns(axis)[first:last]
        logs = logs[first:last]
        ys = self._y(logs, rect).tolist()
        points: list[QPointF] = []
        piece: list[QPointF] = []
        for column, y, finite in zip(columns, ys, np.isfinite(logs).tolist(), strict=True):
            if finite:
                piece.append(QPointF(view.x(column.middle), y))
            elif piece:
                painter.drawPolyline(piece)
                points += piece
                piece = []
        painter.drawPolyline(piece)
        return points + piece

    def _paint_odd(self, painter: QPainter, logs: LogArray, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Mark each boundary whose norm is NaN or infinite with a cross at the top, one that is 0 at the bottom."""
        painter.setPen(QPen(style.color("warning"), 1.4))
        columns = boundary_columns(view.axis)
        for number in np.flatnonzero(~np.isfinite(logs)):
            x = view.x(columns[number].middle)
            y = rect.bottom() - 4 if logs[number] == -np.inf else rect.top() + 4
            painter.drawLines([QLineF(x - 3, y - 3, x + 3, y + 3), QLineF(x - 3, y + 3, x + 3, y - 3)])


def norm_text(data: GradientData, number: int, row: int) -> str:
    """Return the norm of boundary `number` at capture `row`, with the boundary it belongs to and the step."""
    assert data.run is not None
    blocks = len(data.run.boundaries) - 1
    norm = scientific(float(data.run.boundary_norms[row][number]), 3)
    step = exact(int(data.pyramid.steps[row]))
    words = (
        translate("Atlas", "%1 at the block's input, step %2")
        if number < blocks
        else translate("Atlas", "%1 at the last block's output, step %2")
    )
    return words.replace("%1", norm).replace("%2", step)


def paint_empty(painter: QPainter, rect: QRectF, style: PaintStyle, text: str) -> None:
    """Say in the middle of a track why it is empty."""
    painter.setFont(style.small)
    painter.setPen(style.color("muted"))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(rect, flags, text)
