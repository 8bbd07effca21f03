"""Puts the computations of a training step in order: each layer forward, the loss, each backward, the update."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.analysis.saved_tensors import KEEPS_BESIDE, SAVES_INPUTS, SAVES_OUTPUT, saves_scaled
from resnet_core.architecture.graph import Block, Graph, Node


class StepSchedule(NamedTuple):
    """The moments of a step by name, and by node at which of them it computes.

    `first` is its forward pass; `kept` the one that backward keeps the tensors of: the same, or the second one of a
    block that is recomputed, None where the recomputation ends before. `block` is the recomputed block that a node is
    in, by its first node, None outside of such.
    """

    moments: tuple[str, ...]
    first: tuple[int, ...]
    kept: tuple[int | None, ...]
    backward: tuple[int, ...]
    block: tuple[int | None, ...]
    loss: int

    @property
    def last(self) -> int:
        """The moment of the update."""
        return len(self.moments) - 1


def plain_schedule(graph: Graph) -> StepSchedule:
    """Return the order in which everything is kept: all nodes forward, all nodes backward."""
    count = len(graph.nodes)
    first = tuple(range(count))
    backward = tuple(2 * count - place for place in range(count))
    ids = [node.id for node in graph.nodes]
    moments = (*ids, "loss", *(f"{id} backward" for id in reversed(ids)), "update")
    return StepSchedule(moments, first, first, backward, (None,) * count, count)


def recomputing_schedule(graph: Graph) -> StepSchedule:
    """Return the order in which each block is computed again before its backward (Chen et al. 2016).

    torch ends the recomputation with the last tensor that it packs: what a block does after it is not done twice.
    """
    count = len(graph.nodes)
    ids = [node.id for node in graph.nodes]
    moments = [*ids, "loss"]
    kept: list[int | None] = list(range(count))
    backward = [0] * count
    block: list[int | None] = [None] * count
    blocks = {one.stop - 1: one for one in graph.blocks}
    place = count - 1
    while place >= 0:
        inside = blocks.get(place)
        start = place if inside is None else inside.first
        if inside is not None:
            end = _last_packing(graph, inside)
            for again in range(start, inside.stop):
                block[again] = start
                kept[again] = len(moments) if again <= end else None
                if again <= end:
                    moments.append(f"{ids[again]} again")
        for back in range(place, start - 1, -1):
            backward[back] = len(moments)
            moments.append(f"{ids[back]} backward")
        place = start - 1
    moments.append("update")
    return StepSchedule(tuple(moments), tuple(range(count)), tuple(kept), tuple(backward), tuple(block), count)


def _last_packing(graph: Graph, block: Block) -> int:
    """Return the last node of `block` that keeps anything for backward."""
    packing = [place for place in range(block.first, block.stop) if _packs(graph.nodes[place])]
    return max(packing, default=block.stop - 1)


def _packs(node: Node) -> bool:
    return node.kind in SAVES_INPUTS | SAVES_OUTPUT | KEEPS_BESIDE or saves_scaled(node)
