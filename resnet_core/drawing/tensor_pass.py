"""Lays a forward or a backward pass out in time: when a tensor leaves each layer and when it reaches the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Literal, NamedTuple

from resnet_core.architecture.graph import Edge, Graph, Node
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, DepthAxis, Span

Direction = Literal["forward", "backward"]

#: Of the time that a layer has, the share in which its tensor is still on its way to it.
TRAVEL_SHARE = 0.4
#: Of the time until the other road is done, the share that a tensor takes which then waits for it.
_LONG_SHARE = 0.5

_SAME = 1e-6

Ranks = tuple[tuple[float, ...], float]


class Visit(NamedTuple):
    """When a layer begins, with all that it reads there, and when it is done."""

    enters: float
    leaves: float


class Leg(NamedTuple):
    """An edge on its way: its tensor leaves the one end at `departs`, is at the other at `arrives`, waits until `ends`.

    Forward it leads from the source to the target, backward the gradient of the same tensor from target to source.
    """

    edge: Edge
    shape: Shape
    departs: float
    arrives: float
    ends: float

    def progress(self, moment: float) -> float:
        """Return how much of the way is behind it, 0 to 1."""
        return min(max((moment - self.departs) / (self.arrives - self.departs), 0.0), 1.0)


class ColumnTimes(NamedTuple):
    """What happens while the pass is in one column, from `start` to `start` + 1: its layers and the edges to them.

    `moments` are the times at which a step ends, the last one being the column's end.
    """

    column: Span
    start: float
    visits: Mapping[str, Visit]
    legs: tuple[Leg, ...]
    moments: tuple[float, ...]


class PassTimeline:
    """A pass through the columns of `axis`, each of which takes one unit of time: stem, blocks, head, or backward.

    Inside a column a layer begins when all that it reads is there. What has less to do than the road beside it waits
    where the roads join: forward the copy on the shortcut at the addition, backward its gradient at the fork.
    """

    def __init__(self, axis: DepthAxis, direction: Direction) -> None:
        self.axis, self.direction = axis, direction
        self._times: dict[int, ColumnTimes] = {}

    @property
    def graph(self) -> Graph:
        """The network."""
        return self.axis.graph

    @property
    def length(self) -> float:
        """When the pass is over; it begins at 0."""
        return float(len(self.axis.columns))

    def place_at(self, moment: float) -> int:
        """Return how many columns the pass has left behind at `moment`; at its end all but one."""
        return min(max(int(moment), 0), len(self.axis.columns) - 1)

    def column(self, place: int) -> Span:
        """Return the column that the pass goes through as its `place`-th, from 0."""
        return self.axis.columns[place if self.direction == "forward" else -1 - place]

    def place_of(self, column: Span) -> int:
        """Return as which column, from 0, the pass goes through `column`."""
        number = self.axis.number_of(column.id)
        return number if self.direction == "forward" else len(self.axis.columns) - 1 - number

    def times(self, place: int) -> ColumnTimes:
        """Return what happens in the `place`-th column, worked out once."""
        if place not in self._times:
            self._times[place] = _column_times(self, place)
        return self._times[place]

    def legs(self) -> Iterator[Leg]:
        """Yield every edge of the network once, column by column."""
        return chain.from_iterable(self.times(place).legs for place in range(len(self.axis.columns)))

    def stops(self, place: int, *, by_layer: bool) -> tuple[float, ...]:
        """Return the moments to step through in a column: whenever a layer is done, or where blocks are seen, when both
        roads are taken, under way, and have met.
        """
        if by_layer:
            return self.times(place).moments
        return tuple(place + share for share in self._shares(place))

    def stop_after(self, moment: float, *, by_layer: bool) -> float:
        """Return the next moment to step to; the end after the last."""
        place = self.place_at(moment)
        for near in range(place, min(place + 2, len(self.axis.columns))):
            for stop in self.stops(near, by_layer=by_layer):
                if stop > moment + _SAME:
                    return stop
        return self.length

    def stop_before(self, moment: float, *, by_layer: bool) -> float:
        """Return the moment to step back to; the start before the first."""
        place = self.place_at(moment)
        for near in range(place, max(place - 2, -1), -1):
            for stop in reversed(self.stops(near, by_layer=by_layer)):
                if stop < moment - _SAME:
                    return stop
        return 0.0

    def _shares(self, place: int) -> tuple[float, ...]:
        id = self.column(place).id
        if id in (STEM_ID, HEAD_ID) or self.graph.block_by_id[id].plan.shortcut == "none":
            return (0.5,)
        return (0.06, 0.5, 0.94)


def _column_times(timeline: PassTimeline, place: int) -> ColumnTimes:
    column = timeline.column(place)
    nodes = timeline.axis.nodes_of(column)
    forward = timeline.direction == "forward"
    links = _links(nodes)
    ranks, steps = (_forward_ranks if forward else _backward_ranks)(links)
    step = 1.0 / steps
    visits = {
        node.id: Visit(place + (rank + TRAVEL_SHARE) * step, place + (rank + 1) * step)
        for node, rank in zip(nodes, ranks, strict=True)
    }
    counts = _ends_at(nodes, forward=forward)
    legs = tuple(_leg(timeline, edge, visits, (place, step), counts) for edge in _edges_of(timeline.graph, nodes))
    done = {place + round((rank + 1) * step, 9) for rank in ranks} | {place + 1.0}
    return ColumnTimes(column, float(place), visits, legs, tuple(sorted(done)))


def _edges_of(graph: Graph, nodes: tuple[Node, ...]) -> Iterator[Edge]:
    """Yield the edges that lead to the layers of a column."""
    roles = _roles(graph)
    for node in nodes:
        for source in node.inputs:
            yield Edge(source, node.id, roles[source, node.id])


@lru_cache(maxsize=4)
def _roles(graph: Graph) -> Mapping[tuple[str, str], Literal["main", "shortcut", "gate"]]:
    return {(edge.source, edge.target): edge.role for edge in graph.edges}


def _ends_at(nodes: tuple[Node, ...], *, forward: bool) -> Mapping[str, int]:
    """Return how many edges meet at each layer, in the direction of the pass."""
    counts: dict[str, int] = {}
    for node in nodes:
        for source in node.inputs:
            end = node.id if forward else source
            counts[end] = counts.get(end, 0) + 1
    return counts


def _leg(
    timeline: PassTimeline,
    edge: Edge,
    visits: Mapping[str, Visit],
    slot: tuple[int, float],
    meeting: Mapping[str, int],
) -> Leg:
    """Return when an edge is travelled; `slot` is the column's place and the time of one step."""
    place, step = slot
    forward = timeline.direction == "forward"
    start, stop = (edge.source, edge.target) if forward else (edge.target, edge.source)
    departs = visits[start].leaves if start in visits else float(place)
    ends = visits[stop].enters if stop in visits else place + 1.0
    hop, arrives = TRAVEL_SHARE * step, ends
    if meeting[stop] > 1 and ends - departs > 1.01 * hop:
        arrives = departs + max(hop, _LONG_SHARE * (ends - departs))
    return Leg(edge, timeline.graph.node_by_id[edge.source].output_shape, departs, arrives, ends)


