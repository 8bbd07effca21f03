"""Draws what a single setting does: the taps of a dilated kernel, what a norm averages over, a curve, a ramp, maps."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.views.architecture.unit_picture import Ink
from resnet_core.configuration.block_sections import ActivationKind, NormKind

_MOST_CELLS = 17
_SAMPLES, _CHANNELS = 4, 12
_REACH = 3.0


def paint_taps(painter: QPainter, room: QRectF, kernel: int, dilation: int, ink: Ink) -> None:
    """Paint the pixels a kernel reads, filled, among those it passes over."""
    side = dilation * (kernel - 1) + 1
    step = dilation
    if side > _MOST_CELLS:  # drawn to scale as far as it can be seen
        step = (_MOST_CELLS - 1) // max(kernel - 1, 1)
        side = step * (kernel - 1) + 1
    cell = min(room.height() / side, 9.0)
    corner = QPointF(room.left(), room.center().y() - side * cell / 2)
    painter.setPen(QPen(ink.color("hairline"), 1))
    for row in range(side):
        for column in range(side):
            tapped = row % step == 0 and column % step == 0
            painter.setBrush(ink.color("accent" if tapped else "canvas"))
            painter.drawRect(QRectF(corner.x() + column * cell, corner.y() + row * cell, cell, cell))
    wide = dilation * (kernel - 1) + 1
    text = f"{kernel}×{kernel}, d {dilation}: {wide}×{wide}"
    _write(painter, room.adjusted(side * cell + 10, 0, 0, 0), text, ink, Qt.AlignmentFlag.AlignVCenter)


def paint_norm(painter: QPainter, room: QRectF, kind: NormKind, labels: tuple[str, str], ink: Ink) -> None:
    """Paint the values that are normalised together: rows are samples, columns channels (Wu and He 2018, Fig. 2)."""
    line = ink.metrics.height()
    inner = room.adjusted(ink.metrics.horizontalAdvance(labels[0]) + 8, 0, 0, -line - 2)
    cell = min(inner.width() / _CHANNELS, inner.height() / _SAMPLES, 14.0)
    painter.setPen(QPen(ink.color("muted"), 0.8))
    for row in range(_SAMPLES):
        for column in range(_CHANNELS):
            painter.setBrush(ink.color("accent" if _together(kind, row, column) else "canvas"))
            painter.drawRect(QRectF(inner.left() + column * cell, inner.top() + row * cell, cell, cell))
    rows = QRectF(room.left(), inner.top(), inner.left() - room.left() - 6, cell * _SAMPLES)
    _write(painter, rows, labels[0], ink, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
    columns = QRectF(inner.left(), inner.top() + cell * _SAMPLES + 2, max(cell * _CHANNELS, 80), line)
    _write(painter, columns, labels[1], ink, Qt.AlignmentFlag.AlignLeft)


def paint_activation(painter: QPainter, room: QRectF, kind: ActivationKind, ink: Ink) -> None:
    """Paint y = f(x) for x from -3 to 3, with its axes."""
    width = min(room.width(), room.height() * 2.2)
    area = QRectF(room.left(), room.top() + 2, width, room.height() - 4)
    unit_x, unit_y = area.width() / (2 * _REACH), area.height() / (_REACH + 1.2)
    zero = QPointF(area.center().x(), area.top() + _REACH * unit_y)
    painter.setPen(QPen(ink.color("hairline"), 1))
    painter.drawLine(QPointF(area.left(), zero.y()), QPointF(area.right(), zero.y()))
    painter.drawLine(QPointF(zero.x(), area.top()), QPointF(zero.x(), area.bottom()))
    points = [step / 20 for step in range(int(-20 * _REACH), int(20 * _REACH) + 1)]
    curve = [QPointF(zero.x() + x * unit_x, zero.y() - activation_at(kind, x) * unit_y) for x in points]
    painter.setPen(QPen(ink.color("accent"), 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.save()
    painter.setClipRect(area)
    painter.drawPolyline(QPolygonF(curve))
    painter.restore()


def paint_ramp(painter: QPainter, room: QRectF, chances: Sequence[float], ink: Ink) -> None:
    """Paint the chance of each block that its branch is dropped, first to last."""
    line, most = ink.metrics.height(), max(chances, default=0.0)
    area = room.adjusted(0, line, 0, -1)
    painter.setPen(QPen(ink.color("hairline"), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    wide = area.width() / max(len(chances), 1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.color("accent"))
    for place, chance in enumerate(chances):
        height = area.height() * (chance / most if most else 0.0)
        bar = QRectF(area.left() + place * wide, area.bottom() - height, max(wide - 1.0, 0.6), height)
        painter.drawRect(bar)
    text = f"p₁ = {chances[0]:.2g}  …  p_L = {chances[-1]:.2g}" if chances else ""
    _write(painter, QRectF(room.left(), room.top(), room.width(), line), text, ink, Qt.AlignmentFlag.AlignLeft)


def paint_maps(painter: QPainter, room: QRectF, sides: Sequence[int], current: int, ink: Ink) -> None:
    """Paint the map of the image, the stem and each stage as a square, its side written under it."""
    line = ink.metrics.height()
    most, slot = max(sides), room.width() / len(sides)
    full = min(room.height() - line - 2, slot - 4)
    for place, side in enumerate(sides):
        length = max(full * math.sqrt(side / most), 2.0)
        x = room.left() + place * slot + slot / 2
        painter.setPen(QPen(ink.color("block_line"), 1))
        painter.setBrush(ink.color("selection" if place == current else "block_fill"))
        painter.drawRect(QRectF(x - length / 2, room.top() + (full - length) / 2, length, length))
        under = QRectF(x - slot / 2, room.top() + full + 2, slot, line)
        _write(painter, under, str(side), ink, Qt.AlignmentFlag.AlignHCenter)


def activation_at(kind: ActivationKind, x: float) -> float:
    """Return f(x) of an activation."""
    functions = {
        "relu": max(x, 0.0),
        "leaky_relu": x if x > 0 else 0.01 * x,
        "gelu": 0.5 * x * (1 + math.erf(x / math.sqrt(2))),
        "silu": x / (1 + math.exp(-x)),
        "elu": x if x > 0 else math.expm1(x),
        "identity": x,
    }
    return functions[kind]


def _together(kind: NormKind, row: int, column: int) -> bool:
    if kind == "batch":
        return column == 0
    return row == 0 and (kind == "layer" or (kind == "group" and column < _CHANNELS // 4))


def _write(painter: QPainter, room: QRectF, text: str, ink: Ink, side: Qt.AlignmentFlag) -> None:
    painter.setPen(ink.color("muted"))
    painter.setFont(ink.font)
    painter.drawText(room, side, ink.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
