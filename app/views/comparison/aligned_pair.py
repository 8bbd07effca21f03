"""Lays two architectures along one axis of depth, stage by stage and block by block, with what each has there."""

from __future__ import annotations

from itertools import zip_longest
from typing import Literal, NamedTuple

from app.state.architecture_document import Snapshot
from resnet_core.analysis.report_diff import Difference, ReportDiff, report_diff
from resnet_core.architecture.graph import Graph
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, DepthAxis, Span

Side = Literal["reference", "open"]
Metric = Literal["parameters", "macs"]


class Column(NamedTuple):
    """One column of the shared axis: where it stands, and what both architectures have there (None: no such block)."""

    span: Span
    difference: Difference

    def value(self, side: Side, metric: Metric) -> int | None:
        """Return a count of one architecture here, or None where it has no such block."""
        cost = self.difference.reference if side == "reference" else self.difference.other
        return None if cost is None else int(getattr(cost, metric))


class AlignedPair(NamedTuple):
    """The reference and the open architecture on one axis: `columns` are the stem, the union of the blocks, the head.

    Block `layerS.I` of the one stands over block `layerS.I` of the other; both axes leave room for the blocks that
    only the other has, so that every stage begins at the same depth. The columns' counts sum to the totals.
    """

    reference: Snapshot
    open: Snapshot
    diff: ReportDiff
    reference_axis: DepthAxis
    open_axis: DepthAxis
    columns: tuple[Column, ...]

    @property
    def length(self) -> float:
        """The extent of the shared axis in units of depth."""
        return self.open_axis.length

    def snapshot(self, side: Side) -> Snapshot:
        """Return one of the two."""
        return self.reference if side == "reference" else self.open

    def axis(self, side: Side) -> DepthAxis:
        """Return the axis of one of the two."""
        return self.reference_axis if side == "reference" else self.open_axis

    def column_of(self, id: str) -> Column | None:
        """Return the column that a block's, a layer's, the stem's or the head's id stands in, or None."""
        span = self.open_axis.column_of(id) or self.reference_axis.column_of(id)
        if span is None:
            return None
        return next(column for column in self.columns if column.span.id == span.id)


class Gap(NamedTuple):
    """Neighbouring columns that one of the two leaves empty, from `start` to `stop` in units of depth."""

    stage: str
    blocks: int
    start: float
    stop: float


def aligned_pair(reference: Snapshot, other: Snapshot) -> AlignedPair:
    """Return two architectures on one axis, block ids under equal block ids."""
    slots = _slots(reference.graph, other.graph)
    axes = DepthAxis(reference.graph, slots), DepthAxis(other.graph, slots)
    diff = report_diff(reference.report, other.report)
    return AlignedPair(reference, other, diff, *axes, _columns(axes, diff))


def gaps(pair: AlignedPair, side: Side) -> tuple[Gap, ...]:
    """Return where one of the two has no block, neighbours of one stage taken together."""
    found: list[Gap] = []
    for column in pair.columns:
        if column.value(side, "parameters") is not None:
            continue
        stage = column.span.id.partition(".")[0]
        if found and found[-1].stage == stage:
            last = found.pop()
            found.append(last._replace(blocks=last.blocks + 1, stop=column.span.stop))
        else:
            found.append(Gap(stage, 1, column.span.start, column.span.stop))
    return tuple(found)


def _slots(*graphs: Graph) -> tuple[int, ...]:
    """Return the blocks each stage needs room for."""
    counts = [[stage.stop - stage.first for stage in graph.stages] for graph in graphs]
    return tuple(max(stage) for stage in zip_longest(*counts, fillvalue=0))


def _columns(axes: tuple[DepthAxis, DepthAxis], diff: ReportDiff) -> tuple[Column, ...]:
    spans = {span.id: span for axis in axes for span in axis.columns}
    ends = {row.id: row for row in diff.stages if row.id in (STEM_ID, HEAD_ID)}
    rows = (ends[STEM_ID], *diff.blocks, ends[HEAD_ID])
    return tuple(Column(spans[row.id], row) for row in rows)
