"""What a study shows, as values: lines, bars by block and maps, for a window and a file alike.

Every text is marked for translation in the context "Study".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

LineRole = Literal["main", "second", "guide", "faded"]
"""The lines in the first and the second colour, what to compare them with, and what stands behind."""


class Axis(NamedTuple):
    """What is measured along a side of a figure, its values in `unit`; `logarithmic`: decades are of one length."""

    label: str
    logarithmic: bool = False
    unit: str = ""


class Line(NamedTuple):
    """Points joined in their order; a y that is not finite is a gap."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    role: LineRole = "main"


class Mark(NamedTuple):
    """A place along x that is worth a look."""

    label: str
    x: float


class LineFigure(NamedTuple):
    """Lines over one pair of axes; `key` names the figure in files."""

    key: str
    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()


class BarFigure(NamedTuple):
    """One value a block, first to last; nan where a block has none. `guide` is a line across to compare with."""

    key: str
    title: str
    y: Axis
    blocks: tuple[str, ...]
    values: tuple[float, ...]
    guide: float | None = None
    guide_label: str = ""


MapColors = Literal["sequential", "diverging"]


class MapFigure(NamedTuple):
    """A value at every point of a plane: `values` [rows][columns], the first row at the low end of y.

    `extent` is (x of the first column, x of the last, y of the first row, y of the last). Where rows or columns stand
    for layers or blocks, `x_ids` or `y_ids` name them. A value that is not finite is left empty. A diverging map has
    its neutral colour at 0; a logarithmic `value` axis colours by the logarithm. Colours run from the least to the
    largest value, or where `limits` are given over these, whatever the values are.
    """

    key: str
    title: str
    x: Axis
    y: Axis
    value: Axis
    values: tuple[tuple[float, ...], ...]
    extent: tuple[float, float, float, float]
    x_ids: tuple[str, ...] = ()
    y_ids: tuple[str, ...] = ()
    colors: MapColors = "sequential"
    contours: tuple[float, ...] = ()
    square: bool = False
    marks: tuple[tuple[float, float], ...] = ()
    limits: tuple[float, float] | None = None


Figure = LineFigure | BarFigure | MapFigure
