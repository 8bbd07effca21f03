"""Draws every stage as one box that says how many blocks of which kind it holds, with their shortcuts above it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from resnet_core.architecture.graph import Graph, Stage
from resnet_core.drawing.block_level import centered_text, end_box, main_line
from resnet_core.drawing.captions import ATTENTION_WORDS, kind_caption, shape_caption, stage_title
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, Item, Rectangle
from resnet_core.drawing.placement import Placement

_LEAST_PITCH = 6.0


def stage_items(placement: Placement, *, one_arch: bool = False) -> Iterator[Item]:
    """Yield the shown stages, each under the shortcuts of its blocks; with `one_arch` a single one stands for all."""
    axis = placement.axis
    shown = [
        (stage, placement.visible_edges(span))
        for stage, span in zip(axis.graph.stages, axis.stages, strict=True)
        if span.stop > placement.first and span.start < placement.last
    ]
    for stage, edges in shown:
        if one_arch:
            yield from _single_arch(placement, stage, edges)
        else:
            yield from _shortcuts(placement, stage)
    columns = list(axis.columns_between(placement.first, placement.last))
    yield main_line(placement, columns[0], columns[-1])
    for stage, edges in shown:
        yield from _box(placement, stage, edges)
    for column in (columns[0], columns[-1]):
        if column in (axis.stem, axis.head):
            yield from end_box(placement, column)


def _shortcuts(placement: Placement, stage: Stage) -> Iterator[Item]:
    """Yield the arch of every shown block; where they would be too fine to see, one stands for several neighbours."""
    axis = placement.axis
    together = max(1, math.ceil(_LEAST_PITCH / placement.scale))
    members = range(stage.first, stage.stop)
    y, height = placement.main_y, (placement.main_y - placement.arch_top) * 0.92
    for kind, run in groupby(members, key=lambda index: axis.graph.blocks[index].plan.shortcut):
        indices = list(run)
        if kind == "none":
            continue
        role = SHORTCUT_ROLES[kind]
        for first in range(0, len(indices), together):
            last = min(first + together, len(indices)) - 1
            start, stop = axis.blocks[indices[first]], axis.blocks[indices[last]]
            if stop.stop <= placement.first or start.start >= placement.last:
                continue
            x0, x1 = placement.x(start.start), placement.x(stop.stop)
            yield Arch(stage.id, role, x0, x1, y, height, (x1 - x0) / 2, stage_title(axis.graph, stage))


def _single_arch(placement: Placement, stage: Stage, edges: tuple[float, float]) -> Iterator[Item]:
    kinds = {block.plan.shortcut for block in placement.axis.graph.blocks[stage.first : stage.stop]} - {"none"}
    y, top, title = placement.main_y, placement.arch_top, stage_title(placement.axis.graph, stage)
    for number, kind in enumerate(sorted(kinds)):
        height = (y - top) * (0.92 - 0.14 * number)
        x0, x1 = edges[0] + 5 * number, edges[1] - 5 * number
        yield Arch(stage.id, SHORTCUT_ROLES[kind], x0, x1, y, height, (x1 - x0) / 2, title)


def _box(placement: Placement, stage: Stage, edges: tuple[float, float]) -> Iterator[Item]:
    x0, x1 = edges[0] + 1.5, edges[1] - 1.5
    if x1 - x0 < 1:
        return
    graph, y, half = placement.axis.graph, placement.main_y, placement.half_block
    yield Rectangle(stage.id, "stage", x0, y - half, x1 - x0, 2 * half, 3, stage_title(graph, stage))
    size = placement.text_size * 0.9
    yield from centered_text(placement.fit, stage.id, "quiet_label", (x0, x1), y, _summaries(graph, stage), size)


def _summaries(graph: Graph, stage: Stage) -> tuple[str, ...]:
    """Return what stands on a stage's box, longest first."""
    blocks = graph.blocks[stage.first : stage.stop]
    kinds = sorted({kind_caption(block.plan) for block in blocks})
    attentions = sorted({ATTENTION_WORDS[b.plan.attention] for b in blocks if b.plan.attention in ATTENTION_WORDS})
    count, kind = len(blocks), " and ".join(kinds)
    shape = shape_caption(blocks[-1].output_shape)
    custom = {",".join(map(str, block.plan.kernels)) for block in blocks if block.plan.is_custom}
    short = [f"{count} × ({kernels})" for kernels in sorted(custom) if len(custom) == 1]
    short += [f"{'/'.join(attentions)} ×{count}"] if attentions else []
    return (f"{count} × {kind}, {shape}", f"{count} × {kind}", *short, f"×{count}", f"{count}")
