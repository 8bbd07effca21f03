"""Follows receptive field, effective stride and effective padding through a graph, all in input pixels."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.architecture.graph import Graph, Node

_WINDOWED = frozenset({"conv", "max_pool", "zero_pad", "blur_pool", "local_average_pool"})
_GLOBAL = frozenset({"average_pool", "global_max_pool"})


class Reach(NamedTuple):
    """How far one output value of a node sees: `field` pixels wide; neighbours stand `stride` pixels apart.

    The first one's field begins `padding` pixels before the image.
    """

    field: int
    stride: int
    padding: int


def receptive_fields(graph: Graph) -> dict[str, Reach]:
    """Return the reach of every node: r' = r + d(k - 1)·j, j' = j·s, P' = P + p·j (Araujo et al. 2019).

    An addition sees what either of its two paths sees, which may lie to different sides. What an attention sees
    through its gate, the whole map, is left out: the field is that of the tensor it weighs.
    """
    reaches: dict[str, Reach] = {}
    for node in graph.nodes:
        kind, inputs = node.kind, node.inputs
        if not inputs:
            reaches[node.id] = Reach(1, 1, 0)
            continue
        reach = reaches[inputs[0]]
        if kind in _WINDOWED:
            reach = _windowed(node, reach)
        elif kind in _GLOBAL:
            size = max(node.input_shape[1:])
            reach = Reach(reach.field + (size - 1) * reach.stride, reach.stride, reach.padding)
        elif kind == "add":
            reach = _joined(reach, reaches[inputs[1]])
        reaches[node.id] = reach
    return reaches


def _joined(one: Reach, other: Reach) -> Reach:
    padding = max(one.padding, other.padding)
    end = max(one.field - one.padding, other.field - other.padding)
    return Reach(end + padding, one.stride, padding)


def _windowed(node: Node, reach: Reach) -> Reach:
    kernel, stride, padding, _, _, dilation, *_ = node.operation
    field, step, before = reach
    return Reach(field + dilation * (kernel - 1) * step, step * stride, before + padding * step)
