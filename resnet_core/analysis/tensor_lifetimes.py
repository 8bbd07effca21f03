"""Says how long each tensor of a forward pass is alive, and in how many bytes an element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resnet_core.analysis.saved_tensors import (
    BFLOAT16,
    FLOAT32,
    Precision,
    Widths,
    mixed_widths,
    widths_in_mixed,
)
from resnet_core.architecture.graph import Graph, Node, NodeKind


class Lifetime(NamedTuple):
    """A tensor of the forward pass: the indices of the node that makes it and of the last that needs it alive."""

    born: int
    died: int
    members: tuple[int, ...]


def lifetimes(graph: Graph, views: frozenset[NodeKind], overwrites: frozenset[NodeKind]) -> list[Lifetime]:
    """Return how long each tensor of a forward pass is alive.

    The outputs of `views` and `overwrites` share the storage of their first input; `members` are the nodes that put
    out one storage.
    """
    index = {node.id: place for place, node in enumerate(graph.nodes)}
    owner = list(range(len(graph.nodes)))
    members: dict[int, list[int]] = {}
    for place, node in enumerate(graph.nodes):
        if node.kind in views or node.kind in overwrites:
            owner[place] = owner[index[node.inputs[0]]]
        members.setdefault(owner[place], []).append(place)
    died = dict.fromkeys(members, 0)
    for place, node in enumerate(graph.nodes):
        for read in (place, *(index[source] for source in node.inputs)):
            died[owner[read]] = max(died[owner[read]], place)
    for id, end in _held_by_callers(graph).items():
        died[owner[index[id]]] = max(died[owner[index[id]]], end)
    return [Lifetime(born, died[born], tuple(group)) for born, group in members.items()]


def _held_by_callers(graph: Graph) -> dict[str, int]:
    """Return until which node index a function that waits for its callee holds a tensor."""
    last = len(graph.nodes) - 1
    held = {graph.nodes[0].id: last, graph.blocks[-1].output_id: last}
    for block in graph.blocks:
        held[block.input_id] = max(held.get(block.input_id, 0), block.stop - 1)
    for stage in graph.stages:
        held[graph.blocks[stage.first].input_id] = max(
            held.get(graph.blocks[stage.first].input_id, 0), graph.blocks[stage.stop - 1].stop - 1
        )
    if graph.config.head.pool == "none":
        held |= dict.fromkeys(graph.features.values(), last)
    return held


def output_widths(graph: Graph, precision: Precision) -> dict[str, int]:
    """Return the bytes of an element of each node's output."""
    if precision == "mixed":
        return mixed_widths(graph)
    return dict.fromkeys((node.id for node in graph.nodes), (BFLOAT16 if precision == "bfloat16" else FLOAT32).read)


def widths_at(node: Node, precision: Precision, outputs: Mapping[str, int]) -> Widths:
    """Return the element sizes at `node`; `outputs` as `output_widths` returns them."""
    if precision == "mixed":
        return widths_in_mixed(node, outputs)
    return BFLOAT16 if precision == "bfloat16" else FLOAT32
