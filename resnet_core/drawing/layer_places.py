"""Gives each layer of a column its box: how wide by its place, how high by its channels, in its lane."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.architecture.graph import Node
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import Box
from resnet_core.drawing.lanes import Lane, LanePlace
from resnet_core.drawing.placement import SMALL_TEXT_SHARE, Placement, Rows
from resnet_core.drawing.text_metrics import text_height

WEIGHTED = frozenset({"conv", "linear", "channel_conv"})
JOINTS = frozenset({"add", "multiply"})
PORTS = frozenset({"input", "output"})

_PORT_RADIUS = 3.0
_JOINT_SHARE = 0.62
_FORK_PX, _FORK_SHARE = 9.0, 0.25
_FORK_INSET = 2.5


class LayerPlace(NamedTuple):
    """Where a layer stands: its box from `left` to `right`, `half` above and below `y`.

    `fork_x` is where the line that leads to it leaves the path it hangs on.
    """

    node: Node
    lane: Lane
    left: float
    right: float
    y: float
    half: float
    fork_x: float

    @property
    def middle(self) -> float:
        """The x of its centre."""
        return (self.left + self.right) / 2

    @property
    def box(self) -> Box:
        """The area it covers."""
        return Box(self.left, self.y - self.half, self.right, self.y + self.half)


def layer_places(placement: Placement, column: Span) -> tuple[LayerPlace, ...]:
    """Return where each layer of `column` stands, in execution order."""
    nodes = placement.axis.nodes_of(column)
    spans = placement.axis.layers_of(column)
    widest = max(max(node.input_shape[0], node.output_shape[0]) for node in nodes)
    lanes: dict[Lane, tuple[float, float]] = {}
    rows, size = placement.rows, placement.text_size
    found = []
    for node, span, place in zip(nodes, spans, placement.axis.lanes_of(column), strict=True):
        y, half = (
            lanes[place.lane] if place.lane in lanes else lanes.setdefault(place.lane, _row(placement, place.lane))
        )
        left, right = _edges(placement, node, span, place)
        fork_x = placement.x(spans[place.forks_at].start) + _FORK_INSET if place.forks_at >= 0 else left
        if node.kind in PORTS:
            half = _PORT_RADIUS
        elif node.kind in JOINTS:
            half = size * _JOINT_SHARE
        elif node.kind in WEIGHTED and not place.lane.row:
            half = _half_weighted(rows, size, node, widest)
        found.append(LayerPlace(node, place.lane, left, right, y, half, fork_x))
    return tuple(found)


def _row(placement: Placement, lane: Lane) -> tuple[float, float]:
    """Return the middle of a lane, and half the height of a layer without weights in it."""
    if lane.row:
        return placement.row_below(lane.row, on_way=lane.on_way)
    rows = placement.rows
    return (rows.way_y if lane.on_way else rows.main_y), rows.half_pill


def _edges(placement: Placement, node: Node, span: Span, place: LanePlace) -> tuple[float, float]:
    left, right = placement.edges(span)
    if node.kind in PORTS:
        middle = (left + right) / 2
        return middle - _PORT_RADIUS, middle + _PORT_RADIUS
    if node.kind in JOINTS:
        middle, radius = (left + right) / 2, min(placement.text_size * _JOINT_SHARE, (right - left) / 2)
        return middle - radius, middle + radius
    inset = 2.0 if node.kind in WEIGHTED else 1.5
    # What hangs on a path or shares it with another leaves room for the line that forks off.
    fork = min(_FORK_PX, _FORK_SHARE * (right - left)) if place.forks_at >= 0 else inset
    return left + fork, right - inset


def _half_weighted(rows: Rows, size: float, node: Node, widest: int) -> float:
    """Return half the height of a convolution or linear layer, which follows its channels."""
    channels = max(node.input_shape[0], node.output_shape[0])
    full = 2 * rows.half_block
    share = 1.0 if node.kind == "linear" else 0.55 + 0.45 * (channels / widest) ** 0.5
    lines = text_height(size) + text_height(size * SMALL_TEXT_SHARE)
    height = max(full * share, min(lines + 1, full))
    if node.path == "shortcut":
        # The way round has less room above it than the main path has.
        height = min(height, 2 * (rows.way_y - rows.arch_top))
    return height / 2
