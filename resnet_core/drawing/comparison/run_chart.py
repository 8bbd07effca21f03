"""Draws one quantity of several runs over their steps, small, with its scale: the loss, or the test accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.legend_track import SWATCH_PX
from resnet_core.drawing.comparison.member_look import MemberLook
from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Rectangle, Text
from resnet_core.drawing.text_metrics import elided, text_height, text_width
from resnet_core.drawing.tracks.scene import SceneStyle
from resnet_core.drawing.tracks.track import SMALL_SHARE
from resnet_core.number_text import exact

_GUTTER, _RIGHT, _TICKS = 46.0, 62.0, 3
_MARKED_POINTS, _DOT_PX = 40, 4.4


class ChartCurve(NamedTuple):
    """A curve with its look and its name; `steps` ascend, `values` [S] may hold what is not finite."""

    look: MemberLook
    name: str
    steps: NDArray[np.int64]
    values: NDArray[np.float64]


class RunChart(NamedTuple):
    """Curves over one axis of steps; later ones lie on earlier ones.

    `write` turns a value into text. Without `bounds` the scale follows the values. `step` is the one looked at.
    """

    title: str
    write: Callable[[float], str]
    curves: tuple[ChartCurve, ...] = ()
    bounds: tuple[float, float] | None = None
    step: int | None = None
    legend: bool = True

    @property
    def last_step(self) -> int:
        """The last step of the longest curve."""
        return max((int(curve.steps[-1]) for curve in self.curves if len(curve.steps)), default=0)

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and the highest value there is room for."""
        return self.bounds or _extent([curve.values for curve in self.curves])


class ChartFrame(NamedTuple):
    """Where and how large a chart is drawn."""

    box: Box
    style: SceneStyle = SceneStyle()

    @property
    def small(self) -> float:
        """The size of numbers."""
        return float(max(round(self.style.text_size * SMALL_SHARE), 9))

    @property
    def area(self) -> Box:
        """Where the curves stand."""
        line = text_height(self.style.text_size)
        left, top, right, bottom = self.box
        return Box(left + _GUTTER, top + line + 6, max(right - _RIGHT, left + _GUTTER + 1), bottom - line - 4)

    def step_at(self, chart: RunChart, x: float) -> int:
        """Return the step at x, the first or the last one beside the curves."""
        share = (x - self.area.left) / self.area.width
        return round(min(max(share, 0.0), 1.0) * chart.last_step)


def chart_items(chart: RunChart, frame: ChartFrame) -> Iterator[Item]:
    """Yield the title, the scale, the curves with their last values, and the step that is looked at."""
    area = frame.area
    yield from _heading(chart, frame)
    yield from _scale_items(chart, frame)
    yield from _step_items(chart, frame)
    lines = tuple(item for curve in chart.curves for item in _curve_items(chart, curve, area))
    yield Group("", lines, chart.title, 1.0, Box(area.left - 4, area.top - 4, area.right + 4, area.bottom + 4))
    yield from _end_items(chart, frame)


