"""Holds where a drawing of a stretch of depth goes: its scale, its rows and its text size, in pixels."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.drawing.depth_axis import DepthAxis, Span

_HEADING_LINES = 1.9
_CAPTION_LINES = 1.3
_BLOCK_SHARE = 0.4


class Placement(NamedTuple):
    """Depth `first` to `last` of `axis`, drawn so that depth 0 would be at x = `left`, `scale` pixels a unit.

    `fit` is how wide the font in use is beside the estimate of `text_metrics`, where that is known; else 1.
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
    def half_block(self) -> float:
        """Half the height of a block."""
        room = self.top + self.height - self.arch_top - _CAPTION_LINES * self.text_size
        return max(room * _BLOCK_SHARE / 2, 3.0)

    @property
    def main_y(self) -> float:
        """The line of the main path."""
        return self.caption_y - _CAPTION_LINES * self.text_size / 2 - self.half_block

    @property
    def caption_y(self) -> float:
        """The middle of the row of shapes under the main path."""
        return self.top + self.height - _CAPTION_LINES * self.text_size / 2
