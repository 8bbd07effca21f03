"""Keeps the gradient norms of a run as log10 values at several resolutions in time, and grows with the run."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.drawing.tracks.run_flow import RunFlow

LogArray = NDArray[np.float32]
_FACTOR = 4
_FIRST_CAPACITY = 256


class _Level(NamedTuple):
    """Rows of one resolution: `values` [capacity, N+1] of which `filled` are in use."""

    values: LogArray
    filled: int


class NormPyramid:
    """log10 of the boundary norms [S, N+1], and means over 4, 16, 64 ... captures.

    A mean that takes in a NaN is NaN, so that a single bad step can be seen however far one looks from. New captures
    cost time in proportion to their own number.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._key = ""
        self._steps: NDArray[np.int64] = np.empty(0, np.int64)
        self._levels: list[_Level] = []
        self._last_row: NDArray[np.float64] | None = None
        self._extremes = (math.inf, -math.inf)

    @property
    def count(self) -> int:
        """Captures taken in."""
        return self._levels[0].filled if self._levels else 0

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each capture [S]."""
        return self._steps

    @property
    def bounds(self) -> tuple[int, int]:
        """The whole decades that hold every finite norm, at least one decade apart."""
        low, high = self._extremes
        if low > high:
            return -3, 0
        bottom, top = math.floor(low), math.ceil(high)
        return bottom, max(top, bottom + 1)

    def rows(self) -> LogArray:
        """Return log10 of every capture [S, N+1], without a copy."""
        level = self._levels[0]
        return level.values[: level.filled]

    def update(self, run: RunFlow | None) -> None:
        """Take in what `run` has gained; another run, or one that has gone back, is taken in anew."""
        if run is None or not self._continues(run):
            self._forget()
        if run is None:
            return
        self._key, before = run.key, self.count
        new = run.boundary_norms[before:]
        self._steps = run.gradient_steps
        if not len(new):
            return
        self._last_row = run.boundary_norms[-1].copy()
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log10(new).astype(np.float32)
        finite = logs[np.isfinite(logs)]
        if finite.size:
            low, high = self._extremes
            self._extremes = min(low, float(finite.min())), max(high, float(finite.max()))
        self._append(0, logs)
        self._coarsen()

    def sampled(self, captures: NDArray[np.int64]) -> LogArray:
        """Return rows for ascending capture numbers [P], each the mean of the captures up to the next number.

        Every capture counts, so none that is not a number is lost between two rows.
        """
        between = (captures[-1] - captures[0]) / max(len(captures) - 1, 1)
        level = 0
        while level + 1 < len(self._levels) and _FACTOR ** (level + 1) <= between:
            level += 1
        values, filled = self._levels[level]
        starts = np.minimum(captures // _FACTOR**level, filled - 1)
        if between <= 1:
            rows: LogArray = values[starts]
            return rows
        stop = min(starts[-1] + max(round(between / _FACTOR**level), 1), filled)
        counts = np.maximum(np.diff(starts, append=stop), 1).astype(np.float32)
        with np.errstate(invalid="ignore"):
            means: LogArray = np.add.reduceat(values[:stop], starts, axis=0) / counts[:, None]
        return means

    def _continues(self, run: RunFlow) -> bool:
        """Return whether the run is the one taken in, with rows added at most."""
        count = self.count
        if run.key != self._key or len(run.gradient_steps) < count:
            return False
        if not count:
            return True
        same_steps = np.array_equal(run.gradient_steps[:count], self._steps)
        row = run.boundary_norms[count - 1]
        return same_steps and self._last_row is not None and np.array_equal(row, self._last_row, equal_nan=True)

    def _append(self, number: int, rows: LogArray) -> None:
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
