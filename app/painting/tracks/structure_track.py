"""Paints the structure of a network: its blocks and, first of all, the ways round them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtGui import QPainter

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from app.painting.track import Track
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Level
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.structure import heading_items, level_items

translate = QCoreApplication.translate


class StructureTrack(Track):
    """Stages, blocks or layers, by the room there is; neighbouring levels fade into one another."""

    key = "structure"
    height = 128.0
    least_height = 72.0

    def title(self) -> str:
        """Return the track's name."""
        return translate("Atlas", "Structure")

    def subtitle(self) -> str:
        """Return what to look at."""
        return translate("Atlas", "shortcuts first")

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the shown stretch at its level of detail."""
        placement = Placement(
            view.axis, view.left - view.first * view.scale, view.scale, view.first, view.last - 1e-9,
            rect.top(), rect.height(), style.text_size * 0.95, style.fit,
        )  # fmt: skip
        paint_items(painter, heading_items(placement), style)
        for level, opacity in shown_levels(view):
            painter.setOpacity(opacity)
            paint_items(painter, level_items(placement, level), style)
        painter.setOpacity(1.0)


def shown_levels(view: DepthView) -> tuple[tuple[Level, float], ...]:
    """Return the levels of detail to paint, coarse first, with their opacity; two while one fades into the next."""
    layers, blocks = view.layer_opacity(), view.block_opacity()
    levels: tuple[tuple[Level, float], ...] = (
        ("stage", 1.0 - blocks), ("block", min(blocks, 1.0 - layers)), ("layer", layers)
    )  # fmt: skip
    return tuple((level, opacity) for level, opacity in levels if opacity > 0)
