"""Turns values on a grid into the line segments along which they have one level (marching squares)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# The corners of a cell, as (row, column) offsets, in the order in which its four sides join them.
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))


def contour_segments(values: FloatArray, level: float) -> FloatArray:
    """Return the segments [S, 2, 2] of one level through `values` [rows, columns]: two points (column, row) each.

    A point lies between two neighbours of which one is below the level, in proportion; a cell with a value that is
    not finite has no line. Where all four sides of a cell are crossed, its two lines go round the corners that are
    below, so that what is above stays joined.
    """
    rows, columns = values.shape
    if rows < 2 or columns < 2:
        return np.empty((0, 2, 2))
    corners = [values[row : rows - 1 + row, column : columns - 1 + column] for row, column in _CORNERS]
    whole = np.isfinite(np.stack(corners)).all(axis=0)
    below = [(corner < level) & whole for corner in corners]
    points = [_crossings(corners, below, side, level) for side in range(4)]
    crossed = np.stack([below[side] != below[(side + 1) % 4] for side in range(4)])
    count = crossed.sum(axis=0)
    found = [_joined(points, first, second, (count == 2) & crossed[first] & crossed[second])
             for first in range(4) for second in range(first + 1, 4)]  # fmt: skip
    for corner in range(4):  # the sides that meet in a corner are the one before it and its own
        found.append(_joined(points, (corner + 3) % 4, corner, (count == 4) & below[corner]))
    return np.concatenate(found)


def _crossings(corners: list[FloatArray], below: list[NDArray[np.bool_]], side: int, level: float) -> FloatArray:
    """Return the point (column, row) [.., 2] at which each cell's side is crossed; anything where it is not."""
    other = (side + 1) % 4
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (level - corners[side]) / (corners[other] - corners[side])
    share = np.where(below[side] != below[other], share, 0.0)
    rows, columns = np.indices(corners[0].shape)
    (row, column), (row_to, column_to) = _CORNERS[side], _CORNERS[other]
    return np.stack([columns + column + share * (column_to - column), rows + row + share * (row_to - row)], axis=-1)


def _joined(points: list[FloatArray], first: int, second: int, where: NDArray[np.bool_]) -> FloatArray:
    return np.stack([points[first][where], points[second][where]], axis=1)
