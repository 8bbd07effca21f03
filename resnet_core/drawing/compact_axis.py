"""Lays a network along an axis on which what is drawn as one box has room for its words, however deep it is."""

from __future__ import annotations

import math

from resnet_core.architecture.graph import Graph
from resnet_core.drawing.depth_axis import DepthAxis, Span

_END, _ONE, _RUN, _DOUBLING = 0.5, 0.3, 0.5, 0.06


class CompactAxis(DepthAxis):
    """An axis on which each stage takes one unit; with `by_runs`, each run of equal blocks according to its words.

    A run of twice as many blocks is only a little longer. The blocks of a stage, or of a run, share it evenly.
    """

    def __init__(self, graph: Graph, *, by_runs: bool) -> None:
        super().__init__(graph)
        self.stem = Span(self.stem.id, 0.0, _END if by_runs else 1.0)
        blocks: list[Span] = []
        stages: list[Span] = []
        start = self.stem.stop
        for stage, runs in zip(graph.stages, self.runs, strict=True):
            first = start
            for run in runs:
                width = _run_width(run.size) if by_runs else run.size / (stage.stop - stage.first)
                blocks += [
                    Span(
                        graph.blocks[number].id,
                        start + place / run.size * width,
                        start + (place + 1) / run.size * width,
                    )
                    for place, number in enumerate(range(run.first, run.stop))
                ]
                start += width
            stages.append(Span(stage.id, first, start))
        self.blocks, self.stages = tuple(blocks), tuple(stages)
        self.head = Span(self.head.id, start, start + self.stem.width)
        self._index((self.stem, *self.blocks, self.head))


def _run_width(size: int) -> float:
    return _ONE if size == 1 else _RUN + _DOUBLING * math.log2(size)
