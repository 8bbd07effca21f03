"""Paints the shape of the tensor along depth: a band as high as its resolution, as strong as its channels are many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.painting.paint_style import PaintStyle
from app.painting.track import Track, shown_span
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, DepthAxis, Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.number_text import shape_text

translate = QCoreApplication.translate
_LABEL_LINES = 1.35


class ShapeTrack(Track):
    """Channels × resolution; the band's height follows the square root of the resolution."""

    key = "shape"
    stretch = 0.2
    height = 48.0
    least_height = 34.0

    def title(self) -> str:
        """Return the track's name."""
        return translate("Atlas", "Shape")

    def subtitle(self) -> str:
        """Return how to read the band."""
        return translate("Atlas", "channels × resolution")

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint one band a shape, its shape under it where it fits."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        runs = list(shape_runs(view))
        label = style.small_size * _LABEL_LINES
        room, middle = rect.height() - label - 4, rect.top() + (rect.height() - label) / 2
        largest, channels = _extremes(view.axis)
        painter.setFont(style.small)
        metrics = style.metrics(style.small)
        for shape, start, stop in runs:
            x0, x1 = round(max(view.x(start), view.left)), round(min(view.x(stop), view.right))
            height = max(room * math.sqrt(max(shape.height, shape.width) / largest), 3.0)
            band = QRectF(x0, round(middle - height / 2), max(x1 - x0 - 1, 1), round(height))
            painter.fillRect(band, _band_color(style, shape.channels, channels))
            text = shape_text(shape)
            if metrics.horizontalAdvance(text) + 6 <= x1 - x0:
                painter.setPen(style.color("muted"))
                place = QRectF(x0, rect.bottom() - label, x1 - x0, label)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return the shape that comes out of what stands at `position`."""
        span = shown_span(view, position.x())
        if span is None:
            return ""
        return shape_text(_output_shape(view.axis, span))


def shape_runs(view: DepthView) -> Iterator[tuple[Shape, float, float]]:
    """Yield each shown stretch of depth over which the tensor keeps its shape."""
    layers = view.layer_opacity() > 0.5
    pieces = [piece for column in view.columns() for piece in _pieces(view.axis, column, layers)]
    for shape, run in groupby(pieces, key=lambda piece: piece[0]):
        members = list(run)
        yield shape, members[0][1], members[-1][2]


def _pieces(axis: DepthAxis, column: Span, layers: bool) -> list[tuple[Shape, float, float]]:
    if not layers and column.id not in (STEM_ID, HEAD_ID):
        return [(axis.graph.block_by_id[column.id].output_shape, column.start, column.stop)]
    pieces: list[tuple[Shape, float, float]] = []
    for node, span in zip(axis.nodes_of(column), axis.layers_of(column), strict=True):
        # A layer of the way round or of a gate keeps the shape of the main path beside it.
        shape = node.output_shape if node.path == "main" else pieces[-1][0] if pieces else node.input_shape
        pieces.append((shape, span.start, span.stop))
    first, last = pieces[0], pieces[-1]
    pieces[0] = first[0], column.start, first[2]
    pieces[-1] = last[0], pieces[-1][1], column.stop
    return pieces


def _output_shape(axis: DepthAxis, span: Span) -> Shape:
    block = axis.graph.block_by_id.get(span.id)
    if block is not None:
        return block.output_shape
    node = axis.graph.node_by_id.get(span.id)
    return node.output_shape if node else axis.nodes_of(span)[-1].output_shape


def _extremes(axis: DepthAxis) -> tuple[int, tuple[int, int]]:
    """Return the largest side of a map and the fewest and most channels of a block."""
    nodes, blocks = axis.graph.nodes, axis.graph.blocks
    counts = [block.output_shape.channels for block in blocks]
    return max(nodes[0].output_shape.height, nodes[0].output_shape.width), (min(counts), max(counts))


def _band_color(style: PaintStyle, channels: int, extremes: tuple[int, int]) -> QColor:
    """Return the accent, the stronger the more channels: even steps a doubling."""
    low, high = (math.log2(count) for count in extremes)
    place = (math.log2(channels) - low + 1) / (high - low + 1)
    share = 0.2 + 0.6 * min(max(place, 0.0), 1.0)
    strong, ground = style.color("parameters"), style.color("canvas")
    pairs = (
        (strong.red(), ground.red()),
        (strong.green(), ground.green()),
        (strong.blue(), ground.blue()),
    )
    return QColor(*(round(s * share + g * (1 - share)) for s, g in pairs))
