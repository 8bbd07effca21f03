"""Draws how much more or less of a count one network has than the reference, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.display_list import Item, Polyline, Rectangle, Role
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.quantity_track import SEPARATE_FROM_PX, snapped
from resnet_core.drawing.tracks.track import Track, TrackFrame, scale_number
from resnet_core.number_text import byte_difference, compact_difference, percent_difference

DIFFERENCE_TITLES: Mapping[str, str] = MappingProxyType({
    "parameters": N_("Atlas", "Δ Parameters"),
    "macs": N_("Atlas", "Δ MACs"),
    "activations": N_("Atlas", "Δ Activations"),
    "training_memory": N_("Atlas", "Δ Training memory"),
})  # fmt: skip
"""The counts that have a difference track, with its marked name, in order."""


class DifferenceTrack(Track):
    """Signed bars about a zero line: warm and up where a network has more than the reference, cool and down for less.

    The bars sum to the difference of the totals.
    """

    height = 46.0
    least_height = 28.0

    def __init__(self, alignment: Alignment, place: int, quantity: str) -> None:
        self.key = f"difference-{quantity}-{place}"
        self.member, self.quantity = place, quantity
        self._alignment = alignment
        self.deltas = {span.id: alignment.difference(place, quantity, span.id) for span in alignment.columns}
        self._differing = [(span, self.deltas[span.id]) for span in alignment.columns if self.deltas[span.id]]
        self._low, self._high = min(0.0, *self.deltas.values()), max(0.0, *self.deltas.values())

    def title(self) -> str:
        """Return the difference's name."""
        return DIFFERENCE_TITLES[self.quantity]

    def subtitle(self, say: Say) -> str:
        """Return the difference of the totals."""
        return difference_text(self._alignment, self.member, self.quantity)

    def explanation(self) -> str:
        """Return how to read the bars."""
        return N_("Atlas", "Block by block against the reference: up and warm is more, down and cool is less. A block "
                  "that only one of the two has counts whole.")  # fmt: skip

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the bars about their zero line; narrow neighbours of one height are one bar."""
        zero, unit = self._scale(frame)
        bars: list[tuple[str, int, int, int]] = []
        joins = frame.view.scale < SEPARATE_FROM_PX
        first, last = frame.view.first, frame.view.last
        for span, delta in self._differing:
            if span.stop <= first or span.start >= last:
                continue
            x0, x1 = snapped(frame.view, span)
            height = max(round(abs(delta) * unit), 1) * (1 if delta > 0 else -1)
            if joins and bars and bars[-1][2] >= x0 and bars[-1][3] == height:
                id, x0, *_ = bars.pop()
                bars.append((id, x0, x1, height))
            else:
                bars.append((span.id, x0, x1, height))
        for id, x0, x1, height in bars:
            role: Role = "more_bar" if height > 0 else "less_bar"
            top = zero - height if height > 0 else zero + 1
            yield Rectangle(id, role, x0, top, x1 - x0, abs(height))
        yield Polyline("", "zero_line", ((frame.rect.left, zero), (frame.rect.right, zero)))

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the largest gain, zero and the largest loss, as far as they have room."""
        zero, _ = self._scale(frame)
        write = byte_difference if self.quantity == "training_memory" else compact_difference
        line, rect = frame.small * 1.2, frame.rect
        if self._high:
            yield scale_number(frame, rect.top, write(self._high, 0))
        if self._low:
            yield scale_number(frame, rect.bottom, write(self._low, 0))
        above, below = zero - rect.top - line / 2, rect.bottom - zero - line / 2
        if (not self._high or above >= line) and (not self._low or below >= line):
            yield scale_number(frame, zero, "0")

    def _scale(self, frame: TrackFrame) -> tuple[int, float]:
        """Return the y of zero and the pixels a unit."""
        if not self._high and not self._low:
            return round(frame.rect.center[1]), 0.0
        unit = (frame.height - 2) / (self._high - self._low)
        return round(frame.rect.top + self._high * unit), unit


def difference_text(alignment: Alignment, place: int, quantity: str) -> str:
    """Return how much more of a count a network has in all than the reference: "+19.0 M  +74 %"."""
    mine, reference = (alignment.quantity(number, quantity).total or 0 for number in (place, 0))
    write = byte_difference if quantity == "training_memory" else compact_difference
    relative = percent_difference(mine, reference) if mine != reference else ""
    return f"{write(mine, reference)}  {relative}".strip()
