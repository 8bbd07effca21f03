"""Maps a number to its height in a track, linear from zero or logarithmic in whole decades."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

ScaleKind = Literal["linear", "log"]

_LEAST_DECADE, _MOST_DECADE = -300, 300


class ValueScale(NamedTuple):
    """From `low` (share 0) to `high` (share 1); on a log scale both are exponents of ten."""

    kind: ScaleKind
    low: float
    high: float

    @classmethod
    def over(cls, kind: ScaleKind, values: Iterable[float]) -> ValueScale:
        """Return the scale that holds every one of `values`: from zero, or over the decades of the positive ones."""
        if kind == "linear":
            return cls(kind, 0.0, max(values, default=0.0) or 1.0)
        positive = [value for value in values if 0 < value < math.inf]
        if not positive:
            return cls(kind, 0.0, 1.0)
        low = max(math.floor(math.log10(min(positive))), _LEAST_DECADE)
        high = min(math.ceil(math.log10(max(positive))), _MOST_DECADE)
        return cls(kind, float(low), float(max(high, low + 1)))

    def share(self, value: float) -> float:
        """Return the height of `value`, 0 at the foot of the scale and 1 at its top; 0 or less has none on a log scale.

        A positive value stands at least a little above the foot of a log scale, as its decade begins there.
        """
        if self.kind == "linear":
            return (value - self.low) / (self.high - self.low)
        return (math.log10(value) - self.low) / (self.high - self.low) if value > 0 else 0.0

    def ticks(self, height: float, room: float) -> tuple[float, ...]:
        """Return the values to be named on `height` pixels where each needs `room`: zero is left out."""
        if self.kind == "linear":
            return (self.high,)
        decades = round(self.high - self.low)
        every = max(1, math.ceil(decades * room / max(height, 1.0)))
        return tuple(10.0**exponent for exponent in range(round(self.low), round(self.high) + 1, every))
