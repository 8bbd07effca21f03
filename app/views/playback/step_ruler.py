"""Places the captures of a run on a line, each with as much room as any other, and names the steps that fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TICK_FROM_PX = 4.0
"""Captures that stand closer than this have no ticks."""

_ROUND = (1_000_000, 500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10,
          5, 2, 1)  # fmt: skip


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
        """Return the captures whose step has room for its number, ascending: the ends first, then the roundest.

        `width_of` is how wide the number of a step is; between two stay `gap` pixels.
        """
        placed: list[tuple[float, float, int]] = []
        for row in self._by_roundness():
            half, x = width_of(int(self.steps[row])) / 2, self.x_of(row)
            place = bisect_left(placed, (x - half, x + half, row))
            before = placed[place - 1][1] if place else -np.inf
            after = placed[place][0] if place < len(placed) else np.inf
            if before + gap <= x - half and x + half + gap <= after:
                placed.insert(place, (x - half, x + half, row))
        return tuple(row for _, _, row in placed)

    def _by_roundness(self) -> Iterator[int]:
        """Yield the captures, at most one a pixel, each once: first, last, multiples of large round numbers."""
        last = len(self.steps) - 1
        yield from dict.fromkeys((0, last))
        stride = max(int(1 / self.pitch), 1) if self.pitch > 0 else last + 1
        left = np.arange(stride, last, stride)
        for round_number in _ROUND:
            fits = self.steps[left] % round_number == 0
            yield from left[fits].tolist()
            left = left[~fits]
