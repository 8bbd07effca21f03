"""Places the captures of a run on a line, each with as much room as any other, and names the steps that fit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TICK_FROM_PX = 4.0
"""Captures that stand closer than this have no ticks."""

_ROUND = tuple(factor * 10**power for power in range(8) for factor in (1, 2, 5))


class StepRuler(NamedTuple):
    """The captures at `steps` [S] between `left` and `right`, in pixels.

    Runs capture every step at first and then one in many: by their number, and not by their step, the early ones, where
    most happens, are not crammed into the first pixels.
    """

    steps: NDArray[np.int64]
    left: float
    right: float

    @property
    def pitch(self) -> float:
        """Pixels from one capture to the next."""
        return (self.right - self.left) / max(len(self.steps) - 1, 1)

    def x_of(self, row: int) -> float:
        """Return where a capture stands."""
        return self.left + row * self.pitch

    def row_at(self, x: float) -> int:
        """Return the nearest capture."""
        return min(max(round((x - self.left) / max(self.pitch, 1e-9)), 0), len(self.steps) - 1)

    def ticks(self) -> range:
        """Return the captures that have a tick."""
        return range(len(self.steps)) if self.pitch >= TICK_FROM_PX else range(0)

    def named(self, width_of: Callable[[int], float], gap: float) -> tuple[int, ...]:
        """Return the captures whose step has room for its number, ascending: both ends, and multiples of a round one.

        `width_of` is how wide the number of a step is; between two stay `gap` pixels.
        """
        last = len(self.steps) - 1
        ends = (0,) if last == 0 else (0, last)
        for every in _ROUND:
            multiples = np.flatnonzero(self.steps % every == 0)
            if len(multiples) * gap > self.right - self.left:
                continue
            found = [row for row in multiples.tolist() if 0 < row < last]
            found = [row for row in found if all(self._fit((row, end), width_of, gap) for end in ends)]
            if all(self._fit(pair, width_of, gap) for pair in pairwise(found)):
                return tuple(sorted({*ends, *found}))
        return ends

    def _fit(self, rows: tuple[int, int], width_of: Callable[[int], float], gap: float) -> bool:
        """Return whether the numbers of two captures stand clear of one another."""
        halves = (width_of(int(self.steps[row])) / 2 for row in rows)
        return abs(self.x_of(rows[0]) - self.x_of(rows[1])) >= sum(halves) + gap
