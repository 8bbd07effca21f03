"""Lays several networks along one axis of depth, so that equal stages and blocks stand over one another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from resnet_core.analysis.report_diff import depth_order
from resnet_core.architecture.graph import Graph
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, DepthAxis, Span
from resnet_core.drawing.tracks.catalog import Counted
from resnet_core.drawing.tracks.quantities import QUANTITIES
from resnet_core.drawing.tracks.quantity import Quantity


class Gap(NamedTuple):
    """Neighbouring blocks that a network lacks and another has, from `start` to `stop` in units of depth."""

    stage: str
    blocks: int
    start: float
    stop: float


class Alignment:
    """Networks on one axis, the reference first; `open` is the place of the one that is being worked on.

    `columns` are the stem, every block that any of them has, and the head. Each axis leaves room for the blocks that
    only others have, so that block `layerS.I` of the one stands over block `layerS.I` of the other, and all are
    equally long.
    """

    def __init__(self, members: Sequence[Counted], open_place: int = -1) -> None:
        """Raises ValueError where there is no network to show."""
        if not members:
            raise ValueError("an alignment needs at least one network")
        self.members = tuple(members)
        self.open = open_place % len(self.members)
        graphs = [member.graph for member in self.members]
        self.names = distinct_names([graph.name for graph in graphs])
        slots = _slots(graphs)
        self.axes = tuple(DepthAxis(graph, slots) for graph in graphs)
        spans = {span.id: span for axis in self.axes for span in axis.columns}
        self.columns = tuple(spans[id] for id in sorted(spans, key=depth_order))
        self._by_id = spans
        self._starts = [column.start for column in self.columns]
        self._quantities: dict[tuple[int, str], Quantity] = {}

    def __len__(self) -> int:
        return len(self.members)

    @property
    def open_axis(self) -> DepthAxis:
        """The axis of the network that is being worked on."""
        return self.axes[self.open]

    @property
    def length(self) -> float:
        """The extent of the shared axis in units of depth."""
        return self.open_axis.length

    @property
    def others(self) -> range:
        """The places of all but the reference."""
        return range(1, len(self.members))

    def name(self, place: int) -> str:
        """Return the name of a network, with a number where another has the same."""
        return self.names[place]

    def has(self, place: int, column_id: str) -> bool:
        """Return whether a network has such a block; every one has a stem and a head."""
        return column_id in (STEM_ID, HEAD_ID) or column_id in self.members[place].graph.block_by_id

    def column_of(self, id: str) -> Span | None:
        """Return the column that a block's, a layer's, the stem's or the head's id stands in, or None."""
        if id in self._by_id:
            return self._by_id[id]
        axes = (self.open_axis, *self.axes)
        found = (axis.column_of(id) for axis in axes)
        return next((span for span in found if span is not None), None)

    def column_at(self, depth: float) -> Span | None:
        """Return the column at `depth`, or None beyond the ends."""
        column = self.columns[max(bisect_right(self._starts, depth) - 1, 0)]
        return column if column.start <= depth < column.stop else None

    def columns_between(self, first: float, last: float) -> tuple[Span, ...]:
        """Return the columns that `first` to `last` shows, a part of one included."""
        begin = max(bisect_right(self._starts, first) - 1, 0)
        return self.columns[begin : max(bisect_right(self._starts, last), begin + 1)]

    def quantity(self, place: int, key: str) -> Quantity:
        """Return a count of one network, made when it is first asked for. Raises KeyError."""
        found = self._quantities.get((place, key))
        if found is None:
            graph, report, _ = self.members[place]
            found = self._quantities[place, key] = QUANTITIES[key](graph, report)
        return found

    def value(self, place: int, key: str, column_id: str) -> float | None:
        """Return a count of one network in a column, or None where it has no such block."""
        if not self.has(place, column_id):
            return None
        return self.quantity(place, key).columns.get(column_id, 0)

    def difference(self, place: int, key: str, column_id: str) -> float:
        """Return how much more than the reference a network has in a column; what is not there counts as nothing."""
        mine, reference = (self.value(number, key, column_id) or 0 for number in (place, 0))
        return mine - reference

    @cached_property
    def stage_starts(self) -> tuple[Span, ...]:
        """The first column of each stage, and the head."""
        return tuple(column for column in self.columns if column.id.endswith(".0") or column.id == HEAD_ID)

    def gaps(self, place: int) -> tuple[Gap, ...]:
        """Return where a network lacks blocks that another has, neighbours of one stage taken together."""
        found: list[Gap] = []
        for column in self.columns:
            if self.has(place, column.id):
                continue
            stage = column.id.partition(".")[0]
            if found and found[-1].stage == stage:
                last = found.pop()
                found.append(last._replace(blocks=last.blocks + 1, stop=column.stop))
            else:
                found.append(Gap(stage, 1, column.start, column.stop))
        return tuple(found)

    def deepest_in(self, stage: str) -> int:
        """Return the place of the network with most blocks in a stage, the first of several."""
        counts = [sum(block.stage == stage for block in member.graph.blocks) for member in self.members]
        return counts.index(max(counts))


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return `names` with a number on the second of a name and those after it: an edited copy has the same name."""
    counts: dict[str, int] = {}
    found = []
    for name in names:
        counts[name] = number = counts.get(name, 0) + 1
        found.append(name if number == 1 else f"{name} ({number})")
    return tuple(found)


def _slots(graphs: Sequence[Graph]) -> tuple[int, ...]:
    """Return the blocks each stage needs room for."""
    counts = [[stage.stop - stage.first for stage in graph.stages] for graph in graphs]
    return tuple(max(stage) for stage in zip_longest(*counts, fillvalue=0))
