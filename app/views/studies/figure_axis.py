"""Draws an axis of a figure: numbers, powers of ten of a logarithm, or the names of blocks."""

from __future__ import annotations

import math
import re
from itertools import groupby

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray

from app.views.studies.figure_words import value_text
from resnet_core.findings.figures import Axis
from resnet_core.number_text import MINUS, power_of_ten

Ticks = list[tuple[float | None, list[float]]]
FloatArray = NDArray[np.float64]

BEYOND_PX = 18
"""How far the text of a tick may reach beyond the ends of its axis."""

_DECADE_PX, _UPRIGHT_PX = 46.0, 22.0
_NAME_GAP_PX = 14.0
_WHOLE = 1e-9
_BLOCK = re.compile(r"(layer\d+)\.\d+")


def drawn(values: ArrayLike, axis: Axis) -> FloatArray:
    """Return values where they stand along `axis`: log10 of them where it is logarithmic; nan where they have none."""
    array = np.asarray(values, np.float64)
    if not axis.logarithmic:
        return np.where(np.isfinite(array), array, np.nan)
    there = np.isfinite(array) & (array > 0)
    return np.where(there, np.log10(array, where=there, out=np.zeros_like(array)), np.nan)


class FigureAxis(pg.AxisItem):
    """An axis that takes its kind from a figure; on a logarithmic one exponents of ten are drawn."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self._logarithmic = False
        self._names: tuple[str, ...] = ()
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=3, tickTextOffset=3, hideOverlappingLabels=BEYOND_PX)

    def show_axis(self, axis: Axis, names: tuple[str, ...] = ()) -> None:
        """Draw another axis; with `names` its whole numbers from 0 on are called so."""
        if (axis.logarithmic, names) != (self._logarithmic, self._names):
            self._logarithmic, self._names = axis.logarithmic, names
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        """Return where ticks stand: the most important ones first, all of which have a text."""
        low, high = sorted((minVal, maxVal))
        if self._names:
            return [(1.0, self._named_ticks(low, high, size))]
        if self._logarithmic:
            return _decade_ticks(low, high, size, _UPRIGHT_PX if self._upright else _DECADE_PX)
        levels: Ticks = super().tickValues(low, high, size)
        return levels[:1] if self.orientation == "bottom" else levels[:2]

    def tickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        """Return the text of each tick."""
        if self._names:
            return [self._name(round(value)) for value in values]
        if self._logarithmic:
            whole = all(abs(value - round(value)) < _WHOLE for value in values)
            return [power_of_ten(round(value)) if whole else value_text(10.0**value) for value in values]
        texts: list[str] = super().tickStrings(values, scale, spacing)
        return [text.replace("-", MINUS) for text in texts]

    def _named_ticks(self, low: float, high: float, size: float) -> list[float]:
        """Return the blocks whose names have room: all of them, else the first of each stage, else every few."""
        first, last = max(math.ceil(low), 0), min(math.floor(high), len(self._names) - 1)
        shown = list(range(first, last + 1))
        if not shown:
            return []
        widest = 16.0 if self._upright else max(self._width(self._names[number]) for number in shown)
        room = max(int(size / (widest + _NAME_GAP_PX)), 1)
        if len(shown) <= room:
            return [float(number) for number in shown]
        stages = [next(group) for _, group in groupby(shown, key=lambda number: _stage(self._names[number]))]
        step = math.ceil(len(shown) / room)
        fits = 1 < len(stages) <= room and min(np.diff(stages)) >= step
        return [float(number) for number in (stages if fits else shown[::step])]

    @property
    def _upright(self) -> bool:
        return self.orientation in ("left", "right")

    def _name(self, number: int) -> str:
        return self._names[number] if 0 <= number < len(self._names) else ""

    def _width(self, text: str) -> float:
        from PySide6.QtGui import QFontMetricsF
        from PySide6.QtWidgets import QApplication

        font = self.style["tickFont"] or QApplication.font()
        return QFontMetricsF(font).horizontalAdvance(text)


def _decade_ticks(low: float, high: float, size: float, room: float) -> Ticks:
    """Return whole decades, or every few of them; where there are less than two, the digits between as well."""
    first, last = math.ceil(low), math.floor(high)
    every = max(1, math.ceil((last - first + 1) * room / max(size, 1.0)))
    decades = [float(exponent) for exponent in range(first, last + 1, every)]
    digits = [
        place
        for exponent in range(math.floor(low), math.floor(high) + 1)
        for digit in range(2, 10)
        if low <= (place := exponent + math.log10(digit)) <= high
    ]
    if len(decades) >= 2:
        return [(None, decades)]
    named = [place for place in digits if round(10 ** (place % 1)) in (2, 5)]
    return [(None, sorted({*decades, *(named if size > 4 * room or not decades else [])}) or digits[:1])]


def _stage(name: str) -> str:
    found = _BLOCK.match(name)
    return found[1] if found else name
