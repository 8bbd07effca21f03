"""Tells which lane of its column each layer stands in: on the main path, on the way round it, or in a row below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.architecture.graph import Node


class Lane(NamedTuple):
    """The main path or the way round (`on_way`), and the row below it: 0 is the path itself."""

    on_way: bool
    row: int


class LanePlace(NamedTuple):
    """A layer's lane, whether the next layer reads the same tensor beside it, and which layer it forks off with.

    `forks_at` is the place, among the column's layers, of the first of those that leave the path at one point;
    -1 where the layer follows another in its own lane.
    """

    lane: Lane
    is_shared: bool
    forks_at: int


def lane_places(nodes: Sequence[Node]) -> tuple[LanePlace, ...]:
    """Return the lane of each of a column's layers.

    What computes an attention's weights hangs under the path that it weighs. Of two layers that read one tensor side
    by side, such as the two pools of a head, the second stands a row lower.
    """
    on_way = False
    found: list[LanePlace] = []
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        if node.path != "gate":
            on_way = node.path == "shortcut"
        before, after = nodes[place - 1] if place else None, nodes[place + 1] if place + 1 < len(nodes) else None
        is_second, is_shared = _beside(before, node), _beside(node, after)
        row = (node.path == "gate") + is_second
        forks = is_second or is_shared or (node.path == "gate" and _enters(nodes, place))
        found.append(LanePlace(Lane(on_way, row), is_shared, place - is_second if forks else -1))
    return tuple(reversed(found))


def _beside(first: Node | None, second: Node | None) -> bool:
    """Whether two neighbours read one tensor, in one path."""
    if first is None or second is None or not first.inputs or not second.inputs:
        return False
    return first.path == second.path and first.inputs[0] == second.inputs[0] and len(second.inputs) == 1


def _enters(nodes: Sequence[Node], place: int) -> bool:
    """Whether a layer of a gate reads a tensor of the path that the gate weighs."""
    before = nodes[place - 1] if place else None
    return before is None or before.path != "gate"
