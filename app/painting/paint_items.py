"""Paints the items of a drawing with QPainter, runs of like items in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain, groupby

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF
from shiboken6 import VoidPtr

from app.painting.paint_style import PaintStyle
from app.painting.thin_strokes import is_on_pixels, stroke
from resnet_core.drawing.display_list import Arch, Group, Item, Polyline, Raster, Rectangle, Text, rounded_corners
from resnet_core.drawing.styles import STYLES

_ANTIALIASING = QPainter.RenderHint.Antialiasing  # looking it up in its class takes longer than setting it
_FULL, _HALF, _QUARTER = 360 * 16, 180 * 16, 90 * 16
_FINE_PX, _OPAQUE = 14.0, 255
_ROUND_FROM_PX = 12.0
_SPRITES_FROM, _MOST_SPRITE_PX, _MOST_PALE_SPRITE_PX = 12, 30.0, 100.0
_FEW_POINTS, _WIDE_PX = 10, 200.0
"""What is shorter than these is painted faster with its own pen than as several thin strokes."""
_POINT_BYTES = 2 * np.dtype(np.float64).itemsize
_ANCHOR_SHARES = {"left": 0.0, "middle": 0.5, "right": 1.0}
_WORDED = ("identity_label", "projection_label", "zero_pad_label", "gate_label")


def paint_items(painter: QPainter, items: Iterable[Item], style: PaintStyle) -> None:
    """Paint `items` in order, in the colours of `style`."""
    for (kind, role), run in groupby(items, key=lambda item: (type(item), item.role)):
        painter.setRenderHint(_ANTIALIASING, not STYLES[role].crisp)
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
    brush = style.brush(items[0].role)
    painter.setPen(style.pen(items[0].role))
    painter.setBrush(brush)
    square, narrow = [], True
    for _, _, x, y, width, height, radius, _, strength in items:
        if strength < 1:
            painter.setBrush(_weakened(brush, strength))
            painter.drawRect(QRectF(x, y, width, height))
            painter.setBrush(brush)
        elif radius > 0.5 and (width >= _ROUND_FROM_PX or width <= 2 * radius):  # a dot is round however small
            painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)
        else:
            square.append(QRectF(x, y, width, height))
            narrow = narrow and width < _ROUND_FROM_PX
    if square:
        if narrow:
            # Antialiasing blurs what is this narrow, and costs several times more.
            painter.setRenderHint(_ANTIALIASING, False)
        painter.drawRects(square)


def _weakened(brush: QBrush, strength: float) -> QBrush:
    color = QColor(brush.color())
    color.setAlphaF(color.alphaF() * strength)
    return QBrush(color)


def _paint_polylines(painter: QPainter, items: list[Polyline], style: PaintStyle) -> None:
    pen, brush = style.pen(items[0].role), style.brush(items[0].role)
    painter.setPen(pen)
    painter.setBrush(brush)
    lines = []
    for item in items:
        if item.closed:
            painter.drawPolygon(_polygon(item.points))
        elif len(item.points) == 2:
            lines.append(QLineF(*item.points[0], *item.points[1]))
    if lines:
        painter.drawLines(lines)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for item in items:
        if item.closed or len(item.points) == 2:
            continue
        if item.bend:
            painter.setPen(pen)
            painter.drawPath(_bent_path(item))
        elif len(item.points) < _FEW_POINTS and abs(item.points[-1][0] - item.points[0][0]) < _WIDE_PX:
            painter.setPen(pen)
            painter.drawPolyline(_polygon(item.points))
        else:
            stroke(painter, pen, partial(painter.drawPolyline, _polygon(item.points)))


def _polygon(points: tuple[tuple[float, float], ...]) -> QPolygonF:
    """Return the points as Qt holds them, copied at once: for 600 points ten times as fast as one by one."""
    polygon = QPolygonF()
    if not points:
        return polygon
    polygon.resize(len(points))
    memory = VoidPtr(polygon.data(), len(points) * _POINT_BYTES, True)  # type: ignore[call-arg, arg-type]
    numbers = np.frombuffer(memory, np.float64)  # type: ignore[call-overload]
    numbers[:] = np.fromiter(chain.from_iterable(points), np.float64, 2 * len(points))
    return polygon


def _paint_rasters(painter: QPainter, items: list[Raster], style: PaintStyle) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for item in items:
        image = style.rasters.image(item)
        first, last = item.columns or (0, image.width())
        source = QRectF(first, 0, last - first, image.height())
        painter.drawImage(QRectF(item.x, item.y, item.width, item.height), image, source)


def _paint_arches(painter: QPainter, items: list[Arch], style: PaintStyle) -> None:
    """Paint the arches one by one: one path of hundreds of arcs takes the rasteriser many times longer."""
    pen = style.pen(items[0].role)
    fine = QPen(pen)
    fine.setWidthF(1.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    sprites = len(items) >= _SPRITES_FROM and is_on_pixels(painter)
    # What is broad and lets the ground through cannot be stroked as thin lines.
    most_px = _MOST_SPRITE_PX if pen.color().alpha() == _OPAQUE else _MOST_PALE_SPRITE_PX
    small, smallest = style.arches.painting(painter, pen), style.arches.painting(painter, fine)
    for item in items:
        width, height = item.x1 - item.x0, item.height
        is_half_ellipse = item.part == "whole" and item.shoulder * 2 >= width - 0.01
        is_fine = width < _FINE_PX and item.part == "whole"
        used = fine if is_fine else pen
        if is_half_ellipse and sprites and width < most_px:
            (smallest if is_fine else small)(item.x0, item.base, width, height)
        elif width < _WIDE_PX and not used.dashPattern():
            painter.setPen(used)
            if is_half_ellipse:
                painter.drawArc(QRectF(item.x0, item.base - height, width, 2 * height), 0, _HALF)
            else:
                painter.drawPath(_arch_path(item))
        elif is_half_ellipse:
            area = QRectF(item.x0, item.base - height, width, 2 * height)
            stroke(painter, used, partial(painter.drawArc, area, 0, _HALF))
        else:
            stroke(painter, used, partial(painter.drawPath, _arch_path(item)))


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
    for item in items:
        font = style.sized(item.size, bold=item.bold, tabular=tabular)
        text = QCoreApplication.translate("Drawing", item.text) if worded else item.text
        x = item.x - style.width_of(text, font) * _ANCHOR_SHARES[item.anchor]
        metrics = style.metrics(font)
        painter.setFont(font)
        # What is laid out once is painted from its upper left corner.
        top = item.y - (metrics.ascent() + metrics.descent()) / 2
        painter.drawStaticText(QPointF(x, top), style.laid_out(text, font))


_PAINTERS: dict[type, Callable[..., None]] = {
    Group: _paint_groups,
    Raster: _paint_rasters,
    Rectangle: _paint_rectangles,
    Polyline: _paint_polylines,
    Arch: _paint_arches,
    Text: _paint_texts,
}
