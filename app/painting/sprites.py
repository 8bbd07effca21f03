"""Keeps small pictures of arches that are painted hundreds of times, as the rasteriser takes far longer for an arc."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app.painting.thin_strokes import stroke

_LEAST_PAD = 2.0
_HALF_TURN = 180 * 16
_STEPS_A_PIXEL = 4
_MOST = 256


class ArchSprites:
    """Half ellipses by pen and size; a quarter of a pixel more or less is the same picture."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, float, str, float], dict[tuple[int, int], QPixmap]] = {}

    def painting(self, painter: QPainter, pen: QPen) -> Callable[[float, float, float, float], None]:
        """Return what paints half ellipses with `pen`: of the x where it begins, its base, its width, its height."""
        ratio = painter.deviceTransform().m11()
        made = self._made.setdefault((pen.color().rgba(), pen.widthF(), str(pen.dashPattern()), ratio), {})
        pad = _pad(pen)

        def paint(x: float, base: float, width: float, height: float) -> None:
            size = (round(width * _STEPS_A_PIXEL), round(height * _STEPS_A_PIXEL))
            sprite = made.get(size)
            if sprite is None:
                if len(made) >= _MOST:
                    made.clear()
                sprite = made[size] = _painted(pen, size[0] / _STEPS_A_PIXEL, size[1] / _STEPS_A_PIXEL, ratio)
            painter.drawPixmap(QPointF(x - pad, base - height - pad), sprite)

        return paint


def _pad(pen: QPen) -> float:
    """Return how far a line may reach beyond its ellipse."""
    return max(_LEAST_PAD, pen.widthF() / 2 + 1)


def _painted(pen: QPen, width: float, height: float, ratio: float) -> QPixmap:
    pad = _pad(pen)
    size = QRectF(0, 0, (width + 2 * pad) * ratio, (height + 2 * pad) * ratio).toAlignedRect().size()
    sprite = QPixmap(size)
    sprite.setDevicePixelRatio(ratio)
    sprite.fill(Qt.GlobalColor.transparent)
    painter = QPainter(sprite)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke(painter, pen, lambda: painter.drawArc(QRectF(pad, pad, width, 2 * height), 0, _HALF_TURN))
    painter.end()
    return sprite
