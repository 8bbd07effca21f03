"""Draws a value at every point of a plane in colours, with a bar that says which, contours and marks."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QResizeEvent

from app.services.fonts import number_font
from app.services.theme import ThemeColors
from app.views.studies.figure_axis import BEYOND_PX, FigureAxis, FloatArray, drawn
from app.views.studies.figure_plot import FOOT_PX, FigurePlot
from app.views.studies.figure_words import axis_text, value_text
from resnet_core.drawing.color_map import colored, diverging_table, viridis_table
from resnet_core.drawing.contour_lines import contour_segments
from resnet_core.findings.figures import Axis, MapFigure

_BAR_PX, _SCALE_PX, _LEVELS = 14, 52, 256
_ABOVE_PX, _LEAST_SIDE_PX, _UNLIMITED = 4, 80, 16_777_215


class MapPlot(FigurePlot):
    """An image, its first row at the foot; what is not finite is left empty."""

    def __init__(self) -> None:
        super().__init__()
        self._figure: MapFigure | None = None
        self._values: FloatArray = np.empty((0, 0))
        self._bounds = (0.0, 1.0)
        self._at, self._marked = (-1, -1), ""
        self._image = pg.ImageItem(axisOrder="row-major")
        self._contours = pg.PlotDataItem(connect="pairs", antialias=True)
        self._spots = pg.ScatterPlotItem(size=9, symbol="o", useCache=False)  # pieces of a picture would break in SVG
        self._level = pg.InfiniteLine(angle=0, movable=False)
        self._bands = {angle: pg.LinearRegionItem((0, 1), orientation, movable=False)
                       for angle, orientation in ((90, "vertical"), (0, "horizontal"))}  # fmt: skip
        for item in (self._image, self._contours, self._spots, self._level, *self._bands.values()):
            self.plot.addItem(item, ignoreBounds=True)
        self._level.setZValue(20)
        self._level.hide()
        self._scale = FigureAxis("right")
        self._bar_plot = self._color_bar()
        self.plot.setMouseEnabled(x=False, y=False)

    def show_figure(self, figure: MapFigure) -> None:
        """Draw another figure."""
        self._figure, self._at = figure, (-1, -1)
        self._values = drawn(figure.values, figure.value)
        self._bounds = _bounds(self._values, figure)
        self.across.show_axis(figure.x, figure.x_ids)
        self.upward.show_axis(figure.y, figure.y_ids)
        self._scale.show_axis(figure.value)
        if figure.y_ids:
            self.upward.setWidth(max(56, round(self._widest(figure.y_ids)) + 14))
        else:
            self.upward.setWidth(56)
        self._show_contours(figure)
        self._show_spots(figure)
        self.mark_block(self._marked)
        if self._colors is not None:
            self.set_colors(self._colors)
        self.show_all()
        self._fit_square()

    def show_all(self) -> None:
        """Show the whole plane and the whole scale."""
        rect = self._rect()
        self.plot.setRange(rect, padding=0)
        self._bar_plot.setRange(QRectF(0, self._bounds[0], 1, self._bounds[1] - self._bounds[0]), padding=0)

    def color_items(self, colors: ThemeColors) -> None:
        """Colour the values, and the bar beside them."""
        if self._figure is None:
            return
        diverging = self._figure.colors == "diverging"
        table = diverging_table(dark=colors.dark) if diverging else viridis_table()
        self._image.setImage(_rgba(self._values, self._bounds, table), autoLevels=False)
        self._image.setRect(self._rect())
        ramp = np.linspace(*self._bounds, _LEVELS)[:, None]
        self._bar_image.setImage(_rgba(ramp, self._bounds, table), autoLevels=False)
        self._bar_image.setRect(QRectF(0, self._bounds[0], 1, self._bounds[1] - self._bounds[0]))
        ink = QColor(colors.text if diverging else "#ffffff")
        ink.setAlpha(130)
        self._contours.setPen(pg.mkPen(ink))
        self._bar_levels.setPen(pg.mkPen(ink))
        self._spots.setPen(pg.mkPen(colors.text))
        self._spots.setBrush(pg.mkBrush(colors.canvas))
        self._level.setPen(pg.mkPen(QColor(colors.muted)))
        for band in self._bands.values():
            band.setBrush(pg.mkBrush(None))
            for line in band.lines:
                line.setPen(pg.mkPen(colors.accent))

    def mark_block(self, id: str) -> None:
        """Mark a block's row and column."""
        self._marked = id
        figure = self._figure
        for angle, ids in ((90, figure.x_ids if figure else ()), (0, figure.y_ids if figure else ())):
            self._bands[angle].setVisible(id in ids)
            if id in ids:
                place = ids.index(id)
                self._bands[angle].setRegion((place - 0.5, place + 0.5))

    def point(self, x: float, y: float) -> str:
        """Point at the value there."""
        if self._figure is None or not self._values.size:
            return ""
        rect, (rows, columns) = self._rect(), self._values.shape
        self._at = (
            min(max(int((y - rect.top()) / rect.height() * rows), 0), rows - 1),
            min(max(int((x - rect.left()) / rect.width() * columns), 0), columns - 1),
        )
        return self._reading()

    def step(self, right: int, up: int) -> str:
        """Walk from value to value."""
        if self._figure is None or not self._values.size:
            return ""
        rows, columns = self._values.shape
        self._at = (min(max(self._at[0] + up, 0), rows - 1), min(max(self._at[1] + right, 0), columns - 1))
        return self._reading()

    def pointed_block(self) -> str:
        """Return the block of the column, or else of the row, that is pointed at."""
        if self._figure is None or not self.cursor.isVisible():
            return ""
        for ids, place in ((self._figure.x_ids, self._at[1]), (self._figure.y_ids, self._at[0])):
            if 0 <= place < len(ids):
                return ids[place]
        return ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a square square."""
        super().resizeEvent(event)
        if event is not None and self._figure is not None:
            self._fit_square()

    def _tell(self, reading: str) -> None:
        self._level.setVisible(bool(reading))
        super()._tell(reading)

    def _reading(self) -> str:
        figure, (row, column) = self._figure, self._at
        assert figure is not None
        rect, (rows, columns) = self._rect(), self._values.shape
        x = rect.left() + (column + 0.5) * rect.width() / columns
        y = rect.top() + (row + 0.5) * rect.height() / rows
        self.cursor.setValue(x)
        self._level.setValue(y)
        self.cursor.show()
        ends = (
            _end_text(figure.x, figure.x_ids, column, x),
            _end_text(figure.y, figure.y_ids, row, y),
        )
        value = value_text(figure.values[row][column], figure.value.unit)
        return "   ".join((*ends, f"{axis_text(figure.value._replace(unit=''))} {value}"))

    def _rect(self) -> QRectF:
        """Return the plane as it is drawn, half a value beyond the middles of the outer ones; named sides count."""
        assert self._figure is not None
        rows, columns = self._values.shape
        left, width = _side(self._figure.x, self._figure.extent[:2], columns, named=bool(self._figure.x_ids))
        foot, height = _side(self._figure.y, self._figure.extent[2:], rows, named=bool(self._figure.y_ids))
        return QRectF(left, foot, width, height)

    def _place(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return where points given as columns and rows of the values stand."""
        rect, (rows, columns) = self._rect(), self._values.shape
        return (
            rect.left() + (x + 0.5) * rect.width() / columns,
            rect.top() + (y + 0.5) * rect.height() / rows,
        )

    def _show_contours(self, figure: MapFigure) -> None:
        levels = drawn(figure.contours, figure.value) if figure.contours else np.empty(0)
        levels = levels[np.isfinite(levels)]
        segments = np.concatenate([np.empty((0, 2, 2)), *(contour_segments(self._values, level) for level in levels)])
        x, y = self._place(segments[..., 0].ravel(), segments[..., 1].ravel())
        self._contours.setData(x, y)
        inside = levels[(levels > self._bounds[0]) & (levels < self._bounds[1])]
        self._bar_levels.setData(np.tile((0.0, 1.0), len(inside)), np.repeat(inside, 2))

    def _show_spots(self, figure: MapFigure) -> None:
        spots = np.array(figure.marks, np.float64).reshape(-1, 2)
        x, y = drawn(spots[:, 0], figure.x), drawn(spots[:, 1], figure.y)
        there = np.isfinite(x) & np.isfinite(y)
        self._spots.setData(x[there], y[there])

    def _color_bar(self) -> pg.PlotItem:
        """Add the bar of colours with its scale at the right."""
        plot = self._added_plot(1, {"right": self._scale})
        plot.hideAxis("left")
        foot = plot.getAxis("bottom")  # as high as that of the plane, and empty
        foot.setHeight(FOOT_PX)
        foot.setStyle(showValues=False, tickLength=0)
        foot.setPen(None)
        plot.showAxis("right")
        plot.setMouseEnabled(x=False, y=False)
        self._bar_image = pg.ImageItem(axisOrder="row-major")
        self._bar_levels = pg.PlotDataItem(connect="pairs")
        for item in (self._bar_image, self._bar_levels):
            plot.addItem(item, ignoreBounds=True)
        self._scale.setWidth(_SCALE_PX)
        plot.setFixedWidth(_BAR_PX + _SCALE_PX)
        for item in (self.plot, plot):
            self.ci.layout.setAlignment(item, Qt.AlignmentFlag.AlignTop)
        self.ci.addLayout(row=0, col=2)  # takes the room that a square leaves
        self.ci.layout.setColumnStretchFactor(0, 1000)  # and none that the plane can have
        return plot

    def _axes(self) -> tuple[FigureAxis, ...]:
        return (*super()._axes(), self._scale) if hasattr(self, "_scale") else super()._axes()

    def _fit_square(self) -> None:
        """Give a square figure as much width as height, and no more than there is of both."""
        assert self._figure is not None
        left, right = self.upward.minimumWidth(), _BAR_PX + _SCALE_PX + BEYOND_PX + 6
        side = max(min(self.height() - FOOT_PX - _ABOVE_PX, self.width() - left - right), _LEAST_SIDE_PX)
        width, height = (side + left, side + FOOT_PX) if self._figure.square else (_UNLIMITED, _UNLIMITED)
        self.plot.setMaximumSize(width, height)
        self._bar_plot.setMaximumHeight(height)

    def _widest(self, names: tuple[str, ...]) -> float:
        from PySide6.QtGui import QFontMetricsF

        metrics = QFontMetricsF(number_font(self.font().pointSizeF() * 0.9))
        return max(metrics.horizontalAdvance(name) for name in names)


