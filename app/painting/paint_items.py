"""Paints the items of a drawing with QPainter, runs of like items in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPolygonF

from app.painting.paint_style import PaintStyle
from resnet_core.drawing.color_map import colored, packed
from resnet_core.drawing.display_list import Arch, Group, Item, Polyline, Raster, Rectangle, Text, rounded_corners
from resnet_core.drawing.styles import STYLES

_FULL, _HALF, _QUARTER = 360 * 16, 180 * 16, 90 * 16
_FINE_PX = 14.0
_ANCHOR_SHARES = {"left": 0.0, "middle": 0.5, "right": 1.0}
_WORDED = ("identity_label", "projection_label", "zero_pad_label", "gate_label")


def paint_items(painter: QPainter, items: Iterable[Item], style: PaintStyle) -> None:
    """Paint `items` in order, in the colours of `style`."""
    for (kind, role), run in groupby(items, key=lambda item: (type(item), item.role)):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not STYLES[role].crisp)
        _PAINTERS[kind](painter, list(run), style)


def _paint_groups(painter: QPainter, items: list[Group], style: PaintStyle) -> None:
    for item in items:
        painter.save()
        if item.opacity < 1:
            painter.setOpacity(painter.opacity() * item.opacity)
        if item.clip is not None:
            left, top, right, bottom = item.clip
            clip = QRectF(left, top, right - left, bottom - top)
            painter.setClipRect(clip, Qt.ClipOperation.IntersectClip)
        paint_items(painter, item.items, style)
        painter.restore()


def _paint_rectangles(painter: QPainter, items: list[Rectangle], style: PaintStyle) -> None:
    painter.setPen(style.pen(items[0].role))
    painter.setBrush(style.brush(items[0].role))
    for strength, run in groupby(items, key=lambda item: item.strength):
        if strength < 1:
            color = QColor(style.brush(items[0].role).color())
            color.setAlphaF(color.alphaF() * strength)
            painter.setBrush(QBrush(color))
        square = []
        for item in run:
            rectangle = QRectF(item.x, item.y, item.width, item.height)
            if item.radius > 0.5:
                painter.drawRoundedRect(rectangle, item.radius, item.radius)
            else:
                square.append(rectangle)
        painter.drawRects(square)


def _paint_polylines(painter: QPainter, items: list[Polyline], style: PaintStyle) -> None:
    painter.setPen(style.pen(items[0].role))
    brush = style.brush(items[0].role)
    painter.setBrush(brush)
    lines = []
    for item in items:
        if item.closed:
            painter.setBrush(brush)
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in item.points]))
        elif len(item.points) == 2:
            lines.append(QLineF(*item.points[0], *item.points[1]))
        elif item.bend:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(_bent_path(item))
        else:
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in item.points]))
    if lines:
        painter.drawLines(lines)


def _paint_rasters(painter: QPainter, items: list[Raster], style: PaintStyle) -> None:
    """Paint images as RGB32, which scales several times faster than an indexed one."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for item in items:
        values = item.values
        colors = np.ascontiguousarray(
            colored(values, (item.low, item.high), style.color_table, packed(style.colors.warning))
        )
        rows, columns = values.shape
        image = QImage(colors.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(item.x, item.y, item.width, item.height), image, QRectF(0, 0, columns, rows))


def _paint_arches(painter: QPainter, items: list[Arch], style: PaintStyle) -> None:
    """Paint the arches one by one: one path of hundreds of arcs takes the rasteriser many times longer."""
    pen = style.pen(items[0].role)
    fine = QPen(pen)
    fine.setWidthF(1.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for item in items:
        width = item.x1 - item.x0
        painter.setPen(fine if width < _FINE_PX and item.part == "whole" else pen)
        if item.part == "whole" and item.shoulder * 2 >= width - 0.01:
            painter.drawArc(QRectF(item.x0, item.base - item.height, width, 2 * item.height), 0, _HALF)
        else:
            painter.drawPath(_arch_path(item))


def _arch_path(item: Arch) -> QPainterPath:
    top, size = item.base - item.height, (2 * item.shoulder, 2 * item.height)
    falls, rises = item.part == "falls", item.part == "rises"
    path = QPainterPath(QPointF(item.x0, top if falls else item.base))
    if not falls:
        path.arcTo(QRectF(item.x0, top, *size), 180, -90)
    path.lineTo(item.x1 if rises else item.x1 - item.shoulder, top)
    if not rises:
        path.arcTo(QRectF(item.x1 - 2 * item.shoulder, top, *size), 90, -90)
    return path


def _bent_path(item: Polyline) -> QPainterPath:
    path = QPainterPath(QPointF(*item.points[0]))
    for begins, corner, ends in rounded_corners(item):
        path.lineTo(*begins)
        path.quadTo(*corner, *ends)
    path.lineTo(*item.points[-1])
    return path


def _paint_texts(painter: QPainter, items: list[Text], style: PaintStyle) -> None:
    role = items[0].role
    worded, tabular = role in _WORDED, role == "number"
    painter.setPen(style.text_color(role))
    font: QFont | None = None
    for item in items:
        wanted = style.sized(item.size, bold=item.bold, tabular=tabular)
        if wanted is not font:
            font = wanted
            painter.setFont(font)
            metrics = style.metrics(font)
            middle = (metrics.ascent() - metrics.descent()) / 2
        text = QCoreApplication.translate("Drawing", item.text) if worded else item.text
        x = item.x - style.width_of(text, font) * _ANCHOR_SHARES[item.anchor]
        painter.drawText(QPointF(x, item.y + middle), text)


_PAINTERS: dict[type, Callable[..., None]] = {
    Group: _paint_groups,
    Raster: _paint_rasters,
    Rectangle: _paint_rectangles,
    Polyline: _paint_polylines,
    Arch: _paint_arches,
    Text: _paint_texts,
}
