"""Draws a number of every block, or of every layer when zoomed in, as bars, with marks where a reference stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Group, Item, Polyline, Rectangle
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.quantity import Quantity
from resnet_core.drawing.tracks.track import Track, TrackFrame, scale_number, shown_span
from resnet_core.drawing.tracks.value_scale import ScaleKind, ValueScale
from resnet_core.number_text import compact_difference, percent, percent_difference

SEPARATE_FROM_PX = 7.0
"""Narrower columns are drawn as one outline: gaps between them could not be seen."""

_TICK_PX = 17.0


class QuantityTrack(Track):
    """A quantity along depth: parameters, multiply-adds, memory, time ..."""

    height = 54.0
    least_height = 28.0

    def __init__(self, quantity: Quantity, reference: Quantity | None = None) -> None:
        self.key = quantity.key
        self.scales = quantity.scales
        self.quantity, self.reference = quantity, reference

    def subtitle(self, say: Say) -> str:
        """Return the total, with the difference to the reference, and what it depends on."""
        quantity = self.quantity
        if quantity.total is None:
            return quantity.about
        text = quantity.compact(quantity.total)
        if quantity.summed:
            text = say("Atlas", N_("Atlas", "%1 in all")).replace("%1", text)
        if self.reference is not None and self.reference.total is not None:
            text += f"  {percent_difference(quantity.total, self.reference.total)}"
        return ", ".join(filter(None, (text, quantity.about)))

    def explanation(self) -> str:
        """Return what the quantity is."""
        return self.quantity.explanation

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the bars on their base line; columns and layers while one fades into the other."""
        rect, view = frame.rect, frame.view
        yield Polyline("", "base_line", ((rect.left, rect.bottom), (rect.right, rect.bottom)))
        layers = view.layer_opacity()
        if layers < 1:
            yield from _faded(self._bars(frame, view.columns(), detailed=False), 1 - layers)
        if layers > 0:
            spans = [span for column in view.columns() for span in view.axis.layers_of(column)]
            yield from _faded(self._bars(frame, spans, detailed=True), layers)

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
            text += f"  {compact_difference(value, before)}  {percent_difference(value, before)}".rstrip()
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

    def _bars(self, frame: TrackFrame, spans: Sequence[Span], *, detailed: bool) -> Iterator[Item]:
        if not spans:
            return
        quantity, reference = self.quantity, self.reference
        values = quantity.layers if detailed else quantity.columns
        scale, room = self._scale(frame.scale, detailed=detailed), frame.height - 1
        heights = _heights(values, spans, scale, room)
        bottom = round(frame.rect.bottom)
        if detailed or frame.view.scale >= SEPARATE_FROM_PX:
            yield from _bars(frame.view, quantity, spans, heights, bottom)
        else:
            yield from _outline(frame.view, quantity, spans, heights, bottom)
        if reference is not None:
            others = reference.layers if detailed else reference.columns
            yield from _marks(frame.view, spans, (values, others), (scale, room), bottom)


def snapped(view: DepthView, span: Span) -> tuple[int, int]:
    """Return whole pixels for a bar, with a gap to the next one where there is room for it."""
    left, right = view.edges(span)
    width = right - left
    gap = min(max(width * 0.1, 0.5), 6.0) if width >= SEPARATE_FROM_PX else 0.0
    x0 = round(left + gap)
    return x0, max(round(right - gap), x0 + 1)


def _heights(values: Mapping[str, float], spans: Sequence[Span], scale: ValueScale, room: float) -> list[int]:
    """Return the height of each bar in whole pixels; what is there at all is seen."""
    if scale.kind == "linear":
        unit = room / scale.high
        return [max(round(value * unit), 1) if (value := values.get(span.id, 0.0)) > 0 else 0 for span in spans]
    found = (values.get(span.id, 0.0) for span in spans)
    return [max(round(scale.share(value) * room), 1) if value > 0 else 0 for value in found]


def _bars(
    view: DepthView, quantity: Quantity, spans: Sequence[Span], heights: Sequence[int], bottom: int
) -> Iterator[Item]:
    role = quantity.role
    for span, height in zip(spans, heights, strict=True):
        if height:
            x0, x1 = snapped(view, span)
            yield Rectangle(span.id, role, x0, bottom - height, x1 - x0, height)


def _outline(
    view: DepthView, quantity: Quantity, spans: Sequence[Span], heights: Sequence[int], bottom: int
) -> Iterator[Item]:
    """Yield narrow columns as one closed outline a stretch without gaps; of several in one pixel the highest shows."""
    points: list[tuple[float, float]] = []
    edge, left, scale = view.left - view.first * view.scale, 0, view.scale
    for place, (span, height) in enumerate(zip(spans, heights, strict=True)):
        x0, x1 = round(edge + span.start * scale), round(edge + span.stop * scale)
        y = bottom - height
        gap = place > 0 and span.start - spans[place - 1].stop > 1e-6
        if points and gap:
            yield _closed(quantity, points, left, bottom)
            points = []
        if not points:
            left = x0
        if points and points[-1][1] == y:
            points[-1] = (x1, y)
        elif points and x1 - x0 < 1:
            points[-1] = (points[-1][0], min(points[-1][1], y))
        else:
            points += [(x0, y), (x1, y)]
    if points:
        yield _closed(quantity, points, left, bottom)


def _closed(quantity: Quantity, points: list[tuple[float, float]], left: int, bottom: int) -> Polyline:
    return Polyline("", quantity.role, ((left, bottom), *points, (points[-1][0], bottom)), True, quantity.key)


def _marks(
    view: DepthView,
    spans: Sequence[Span],
    both: tuple[Mapping[str, float], Mapping[str, float]],
    size: tuple[ValueScale, float],
    bottom: int,
) -> Iterator[Item]:
    """Yield a line at the reference's height where it differs; neighbours of one height share one line."""
    values, others = both
    scale, room = size
    lines: list[tuple[int, int, int]] = []
    for span in spans:
        other = others.get(span.id)
        if other is None or other == values.get(span.id):
            continue
        x0, x1 = snapped(view, span)
        y = bottom - max(round(scale.share(other) * room), 1)
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