def _bounds(values: FloatArray, figure: MapFigure) -> tuple[float, float]:
    """Return the ends of the scale: the figure's own, those of the values as drawn, or as far below 0 as above."""
    if figure.limits is not None:
        low, high = drawn(figure.limits, figure.value).tolist()
        return low, high
    diverging = figure.colors == "diverging"
    found = values[np.isfinite(values)]
    if not len(found):
        return (-1.0, 1.0) if diverging else (0.0, 1.0)
    low, high = float(found.min()), float(found.max())
    if diverging:
        high = max(abs(low), abs(high)) or 1.0
        return -high, high
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _rgba(values: FloatArray, bounds: tuple[float, float], table: np.ndarray) -> np.ndarray:
    """Return red, green, blue and opacity [rows, columns, 4] of values; what is not finite cannot be seen."""
    packed = colored(values.astype(np.float32), bounds, table, 0)
    channels = [(packed >> np.uint32(shift)) & np.uint32(255) for shift in (16, 8, 0, 24)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _side(axis: Axis, ends: tuple[float, ...], count: int, *, named: bool) -> tuple[float, float]:
    """Return where a side of the image begins and how long it is."""
    first, last = (0.0, count - 1.0) if named else (float(end) for end in drawn(ends, axis))
    if count < 2 or not math.isfinite(last - first) or first == last:
        first, last = (0.0, count - 1.0) if not math.isfinite(first) else (first, first + max(count - 1, 0))
    step = (last - first) / (count - 1) if count > 1 else 1.0
    return first - step / 2, step * max(count, 1)


def _end_text(axis: Axis, ids: tuple[str, ...], place: int, drawn_at: float) -> str:
    if ids:
        return ids[place]
    value = 10.0**drawn_at if axis.logarithmic else drawn_at
    return f"{axis_text(axis._replace(unit=''))} {value_text(value, axis.unit)}"
