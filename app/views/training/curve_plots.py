"""Draws loss and accuracy of several runs with pyqtgraph, one step axis under both."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor

from app.services.theme import ThemeColors
from app.state.runs_state import Curve, ShownRun
from app.views.training.run_legend import run_color

_PALE, _FULL = 110, 255
_LOSS, _ACCURACY = "loss", "accuracy"


class CurvePlots(pg.GraphicsLayoutWidget):
    """Loss above, accuracy below: train pale, test in full ink, a dot an evaluation; `step_dragged` tells a step."""

    step_dragged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curve_plots")
        self._colors: ThemeColors | None = None
        self._curves: dict[tuple[str, str], pg.PlotDataItem] = {}
        self._plots = {kind: self._new_plot(row, kind) for row, kind in enumerate((_LOSS, _ACCURACY))}
        self._plots[_ACCURACY].setXLink(self._plots[_LOSS])
        self._plots[_LOSS].setLabel("left", self.tr("loss (cross-entropy)"))
        self._plots[_ACCURACY].setLabel("left", self.tr("accuracy"))
        self._plots[_ACCURACY].setLabel("bottom", self.tr("step"))
        self._plots[_ACCURACY].setYRange(0.0, 1.0, padding=0.03)
        self._cursors = {kind: self._new_cursor(plot) for kind, plot in self._plots.items()}
        self._last_step = 0
        self._total_steps = 0
        self._logarithmic, self._zoomed = False, False
        self._loss_range: tuple[float, float] | None = None
        self._plots[_LOSS].getViewBox().sigRangeChangedManually.connect(self._note_zoom)

    def set_colors(self, colors: ThemeColors) -> None:
        """Take the theme's colours; nothing is done where they are in force already."""
        if colors is self._colors:
            return
        self._colors = colors
        self.setBackground(colors.canvas)
        for plot in self._plots.values():
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(colors.hairline))
                axis.setTextPen(pg.mkPen(colors.muted))
        for cursor in self._cursors.values():
            cursor.setPen(pg.mkPen(colors.accent))
            cursor.setHoverPen(pg.mkPen(colors.text))

    def set_logarithmic_loss(self, on: bool) -> None:
        """Show the loss on a log10 axis or a linear one."""
        if on != self._logarithmic:
            self._logarithmic, self._loss_range, self._zoomed = on, None, False
            self._plots[_LOSS].setLogMode(y=on)
            self._plots[_LOSS].enableAutoRange(axis="y", enable=on)

    def show_runs(self, shown: tuple[ShownRun, ...], current: str) -> None:
        """Show the curves of `shown`; items are reused, and those of runs no longer shown are taken away."""
        wanted = {(run.key, name) for run in shown for name in run.curves}
        for key in [key for key in self._curves if key not in wanted]:
            item = self._curves.pop(key)
            self._plot_of(key[1]).removeItem(item)
        for position, run in enumerate(shown):
            for split in ("train", "test"):
                for kind in (_LOSS, _ACCURACY):
                    self._draw(run, f"{split}_{kind}", position, run.key == current)
        self._last_step = max(
            (int(run.curves["train_loss"].steps[-1]) for run in shown if _has_points(run)), default=0
        )
        self._fit_loss(shown)
        self._show_whole_axis(max((run.summary.total_steps or 0 for run in shown), default=0))

    def _note_zoom(self, *_axes: object) -> None:
        self._zoomed = True

    def _fit_loss(self, shown: tuple[ShownRun, ...]) -> None:
        """Show the losses that training passes through; one exploded evaluation must not flatten all others."""
        found = loss_range(shown)
        if found is None or found == self._loss_range or self._logarithmic or self._zoomed:
            return
        self._loss_range = found
        self._plots[_LOSS].setYRange(*found, padding=0.03)

    def _show_whole_axis(self, total_steps: int) -> None:
        """Make room for every step that is planned: a live curve grows into its axis, and zooming stays as it is."""
        if total_steps and total_steps != self._total_steps:
            self._total_steps = total_steps
            self._plots[_LOSS].setXRange(0, total_steps, padding=0.02)

    def show_step(self, step: int | None) -> None:
        """Put the cursor on `step`, or on the newest step there is."""
        for cursor in self._cursors.values():
            cursor.blockSignals(True)
            cursor.setValue(self._last_step if step is None else step)
            cursor.blockSignals(False)

    def curve_points(self, key: str, name: str) -> int:
        """Return how many points of a run's curve are drawn (0: none)."""
        item = self._curves.get((key, name))
        return 0 if item is None or item.xData is None else len(item.xData)

    def _draw(self, run: ShownRun, name: str, position: int, current: bool) -> None:
        curve = run.curves.get(name)
        if curve is None or self._colors is None:
            return
        item = self._curves.get((run.key, name))
        if item is None:
            item = self._curves[run.key, name] = self._new_curve(name)
        color = QColor(run_color(self._colors, position))
        test = name.startswith("test")
        color.setAlpha(_FULL if test else _PALE)
        item.setPen(pg.mkPen(color))
        if test:
            item.setSymbolBrush(color)
        item.setZValue((2 if test else 0) + (1 if current else 0))
        item.setData(curve.steps, _finite(curve))

    def _new_curve(self, name: str) -> pg.PlotDataItem:
        symbol = {"symbol": "o", "symbolSize": 5, "symbolPen": None} if name.startswith("test") else {}
        item = pg.PlotDataItem(connect="finite", autoDownsample=True, clipToView=True, **symbol)
        self._plot_of(name).addItem(item)
        return item

    def _plot_of(self, name: str) -> pg.PlotItem:
        return self._plots[_LOSS if name.endswith(_LOSS) else _ACCURACY]

    def _new_plot(self, row: int, kind: str) -> pg.PlotItem:
        plot = self.addPlot(row=row, col=0, enableMenu=False)
        # The menu that is not offered exists all the same; as a child it goes when the plots go.
        plot.ctrlMenu.setParent(self, plot.ctrlMenu.windowFlags())
        plot.setObjectName(f"{kind}_plot")
        plot.showGrid(y=True, alpha=0.12)
        plot.getAxis("left").setWidth(64)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.hideButtons()
        return plot

    def _new_cursor(self, plot: pg.PlotItem) -> pg.InfiniteLine:
        cursor = pg.InfiniteLine(angle=90, movable=True)
        cursor.setCursor(Qt.CursorShape.SplitHCursor)
        cursor.sigDragged.connect(
            lambda line: self.step_dragged.emit(max(0, min(self._last_step, round(line.value()))))
        )
        plot.addItem(cursor, ignoreBounds=True)
        return cursor


def loss_range(shown: tuple[ShownRun, ...]) -> tuple[float, float] | None:
    """Return the range that holds nearly all training losses: from the least of any loss to their 99th percentile."""
    training = [run.curves["train_loss"].values for run in shown if _has_points(run)]
    values = np.concatenate(training) if training else np.empty(0)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    tested = [run.curves["test_loss"].values for run in shown if "test_loss" in run.curves]
    every = np.concatenate([values, *(found[np.isfinite(found)] for found in tested)])
    return float(every.min()), float(np.percentile(values, 99.0))


def _has_points(run: ShownRun) -> bool:
    curve = run.curves.get("train_loss")
    return curve is not None and len(curve.steps) > 0


def _finite(curve: Curve) -> np.ndarray:
    """Return the values with infinities as gaps: a diverged run stays readable up to where it broke."""
    return np.where(np.isfinite(curve.values), curve.values, np.nan)
