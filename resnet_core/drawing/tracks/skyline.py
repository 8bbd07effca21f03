"""Turns the heights of neighbouring columns into outlines, with as many corners as there are changes of height."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Points = tuple[tuple[float, float], ...]


def skylines(lefts: Whole, rights: Whole, heights: Whole, bottom: int) -> Iterator[Points]:
    """Yield a closed outline a stretch of columns without a gap; of several in one pixel the highest shows.

    `lefts`, `rights` and `heights` [n] are in whole pixels, ascending; columns of no height belong to no outline.
    """
    if len(lefts) > 1 and lefts[-1] - lefts[0] < len(lefts):
        first_of_pixel = np.flatnonzero(np.diff(lefts, prepend=lefts[0] - 1))
        heights = np.maximum.reduceat(heights, first_of_pixel)
        rights = np.append(rights[first_of_pixel[1:] - 1], rights[-1])
        lefts = lefts[first_of_pixel]
    seen = heights > 0
    lefts, rights, heights = lefts[seen], rights[seen], heights[seen]
    if not len(lefts):
        return
    gaps = lefts[1:] > rights[:-1]
    starts = np.flatnonzero(np.concatenate(([True], gaps | (heights[1:] != heights[:-1]))))
    stops = np.append(starts[1:], len(lefts)) - 1
    apart = np.concatenate(([True], gaps))[starts].tolist()
    runs = zip(lefts[starts].tolist(), rights[stops].tolist(), (bottom - heights[starts]).tolist(), apart, strict=True)
    points: list[tuple[float, float]] = []
    for x0, x1, y, begins in runs:
        if begins and points:
            yield (*points, (points[-1][0], bottom))
            points = []
        if not points:
            points.append((x0, bottom))
        points += ((x0, y), (x1, y))
    yield (*points, (points[-1][0], bottom))
