"""Keeps the range of the values of a growing run, for scales that stay where they are while one looks around."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_NONE = (-3, 0)


class ValueRange:
    """The least positive and the greatest finite of all values taken in."""

    def __init__(self) -> None:
        self.count = 0
        self.least, self.greatest = math.inf, -math.inf

    def append(self, rows: NDArray[np.float64]) -> None:
        """Take in new rows [any number, columns]."""
        self.count += len(rows)
        with np.errstate(invalid="ignore"):
            positive = rows[(rows > 0) & (rows < math.inf)]
        if positive.size:
            self.least = min(self.least, float(positive.min()))
            self.greatest = max(self.greatest, float(positive.max()))

    def decades(self, *others: ValueRange, holding: tuple[int, ...] = ()) -> tuple[int, int]:
        """Return the exponents of whole decades, at least one apart, that hold this range, `others` and `holding`."""
        ranges = [range_ for range_ in (self, *others) if range_.least <= range_.greatest]
        if not ranges:
            bottom, top = _NONE
        else:
            bottom = math.floor(math.log10(min(range_.least for range_ in ranges)))
            top = math.ceil(math.log10(max(range_.greatest for range_ in ranges)))
        bottom, top = min((bottom, *holding)), max((top, *holding))
        return bottom, max(top, bottom + 1)
