"""Draws quantities of a run along depth at the step that is looked at, log10, with a few earlier steps paler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Role, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import elided, text_height
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.flow_words import value_words, why_empty
from resnet_core.drawing.tracks.profile import (
    WIDE_FROM_PX,
    dot_items,
    line_items,
    odd_items,
    shown_columns,
)
from resnet_core.drawing.tracks.track import Track, TrackFrame, note_items
from resnet_core.number_text import exact, power_of_ten

EARLIER: tuple[tuple[float, float], ...] = ((0.0, 0.22), (1 / 3, 0.34), (2 / 3, 0.48))
"""Which earlier captures stand behind the chosen one, as shares of its number, and their opacity."""

_HEADLINE_FROM_PX = 66.0
_GUIDE_GAP = 6.0
_MORE_DECADES = 3


class ProfileLine(NamedTuple):
    """One quantity of a profile: roles of its line with room and without, and of its dots; `earlier` steps or not."""

    key: FlowKey
    role: Role = "profile"
    fine: Role = "profile_fine"
    dot: Role = "profile_dot"
    earlier: bool = True


class ProfileTrack(Track):
    """One or more quantities along depth on one log scale, which is that of the first.

    `guide` is the exponent of a level that is marked across the track; `has_headline`: whether a sentence stands above.
    """

    height = 104.0
    least_height = 56.0
    live = True
    guide: int | None = None
    has_headline = False

    def __init__(self, data: FlowData, lines: Sequence[ProfileLine]) -> None:
        self._data, self._lines = data, tuple(lines)
        self._keys = tuple(line.key for line in self._lines)

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see."""
        return self._data.has(self._keys[0])

    def subtitle(self, say: Say) -> str:
        """Return the symbol of what is shown."""
        return FLOW_QUANTITIES[self._keys[0]].symbol

    def headline(self, say: Say) -> tuple[Role, str]:
        """Return the role and the words of the sentence above the plot, for a track that `has_headline`."""
        return "note", ""

    def reference_items(self, plot: TrackFrame, decades: Decades) -> Iterator[Item]:
        """Yield what the lines are to be compared with, behind them."""
        return iter(())

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the decades and the lines, or why there are none."""
        if not self.has_rows:
            yield from note_items(frame, frame.say("Atlas", why_empty(self._data, self._keys)))
            return
        plot, decades = self.plot(frame), self._decades()
        yield from self._headline_items(frame, plot)
        yield from decades.grid(plot)
        if self.guide is not None:
            yield from level_guide_items(plot, decades, self.guide)
        rect = plot.rect
        inside = Box(rect.left, rect.top - 4, rect.right, rect.bottom + 4)
        yield from self.reference_items(plot, decades)
        lines = tuple(item for line in reversed(self._lines) for item in self._line_items(plot, line, decades))
        yield Group("", lines, "", 1.0, inside)

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the powers of ten."""
        if self.has_rows:
            yield from self._decades().numbers(self.plot(frame))

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the values at the block or boundary at `x`."""
        if not self.has_rows:
            return ""
        found = ((line.key, column_number(frame, line.key, x)) for line in self._lines)
        row = self._data.row
        words = (value_words(self._data, key, number, row, frame.say) for key, number in found if number is not None)
        return "; ".join(words)

    def plot(self, frame: TrackFrame) -> TrackFrame:
        """Return the frame below the headline, where there is one."""
        if frame.height < _HEADLINE_FROM_PX or not self.has_headline:
            return frame
        return frame._replace(rect=frame.rect._replace(top=frame.rect.top + text_height(frame.small) + 2))

    def _decades(self) -> Decades:
        """Return the decades of the first quantity and a few more for the others, where they go that far."""
        holding = () if self.guide is None else (self.guide - 1, self.guide + 1)
        low, high = self._data.decades(self._keys[:1], holding)
        least, most = self._data.decades(self._keys, holding)
        return Decades(max(least, low - _MORE_DECADES), min(most, high + _MORE_DECADES))

    def _headline_items(self, frame: TrackFrame, plot: TrackFrame) -> Iterator[Item]:
        rect = frame.rect
        if plot.rect.top > rect.top:
            role, words = self.headline(frame.say)
            y = rect.top + text_height(frame.small) / 2 - 2
            text = elided(words, rect.width / frame.fit, frame.small)
            yield Text("", role, rect.left, y, text, frame.small, "left", False, words)

    def _line_items(self, plot: TrackFrame, line: ProfileLine, decades: Decades) -> Iterator[Item]:
        data, quantity, scale = self._data, FLOW_QUANTITIES[line.key], plot.view.scale
        if not data.has(line.key):
            return
        columns = shown_columns(plot.view, quantity.columns(plot.view.axis))
        row = data.row
        for share, opacity in EARLIER if line.earlier else ():
            earlier = int(row * share)
            if earlier < row:
                ys = decades.y(plot, quantity.drawn(data.values_at(line.key, earlier)[columns.place]))
                yield Group("", tuple(line_items(columns, ys, "profile_earlier", scale)), "", opacity)
        logs = quantity.drawn(data.values_at(line.key, row)[columns.place])
        ys = decades.y(plot, logs)
        yield from line_items(columns, ys, line.role if scale >= WIDE_FROM_PX else line.fine, scale)
        yield from dot_items(columns, ys, line.dot, scale)
        exists = quantity.exists(plot.view.axis)[columns.place]
        yield from odd_items(plot, columns, logs, exists)


def column_number(frame: TrackFrame, key: FlowKey, x: float) -> int | None:
    """Return the number of the block or boundary whose column is at `x`, or None."""
    axis, depth = frame.view.axis, frame.view.depth(x)
    columns = FLOW_QUANTITIES[key].columns(axis)
    column = axis.column_at(depth)
    if column is axis.stem or not column.start <= depth < column.stop:
        return None
    number = axis.number_of(column.id) - 1
    return number if number < len(columns) and depth < columns[number].stop else None


def step_words(data: FlowData) -> str:
    """Return the number of the step that is looked at."""
    return exact(data.shown_step)


def level_guide_items(plot: TrackFrame, decades: Decades, exponent: int) -> Iterator[Item]:
    """Yield a line across the track at a power of ten, with its name."""
    y, rect = round(decades.y(plot, exponent)), plot.rect
    yield Polyline("", "guide", ((rect.left, y), (rect.right, y)))
    yield Text("", "note", rect.right + _GUIDE_GAP, y, power_of_ten(exponent), plot.small, "left")
