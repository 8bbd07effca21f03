"""Draws the history of the gradient as a waterfall under the blocks: step downward, log10 of the norm as colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Raster, Rectangle, Role, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import text_width
from resnet_core.drawing.tracks.boundary_columns import boundary_at, boundary_columns
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.gradient_norm_track import norm_text
from resnet_core.drawing.tracks.track import Track, TrackFrame, note_items, scale_number
from resnet_core.number_text import exact, power_of_ten

LEGEND_HEIGHT = 24.0
HANDLE_ROOM = 56.0
_HANDLE_GAP, _HANDLE_HEIGHT = 6.0, 18.0
_GAP_FROM_PX = 8.0
_TICK_PX = 44.0
_BAR_HEIGHT, _MOST_BAR_PX, _BAR_COLORS = 8.0, 220.0, 256


class GradientHistoryTrack(Track):
    """Every captured step of the run, one row of colours a step, or a mean where steps are finer than pixels."""

    key = "gradient_history"
    stretch = 6.0
    height = 220.0
    least_height = 90.0
    live = True

    def __init__(self, data: FlowData) -> None:
        self._data = data

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see."""
        return self._data.has_rows

    def subtitle(self, say: Say) -> str:
        """Return how to read the waterfall."""
        return say("Atlas", N_("Atlas", "step ↓, log₁₀ ‖∂L/∂x‖₂"))

    def explanation(self) -> str:
        """Return what to look for."""
        return N_("Atlas", "Each captured step of a run is a row, each block a column. Drag the line to look at "
                  "another step; every view follows.")  # fmt: skip

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the waterfall, its colour bar and the step that is looked at, or why there is none."""
        if not self._data.has_rows:
            text = frame.say("Atlas", N_("Atlas", "Every captured step of a run becomes a row here."))
            yield from note_items(frame, text)
            return
        rect = frame.rect
        yield Group("", tuple(self._image(frame)), "", 1.0, Box(rect.left, rect.top, rect.right, rect.bottom))
        yield from self._handle(frame)
        yield from self._color_bar(frame)

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield steps at round numbers, the first and the last among them."""
        if not self._data.has_rows:
            return
        area = self.area(frame.rect)
        for step in self._ticks(area):
            y = min(max(self.y_of(step, frame.rect), area.top + 6), area.bottom - 6)
            yield scale_number(frame, y, exact(step))

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the norm at the boundary and the step under a point."""
        number, area = boundary_at(frame.view.axis, frame.view.depth(x)), self.area(frame.rect)
        if number is None or not self._data.has_rows or not area.top <= y <= area.bottom:
            return ""
        step = self.step_at(y, frame.rect)
        row = max(int(np.searchsorted(self._data.pyramid.steps, step, side="right")) - 1, 0)
        return norm_text(self._data, number, row, frame.say)

    def area(self, rect: Box) -> Box:
        """Return where the waterfall itself stands in the track."""
        return rect._replace(bottom=rect.bottom - LEGEND_HEIGHT)

    def filled_area(self, rect: Box) -> Box:
        """Return the part of `area` down to the newest captured step."""
        area, steps = self.area(rect), self._data.pyramid.steps
        span = self._data.last_step + 1 - int(steps[0])
        height = area.height * min((int(steps[-1]) + 1 - int(steps[0])) / span, 1.0)
        return area._replace(bottom=area.top + max(height, 1.0))

    def step_at(self, y: float, rect: Box) -> int:
        """Return the captured step nearest to the height `y`."""
        area, steps = self.area(rect), self._data.pyramid.steps
        share = (y - area.top) / max(area.height, 1)
        first = int(steps[0])
        wanted = first + share * (self._data.last_step + 1 - first)
        row = int(np.searchsorted(steps, wanted, side="right")) - 1
        return int(steps[min(max(row, 0), len(steps) - 1)])

    def y_of(self, step: int, rect: Box) -> float:
        """Return the middle of the row of a step."""
        area, first = self.area(rect), int(self._data.pyramid.steps[0])
        rows = self._data.last_step + 1 - first
        return area.top + (step + 0.5 - first) / rows * area.height

    def handle_box(self, rect: Box) -> Box:
        """Return where the handle with the step's number stands, at the right of the waterfall."""
        y, left, half = self.y_of(self._data.shown_step, rect), rect.right + _HANDLE_GAP, _HANDLE_HEIGHT / 2
        return Box(left, y - half, left + HANDLE_ROOM - 2 * _HANDLE_GAP, y + half)

    def _ticks(self, area: Box) -> list[int]:
        """Return the first and the last step, and round ones between them where there is room."""
        first, last = int(self._data.pyramid.steps[0]), self._data.last_step
        least = max((last - first) * _TICK_PX / max(area.height, 1), 1.0)
        power = 10 ** math.floor(math.log10(least))
        every = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
        room = every * 0.6
        inner = [step for step in range(0, last, every) if step - first >= room and last - step >= room]
        return sorted({first, *inner, last})

    def _image(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield one image a stretch of neighbouring columns, a pixel a column and a device row, and gaps between."""
        view, columns = frame.view, boundary_columns(frame.view.axis)
        first = max(view.axis.number_of(view.axis.column_at(view.first).id) - 1, 0)
        last = min(view.axis.number_of(view.axis.column_at(view.last - 1e-9).id), len(columns))
        if last <= first:
            return
        area = self.filled_area(frame.rect)
        height = area.height
        values = self._data.pyramid.sampled(self._captures(height, frame.pixel_ratio))[:, first:last]
        low, high = self._data.pyramid.bounds
        for start, stop in _stretches(columns[first:last]):
            x0, x1 = view.x(columns[first + start].start), view.x(columns[first + stop - 1].stop)
            part = values[:, start:stop]
            yield Raster(self.key, "raster", x0, area.top, x1 - x0, height, part, low, high, self.title())
        if view.scale >= _GAP_FROM_PX:
            for column in columns[first:last]:
                x = round(view.x(column.start))
                yield Polyline("", "raster_gap", ((x, area.top), (x, area.bottom)))

    def _captures(self, height: float, pixel_ratio: float) -> NDArray[np.int64]:
        """Return the first capture of each device row of `height` pixels."""
        steps, first = self._data.pyramid.steps, int(self._data.pyramid.steps[0])
        rows = max(round(height * pixel_ratio), 1)
        middles = first + (np.arange(rows) + 0.5) / rows * (int(steps[-1]) + 1 - first)
        captures = np.searchsorted(steps, np.floor(middles), side="right") - 1
        return np.maximum(captures, 0)

    def _handle(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the line through the chosen step and the handle that moves it; an open one follows the newest."""
        handle, follows = self.handle_box(frame.rect), self._data.step is None
        y = round(handle.center[1])
        line = ((frame.rect.left, y), (handle.left, y))
        yield Polyline("", "step_halo", line)
        yield Polyline("", "step_line", line)
        role: Role = "step_handle_open" if follows else "step_handle"
        yield Rectangle("", role, handle.left, handle.top, handle.width, handle.height, 3.0)
        number: Role = "step_number_open" if follows else "step_number"
        yield Text("", number, *handle.center, exact(self._data.shown_step), frame.small)

    def _color_bar(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the colours with their decades, and the colour of what is not a number."""
        low, high = self._data.pyramid.bounds
        size, left = frame.small, frame.rect.left
        top = frame.rect.bottom - LEGEND_HEIGHT + 9
        middle = top + _BAR_HEIGHT / 2
        names = (power_of_ten(low), power_of_ten(high))
        x = left + text_width(names[0], size) * frame.fit + 6
        width = min(_MOST_BAR_PX, frame.rect.width * 0.3)
        colors = np.linspace(low, high, _BAR_COLORS, dtype=np.float32)[None, :]
        yield Text("", "note", left, middle, names[0], size, "left")
        yield Raster("", "color_bar", x, top, width, _BAR_HEIGHT, colors, low, high)
        yield Text("", "note", x + width + 6, middle, names[1], size, "left")
        x += width + text_width(names[1], size) * frame.fit + 22
        yield Rectangle("", "not_finite", round(x), round(top), _BAR_HEIGHT, _BAR_HEIGHT)
        words = frame.say("Atlas", N_("Atlas", "not finite"))
        yield Text("", "note", x + _BAR_HEIGHT + 5, middle, words, size, "left")


def _stretches(columns: Sequence[Span]) -> list[tuple[int, int]]:
    """Return (start, stop) of each run of columns without a gap between them."""
    breaks = [0]
    breaks += [n for n in range(1, len(columns)) if abs(columns[n].start - columns[n - 1].stop) > 1e-6]
    return list(zip(breaks, [*breaks[1:], len(columns)], strict=True))
