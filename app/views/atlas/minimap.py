"""Paints the whole network as a strip with the shown stretch outlined, and says which depth a point on it means."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.painting.paint_style import PaintStyle
from resnet_core.drawing.depth_view import DepthView

MINIMAP_HEIGHT = 18.0
FOOTER_HEIGHT = 30.0
_BLOCK_FROM_PX = 3.0
_FRAME_PX = 1.1
"""A little more than a pixel: a long frame of exactly one takes Qt's raster engine fifty times as long (0.8 ms)."""


def paint_minimap(
    painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle, selected: tuple[float, float] | None
) -> None:
    """Paint every block, or every stage where blocks would be too fine, the selection and the shown stretch."""
    scale = rect.width() / view.axis.length
    spans = view.axis.blocks if scale >= _BLOCK_FROM_PX else view.axis.stages
    top, height = round(rect.top() + 6), round(rect.height() - 12)
    gap = 0.12 * scale if scale >= _BLOCK_FROM_PX else 1.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.color("muted", 0.45))
    edges = ((rect.left() + span.start * scale + gap, rect.left() + span.stop * scale - gap) for span in spans)
    painter.drawRects([QRectF(round(x0), top, max(round(x1) - round(x0), 1), height) for x0, x1 in edges])
    if selected is not None:
        start, stop = (rect.left() + depth * scale for depth in selected)
        painter.fillRect(QRectF(start, rect.top() + 3, max(stop - start, 2), rect.height() - 6), style.color("accent"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(style.color("hairline"), _FRAME_PX))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(QPen(style.color("accent"), 1.2))
    painter.drawRoundedRect(window_rect(rect, view).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def window_rect(rect: QRectF, view: DepthView) -> QRectF:
    """Return the outline of the shown stretch."""
    scale = rect.width() / view.axis.length
    width = max(view.width / view.scale * scale, 6.0)
    return QRectF(rect.left() + view.first * scale, rect.top(), width, rect.height())


def depth_at(rect: QRectF, view: DepthView, x: float) -> float:
    """Return the depth that x on the strip means."""
    return (x - rect.left()) / rect.width() * view.axis.length
