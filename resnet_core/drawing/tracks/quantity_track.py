"""Draws a number of every block, or of every layer when zoomed in, as bars, with marks where a reference stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Group, Item, Polyline, Rectangle
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.quantity import Quantity
from resnet_core.drawing.tracks.skyline import Whole, skylines
from resnet_core.drawing.tracks.track import Track, TrackFrame, scale_number, shown_span
from resnet_core.drawing.tracks.value_scale import ScaleKind, ValueScale
from resnet_core.number_text import percent, percent_difference, written_difference

Values = NDArray[np.float64]
SEPARATE_FROM_PX = 16.0
"""Narrower columns are drawn as one outline: gaps between them could not be seen."""

_TICK_PX = 17.0
_GAP_FROM_PX = 4.0


class QuantityTrack(Track):
    """A quantity along depth: parameters, multiply-adds, memory, time ..."""

    height = 54.0
    least_height = 28.0

    def __init__(self, quantity: Quantity, reference: Quantity | None = None) -> None:
        self.key = quantity.key
        self.scales = quantity.scales
        self.quantity, self.reference = quantity, reference
        self._made_for: tuple[DepthAxis | None, Values, Values | None] = (None, np.empty(0), None)

    def subtitle(self, say: Say) -> str:
        """Return the total, with the difference to the reference, and its unit or what it depends on."""
        quantity = self.quantity
        about = say("Atlas", quantity.about).replace("%1", quantity.about_value) if quantity.about else ""
        if quantity.total is None:
            return about
        text = quantity.compact(quantity.total)
        if quantity.summed:
            text = say("Atlas", N_("Atlas", "%1 in all")).replace("%1", text)
        elif about:
            text, about = f"{text} {about}", ""
        if self.reference is not None and self.reference.total is not None:
            text += f"  {percent_difference(quantity.total, self.reference.total)}"
        return ", ".join(filter(None, (text, about)))

    def explanation(self) -> str:
        """Return what the quantity is."""
        return self.quantity.explanation

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the bars on their base line; columns and layers while one fades into the other."""
        rect, view = frame.rect, frame.view
        yield Polyline("", "base_line", ((rect.left, rect.bottom), (rect.right, rect.bottom)))
        layers = view.layer_opacity()
        if layers < 1:
            yield from _faded(self._columns(frame), 1 - layers)
        if layers > 0:
            yield from _faded(self._layers(frame), layers)

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the value that the highest bar stands for, or the decades."""
        scale = self._scale(frame.scale, detailed=frame.view.layer_opacity() > 0.5)
        for value in scale.ticks(frame.height, _TICK_PX):
            y = frame.rect.bottom - scale.share(value) * (frame.height - 1)
            yield scale_number(frame, y, self.quantity.compact(value))

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the value of what stands at `x`, its share of the whole and its difference to the reference."""
        span = shown_span(frame.view, x)
        if span is None:
            return ""
        quantity, reference = self.quantity, self.reference
        value = _value(quantity, span.id)
        if value is None:
            return ""
        text = quantity.exact(value)
        if quantity.summed and quantity.total:
            text += f" ({percent(value / quantity.total)})"
        before = _value(reference, span.id) if reference is not None else None
        if before is not None:
            difference = written_difference(value, before, quantity.compact)
            text += f"  {difference}  {percent_difference(value, before)}".rstrip()
        return text

    def _scale(self, kind: ScaleKind, *, detailed: bool) -> ValueScale:
        key = (kind, detailed)
        if key not in self._scales:
            found = [q.layers if detailed else q.columns for q in (self.quantity, self.reference) if q is not None]
            # Only what the axis has can be drawn, but a common scale with the whole reference is easier to compare.
            self._scales[key] = ValueScale.over(kind, [value for values in found for value in values.values()])
        return self._scales[key]

    @cached_property
    def _scales(self) -> dict[tuple[ScaleKind, bool], ValueScale]:
        return {}

    def _columns(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the bars of the columns, or one outline of many narrow ones, under the marks of the reference."""
        view, room, bottom = frame.view, frame.rect.height - 1, round(frame.rect.bottom)
        scale = self._scale(frame.scale, detailed=False)
        values, others = self._table(view.axis)
        first, last = shown_range(view)
        heights = _heights(values[first:last], scale, room)
        spans = view.axis.columns[first:last]
        if view.scale >= SEPARATE_FROM_PX:
            yield from _bars(view, self.quantity, spans, heights.tolist(), bottom)
        else:
            lefts, rights = pixel_edges(view, first, last)
            for points in skylines(lefts, rights, heights, bottom):
                yield Polyline("", self.quantity.role, points, True, self.quantity.key)
        if others is not None:
            differs = ~np.isnan(others[first:last]) & (others[first:last] != values[first:last])
            marks = np.maximum(_heights(others[first:last], scale, room), 1)
            yield from _marks(view, spans, zip(differs.tolist(), marks.tolist(), strict=True), bottom)

    def _layers(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the bars of the layers under the marks of the reference."""
        view, room, bottom = frame.view, frame.rect.height - 1, round(frame.rect.bottom)
        scale, nan = self._scale(frame.scale, detailed=True), math.nan
        spans = [span for column in view.columns() for span in view.axis.layers_of(column)]
        values = np.array([self.quantity.layers.get(span.id, 0.0) for span in spans], np.float64)
        yield from _bars(view, self.quantity, spans, _heights(values, scale, room).tolist(), bottom)
        if self.reference is not None:
            others = np.array([self.reference.layers.get(span.id, nan) for span in spans], np.float64)
            marks = np.maximum(_heights(others, scale, room), 1)
            differs = ~np.isnan(others) & (others != values)
            yield from _marks(view, spans, zip(differs.tolist(), marks.tolist(), strict=True), bottom)

    def _table(self, axis: DepthAxis) -> tuple[Values, Values | None]:
        """Return the values of the axis's columns, and those of the reference, NaN where it has no such column."""
        known, values, others = self._made_for
        if known is not axis:
            ids = [column.id for column in axis.columns]
            values = np.array([self.quantity.columns.get(id, 0.0) for id in ids], np.float64)
            if self.reference is not None:
                others = np.array([self.reference.columns.get(id, math.nan) for id in ids], np.float64)
            self._made_for = axis, values, others
        return values, others


def snapped(view: DepthView, span: Span) -> tuple[int, int]:
    """Return whole pixels for a bar, with a gap to the next one where there is room for it."""
    return _snapped(*view.edges(span))


def _snapped(left: float, right: float) -> tuple[int, int]:
    width = right - left
    gap = min(max(width * 0.1, 0.5), 6.0) if width >= _GAP_FROM_PX else 0.0
    x0 = round(left + gap)
    return x0, max(round(right - gap), x0 + 1)


def shown_range(view: DepthView) -> tuple[int, int]:
    """Return the first and one past the last of the columns that are at least partly shown."""
    axis = view.axis
    first = axis.number_of(axis.column_at(view.first).id)
    return first, axis.number_of(axis.column_at(view.last - 1e-9).id) + 1


def pixel_edges(view: DepthView, first: int, last: int) -> tuple[Whole, Whole]:
    """Return the left and right edges of columns `first` to `last` in whole pixels."""
    starts, stops = _edges(view.axis)
    edge, scale = view.left - view.first * view.scale, view.scale
    lefts = np.rint(edge + starts[first:last] * scale).astype(np.int64)
    return lefts, np.rint(edge + stops[first:last] * scale).astype(np.int64)


@lru_cache(maxsize=2)
def _edges(axis: DepthAxis) -> tuple[Values, Values]:
    starts, stops = zip(*((column.start, column.stop) for column in axis.columns), strict=True)
    return np.array(starts), np.array(stops)


def _heights(values: Values, scale: ValueScale, room: float) -> Whole:
    """Return the height of each bar in whole pixels, 0 for none; what is there at all is seen."""
    there = values > 0
    if scale.kind == "linear":
        shares = np.where(there, values, 0.0) / scale.high
    else:
        shares = (np.log10(values, where=there, out=np.zeros_like(values)) - scale.low) / (scale.high - scale.low)
    return np.where(there, np.maximum(np.rint(shares * room), 1), 0).astype(np.int64)


def _bars(
    view: DepthView, quantity: Quantity, spans: Sequence[Span], heights: Sequence[int], bottom: int
) -> Iterator[Item]:
    role, edge, scale = quantity.role, view.left - view.first * view.scale, view.scale
    for (id, start, stop), height in zip(spans, heights, strict=True):
        if height:
            x0, x1 = _snapped(edge + start * scale, edge + stop * scale)
            yield Rectangle(id, role, x0, bottom - height, x1 - x0, height)


def _marks(
    view: DepthView, spans: Sequence[Span], marks: Iterable[tuple[bool, int]], bottom: int
) -> Iterator[Item]:
    """Yield a line at the reference's height where it differs; neighbours of one height share one line."""
    lines: list[tuple[int, int, int]] = []
    for span, (differs, height) in zip(spans, marks, strict=True):
        if not differs:
            continue
        x0, x1 = snapped(view, span)
        y = bottom - height
        if lines and lines[-1][1] >= x0 - 1 and lines[-1][2] == y:
            x0 = lines.pop()[0] + 1
        lines.append((x0 - 1, x1, y))
    for x0, x1, y in lines:
        yield Polyline("", "reference_mark", ((x0, y), (x1, y)))


def _value(quantity: Quantity, id: str) -> float | None:
    found = quantity.columns.get(id)
    return found if found is not None else quantity.layers.get(id)


def _faded(items: Iterator[Item], opacity: float) -> Iterator[Item]:
    if opacity >= 1:
        yield from items
    else:
        yield Group("", tuple(items), "", opacity)


