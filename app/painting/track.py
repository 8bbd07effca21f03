"""Defines what a track is: one row of facts along the axis of depth, with a title, a height and a painter."""

from __future__ import annotations

from abc import ABC, abstractmethod

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.painting.paint_style import PaintStyle
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView

GUTTER_GAP = 8.0
"""Pixels between the numbers at the left and the track."""


class Track(ABC):
    """One row along the axis of depth.

    `key` names it in saved layouts; `height` is its own choice, `least_height` what it can be squeezed to, and
    `stretch` its share of the room left over. A `live`
    track shows a run and is painted anew while one is under way; the others are painted once and kept.
    """

    key: str = ""
    stretch: float = 1.0
    height: float = 60.0
    least_height: float = 28.0
    live: bool = False

    @abstractmethod
    def title(self) -> str:
        """Return the track's name."""

    def subtitle(self) -> str:
        """Return one muted line under the name, or an empty text."""
        return ""

    @abstractmethod
    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the shown stretch of depth into `rect`."""

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:  # noqa: B027 - most have none
        """Paint the numbers of the track's scale, right-aligned in `rect` at its left."""

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return what the track says at `position`, as one line, or an empty text."""
        return ""


def shown_span(view: DepthView, x: float) -> Span | None:
    """Return the layer at x where layers are shown, else the block, stem or head; None beyond the ends."""
    depth = view.depth(x)
    if not 0 <= depth < view.axis.length:
        return None
    column = view.axis.column_at(depth)
    if not column.start <= depth < column.stop:
        return None
    return view.axis.layer_at(depth) if view.layer_opacity() > 0.5 else column