def ticks(low: float, high: float, wanted: int) -> list[float]:
    """Return about `wanted` round values from `low` to `high`: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / max(wanted, 1)
    if not rough > 0 or not math.isfinite(rough):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _heading(chart: RunChart, frame: ChartFrame) -> Iterator[Item]:
    """Yield the title, and beside it a stroke and a name for each curve, each cut to its share of the room."""
    size, fit = frame.style.text_size, frame.style.fit
    box, y = frame.box, frame.box.top + text_height(size) / 2
    yield Text("", "title", box.left, y, chart.title, size, "left", True)
    x = box.left + text_width(chart.title, size, bold=True) * fit + 16
    named = [curve for curve in chart.curves if curve.name] if chart.legend else []
    room = (box.right - x) / max(len(named), 1) - SWATCH_PX - 24
    for curve in named:
        shown = elided(curve.name, room / fit, size)
        yield Polyline("", curve.look.curve, ((x, y), (x + SWATCH_PX, y)))
        yield Text("", "label", x + SWATCH_PX + 6, y, shown, size, "left", False, curve.name)
        x += SWATCH_PX + 24 + text_width(shown, size) * fit


def _scale_items(chart: RunChart, frame: ChartFrame) -> Iterator[Item]:
    area, (low, high) = frame.area, chart.scale
    for value in ticks(low, high, _TICKS):
        y = round(_y(chart, area, value))
        yield Polyline("", "grid", ((area.left, y), (area.right, y)))
        yield Text("", "number", area.left - 6, y, chart.write(value), frame.small, "right")


def _step_items(chart: RunChart, frame: ChartFrame) -> Iterator[Item]:
    """Yield the first and the last step, and mark the one that is looked at."""
    area, last, size, fit = frame.area, chart.last_step, frame.small, frame.style.fit
    y = area.bottom + 3 + text_height(size) / 2
    text = frame.style.say("Atlas", N_("Atlas", "step %1")).replace("%1", exact(last))
    yield Text("", "number", area.left - 4, y, "0", size, "left")
    yield Text("", "number", area.right, y, text, size, "right")
    if chart.step is None or not last:
        return
    x = round(_x(chart, area, chart.step))
    yield Polyline("", "zero_line", ((x, area.top), (x, area.bottom)))
    half, ends = text_width(exact(chart.step), size) * fit / 2, text_width(text, size) * fit
    if area.left + 12 + half < x < area.right - ends - half:
        yield Text("", "number", x, y, exact(chart.step), size)


def _curve_items(chart: RunChart, curve: ChartCurve, area: Box) -> Iterator[Item]:
    pieces = list(_pieces(chart, curve, area))
    for points in pieces:
        yield Polyline(
            "", curve.look.curve, points if len(points) > 1 else (points[0], (points[0][0] + 1, points[0][1]))
        )
    if len(curve.steps) <= _MARKED_POINTS:
        half = _DOT_PX / 2
        for x, y in (point for points in pieces for point in points):
            yield Rectangle("", curve.look.fill, x - half, y - half, _DOT_PX, _DOT_PX, half)


def _pieces(chart: RunChart, curve: ChartCurve, area: Box) -> Iterator[tuple[tuple[float, float], ...]]:
    """Yield the curve in pixels, at most one point a pixel, broken where a value is not finite."""
    stride = max(1, len(curve.steps) // max(1, int(area.width)))
    steps, values = curve.steps[::-stride][::-1], curve.values[::-stride][::-1]
    points: list[tuple[float, float]] = []
    for step, value in zip(steps.tolist(), values.tolist(), strict=True):
        if math.isfinite(value):
            points.append((_x(chart, area, step), _y(chart, area, value)))
        elif points:
            yield tuple(points)
            points = []
    if points:
        yield tuple(points)


def _end_items(chart: RunChart, frame: ChartFrame) -> Iterator[Item]:
    """Yield each curve's last value beside its end; no two lie on one another."""
    area, size = frame.area, frame.style.text_size
    ends = []
    for curve in chart.curves:
        finite = curve.values[np.isfinite(curve.values)]
        if len(finite):
            value = float(finite[-1])
            y = min(max(_y(chart, area, value), area.top), area.bottom)
            ends.append((y, curve.look, chart.write(value)))
    line = text_height(size)
    for y, (_, look, text) in zip(_spread([end[0] for end in sorted(ends)], line, frame), sorted(ends), strict=True):
        yield Rectangle("", look.fill, area.right + 6, round(y) - 2, 3, 4)
        yield Text("", "label", area.right + 12, y, text, size, "left")


def _spread(ys: Sequence[float], line: float, frame: ChartFrame) -> list[float]:
    """Return ascending heights moved apart to a line each, kept inside the chart where they can be."""
    placed: list[float] = []
    for y in ys:
        placed.append(max(y, placed[-1] + line) if placed else y)
    over = placed[-1] - (frame.box.bottom - line / 2) if placed else 0.0
    return [y - over for y in placed] if over > 0 else placed


def _x(chart: RunChart, area: Box, step: float) -> float:
    return area.left + area.width * min(step / max(chart.last_step, 1), 1.0)


def _y(chart: RunChart, area: Box, value: float) -> float:
    low, high = chart.scale
    return area.bottom - area.height * (value - low) / (high - low)


def _extent(values: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Return the scale of the values: from zero, or below it, to the largest."""
    joined = np.concatenate(values) if values else np.empty(0)
    joined = joined[np.isfinite(joined)]
    if not len(joined):
        return 0.0, 1.0
    low, high = min(0.0, float(joined.min())), float(joined.max())
    return (low, high) if high > low else (low, low + 1.0)
