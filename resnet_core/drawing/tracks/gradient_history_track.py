"""Draws the history of a quantity as a waterfall under the blocks: step downward, the value as colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from resnet_core.analysis.flow_alerts import FlowAlert
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Raster, Rectangle, Role, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import elided
from resnet_core.drawing.tracks.color_bar import color_bar_items, color_bar_right
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.flow_words import alert_words, value_words, why_empty
from resnet_core.drawing.tracks.gradient_norm_track import alert_mark, norm_key
from resnet_core.drawing.tracks.history_axis import HistoryAxis
from resnet_core.drawing.tracks.profile_track import column_number
from resnet_core.drawing.tracks.track import Track, TrackFrame, Variant, note_items, scale_number
from resnet_core.number_text import decimal, exact, power_of_ten

LEGEND_HEIGHT = 24.0
HANDLE_ROOM = 56.0
_HANDLE_GAP, _HANDLE_HEIGHT = 6.0, 18.0
_GAP_FROM_PX = 8.0
_WORDS_GAP, _REACH = 20.0, 4.0
_HAIR = 1e-6
_TITLES: Mapping[FlowKey, str] = MappingProxyType({
    "branch_share": N_("Atlas", "Branch share history"),
    "update_ratio": N_("Atlas", "Update history"),
    "stream_variance": N_("Atlas", "Variance history"),
})  # fmt: skip
_SHOWN: tuple[FlowKey, ...] = ("gradient_norm", "branch_share", "update_ratio", "stream_variance")


class GradientHistoryTrack(Track):
    """Every captured step of the run, one row of colours a step, or a mean where steps are finer than pixels."""

    key = "gradient_history"
    stretch = 6.0
    height = 220.0
    least_height = 90.0
    live = True
    variants = tuple(Variant(key, FLOW_QUANTITIES[key].name) for key in _SHOWN)

    def __init__(self, data: FlowData, variant: str = "", norm: str = "") -> None:
        """`norm` is which norm the gradient's history shows: that of the track of the gradient norm."""
        self._data = data
        chosen: FlowKey = next((key for key in _SHOWN if key == variant), "gradient_norm")
        self.variant = chosen
        self._shown: FlowKey = norm_key(norm) if chosen == "gradient_norm" else chosen
        self._quantity = FLOW_QUANTITIES[self._shown]

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see."""
        return self._data.has(self._shown)

    def title(self) -> str:
        """Return the marked name of the history that is shown."""
        return _TITLES.get(self._shown, super().title())

    def subtitle(self, say: Say) -> str:
        """Return how to read the waterfall."""
        if self._quantity.scale == "linear":
            return say("Atlas", N_("Atlas", "step ↓, share 0 to 1"))
        return say("Atlas", N_("Atlas", "step ↓, log₁₀ %1")).replace("%1", self._quantity.symbol)

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the waterfall, its colour bar and the step that is looked at, or why there is none."""
        if not self._data.has_rows:
            text = frame.say("Atlas", N_("Atlas", "Every captured step of a run becomes a row here."))
            yield from note_items(frame, text)
            return
        if not self.has_rows:
            yield from note_items(frame, frame.say("Atlas", why_empty(self._data, (self._shown,))))
            return
        alerts = tuple(self._alert_marks(frame))
        inside = Box(*frame.rect)
        yield Group("", (*self._image(frame), *(mark for mark, _ in alerts)), "", 1.0, inside)
        yield from self._handle(frame)
        yield from self._legend(frame, [words for _, words in alerts])

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield steps at round numbers, the first and the last among them."""
        if not self.has_rows:
            return
        axis = self._axis(frame.rect)
        for step in axis.ticks():
            y = min(max(axis.y_of(step), axis.area.top + 6), axis.area.bottom - 6)
            yield scale_number(frame, y, exact(step))

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the value of the column and the step under a point."""
        number, area = column_number(frame, self._shown, x), self.area(frame.rect)
        if number is None or not self.has_rows or not area.top <= y <= area.bottom:
            return ""
        if not self._quantity.exists(frame.view.axis)[number]:
            return frame.say("Atlas", N_("Atlas", "no shortcut"))
        row = self._data.row_at(self.step_at(y, frame.rect))
        return value_words(self._data, self._shown, number, row, frame.say)

    # Geometry, which the pointer asks for

    def area(self, rect: Box) -> Box:
        """Return where the waterfall itself stands in the track."""
        return rect._replace(bottom=rect.bottom - LEGEND_HEIGHT)

    def filled_area(self, rect: Box) -> Box:
        """Return the part of `area` down to the newest captured step."""
        return self._axis(rect).down_to(int(self._data.steps[-1]))

    def step_at(self, y: float, rect: Box) -> int:
        """Return the captured step nearest to the height `y`."""
        return self._axis(rect).step_at(y, self._data.steps)

    def y_of(self, step: int, rect: Box) -> float:
        """Return the middle of the row of a step."""
        return self._axis(rect).y_of(step)

    def handle_box(self, rect: Box) -> Box:
        """Return where the handle with the step's number stands, at the right of the waterfall."""
        y, left, half = self.y_of(self._data.shown_step, rect), rect.right + _HANDLE_GAP, _HANDLE_HEIGHT / 2
        return Box(left, y - half, left + HANDLE_ROOM - 2 * _HANDLE_GAP, y + half)

    def alert_at(self, frame: TrackFrame, x: float, y: float) -> FlowAlert | None:
        """Return the alert whose mark is at a point; on the words beside the colour bar, the first one."""
        if not self.has_rows:
            return None
        marked = zip(self._alerts_shown(), self._alert_marks(frame), strict=True)
        near = (alert for alert, (mark, _) in marked if _grown(mark.box).contains(Box(x, y, x, y)))
        found = next(near, None)
        alerts = self._alerts_shown()
        on_words = y > self.area(frame.rect).bottom and x >= color_bar_right(frame, self._bound_names()) + _WORDS_GAP
        return alerts[0] if found is None and alerts and on_words and x <= frame.rect.right else found

    def _axis(self, rect: Box) -> HistoryAxis:
        return HistoryAxis(self.area(rect), int(self._data.steps[0]), self._data.last_step)

    # Items

    def _image(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield one image a stretch of neighbouring columns, a pixel a column and a device row, and gaps between."""
        view, columns = frame.view, self._quantity.columns(frame.view.axis)
        first = max(view.axis.number_of(view.axis.column_at(view.first).id) - 1, 0)
        last = min(view.axis.number_of(view.axis.column_at(view.last - 1e-9).id), len(columns))
        if first >= last:
            return
        area = self.filled_area(frame.rect)
        captures = self._captures(area.height, frame.pixel_ratio)
        values = self._data.history(self._shown).sampled(captures)
        low, high = self._data.bounds(self._shown)
        exists = self._quantity.exists(view.axis)[first:last].tolist()
        for start, stop in _stretches(columns[first:last], exists):
            x0, x1 = view.x(columns[first + start].start), view.x(columns[first + stop - 1].stop)
            place, shown = (x0, area.top, x1 - x0, area.height), (first + start, first + stop)
            yield Raster(self.key, "raster", *place, values, low, high, self.title(), shown)
        if view.scale >= _GAP_FROM_PX:
            for column in columns[first:last]:
                x = round(view.x(column.start))
                yield Polyline("", "raster_gap", ((x, area.top), (x, area.bottom)))

    def _captures(self, height: float, pixel_ratio: float) -> NDArray[np.int64]:
        """Return the first capture of each device row of `height` pixels."""
        steps, first = self._data.steps, int(self._data.steps[0])
        rows = max(round(height * pixel_ratio), 1)
        middles = first + (np.arange(rows) + 0.5) / rows * (int(steps[-1]) + 1 - first)
        captures = np.searchsorted(steps, np.floor(middles), side="right") - 1
        return np.maximum(captures, 0)

    def _alerts_shown(self) -> tuple[FlowAlert, ...]:
        return self._data.alerts(self._shown) if self._quantity.at_boundaries else ()

    def _alert_marks(self, frame: TrackFrame) -> Iterator[tuple[Item, str]]:
        """Yield a mark with its words where the norms first explode, vanish or stop being numbers."""
        columns = self._quantity.columns(frame.view.axis)
        for alert in self._alerts_shown():
            words = alert_words(self._data, alert, frame.view.axis, frame.say)
            column, y = columns[alert.boundary], self.y_of(int(self._data.steps[alert.row]), frame.rect)
            yield alert_mark(frame.view.x(column.middle), max(y, frame.rect.top + 9), column.id, words), words

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

    def _legend(self, frame: TrackFrame, alerts: Sequence[str]) -> Iterator[Item]:
        """Yield the colour bar and, behind it, what was first wrong."""
        top, bounds = frame.rect.bottom - LEGEND_HEIGHT + 9, self._data.bounds(self._shown)
        names = self._bound_names()
        yield from color_bar_items(frame, top, bounds, names)
        if alerts:
            x = color_bar_right(frame, names) + _WORDS_GAP
            words = frame.say("Atlas", N_("Atlas", "first: %1")).replace("%1", "; ".join(alerts))
            text = elided(words, (frame.rect.right - x) / frame.fit, frame.small)
            yield Text("", "alert_note", x, top + 4, text, frame.small, "left", False, words)

    def _bound_names(self) -> tuple[str, str]:
        low, high = self._data.bounds(self._shown)
        return self._name(low), self._name(high)

    def _name(self, bound: float) -> str:
        return power_of_ten(round(bound)) if self._quantity.scale == "log" else decimal(bound, 0)


def _grown(box: Box) -> Box:
    return Box(box.left - _REACH, box.top - _REACH, box.right + _REACH, box.bottom + _REACH)


def _stretches(columns: Sequence[Span], exists: Sequence[bool]) -> list[tuple[int, int]]:
    """Return (start, stop) of each run of columns that exist, without a gap between them."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for number, column in enumerate(columns):
        gap = number > 0 and column.start - columns[number - 1].stop > _HAIR
        if start is not None and (gap or not exists[number]):
            found.append((start, number))
            start = None
        if start is None and exists[number]:
            start = number
    return [*found, (start, len(columns))] if start is not None else found
