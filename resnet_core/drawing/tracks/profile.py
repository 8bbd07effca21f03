"""Draws the values of neighbouring columns at one step as a line along depth, broken where a value is not finite."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Item, Polyline, Rectangle, Role
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.track import TrackFrame

_DOT_FROM_PX = 12.0
_DOT_RADIUS = 2.5
# A wide pen costs the rasteriser several times more, and does not show where points are this close.
WIDE_FROM_PX = 5.0
_CROSS = 3.0


class Profile(NamedTuple):
    """log10 of a value of each of `columns`: -inf stands for 0, NaN for what does not exist or is not a number."""

    columns: Sequence[Span]
    logs: NDArray[np.floating]


def profile_items(frame: TrackFrame, profile: Profile, decades: Decades, role: Role) -> Iterator[Item]:
    """Yield the shown part of a profile as lines of `role`."""
    for piece in _pieces(frame, profile, decades):
        points = tuple((x, y) for x, y, _ in piece)
        if len(points) > 1:
            yield Polyline("", role, points)
        elif frame.view.scale < _DOT_FROM_PX:
            ((x, y),) = points
            yield Polyline("", role, ((x - 1, y), (x + 1, y)))


def dot_items(frame: TrackFrame, profile: Profile, decades: Decades) -> Iterator[Item]:
    """Yield a dot a value where there is room for dots, each with the id of its column."""
    if frame.view.scale < _DOT_FROM_PX:
        return
    side = 2 * _DOT_RADIUS
    for piece in _pieces(frame, profile, decades):
        for x, y, id in piece:
            yield Rectangle(id, "profile_dot", x - _DOT_RADIUS, y - _DOT_RADIUS, side, side, _DOT_RADIUS)


def odd_items(frame: TrackFrame, profile: Profile) -> Iterator[Item]:
    """Yield a cross at the top for each shown value that is NaN or infinite, at the bottom for one that is 0."""
    first, last = shown_range(frame.view, profile.columns)
    logs = profile.logs[first:last]
    for number in np.flatnonzero(~np.isfinite(logs)).tolist():
        x = frame.view.x(profile.columns[first + number].middle)
        y = frame.rect.bottom - 4 if logs[number] == -np.inf else frame.rect.top + 4
        id = profile.columns[first + number].id
        yield Polyline(id, "odd_mark", ((x - _CROSS, y - _CROSS), (x + _CROSS, y + _CROSS)))
        yield Polyline(id, "odd_mark", ((x - _CROSS, y + _CROSS), (x + _CROSS, y - _CROSS)))


def shown_range(view: DepthView, columns: Sequence[Span]) -> tuple[int, int]:
    """Return (first, last) of the columns that are shown, and one more at each side; columns ascend."""
    first = bisect_right(columns, view.first, key=_start) - 2
    last = bisect_left(columns, view.last, key=_start) + 1
    return max(first, 0), min(max(last, 0), len(columns))


def _start(column: Span) -> float:
    return column.start


def _pieces(frame: TrackFrame, profile: Profile, decades: Decades) -> Iterator[list[tuple[float, float, str]]]:
    """Yield the stretches of finite values as (x, y, id of the column)."""
    first, last = shown_range(frame.view, profile.columns)
    columns, logs = profile.columns[first:last], profile.logs[first:last]
    finite, ys = np.isfinite(logs).tolist(), decades.y(frame, logs).tolist()
    edge, scale = frame.view.left - frame.view.first * frame.view.scale, frame.view.scale
    for is_finite, run in groupby(zip(finite, columns, ys, strict=True), key=lambda entry: entry[0]):
        if is_finite:
            yield [(edge + (c.start + c.stop) / 2 * scale, y, c.id) for _, c, y in run]
