"""Strokes lines a little wider than a pixel as several lines one pixel wide, which the rasteriser is far faster at.

Measured on Qt 6.11's raster engine, antialiased, 170 points: a pen of 1.0 takes 0.07 ms, one of 1.4 takes 22 ms.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QPaintEngine, QPainter, QPen

_MOST_DEVICE_PX = 4.0
_OPAQUE = 255


def stroke(painter: QPainter, pen: QPen, draw: Callable[[], None]) -> None:
    """Call `draw`, which draws unfilled lines, with `pen`, or as often with a thin one as its width asks for."""
    offsets = _offsets(painter, pen)
    if not offsets:
        painter.setPen(pen)
        draw()
        return
    painter.setPen(_thin(painter, pen))
    for dx, dy in offsets:
        painter.translate(dx, dy)
        draw()
        painter.translate(-dx, -dy)


def is_on_pixels(painter: QPainter) -> bool:
    """Whether what is painted on is made of pixels, upright; a page is not, and keeps its curves."""
    engine = painter.paintEngine()
    raster = engine is not None and engine.type() == QPaintEngine.Type.Raster
    return raster and not painter.deviceTransform().isRotating()


def _offsets(painter: QPainter, pen: QPen) -> tuple[tuple[float, float], ...]:
    """Return by how much each thin line is moved, up, down and sideways; none where the pen itself is best."""
    ratio = painter.deviceTransform().m11()
    width = pen.widthF() * ratio
    if not 1.0 < width <= _MOST_DEVICE_PX or pen.color().alpha() < _OPAQUE or not is_on_pixels(painter):
        return ()
    reach, count = (width - 1.0) / 2 / ratio, 1 if width <= 2.0 else 2
    steps = [reach * (number + 1) / count for number in range(count)]
    return tuple(move for step in steps for move in ((0.0, -step), (0.0, step), (-step, 0.0), (step, 0.0)))


def _thin(painter: QPainter, pen: QPen) -> QPen:
    """Return the pen one device pixel wide, its dashes as long as they were."""
    thin = QPen(pen)
    thin.setCosmetic(True)
    thin.setWidthF(1.0)
    if pen.dashPattern():
        device_width = pen.widthF() * painter.deviceTransform().m11()
        thin.setDashPattern([length * device_width for length in pen.dashPattern()])
    return thin
