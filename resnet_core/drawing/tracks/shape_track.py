"""Draws the shape of the tensor along depth: a band as high as its resolution, as strong as its channels are many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, DepthAxis, Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Item, Rectangle, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import text_width
from resnet_core.drawing.tracks.track import Track, TrackFrame, shown_span
from resnet_core.number_text import shape_text

_LABEL_LINES = 1.35
_LEAST_STRENGTH, _STRENGTHS = 0.2, 0.6


class ShapeTrack(Track):
    """Channels × resolution; the band's height follows the square root of the resolution."""

    key = "shape"
    stretch = 0.2
    height = 48.0
    least_height = 34.0

    def subtitle(self, say: Say) -> str:
        """Return how to read the band."""
        return say("Atlas", N_("Atlas", "channels × resolution"))

    def explanation(self) -> str:
        """Return what the band shows."""
        return N_("Atlas", "The tensor on the main path: the band is as high as its resolution, and darker with more "
                  "channels. Where it changes, the shortcut has to change it too.")  # fmt: skip

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield one band a shape, its shape under it where it fits."""
        view, rect, size = frame.view, frame.rect, frame.small
        label = size * _LABEL_LINES
        room, middle = frame.height - label - 4, rect.top + (frame.height - label) / 2
        largest, channels = _extremes(view.axis)
        for shape, id, start, stop in shape_runs(view):
            x0, x1 = round(max(view.x(start), rect.left)), round(min(view.x(stop), rect.right))
            height = round(max(room * math.sqrt(max(shape.height, shape.width) / largest), 3.0))
            width, text = max(x1 - x0 - 1, 1), shape_text(shape)
            top = round(middle - height / 2)
            yield Rectangle(id, "shape_band", x0, top, width, height, 0.0, text, _strength(shape.channels, channels))
            if text_width(text, size) * frame.fit + 6 <= x1 - x0:
                yield Text(id, "note", (x0 + x1) / 2, rect.bottom - label / 2, text, size)

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the shape that comes out of what stands at `x`."""
        span = shown_span(frame.view, x)
        return shape_text(_output_shape(frame.view.axis, span)) if span is not None else ""


def shape_runs(view: DepthView) -> Iterator[tuple[Shape, str, float, float]]:
    """Yield each shown stretch of depth over which the tensor keeps its shape: shape, first id, start and stop."""
    layers = view.layer_opacity() > 0.5
    pieces = [piece for column in view.columns() for piece in _pieces(view.axis, column, layers)]
    for shape, run in groupby(pieces, key=lambda piece: piece[0]):
        members = list(run)
        yield shape, members[0][1], members[0][2], members[-1][3]


def _pieces(axis: DepthAxis, column: Span, layers: bool) -> list[tuple[Shape, str, float, float]]:
    if not layers and column.id not in (STEM_ID, HEAD_ID):
        return [(axis.graph.block_by_id[column.id].output_shape, column.id, column.start, column.stop)]
    pieces: list[tuple[Shape, str, float, float]] = []
    for node, span in zip(axis.nodes_of(column), axis.layers_of(column), strict=True):
        # A layer of the way round or of a gate keeps the shape of the main path beside it.
        shape = node.output_shape if node.path == "main" else pieces[-1][0] if pieces else node.input_shape
        pieces.append((shape, node.id, span.start, span.stop))
    first, last = pieces[0], pieces[-1]
    pieces[0] = first[0], first[1], column.start, first[3]
    pieces[-1] = last[0], last[1], pieces[-1][2], column.stop
    return pieces


def _output_shape(axis: DepthAxis, span: Span) -> Shape:
    block = axis.graph.block_by_id.get(span.id)
    if block is not None:
        return block.output_shape
    node = axis.graph.node_by_id.get(span.id)
    return node.output_shape if node else axis.nodes_of(span)[-1].output_shape


def _extremes(axis: DepthAxis) -> tuple[int, tuple[int, int]]:
    """Return the largest side of a map and the fewest and most channels that a stage puts out."""
    graph = axis.graph
    counts = [graph.blocks[stage.stop - 1].output_shape.channels for stage in graph.stages]
    shape = graph.nodes[0].output_shape
    return max(shape.height, shape.width), (min(counts), max(counts))


def _strength(channels: int, extremes: tuple[int, int]) -> float:
    """Return the strength of a band's colour: even steps a doubling of the channels."""
    low, high = (math.log2(count) for count in extremes)
    place = (math.log2(channels) - low + 1) / (high - low + 1)
    return _LEAST_STRENGTH + _STRENGTHS * min(max(place, 0.0), 1.0)
