"""Lays a network along one axis of depth: where its stem, blocks, layers and head begin and end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import NamedTuple

from resnet_core.architecture.graph import Graph, Node, NodeKind
from resnet_core.architecture.layers import NodePath
from resnet_core.drawing.block_face import BlockFace, block_face
from resnet_core.drawing.block_runs import BlockRun, blocks_of, runs_of
from resnet_core.drawing.captions import block_title
from resnet_core.drawing.lanes import LanePlace, lane_places

STEM_ID, HEAD_ID = "stem", "head"
STEM_WIDTH, BLOCK_WIDTH, HEAD_WIDTH = 1.2, 1.0, 1.2

#: How much room a layer takes inside its block, relative to the others.
LAYER_WEIGHTS: Mapping[NodeKind, float] = MappingProxyType({
    "conv": 3.2, "linear": 3.2, "channel_conv": 2.6, "batch_norm": 1.3, "group_norm": 1.3, "layer_norm": 1.3,
    "relu": 2.0, "leaky_relu": 2.1, "gelu": 1.9, "silu": 1.7, "elu": 1.6, "sigmoid": 1.2,
    "max_pool": 2.2, "local_average_pool": 2.2, "blur_pool": 2.0, "average_pool": 2.4, "global_max_pool": 2.4,
    "zero_pad": 1.9, "add": 1.0, "multiply": 1.1, "mean": 1.9, "stack": 2.1, "sum_rows": 1.2, "concat": 1.6,
    "channel_mean": 2.4, "channel_max": 2.0, "dropout": 2.1, "drop_path": 2.2, "scale": 1.7, "scalar_bias": 1.3,
    "flatten": 1.7, "input": 0.9, "output": 0.9,
})  # fmt: skip
#: The same for what computes an attention's weights, which has the row under the path to itself and says less.
GATE_WEIGHTS: Mapping[NodeKind, float] = MappingProxyType({
    "conv": 2.3, "linear": 2.3, "average_pool": 1.8, "global_max_pool": 1.8, "channel_mean": 2.2, "channel_max": 1.8,
    "relu": 1.8, "stack": 1.3, "sum_rows": 1.0, "sigmoid": 1.0, "concat": 1.5,
})  # fmt: skip
_MARGIN = 0.4

Steps = tuple[tuple[NodeKind, NodePath], ...]


class Span(NamedTuple):
    """Where the column of `id` stands: from `start` to `stop` in units of depth, one unit a block."""

    id: str
    start: float
    stop: float

    @property
    def width(self) -> float:
        """Its extent in units of depth."""
        return self.stop - self.start

    @property
    def middle(self) -> float:
        """Its centre in units of depth."""
        return (self.start + self.stop) / 2


class DepthAxis:
    """The columns of a graph along its main path.

    `columns` are the stem, every block and the head, without gap or overlap but where `slots` asks for one: it gives
    each stage room for at least so many blocks, so that two networks can be aligned by stage and block.
    """

    def __init__(self, graph: Graph, slots: Sequence[int] = ()) -> None:
        self.graph = graph
        starts = _block_starts(graph, slots)
        self.stem = Span(STEM_ID, 0.0, STEM_WIDTH)
        self.blocks = tuple(
            Span(block.id, start, start + BLOCK_WIDTH) for block, start in zip(graph.blocks, starts, strict=False)
        )
        self.head = Span(HEAD_ID, starts[-1], starts[-1] + HEAD_WIDTH)
        self.stages = tuple(
            Span(stage.id, self.blocks[stage.first].start, self.blocks[stage.stop - 1].stop) for stage in graph.stages
        )
        self._fractions: dict[Steps, tuple[float, ...]] = {}
        self._faces: dict[int, BlockFace] = {}
        self._titles: dict[int, str] = {}
        self._index((self.stem, *self.blocks, self.head))

    def nodes_of(self, column: Span) -> tuple[Node, ...]:
        """Return the nodes that stand in `column`, in execution order."""
        graph = self.graph
        if column.id == STEM_ID:
            return graph.nodes[: graph.blocks[0].first]
        if column.id == HEAD_ID:
            return graph.nodes[graph.blocks[-1].stop :]
        return graph.nodes_of(graph.block_by_id[column.id])

    def layers_of(self, column: Span) -> tuple[Span, ...]:
        """Return where each node of `column` stands, in execution order: a shortcut's layers before the addition."""
        layers = self._layers.get(column.id)
        if layers is None:
            nodes = self.nodes_of(column)
            edges = self._edges(_steps(nodes))
            start, width = column.start, column.width
            layers = self._layers[column.id] = tuple(
                Span(node.id, start + left * width, start + right * width)
                for node, (left, right) in zip(nodes, pairwise(edges), strict=True)
            )
        return layers

    def lanes_of(self, column: Span) -> tuple[LanePlace, ...]:
        """Return the lane of each node of `column`, in execution order."""
        lanes = self._lanes.get(column.id)
        if lanes is None:
            lanes = self._lanes[column.id] = lane_places(self.nodes_of(column))
        return lanes

    def number_of(self, column_id: str) -> int:
        """Return the place of a column in `columns`. Raises KeyError."""
        return self._number[column_id]

    def column_at(self, depth: float) -> Span:
        """Return the column at `depth`, the first or the last one beyond the ends."""
        return self.columns[self._index_at(depth)]

    def layer_at(self, depth: float) -> Span:
        """Return the layer at `depth`."""
        layers = self.layers_of(self.column_at(depth))
        place = bisect_right([layer.start for layer in layers], depth) - 1
        return layers[max(place, 0)]

    def columns_between(self, first: float, last: float) -> Iterator[Span]:
        """Yield the columns that `first` to `last` shows, a part of one included."""
        yield from self.columns[self._index_at(first) : self._index_at(last) + 1]

    def column_of(self, id: str) -> Span | None:
        """Return the column that a block's, a node's, the stem's or the head's id stands in, or None."""
        number = self._number.get(id)
        if number is None:
            node = self.graph.node_by_id.get(id)
            if node is None:
                return None
            number = self._number[node.block or node.stage]
        return self.columns[number]

    def span_of(self, id: str) -> Span | None:
        """Return where a block, a node, the stem or the head stands, or None."""
        column = self.column_of(id)
        if column is None or column.id == id:
            return column
        return next(layer for layer in self.layers_of(column) if layer.id == id)

    def stretch_of(self, id: str) -> Span | None:
        """Return where anything with an id stands: a stage, a run of blocks, or what `span_of` knows."""
        blocks = blocks_of(self.graph, id)
        if blocks:
            return Span(id, self.blocks[blocks.start].start, self.blocks[blocks.stop - 1].stop)
        return self.span_of(id)

    def block_under(self, id: str, depth: float | None = None) -> str | None:
        """Return the block that a choice of `id` means: of a run or a stage the one at `depth`, else its first.

        None where `id` stands for no block or for no part of one.
        """
        blocks = blocks_of(self.graph, id)
        if not blocks:
            node = self.graph.node_by_id.get(id)
            return node.block or None if node else None
        number = blocks.start if depth is None else self.number_of(self.column_at(depth).id) - 1
        return self.graph.blocks[min(max(number, blocks.start), blocks.stop - 1)].id

    @cached_property
    def runs(self) -> tuple[tuple[BlockRun, ...], ...]:
        """The runs of equal neighbouring blocks of each stage."""
        return tuple(runs_of(self.graph, stage) for stage in self.graph.stages)

    @cached_property
    def widest_stage(self) -> float:
        """The width of the stage of most blocks in units of depth."""
        return max(stage.width for stage in self.stages)

    @cached_property
    def first_alike(self) -> tuple[int, ...]:
        """For each block, the number of the first of its run: that looks the same."""
        return tuple(run.first for runs in self.runs for run in runs for _ in range(run.size))

    def face_of(self, number: int) -> BlockFace:
        """Return what block `number` of the graph shows, gathered once a run."""
        first = self.first_alike[number]
        face = self._faces.get(first)
        if face is None:
            block = self.graph.blocks[first]
            edges = self._edges(_steps(self.graph.nodes_of(block)))
            face = self._faces[first] = block_face(self.graph, block, tuple(pairwise(edges)))
        return face

    def title_of(self, number: int) -> str:
        """Return what block `number` of the graph is, worded once."""
        title = self._titles.get(number)
        if title is None:
            title = self._titles[number] = block_title(self.graph.blocks[number])
        return title

    def selectable_id(self, column: Span) -> str:
        """Return what stands for `column` where only blocks and layers can be chosen: its own id, or of the stem the
        first and of the head the last layer with weights. A head without weights is stood for by its first layer.
        """
        if column.id not in (STEM_ID, HEAD_ID):
            return column.id
        nodes = self.nodes_of(column)
        weighted = [node.id for node in nodes if node.kind in ("conv", "linear")]
        if not weighted:
            return nodes[0].id
        return weighted[0] if column.id == STEM_ID else weighted[-1]

    @cached_property
    def rows_below(self) -> int:
        """How many rows of layers stand under the main path: what weighs its tensor, or a second pool beside it."""
        rows = 0 if self.graph.config.attention.placement == "identity" else self._attention_rows
        return max(rows, 1 if self.graph.config.head.pool == "average_max" else 0)

    @cached_property
    def rows_of_way(self) -> int:
        """How many rows of layers stand under the ways round."""
        return self._attention_rows if self.graph.config.attention.placement == "identity" else 0

    @cached_property
    def _attention_rows(self) -> int:
        kinds = {block.plan.attention for block in self.graph.blocks} - {"none"}
        return 2 if "cbam" in kinds else 1 if kinds else 0

    @cached_property
    def layer_share(self) -> float:
        """The width of the narrowest convolution in units of depth, projections aside.

        A block with layers on its shortcut, of which there is one a stage, has a little less for the others.
        """
        patterns = {_steps(self.graph.nodes_of(self.graph.blocks[run.first])) for runs in self.runs for run in runs}
        lengths = [sum(_weight(step) for step in steps if step[1] != "shortcut") for steps in patterns]
        return LAYER_WEIGHTS["conv"] / (max(lengths) + 2 * _MARGIN)

    def _index(self, columns: tuple[Span, ...]) -> None:
        self.columns = columns
        self._lanes: dict[str, tuple[LanePlace, ...]] = {}
        self._layers: dict[str, tuple[Span, ...]] = {}
        self.length = columns[-1].stop
        self._column_starts = [column.start for column in columns]
        self._number = {column.id: number for number, column in enumerate(columns)}

    def _index_at(self, depth: float) -> int:
        return max(bisect_right(self._column_starts, depth) - 1, 0)

    def _edges(self, steps: Steps) -> tuple[float, ...]:
        """Return the n+1 edges of n layers as fractions of their column."""
        edges = self._fractions.get(steps)
        if edges is None:
            sums = tuple(accumulate(map(_weight, steps), initial=_MARGIN))
            total = sums[-1] + _MARGIN
            edges = self._fractions[steps] = tuple(value / total for value in sums)
        return edges


def _steps(nodes: Sequence[Node]) -> Steps:
    return tuple([(node.kind, node.path) for node in nodes])


def _weight(step: tuple[NodeKind, NodePath]) -> float:
    kind, path = step
    return GATE_WEIGHTS.get(kind, LAYER_WEIGHTS[kind]) if path == "gate" else LAYER_WEIGHTS[kind]


def _block_starts(graph: Graph, slots: Sequence[int]) -> list[float]:
    """Return where each block begins and, last, where the head does: one prefix sum."""
    starts, start = [], STEM_WIDTH
    for number, stage in enumerate(graph.stages):
        count = stage.stop - stage.first
        starts += [start + index * BLOCK_WIDTH for index in range(count)]
        start += max(count, slots[number] if number < len(slots) else 0) * BLOCK_WIDTH
    for missing in slots[len(graph.stages) :]:
        start += missing * BLOCK_WIDTH
    return [*starts, start]
