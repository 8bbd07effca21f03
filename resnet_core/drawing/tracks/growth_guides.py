"""Draws what a gradient would do that grows at a given rate a layer from the last boundary back: a line a rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.architecture.graph import Graph
from resnet_core.drawing.display_list import Group, Item, Polyline, Text
from resnet_core.drawing.text_metrics import text_height, text_width
from resnet_core.drawing.tracks.boundary_columns import boundary_columns
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.profile import shown_columns
from resnet_core.drawing.tracks.track import TrackFrame

_MOST_POINTS = 64
_GAP = 6.0


class GrowthGuide(NamedTuple):
    """A rate of the squared norm a layer, and what stands at its line."""

    rate: float
    label: str


@lru_cache(maxsize=2)
def layers_behind(graph: Graph) -> NDArray[np.int64]:
    """Return for each of N+1 boundaries how many convolutions of branches lie between it and the last boundary."""
    own = [
        sum(graph.node_by_id[id].kind == "conv" and not graph.node_by_id[id].on_shortcut for id in ids)
        for ids in _nodes_by_block(graph)
    ]
    behind: NDArray[np.int64] = np.concatenate((np.cumsum(own[::-1])[::-1], [0]))
    return behind


def guide_items(plot: TrackFrame, decades: Decades, last_log: float, guide: GrowthGuide) -> Iterator[Item]:
    """Yield a dotted line from 10^`last_log` at the last boundary back, as far as it is inside, and its label there."""
    columns = boundary_columns(plot.view.axis)
    shown = shown_columns(plot.view, columns)
    if not len(shown.xs) or not math.isfinite(last_log):
        return
    behind = layers_behind(plot.view.axis.graph)[shown.place]
    ys = np.asarray(decades.y(plot, last_log + behind * math.log10(guide.rate) / 2))
    xs, ys = _inside(shown.xs, ys, plot.rect.top, plot.rect.bottom)
    if len(xs) < 2:
        return
    chosen = np.unique(np.linspace(0, len(xs) - 1, min(len(xs), _MOST_POINTS)).round().astype(np.int64))
    points = tuple(zip(xs[chosen].tolist(), ys[chosen].tolist(), strict=True))
    yield Group("", (Polyline("", "guide", points, False, guide.label),), "", 1.0, plot.rect)
    yield from _label(plot, (float(xs[0]), float(ys[0])), (float(xs[-1]), float(ys[-1])), guide)


def _label(
    plot: TrackFrame, start: tuple[float, float], stop: tuple[float, float], guide: GrowthGuide
) -> Iterator[Item]:
    """Yield the label at the right of a level line, beside the upper end of a steep one."""
    size, rect = plot.small, plot.rect
    if abs(start[1] - stop[1]) < 1:
        yield Text("", "note", rect.right + _GAP, start[1], guide.label, size, "left")
        return
    x = max(start[0], rect.left) + _GAP
    width, half = text_width(guide.label, size) * plot.fit, text_height(size) / 2
    over = start[1] - half - 2  # it climbs to the left, so there it is free; but not at the top
    if over - half >= rect.top:
        if x + width <= rect.right:
            yield Text("", "note", x, over, guide.label, size, "left")
    elif x - 2 * _GAP - width >= rect.left:  # left of the end at which it leaves, where a label below would cross it
        yield Text("", "note", x - 2 * _GAP, rect.top + half, guide.label, size, "right")


def _inside(
    xs: NDArray[np.float64], ys: NDArray[np.float64], top: float, bottom: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the part of a line that climbs to the left between two heights, cut where it crosses them."""
    if ys[0] <= top < ys[-1]:
        place = int(np.flatnonzero(ys <= top)[-1])
        x = float(np.interp(top, [ys[place], ys[place + 1]], [xs[place], xs[place + 1]]))
        xs, ys = np.concatenate(([x], xs[place + 1 :])), np.concatenate(([top], ys[place + 1 :]))
    keep = (ys >= top) & (ys <= bottom)
    return xs[keep], ys[keep]


def _nodes_by_block(graph: Graph) -> list[list[str]]:
    found: dict[str, list[str]] = {block.id: [] for block in graph.blocks}
    for node in graph.nodes:
        if node.block:
            found[node.block].append(node.id)
    return list(found.values())
