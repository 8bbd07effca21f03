"""Follows the receptive field and the effective stride through a graph, both in input pixels."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.architecture.graph import Graph


class Reach(NamedTuple):
    """How far one output value of a node sees: `field` pixels wide; neighbours stand `stride` pixels apart."""

    field: int
    stride: int


def receptive_fields(graph: Graph) -> dict[str, Reach]:
    """Return the reach of every node: r' = r + (k - 1)·j, j' = j·s (Araujo et al. 2019).

    An addition takes the wider of its two paths.
    """
    reaches: dict[str, Reach] = {}
    for node in graph.nodes:
        if not node.inputs:
            reaches[node.id] = Reach(1, 1)
            continue
        reach = reaches[node.inputs[0]]
        kind = node.kind
        if kind in ("conv", "max_pool", "zero_pad"):
            operation = node.operation
            reach = Reach(
                reach.field + (operation.kernel - 1) * reach.stride, reach.stride * operation.stride
            )
        elif kind == "add":
            reach = Reach(max(reach.field, reaches[node.inputs[1]].field), reach.stride)
        elif kind == "average_pool":
            size = max(node.input_shape.height, node.input_shape.width)
            reach = Reach(reach.field + (size - 1) * reach.stride, reach.stride)
        reaches[node.id] = reach
    return reaches
