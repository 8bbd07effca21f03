"""Finds runs of equal neighbouring blocks, names them, and tells which blocks a name stands for."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from resnet_core.architecture.graph import Block, Graph, Stage
from resnet_core.configuration.block_plan import parse_block_id

_TO = ".."
#: What two blocks share that are drawn alike. How likely stochastic depth drops them is not part of it.
_make = attrgetter(
    "stage", "kind", "shortcut", "in_channels", "inner_channels", "out_channels", "stride", "groups", "kernels",
    "dilation", "first_dilation", "pooled", "attention",
)  # fmt: skip


class BlockRun(NamedTuple):
    """Equal neighbouring blocks of one stage: `graph.blocks[first:stop]`; its id is that of `stretch_id`."""

    id: str
    first: int
    stop: int

    @property
    def size(self) -> int:
        """How many blocks it holds."""
        return self.stop - self.first


def runs_of(graph: Graph, stage: Stage) -> tuple[BlockRun, ...]:
    """Return the runs of `stage`, in order; a block that differs from both its neighbours is a run of one."""
    found = []
    first = stage.first
    for _, equal in groupby(graph.blocks[stage.first : stage.stop], key=_block_make):
        stop = first + len(list(equal))
        found.append(BlockRun(stretch_id(graph, first, stop), first, stop))
        first = stop
    return tuple(found)


def stretch_id(graph: Graph, first: int, stop: int) -> str:
    """Return the id of the blocks `first` to `stop` - 1: `layer3.1..layer3.22`, or that of the only one."""
    start = graph.blocks[first].id
    return start if stop - first == 1 else f"{start}{_TO}{graph.blocks[stop - 1].id}"


def blocks_of(graph: Graph, id: str) -> range:
    """Return the places, in `graph.blocks`, of the blocks that an id in a drawing stands for.

    It may be that of a block, of a stretch of blocks (`stretch_id`) or of a stage; any other stands for none.
    """
    start, _, stop = id.partition(_TO)
    for stage in graph.stages:
        if id == stage.id:
            return range(stage.first, stage.stop)
        if start.startswith(f"{stage.id}.") and start in graph.block_by_id:
            places = [stage.first + parse_block_id(name)[1] for name in (start, stop or start)]
            return range(places[0], places[1] + 1)
    return range(0)


def _block_make(block: Block) -> object:
    return _make(block.plan)
