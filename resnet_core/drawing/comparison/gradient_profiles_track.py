"""Draws the gradient norms of the runs of several networks over depth at one step, on one log10 scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.member_look import member_look
from resnet_core.drawing.display_list import Box, Group, Item
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.boundary_columns import boundary_columns
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.profile import dot_items, line_items, odd_items, shown_columns
from resnet_core.drawing.tracks.track import Track, TrackFrame
from resnet_core.number_text import exact

_MOST_DECADES = 12


class CapturedNorms(NamedTuple):
    """The norms [N+1] of one captured step of a run: dLoss/d(block input), the last of the last block's output."""

    step: int
    norms: NDArray[np.float64]


class GradientProfilesTrack(Track):
    """One line a network that has a run; each block stands for its input."""

    key = "gradient_norm"
    height = 84.0
    least_height = 50.0
    live = True

    def __init__(self, alignment: Alignment, captured: Sequence[CapturedNorms | None]) -> None:
        """`captured` has an entry a network, None where it has no run; one of another network is left out."""
        self._alignment = alignment
        counts = [len(axis.blocks) + 1 for axis in alignment.axes]
        self.captured = {
            place: entry
            for place, (entry, count) in enumerate(zip(captured, counts, strict=True))
            if entry is not None and len(entry.norms) == count
        }
        with np.errstate(divide="ignore", invalid="ignore"):
            self._logs = {place: np.log10(entry.norms) for place, entry in self.captured.items()}
        self._decades = _decades(list(self._logs.values()))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and when."""
        steps = list(dict.fromkeys(exact(entry.step) for entry in self.captured.values()))
        if not steps:
            return say("Atlas", N_("Atlas", "‖∂L/∂x‖₂, not captured yet"))
        return say("Atlas", N_("Atlas", "‖∂L/∂x‖₂, step %1")).replace("%1", " / ".join(steps))

    def explanation(self) -> str:
        """Return what to look for."""
        return N_("Atlas", "How strongly the loss depends on the tensor at each block's input, in the newest run of "
                  "each network up to the step that is looked at.")  # fmt: skip

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the decades and the lines, the open network's last."""
        yield from self._decades.grid(frame)
        rect, open_place = frame.rect, self._alignment.open
        lines: list[Item] = []
        for place in sorted(self.captured, key=lambda place: (place == open_place, place)):
            lines += self._lines(frame, place)
        yield Group("", tuple(lines), "", 1.0, Box(rect.left, rect.top - 4, rect.right, rect.bottom + 4))

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the powers of ten."""
        return self._decades.numbers(frame)

    def nearest(self, place: int, column_id: str) -> float | None:
        """Return a network's norm at the input of a block, for the head its output's; None where it has none."""
        entry, columns = self.captured.get(place), self._alignment.axes[place].columns
        if entry is None:
            return None
        numbers = [number - 1 for number, column in enumerate(columns) if column.id == column_id]
        return float(entry.norms[max(numbers[0], 0)]) if numbers else None

    def _lines(self, frame: TrackFrame, place: int) -> Iterator[Item]:
        """Yield the line of one network, dots where there is room for them, and what is no finite number."""
        look, scale = member_look(place, self._alignment.open), frame.view.scale
        shown = shown_columns(frame.view, boundary_columns(self._alignment.axes[place]))
        logs = self._logs[place][shown.place]
        ys = self._decades.y(frame, logs)
        yield from line_items(shown, ys, look.curve, scale)
        yield from dot_items(shown, ys, look.fill, scale)
        yield from odd_items(frame, shown, logs, np.full(len(logs), True))


def _decades(logs: list[NDArray[np.float64]]) -> Decades:
    """Return the whole decades that hold every norm, the smallest left out where they would be too many."""
    joined = np.concatenate(logs) if logs else np.empty(0)
    usable = joined[np.isfinite(joined)]
    if not len(usable):
        return Decades(-1, 0)
    low, high = math.floor(float(usable.min())), math.ceil(float(usable.max()))
    high = max(high, low + 1)
    return Decades(max(low, high - _MOST_DECADES), high)
