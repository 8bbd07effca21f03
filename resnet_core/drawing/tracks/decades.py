"""Places powers of ten on the height of a track: its grid, its numbers, and the y of a log10 value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from resnet_core.drawing.display_list import Item, Polyline
from resnet_core.drawing.text_metrics import text_height
from resnet_core.drawing.tracks.track import TrackFrame, scale_number
from resnet_core.number_text import power_of_ten

_PADDING = 4.0


class Decades(NamedTuple):
    """Whole decades from 10^`bottom` to 10^`top`, `bottom` < `top`."""

    bottom: int
    top: int

    def y(self, frame: TrackFrame, exponent: Any) -> Any:
        """Return the y of a power of ten, or of each in an array."""
        room = frame.height - 2 * _PADDING
        return frame.rect.bottom - _PADDING - (exponent - self.bottom) / (self.top - self.bottom) * room

    def ticks(self, frame: TrackFrame) -> range:
        """Return the exponents that have room for a number."""
        room = max(frame.height - 2 * _PADDING, 1)
        # The outermost numbers are moved inward by as much as they would stand out of the track.
        needed = text_height(frame.small) + 1 + max(text_height(frame.small) / 2 - _PADDING, 0)
        return range(self.bottom, self.top + 1, max(1, math.ceil((self.top - self.bottom) * needed / room)))

    def grid(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield a hairline a named decade."""
        for exponent in self.ticks(frame):
            y = round(self.y(frame, exponent))
            yield Polyline("", "grid", ((frame.rect.left, y), (frame.rect.right, y)))

    def numbers(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the powers of ten of the scale."""
        for exponent in self.ticks(frame):
            yield scale_number(frame, self.y(frame, exponent), power_of_ten(exponent))
