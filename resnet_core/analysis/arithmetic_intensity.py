"""Relates what a layer computes to what it must move: floating-point operations a byte, the axis of the roofline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from resnet_core.analysis.layer_cost import counts_of
from resnet_core.architecture.graph import Node

FLOAT_BYTES = 4


class Traffic(NamedTuple):
    """What a layer computes and the least it must read and write, once each, in float32, for `batch` images."""

    flops: int
    moved_bytes: int

    @property
    def intensity(self) -> float | None:
        """FLOPs a byte (Williams et al. 2009, the roofline model); None where nothing is counted."""
        return self.flops / self.moved_bytes if self.flops else None


def traffic_of(node: Node, batch: int = 1) -> Traffic:
    """Return the traffic of one layer: input and output once an image, the weights once a batch; 2 FLOPs a MAC.

    A layer without multiply-adds has traffic but counts no FLOPs, as everywhere in the report; inputs beside the first
    (of an addition) have its shape. What caches keep between layers is left out.
    """
    parameters, macs, _ = counts_of(node)
    values = batch * (len(node.inputs) * node.input_shape.elements + node.output_shape.elements) + parameters
    return Traffic(2 * macs * batch, FLOAT_BYTES * values)


def total_traffic(nodes: Iterable[Node], batch: int = 1) -> Traffic:
    """Return the traffic of several layers: those with multiply-adds, as a library fuses the others into them."""
    flops = moved = 0
    for node in nodes:
        traffic = traffic_of(node, batch)
        if traffic.flops:
            flops += traffic.flops
            moved += traffic.moved_bytes
    return Traffic(flops, moved)
