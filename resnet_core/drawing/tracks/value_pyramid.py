"""Keeps rows of values of a growing run at several resolutions in time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ValueRows = NDArray[np.float32]
_FACTOR = 4
_FIRST_CAPACITY = 256


class _Level(NamedTuple):
    """Rows of one resolution: `values` [capacity, columns] of which `filled` are in use."""

    values: ValueRows
    filled: int


class _Sample(NamedTuple):
    """The rows that were asked for last, when there were `taken` rows."""

    captures: NDArray[np.int64]
    taken: int
    rows: ValueRows


class ValuePyramid:
    """Rows [S, columns] as they were appended, and means over 4, 16, 64 ... of them.

    A mean that takes in a NaN is NaN, so that a single bad step can be seen however far one looks from. New rows cost
    time in proportion to their own number.
    """

    def __init__(self) -> None:
        self._levels: list[_Level] = []
        self._last: _Sample | None = None

    @property
    def count(self) -> int:
        """Rows taken in."""
        return self._levels[0].filled if self._levels else 0

    def rows(self) -> ValueRows:
        """Return every row [S, columns], without a copy."""
        level = self._levels[0]
        return level.values[: level.filled]

    def append(self, rows: NDArray[np.floating]) -> None:
        """Take in new rows [any number, columns]."""
        if len(rows):
            self._append(0, rows.astype(np.float32, copy=False))
            self._coarsen()

    def sampled(self, captures: NDArray[np.int64], columns: slice = slice(None)) -> ValueRows:
        """Return `columns` of rows for ascending numbers [P], each the mean of the rows up to the next number.

        Every row counts, so none that is not a number is lost between two. The same rows, of any columns, cost nothing
        a second time, as whoever zooms and pans asks for them in every frame.
        """
        last = self._last
        if last is None or last.taken != self.count or not np.array_equal(last.captures, captures):
            last = self._last = _Sample(captures.copy(), self.count, self._means(captures))
            last.rows.setflags(write=False)
        return last.rows if columns == slice(None) else last.rows[:, columns]

    def _means(self, captures: NDArray[np.int64]) -> ValueRows:
        between = (captures[-1] - captures[0]) / max(len(captures) - 1, 1)
        level = 0
        while level + 1 < len(self._levels) and _FACTOR ** (level + 1) <= between:
            level += 1
        values, filled = self._levels[level]
        starts = np.minimum(captures // _FACTOR**level, filled - 1)
        if between <= 1:
            rows: ValueRows = values[starts]
            return rows
        stop = min(starts[-1] + max(round(between / _FACTOR**level), 1), filled)
        counts = np.maximum(np.diff(starts, append=stop), 1).astype(np.float32)
        with np.errstate(invalid="ignore"):
            means: ValueRows = np.add.reduceat(values[:stop], starts, axis=0) / counts[:, None]
            newest = self.rows()[filled * _FACTOR**level :]
            if len(newest) and captures[-1] + between >= filled * _FACTOR**level:
                taken = counts[-1] * _FACTOR**level
                means[-1] = (means[-1] * taken + newest.sum(axis=0)) / (taken + len(newest))
        return means

    def _append(self, number: int, rows: ValueRows) -> None:
        if number == len(self._levels):
            self._levels.append(_Level(np.empty((_FIRST_CAPACITY, rows.shape[1]), np.float32), 0))
        values, count = self._levels[number]
        needed = count + len(rows)
        if needed > len(values):
            grown = np.empty((max(needed, 2 * len(values)), values.shape[1]), np.float32)
            grown[:count] = values[:count]
            values = grown
        values[count:needed] = rows
        self._levels[number] = _Level(values, needed)

    def _coarsen(self) -> None:
        """Average every four complete rows of a level into one of the next."""
        number = 0
        while self._levels[number].filled >= _FACTOR:
            values, count = self._levels[number]
            done = self._levels[number + 1].filled if number + 1 < len(self._levels) else 0
            groups = count // _FACTOR - done
            if groups:
                fresh = values[done * _FACTOR : (done + groups) * _FACTOR]
                with np.errstate(invalid="ignore"):
                    means = fresh.reshape(groups, _FACTOR, -1).mean(axis=1)
                self._append(number + 1, means)
            number += 1