Links = tuple[tuple[int, ...], ...]


def _links(nodes: tuple[Node, ...]) -> Links:
    """Return for each layer of a column the places of those that it reads; -1 stands for one before the column."""
    places = {node.id: place for place, node in enumerate(nodes)}
    return tuple(tuple(places.get(source, -1) for source in node.inputs) for node in nodes)


@lru_cache(maxsize=64)
def _forward_ranks(links: Links) -> Ranks:
    """Return at which step each layer works, and how many steps there are.

    A layer that could work earlier or later without delay to others works halfway between.
    """
    earliest: list[int] = []
    for sources in links:
        earliest.append(1 + max((earliest[source] for source in sources if source >= 0), default=-1))
    last = max(earliest)
    latest = [last] * len(links)
    for place in range(len(links) - 1, -1, -1):
        for source in links[place]:
            if source >= 0:
                latest[source] = min(latest[source], latest[place] - 1)
    return tuple((a + b) / 2 for a, b in zip(earliest, latest, strict=True)), last + 1.0


@lru_cache(maxsize=64)
def _backward_ranks(links: Links) -> Ranks:
    """Return the same of a column gone through from its end; at last the gradient travels to what the column reads."""
    count = len(links)
    readers: list[list[int]] = [[] for _ in links]
    for place, sources in enumerate(links):
        for source in sources:
            if source >= 0:
                readers[source].append(count - 1 - place)
    turned = tuple(tuple(own) for own in reversed(readers))
    fork = tuple(count - 1 - place for place, sources in enumerate(links) if -1 in sources)
    if not fork:
        ranks, steps = _forward_ranks(turned)
        return tuple(reversed(ranks)), steps
    # What the column reads is reached like a layer, but is none of its own.
    ranks, steps = _forward_ranks((*turned, fork))
    return tuple(reversed(ranks[:count])), steps - 1 + TRAVEL_SHARE
