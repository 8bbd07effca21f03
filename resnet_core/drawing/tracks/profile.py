"""Draws the values of neighbouring columns at one step as a line along depth, broken where a value is not finite."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Item, Polyline, Rectangle, Role
from resnet_core.drawing.tracks.track import TrackFrame

_DOT_FROM_PX = 20.0
_DOT_RADIUS = 2.5
# A wide pen costs the rasteriser several times more, and does not show where points are this close.
WIDE_FROM_PX = 14.0
_CROSS = 3.0


class ShownColumns(NamedTuple):
    """The columns of a track that are shown, and one more at each side: `spans` from number `first`, `xs` in pixels."""

    first: int
    spans: Sequence[Span]
    xs: NDArray[np.float64]

    @property
    def place(self) -> slice:
        """Where they stand among all columns."""
        return slice(self.first, self.first + len(self.spans))


def shown_columns(view: DepthView, columns: Sequence[Span]) -> ShownColumns:
    """Return which of `columns`, which ascend, are shown, with the x of their middles."""
    first = max(bisect_right(columns, view.first, key=_start) - 2, 0)
    last = min(max(bisect_left(columns, view.last, key=_start) + 1, 0), len(columns))
    spans = columns[first:last]
    middles = np.array([span.start + span.stop for span in spans]) / 2
    return ShownColumns(first, spans, view.left + (middles - view.first) * view.scale)


def line_items(shown: ShownColumns, ys: NDArray[np.float64], role: Role, scale: float) -> Iterator[Item]:
    """Yield lines of `role` through the finite of `ys`, one a shown column; a lone value is a dash in its column.

    `scale` is the width of a column in pixels; where there is room for dots, `dot_items` shows what stands alone.
    """
    for start, stop in _finite_stretches(ys):
        if stop - start > 1:
            yield Polyline("", role, tuple(zip(shown.xs[start:stop].tolist(), ys[start:stop].tolist(), strict=True)))
        elif scale < _DOT_FROM_PX:
            x, y = float(shown.xs[start]), float(ys[start])
            yield Polyline("", role, ((x - 1, y), (x + 1, y)))


def dot_items(shown: ShownColumns, ys: NDArray[np.float64], role: Role, scale: float) -> Iterator[Item]:
    """Yield a dot a finite value where there is room for dots, each with the id of its column."""
    if scale < _DOT_FROM_PX:
        return
    side = 2 * _DOT_RADIUS
    for number in np.flatnonzero(np.isfinite(ys)).tolist():
        x, y = float(shown.xs[number]), float(ys[number])
        yield Rectangle(shown.spans[number].id, role, x - _DOT_RADIUS, y - _DOT_RADIUS, side, side, _DOT_RADIUS)


def odd_items(
    frame: TrackFrame, shown: ShownColumns, logs: NDArray[np.float64], exists: NDArray[np.bool_]
) -> Iterator[Item]:
    """Yield a cross at the top for each of the shown `logs` that is NaN or infinite, at the bottom for 0 (-inf).

    A column where no value `exists` has none.
    """
    for number in np.flatnonzero(~np.isfinite(logs) & exists).tolist():
        x, id = float(shown.xs[number]), shown.spans[number].id
        y = frame.rect.bottom - 4 if logs[number] == -np.inf else frame.rect.top + 4
        yield Polyline(id, "odd_mark", ((x - _CROSS, y - _CROSS), (x + _CROSS, y + _CROSS)))
        yield Polyline(id, "odd_mark", ((x - _CROSS, y + _CROSS), (x + _CROSS, y - _CROSS)))


def _start(column: Span) -> float:
    return column.start


def _finite_stretches(values: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of each run of finite values."""
    finite = np.isfinite(values)
    if finite.all():
        if len(values):
            yield 0, len(values)
        return
    breaks = [0, *(np.flatnonzero(np.diff(finite)) + 1).tolist(), len(values)]
    for start, stop in pairwise(breaks):
        if finite[start]:
            yield start, stop
