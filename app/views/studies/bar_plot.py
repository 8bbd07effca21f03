"""Draws one value a block as bars; a click chooses the block, and the selected one is marked."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from app.services.theme import ThemeColors
from app.views.studies.figure_axis import FloatArray, drawn
from app.views.studies.figure_legend import line_pen
from app.views.studies.figure_plot import FigurePlot
from app.views.studies.figure_words import said, value_text
from resnet_core.findings.figures import Axis, BarFigure

_GAPS_UP_TO = 120
_LOG_FOOT = 0.25


class BarPlot(FigurePlot):
    """Bars from zero, or from below the least value on a log scale; a block without a value has none."""

    def __init__(self) -> None:
        super().__init__()
        self._figure: BarFigure | None = None
        self._heights: FloatArray = np.empty(0)
        self._at, self._marked = -1, ""
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8, pen=None)
        self._band = pg.LinearRegionItem((0, 1), movable=False)
        self._band.setZValue(-20)
        self._guide = pg.InfiniteLine(angle=0, movable=False)
        self._guide.setZValue(10)
        for item in (self._band, self._bars, self._guide):
            self.plot.addItem(item, ignoreBounds=True)
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.showGrid(y=True, alpha=0.1)

    def show_figure(self, figure: BarFigure) -> None:
        """Draw another figure."""
        self._figure, self._at = figure, -1
        self.across.show_axis(Axis(""), figure.blocks)
        self.upward.show_axis(figure.y)
        self._heights = drawn(figure.values, figure.y)
        there, foot = np.isfinite(self._heights), self._foot()
        width = 0.8 if len(figure.blocks) <= _GAPS_UP_TO else 1.0
        places = np.flatnonzero(there)
        self._bars.setOpts(x=places, y0=foot, height=self._heights[there] - foot, width=width)
        self._guide.setVisible(bool(np.isfinite(self._guide_place())))
        self._guide.setValue(float(np.nan_to_num(self._guide_place())))
        self.mark_block(self._marked)
        self.show_all()

    def show_all(self) -> None:
        """Show every block."""
        if self._figure is None:
            return
        values = np.append(self._heights, (self._foot(), self._guide_place()))
        values = values[np.isfinite(values)]
        low, high = float(values.min()), float(values.max())
        room = 0.05 * (high - low) if high > low else 1.0
        self.plot.setYRange(low if low == self._foot() else low - room, high + room, padding=0)
        self.plot.setXRange(-0.5, max(len(self._figure.blocks), 1) - 0.5, padding=0.005)

    def color_items(self, colors: ThemeColors) -> None:
        """Colour bars, guide and the band of the selection."""
        fill = QColor(colors.accent)
        fill.setAlpha(190)
        self._bars.setOpts(brush=fill, pen=pg.mkPen(None))
        self._guide.setPen(line_pen(colors, "guide", 0))
        self._band.setBrush(QColor(colors.selection))
        for line in self._band.lines:
            line.setPen(pg.mkPen(None))

    def mark_block(self, id: str) -> None:
        """Mark a block."""
        self._marked = id
        blocks = self._figure.blocks if self._figure is not None else ()
        there = id in blocks
        self._band.setVisible(there)
        if there:
            number = blocks.index(id)
            self._band.setRegion((number - 0.5, number + 0.5))
            self._at = number

    def point(self, x: float, y: float) -> str:
        """Point at the block there."""
        number = round(x)
        if self._figure is None or not 0 <= number < len(self._figure.blocks):
            self._at = -1
            return ""
        self._at = number
        return self._reading()

    def step(self, right: int, up: int) -> str:
        """Walk from block to block."""
        if self._figure is None or not self._figure.blocks:
            return ""
        self._at = min(max(self._at + right, 0), len(self._figure.blocks) - 1)
        return self._reading()

    def pointed_block(self) -> str:
        """Return the block that is pointed at."""
        blocks = self._figure.blocks if self._figure is not None else ()
        return blocks[self._at] if 0 <= self._at < len(blocks) and self.cursor.isVisible() else ""

    def _reading(self) -> str:
        figure = self._figure
        assert figure is not None
        self.cursor.setValue(self._at)
        self.cursor.show()
        value = value_text(figure.values[self._at], figure.y.unit)
        return f"{figure.blocks[self._at]}   {said(figure.y.label)} {value}"

    def _foot(self) -> float:
        """Return where bars begin."""
        assert self._figure is not None
        if not self._figure.y.logarithmic:
            return 0.0
        there = self._heights[np.isfinite(self._heights)]
        return float(there.min()) - _LOG_FOOT if len(there) else 0.0

    def _guide_place(self) -> float:
        assert self._figure is not None
        return float(drawn(np.nan if self._figure.guide is None else self._figure.guide, self._figure.y))
