"""Holds where a drawing of a stretch of depth goes: its scale, its rows and its text size, in pixels."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.text_metrics import text_height

_HEADING_LINES = 1.9
_CAPTION_LINES = 1.3
_BLOCK_SHARE = 0.4
_ARCH_LINES = 1.4
_ROW_GAP = 3.0
_LEAD = 11.0
_WAY_LEAD = 8.0
_MOST_WAY_SHARE = 0.6

SMALL_TEXT_SHARE = 0.85
"""The size of what stands in a pill, beside that of the rest."""


class Placement(NamedTuple):
    """Depth `first` to `last` of `axis`, drawn so that depth 0 would be at x = `left`, `scale` pixels a unit.

    From the top: the stages' headings, the ways round (`arch_top`, `way_y`), the main path (`main_y`), rows under it
    for what weighs its tensor, where the network has any, and captions. `fit` is how wide the font in use is beside
    the estimate of `text_metrics`, where that is known; else 1.
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
    def heading_y(self) -> float:
        """The middle of the row of stage headings."""
        return self.top + _HEADING_LINES * self.text_size / 2

    @property
    def arch_top(self) -> float:
        """The highest point that a shortcut may reach."""
        return self.top + _HEADING_LINES * self.text_size + 2

    @property
    def way_y(self) -> float:
        """The level part of a shortcut where layers are shown: a line of text lower than its highest point."""
        line = text_height(self.text_size * SMALL_TEXT_SHARE) * 1.25
        return self.arch_top + min(line, _MOST_WAY_SHARE * (self.main_y - self.arch_top))

    @property
    def half_block(self) -> float:
        """Half the height of a block."""
        return max(self._room * _BLOCK_SHARE / 2, 3.0)

    @property
    def main_y(self) -> float:
        """The line of the main path."""
        return self.caption_y - _CAPTION_LINES * self.text_size / 2 - max(self.half_block, self._below)

    @property
    def caption_y(self) -> float:
        """The middle of the row of shapes under the main path."""
        return self.top + self.height - _CAPTION_LINES * self.text_size / 2

    @property
    def half_pill(self) -> float:
        """Half the height of a layer without weights."""
        return text_height(self.text_size * SMALL_TEXT_SHARE) / 2 + 1.5

    def row_below(self, row: int, *, on_way: bool) -> tuple[float, float]:
        """Return the middle and half the height of row 1 or 2 under the main path, or under the way round."""
        if on_way:
            host, room, rows = self.way_y, self.main_y - self.way_y - 5, max(row, 2)
            room, lead = min(room, _WAY_LEAD + self._rows_height(rows)), _WAY_LEAD
        else:
            host, rows, lead = self.main_y, max(self.axis.rows_below, 1), _LEAD
            room = max(self._below, self.half_block)
        lead = min(lead, 0.3 * room)
        half = max(min(self.half_pill, (room - lead - rows * _ROW_GAP) / (2 * rows)), 0.5)
        return host + lead + half + (row - 1) * (2 * half + _ROW_GAP), half

    @property
    def _room(self) -> float:
        """What the headings and the captions leave."""
        return self.top + self.height - self.arch_top - _CAPTION_LINES * self.text_size

    @property
    def _below(self) -> float:
        """The height of the rows under the main path; arches keep room for a label over the blocks."""
        rows = self.axis.rows_below
        room = self._room - self.half_block - _ARCH_LINES * self.text_size
        return min(_LEAD + self._rows_height(rows), room) if rows else 0.0

    def _rows_height(self, rows: int) -> float:
        return rows * (2 * self.half_pill + _ROW_GAP)
