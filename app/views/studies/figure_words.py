"""Writes what a study's figure shows: axes with their units, single values, and the figure in a sentence."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from resnet_core.findings.figures import Axis, BarFigure, Figure, LineFigure, LineRole, MapFigure
from resnet_core.number_text import MINUS, scientific

_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e5


class LegendEntry(NamedTuple):
    """What a line is called: its role, which of the lines of that role it is, and its words."""

    role: LineRole
    number: int
    text: str


def said(text: str) -> str:
    """Return a text of a study in the language in force."""
    return QCoreApplication.translate("Study", text) if text else ""


def value_text(value: float, unit: str = "", digits: int = 4) -> str:
    """Return a value with so many digits and its unit, "96.67 %", "1.3·10⁻⁷"; one that is not finite in words."""
    if math.isnan(value):
        return _tr("no value")
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    plain = size == 0 or _PLAIN_FROM <= size < _PLAIN_BELOW
    text = f"{value:.{digits}g}".replace("-", MINUS) if plain else scientific(value, 3)
    return f"{text} {unit}" if unit else text


def axis_text(axis: Axis) -> str:
    """Return what an axis measures, with its unit: "test accuracy (%)"."""
    label = said(axis.label)
    return f"{label} ({axis.unit})" if axis.unit else label


def side_text(figure: Figure) -> str:
    """Return what stands above a figure's left side: what it measures upward, and by colour."""
    if isinstance(figure, MapFigure):
        words = _tr("{y} · colour: {value}")
        return words.format(y=axis_text(figure.y), value=axis_text(figure.value))
    # A name that is that of the axis need not be said twice.
    return figure.y.unit if figure.y.label == figure.title else axis_text(figure.y)


def foot_text(figure: Figure) -> str:
    """Return what stands under a figure's right end: what it measures to the right."""
    return _tr("blocks, first to last") if isinstance(figure, BarFigure) else axis_text(figure.x)


def legend_of(figure: Figure) -> tuple[LegendEntry, ...]:
    """Return what a figure's lines are called, each name once."""
    if isinstance(figure, BarFigure):
        if figure.guide is None or not math.isfinite(figure.guide):
            return ()
        words = " ".join((said(figure.guide_label), value_text(figure.guide, figure.y.unit))).strip()
        return (LegendEntry("guide", 0, words),)
    if isinstance(figure, MapFigure):
        return ()
    entries = [
        LegendEntry(line.role, number, said(line.label))
        for line, number in zip(figure.lines, line_numbers(figure), strict=True)
    ]
    named: dict[str, LegendEntry] = {}
    for entry in entries:
        named.setdefault(entry.text, entry)
    return tuple(entry for text, entry in named.items() if text)


def line_numbers(figure: LineFigure) -> tuple[int, ...]:
    """Return of each line which of its role it is."""
    counts: dict[LineRole, int] = {}
    numbers = []
    for line in figure.lines:
        numbers.append(counts.get(line.role, 0))
        counts[line.role] = numbers[-1] + 1
    return tuple(numbers)


def description_of(figure: Figure) -> str:
    """Return a figure in a sentence, for those who hear it."""
    if isinstance(figure, LineFigure):
        lines = ", ".join(entry.text for entry in legend_of(figure))
        marks = ", ".join(f"{said(mark.label)} {value_text(mark.x, figure.x.unit)}" for mark in figure.marks)
        words = _tr("{y} over {x}: {parts}")
        parts = "; ".join(part for part in (lines, marks) if part)
        return words.format(y=axis_text(figure.y), x=axis_text(figure.x), parts=parts)
    if isinstance(figure, BarFigure):
        finite = [value for value in figure.values if math.isfinite(value)]
        words = _tr("{y} of {count} blocks, from {least} to {most}")
        least, most = (value_text(end(finite), figure.y.unit) if finite else "?" for end in (min, max))
        return words.format(y=said(figure.y.label), count=len(figure.blocks), least=least, most=most)
    rows, columns = len(figure.values), len(figure.values[0]) if figure.values else 0
    words = _tr("{value} over {x} and {y}, {columns} × {rows} values")
    axes = {"x": axis_text(figure.x), "y": axis_text(figure.y), "value": axis_text(figure.value)}
    return words.format(**axes, columns=columns, rows=rows)


def _tr(text: str) -> str:
    return QCoreApplication.translate("StudyFigure", text)
