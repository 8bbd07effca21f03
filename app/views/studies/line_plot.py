"""Draws a study's lines over one pair of axes, with the places along x that are worth a look."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QResizeEvent

from app.services.theme import ThemeColors
from app.views.studies.figure_axis import FloatArray, drawn
from app.views.studies.figure_legend import line_pen
from app.views.studies.figure_plot import FigurePlot
from app.views.studies.figure_words import axis_text, line_numbers, said, value_text
from resnet_core.findings.figures import LineFigure

_MOST_READ = 4
_MARK_ROW_PX, _MARK_DIGITS = 17.0, 3
_DOTS_BELOW = 3


class LinePlot(FigurePlot):
    """Lines one pixel wide in the colours of their roles; gaps where a value is not finite."""

    def __init__(self) -> None:
        super().__init__()
        self._figure: LineFigure | None = None
        self._points: list[tuple[FloatArray, FloatArray]] = []
        self._curves: list[pg.PlotDataItem] = []
        self._marks: list[pg.InfiniteLine] = []
        self._stops: FloatArray = np.empty(0)
        self._at = -1
        self.plot.showGrid(y=True, alpha=0.1)

    def show_figure(self, figure: LineFigure) -> None:
        """Draw another figure."""
        self._figure, self._at = figure, -1
        self.across.show_axis(figure.x)
        self.upward.show_axis(figure.y)
        self._points = [(drawn(line.x, figure.x), drawn(line.y, figure.y)) for line in figure.lines]
        while len(self._curves) < len(figure.lines):
            self._curves.append(pg.PlotDataItem(connect="finite", antialias=True, useCache=False))
            self.plot.addItem(self._curves[-1])
        while len(self._curves) > len(figure.lines):
            self.plot.removeItem(self._curves.pop())
        for curve, line, (x, y) in zip(self._curves, figure.lines, self._points, strict=True):
            there = np.isfinite(x) & np.isfinite(y)
            alone = line.role != "guide" and there.sum() < _DOTS_BELOW
            kept = slice(None) if there.any() else slice(0)  # nothing can be fitted to points that are nowhere
            curve.setData(x[kept], y[kept], symbol="o" if alone else None, symbolSize=5, symbolPen=None)
        self._stops = self._found_stops()
        self._show_marks(figure)
        if self._colors is not None:
            self.set_colors(self._colors)
        self.show_all()

    def show_all(self) -> None:
        """Show every point; guides do not stretch the axes where there is anything else."""
        if self._figure is None:
            return
        roles = [line.role for line in self._figure.lines]
        ranged = [points for points, role in zip(self._points, roles, strict=True) if role != "guide"] or self._points
        for axis, values in enumerate(zip(*ranged, strict=True) if ranged else ((), ())):
            found = np.concatenate(values) if values else np.empty(0)
            found = found[np.isfinite(found)]
            low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
            if low == high:
                low, high = low - 0.5, high + 0.5
            (self.plot.setYRange if axis else self.plot.setXRange)(low, high, padding=0.04 if axis else 0.02)
        self._place_marks()

    def color_items(self, colors: ThemeColors) -> None:
        """Colour lines and marks."""
        if self._figure is None:
            return
        for curve, line, number in zip(self._curves, self._figure.lines, line_numbers(self._figure), strict=True):
            pen = line_pen(colors, line.role, number)
            curve.setPen(pen)
            curve.setSymbolBrush(pen.color())
            curve.setZValue({"main": 4, "second": 3, "guide": 2, "faded": 1}[line.role])
        for mark in self._marks:
            mark.setPen(pg.mkPen(QColor(colors.branch)))
            mark.label.setColor(QColor(colors.text))
            mark.label.fill = pg.mkBrush(_pale(colors.canvas))

    def point(self, x: float, y: float) -> str:
        """Point at the nearest place of the first line."""
        if not len(self._stops):
            return ""
        self._at = int(np.abs(self._stops - x).argmin())
        return self._reading()

    def step(self, right: int, up: int) -> str:
        """Walk along the first line."""
        if not len(self._stops):
            return ""
        self._at = min(max(self._at + right, 0), len(self._stops) - 1)
        return self._reading()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the names of the marks apart."""
        super().resizeEvent(event)
        if event is not None and self._figure is not None:
            self._place_marks()

    def _found_stops(self) -> FloatArray:
        """Return where the pointer stops: the places of the main lines, or of all where there is none."""
        assert self._figure is not None
        main = [x for (x, _), line in zip(self._points, self._figure.lines, strict=True) if line.role == "main"]
        places = np.concatenate(main or [x for x, _ in self._points] or [np.empty(0)])
        return np.unique(places[np.isfinite(places)])

    def _reading(self) -> str:
        figure, place = self._figure, float(self._stops[self._at])
        assert figure is not None
        self.cursor.setValue(place)
        self.cursor.show()
        parts = [f"{axis_text(figure.x._replace(unit=''))} {value_text(self._raw(place), figure.x.unit)}"]
        for line, (x, _) in zip(figure.lines, self._points, strict=True):
            near = np.flatnonzero(np.isfinite(x))
            if line.role == "guide" or not len(near) or len(parts) > _MOST_READ:
                continue
            number = int(near[np.abs(x[near] - place).argmin()])
            parts.append(f"{said(line.label)} {value_text(line.y[number], figure.y.unit)}")
        return "   ".join(parts)

    def _raw(self, place: float) -> float:
        assert self._figure is not None
        return 10.0**place if self._figure.x.logarithmic else place

    def _show_marks(self, figure: LineFigure) -> None:
        while len(self._marks) < len(figure.marks):
            options = {"position": 0.9, "movable": False, "anchors": [(0, 0.5), (0, 0.5)]}
            mark = pg.InfiniteLine(angle=90, movable=False, label=" ", labelOpts=options)
            self._marks.append(mark)
            self.plot.addItem(mark, ignoreBounds=True)
        while len(self._marks) > len(figure.marks):
            self.plot.removeItem(self._marks.pop())
        for line, mark in zip(self._marks, figure.marks, strict=True):
            place = drawn(mark.x, figure.x)
            line.setVisible(bool(np.isfinite(place)))
            line.setValue(float(np.nan_to_num(place)))
            text = f"{said(mark.label)} {value_text(mark.x, figure.x.unit, _MARK_DIGITS)}"
            line.label.setFormat(text.replace("{", "{{").replace("}", "}}"))

    def _place_marks(self) -> None:
        """Put each name a row lower than the one before, on the side of its line where there is more room."""
        (low, high), height = self.plot.vb.viewRange()[0], max(self.plot.vb.height(), 1.0)
        for row, mark in enumerate(self._marks):
            mark.setZValue(12 - row)  # the name of each stands over the lines of those after it
            left = mark.value() > low + 0.7 * (high - low)
            mark.label.anchors = [(1, 0.5), (1, 0.5)] if left else [(0, 0.5), (0, 0.5)]
            mark.label.setPosition(max(1 - (row + 0.7) * _MARK_ROW_PX / height, 0.1))


def _pale(color: str) -> QColor:
    pale = QColor(color)
    pale.setAlpha(210)
    return pale
