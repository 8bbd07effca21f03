"""Places the steps of a run on the height of a track, the first at the top: y of a step, step at a y, numbers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.drawing.display_list import Box

_TICK_PX = 44.0


class HistoryAxis(NamedTuple):
    """Steps `first` to `last` on the height of `area`, each a row of its own."""

    area: Box
    first: int
    last: int

    def y_of(self, step: int) -> float:
        """Return the middle of the row of a step."""
        return self.area.top + (step + 0.5 - self.first) / (self.last + 1 - self.first) * self.area.height

    def step_at(self, y: float, steps: NDArray[np.int64]) -> int:
        """Return the one of the captured `steps` whose row is at the height `y`, the nearest beyond the ends."""
        share = (y - self.area.top) / max(self.area.height, 1)
        wanted = self.first + share * (self.last + 1 - self.first)
        row = int(np.searchsorted(steps, wanted, side="right")) - 1
        return int(steps[min(max(row, 0), len(steps) - 1)])

    def down_to(self, step: int) -> Box:
        """Return the part of `area` down to the end of a step's row."""
        height = self.area.height * min((step + 1 - self.first) / (self.last + 1 - self.first), 1.0)
        return self.area._replace(bottom=self.area.top + max(height, 1.0))

    def ticks(self) -> list[int]:
        """Return the first and the last step, and round ones between them where there is room."""
        first, last = self.first, self.last
        least = max((last - first) * _TICK_PX / max(self.area.height, 1), 1.0)
        power = 10 ** math.floor(math.log10(least))
        every = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
        room = every * 0.6
        inner = [step for step in range(0, last, every) if step - first >= room and last - step >= room]
        return sorted({first, *inner, last})
