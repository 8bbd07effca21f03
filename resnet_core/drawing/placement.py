"""Holds where a drawing of a stretch of depth goes: its scale, its rows and its text size, in pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.text_metrics import text_height

_HEADING_LINES, _LOW_HEADING_LINES = 1.9, 1.45
_LOW_PX, _HIGH_PX = 76.0, 120.0
_CAPTION_LINES = 1.3
_BLOCK_SHARE = 0.4
_ARCH_LINES, _MORE_ARCH_LINES, _LOW_ARCH_LINES = 1.4, 2.4, 0.7
_ROW_GAP = 3.0
_LEAD = 11.0
_WAY_LEAD = 8.0
_MOST_WAY_SHARE, _LOW_WAY_SHARE = 0.6, 0.42

SMALL_TEXT_SHARE = 0.85
"""The size of what stands in a pill, beside that of the rest."""


class Rows(NamedTuple):
    """The rows of a drawing, from the top: see Placement. `below` is the height of those under the main path."""

    heading_y: float
    arch_top: float
    way_y: float
    main_y: float
    half_block: float
    half_pill: float
    below: float
    caption_y: float


class Placement(NamedTuple):
    """Depth `first` to `last` of `axis`, drawn so that depth 0 would be at x = `left`, `scale` pixels a unit.

    From the top: the stages' headings, the ways round (`arch_top`, `way_y`), the main path (`main_y`), rows under it
    for what weighs its tensor, where the network has any, and captions; in a low drawing those rows reach down into
    the captions' row. `fit` is how wide the font in use is beside the estimate of `text_metrics`, where that is
    known; else 1.
    """

    axis: DepthAxis
    left: float
    scale: float
    first: float
    last: float
    top: float
    height: float
    text_size: float = 11.0
    fit: float = 1.0

    def x(self, depth: float) -> float:
        """Return the x of a depth."""
        return self.left + depth * self.scale

    def edges(self, span: Span) -> tuple[float, float]:
        """Return the left and right x of a span."""
        return self.left + span.start * self.scale, self.left + span.stop * self.scale

    def visible_edges(self, span: Span) -> tuple[float, float]:
        """Return the left and right x of the shown part of a span."""
        return self.x(max(span.start, self.first)), self.x(min(span.stop, self.last))

    @property
    def rows(self) -> Rows:
        """Every row at once."""
        return _rows(self.top, self.height, self.text_size, self.axis.rows_below, self.axis.rows_of_way)

    @property
    def heading_y(self) -> float:
        """The middle of the row of stage headings."""
        return self.rows.heading_y

    @property
    def arch_top(self) -> float:
        """The highest point that a shortcut may reach."""
        return self.rows.arch_top

    @property
    def way_y(self) -> float:
        """The level part of a shortcut where layers are shown: a line of text lower than its highest point."""
        return self.rows.way_y

    @property
    def half_block(self) -> float:
        """Half the height of a block."""
        return self.rows.half_block

    @property
    def main_y(self) -> float:
        """The line of the main path."""
        return self.rows.main_y

    @property
    def caption_y(self) -> float:
        """The middle of the row of shapes under the main path."""
        return self.rows.caption_y

    @property
    def half_pill(self) -> float:
        """Half the height of a layer without weights."""
        return self.rows.half_pill

    def row_below(self, row: int, *, on_way: bool) -> tuple[float, float]:
        """Return the middle and half the height of row 1 or 2 under the main path, or under the way round."""
        rows = self.rows
        if on_way:
            host, count, lead = rows.way_y, max(row, self.axis.rows_of_way, 1), _WAY_LEAD
            room = min(rows.main_y - rows.way_y - 5, lead + _height_of(count, rows.half_pill))
        else:
            host, count, lead = rows.main_y, max(self.axis.rows_below, row), _LEAD
            room = max(rows.below, rows.half_block)
        lead = min(lead, 0.3 * room if count < 2 else 0.2 * room)
        half = max(min(rows.half_pill, (room - lead - count * _ROW_GAP) / (2 * count)), 0.5)
        return host + lead + half + (row - 1) * (2 * half + _ROW_GAP), half


@lru_cache(maxsize=64)
def _rows(top: float, height: float, size: float, rows_below: int, rows_of_way: int) -> Rows:
    """Return the rows of a drawing that has so many rows under its main path, and under its ways round."""
    lowness = min(max((_HIGH_PX - height) / (_HIGH_PX - _LOW_PX), 0.0), 1.0)
    heading = size * (_HEADING_LINES + (_LOW_HEADING_LINES - _HEADING_LINES) * lowness)
    arch_top, bottom, caption = top + heading + 2, top + height, _CAPTION_LINES * size
    room = bottom - arch_top - caption
    half_block = max(room * _BLOCK_SHARE / 2, 3.0)
    half_pill = text_height(size * SMALL_TEXT_SHARE) / 2 + 1.5
    # What stands under a path takes what it needs from the captions' row where there is no other room.
    taken, below = 0.0, half_block
    if rows_below:
        arch_lines = _ARCH_LINES
        if rows_below > 1:
            arch_lines = _MORE_ARCH_LINES + (_LOW_ARCH_LINES - _MORE_ARCH_LINES) * lowness
        wanted, free = _LEAD + _height_of(rows_below, half_pill), room - half_block - arch_lines * size
        taken = min(max(wanted - free, 0.0), caption - 1)
        below = max(min(wanted, free + taken), half_block)
    way_share = _MOST_WAY_SHARE
    if rows_of_way:
        way_share += (_LOW_WAY_SHARE - _MOST_WAY_SHARE) * lowness
        taken = max(taken, (caption - 1) * lowness)
    main_y = bottom - caption + taken - below
    line = text_height(size * SMALL_TEXT_SHARE) * 1.25
    way_y = arch_top + min(line, way_share * (main_y - arch_top))
    caption_y = bottom - caption / 2
    return Rows(top + heading / 2, arch_top, way_y, main_y, half_block, half_pill, below, caption_y)


def _height_of(rows: int, half_pill: float) -> float:
    return rows * (2 * half_pill + _ROW_GAP)
