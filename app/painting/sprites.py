"""Keeps small pictures of arches that are painted hundreds of times, as the rasteriser takes far longer for an arc."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app.painting.thin_strokes import stroke

_PAD = 2.0
_HALF_TURN = 180 * 16
_STEPS_A_PIXEL = 4
_MOST = 256


class ArchSprites:
    """Half ellipses by pen and size; a quarter of a pixel more or less is the same picture."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, int, int, float], QPixmap] = {}

    def paint(self, painter: QPainter, pen: QPen, at: QPointF, width: float, height: float) -> None:
        """Paint a half ellipse `width` wide and `height` high that begins at `at`, its lower left."""
        ratio = painter.deviceTransform().m11()
        sprite = self._sprite(pen, round(width * _STEPS_A_PIXEL), round(height * _STEPS_A_PIXEL), ratio)
        painter.drawPixmap(QPointF(at.x() - _PAD, at.y() - height - _PAD), sprite)

    def _sprite(self, pen: QPen, width: int, height: int, ratio: float) -> QPixmap:
        key = (pen.color().rgba(), str(pen.dashPattern()), width, height, ratio)
        sprite = self._made.get(key)
        if sprite is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            sprite = self._made[key] = _painted(pen, width / _STEPS_A_PIXEL, height / _STEPS_A_PIXEL, ratio)
        return sprite


def _painted(pen: QPen, width: float, height: float, ratio: float) -> QPixmap:
    size = QRectF(0, 0, (width + 2 * _PAD) * ratio, (height + 2 * _PAD) * ratio).toAlignedRect().size()
    sprite = QPixmap(size)
    sprite.setDevicePixelRatio(ratio)
    sprite.fill(Qt.GlobalColor.transparent)
    painter = QPainter(sprite)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke(painter, pen, lambda: painter.drawArc(QRectF(_PAD, _PAD, width, 2 * height), 0, _HALF_TURN))
    painter.end()
    return sprite
