"""Draws every edge between the layers of the shown columns, each as one line from the one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from resnet_core.architecture.graph import Block, Node
from resnet_core.drawing.captions import block_title
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, ArchPart, Polyline, Role, edge_id
from resnet_core.drawing.layer_places import LayerPlace
from resnet_core.drawing.placement import Placement

_BEND = 5.0
_FORK_PX = 1.5
_SHOULDER_SHARE = 1.2

Places = Mapping[str, LayerPlace]


def edge_items(
    placement: Placement, column: Span, layers: Sequence[LayerPlace], places: Places
) -> Iterator[Arch | Polyline]:
    """Yield the edges that lead to the layers of `column`, the ways round first, each under its `edge_id`.

    `places` are those of every shown layer. An edge from a layer that is not shown begins where the column does.
    """
    graph = placement.axis.graph
    block = graph.block_by_id.get(column.id)
    start = placement.x(column.start) + 1
    ways = [(source, place) for place in layers for source in _way_sources(place.node)]
    if block is not None:
        for source, place in ways:
            yield _way(placement, block, _inside(layers, source), place, start)
    for place in layers:
        for source in _other_sources(place.node):
            yield _line(placement, source, places.get(source), place, start - 1)


def _way_sources(node: Node) -> tuple[str, ...]:
    """Return the sources of the edges that are part of the way round."""
    if node.path == "shortcut":
        return node.inputs[:1]
    return node.inputs[1:] if node.kind == "add" else ()


def _other_sources(node: Node) -> tuple[str, ...]:
    if node.path == "shortcut":
        return node.inputs[1:]
    return node.inputs[:1] if node.kind == "add" else node.inputs


def _inside(layers: Sequence[LayerPlace], source: str) -> LayerPlace | None:
    return next((place for place in layers if place.node.id == source), None)


def _way(
    placement: Placement, block: Block, source: LayerPlace | None, target: LayerPlace, start: float
) -> Arch | Polyline:
    """Return one stretch of the way round: up from the main path, level between its layers, down to the addition."""
    id = edge_id(block.input_id if source is None else source.node.id, target.node.id)
    role, title = SHORTCUT_ROLES[block.plan.shortcut], block_title(block)
    y, top = placement.main_y, placement.way_y
    rises, falls = source is None or not source.lane.on_way, not target.lane.on_way
    x0 = start if source is None else source.right + _FORK_PX if rises else source.right
    x1 = target.middle if falls else target.left
    if not rises and not falls:
        return Polyline(id, role, ((x0, top), (x1, top)), False, title)
    room = (x1 - x0) / 2 if rises and falls else x1 - x0
    shoulder = min(room, _SHOULDER_SHARE * (y - top))
    part: ArchPart = "whole" if rises and falls else "rises" if rises else "falls"
    return Arch(id, role, x0, x1, y, y - top, shoulder, title, part)


def _line(
    placement: Placement, source_id: str, source: LayerPlace | None, target: LayerPlace, start: float
) -> Polyline:
    """Return an edge of the main path or of a gate: straight in its lane, else bent once to where it leads."""
    id = edge_id(source_id, target.node.id)
    role: Role = "gate" if _is_gate(source, target) else "main_line"
    host = placement.way_y if target.lane.on_way else placement.main_y
    begins, y = (start, host) if source is None else (source.right, source.y)
    points: tuple[tuple[float, float], ...]
    if target.lane.row and (source is None or source.lane.row == 0):
        # Down from the path it hangs on, which another layer may lead on already.
        points = ((target.fork_x, host), (target.fork_x, target.y), (target.left, target.y))
    elif source is not None and source.y > target.y:
        points = ((begins, y), (target.middle, y), (target.middle, target.y + target.half))
    else:
        points = ((begins, target.y), (target.left, target.y))
    return Polyline(id, role, points, False, "", _BEND)


def _is_gate(source: LayerPlace | None, target: LayerPlace) -> bool:
    return target.node.path == "gate" or (source is not None and source.node.path == "gate")
