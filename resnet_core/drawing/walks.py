"""Says where one step along the edges of a network leads: from block to block, or from layer to layer."""

from __future__ import annotations

from typing import Literal

from resnet_core.architecture.graph import Block, Edge, Graph, Node
from resnet_core.drawing.depth_axis import DepthAxis

Direction = Literal["left", "right", "up", "down", "home", "end"]


def edges_from(graph: Graph, id: str) -> tuple[Edge, ...]:
    """Return the edges that leave a node, in the order of the nodes they lead to."""
    return tuple(edge for edge in graph.edges if edge.source == id)


def edges_into(graph: Graph, id: str) -> tuple[Edge, ...]:
    """Return the edges that lead to a node, the main path's first."""
    return tuple(edge for edge in graph.edges if edge.target == id)


def column_step(axis: DepthAxis, selected: str, direction: Direction) -> str:
    """Return what is reached from a column: left and right its neighbours, home and end the first and the last.

    Down leads into the column's layers: to the first one of the branch. Up leads to the shortcut's road: its first
    layer or, where it has none, the addition it joins at. Where there is no way, `selected` stays. Columns are named
    by `DepthAxis.selectable_id`; what is no column stands for the first one, or for the last where one goes left.
    """
    ids = [axis.selectable_id(column) for column in axis.columns]
    if direction in ("up", "down"):
        return _into_layers(axis.graph, selected, direction)
    if direction in ("home", "end") or selected not in ids:
        return ids[0] if direction in ("home", "right") else ids[-1]
    place = ids.index(selected) + (1 if direction == "right" else -1)
    return ids[min(max(place, 0), len(ids) - 1)]


def layer_step(graph: Graph, id: str, direction: Direction) -> str:
    """Return what is reached from the layer `id` along an edge; where there is no way, `id` stays.

    Right and left follow the main path. Up takes the shortcut's road: forward at a fork, back at an addition; from a
    gate it leads to what the gate weighs, and from where no road leaves to the layer's block. Down takes the gate that
    hangs there, the branch beside a shortcut, or the second of two roads.
    """
    node = graph.node_by_id[id]
    if direction == "home":
        return graph.nodes[0].id
    if direction == "end":
        return graph.nodes[-1].id
    if direction == "left":
        return node.inputs[0] if node.inputs else id
    if direction == "right":
        return _onward(graph, id) or id
    return (_up(graph, node) if direction == "up" else _down(graph, node)) or id


def way_of(graph: Graph, block: Block) -> tuple[str, str, tuple[str, ...]]:
    """Return where a block's shortcut leaves, where it joins, and the layers on it; empty ids where it has none."""
    nodes = graph.nodes_of(block)
    joints = [node for node in nodes if node.kind == "add" and len(node.inputs) > 1]
    if block.plan.shortcut == "none" or not joints:
        return "", "", ()
    joint = joints[-1]
    on_way = tuple(node.id for node in nodes if node.path == "shortcut")
    fork = graph.node_by_id[on_way[0]].inputs[0] if on_way else joint.inputs[1]
    return fork, joint.id, on_way


def _into_layers(graph: Graph, selected: str, direction: Direction) -> str:
    block = graph.block_by_id.get(selected)
    if block is None:
        return selected
    if direction == "down":
        return graph.nodes[block.first].id
    _, joint, on_way = way_of(graph, block)
    return on_way[0] if on_way else joint or selected


def _onward(graph: Graph, id: str) -> str:
    """Return the next layer: on the main path where it goes on there, else wherever this one leads."""
    leaving = edges_from(graph, id)
    ahead = [edge.target for edge in leaving if edge.role == "main"] or [edge.target for edge in leaving]
    return ahead[0] if ahead else ""


def _up(graph: Graph, node: Node) -> str:
    if node.path == "gate":
        return _first_before(graph, node)
    if node.path == "main":
        roads = [edge.target for edge in edges_from(graph, node.id) if edge.role == "shortcut"]
        if roads:
            return roads[0]
        if node.kind == "add" and len(node.inputs) > 1:
            return node.inputs[1]
    return node.block


def _down(graph: Graph, node: Node) -> str:
    leaving = edges_from(graph, node.id)
    if node.path == "shortcut":
        fork = _first_before(graph, node)
        return next((edge.target for edge in edges_from(graph, fork) if edge.role == "main"), "")
    gates = [edge.target for edge in leaving if edge.role == "gate"]
    if gates and node.path != "gate":
        return gates[0]
    if any(edge.role == "shortcut" for edge in leaving):
        return _onward(graph, node.id)
    if node.kind == "add":
        return node.inputs[0]
    if len(leaving) > 1:
        return leaving[1].target
    return node.inputs[1] if len(node.inputs) > 1 else ""


def _first_before(graph: Graph, node: Node) -> str:
    """Return the nearest layer before `node` that stands on another path than it."""
    before = node
    while before.path == node.path and before.inputs:
        before = graph.node_by_id[before.inputs[0]]
    return before.id
