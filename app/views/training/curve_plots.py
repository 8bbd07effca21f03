"""Draws loss and accuracy of several runs with pyqtgraph, one step axis under both, and what clips and scales."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor

from app.services.theme import ThemeColors
from app.state.runs_state import Curve, ShownRun
from app.views.training.run_legend import run_color

_PALE, _FULL = 110, 255
_LOSS, _ACCURACY, _NORM, _SCALE = "loss", "accuracy", "norm", "scale"
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "train_loss": _LOSS,
        "test_loss": _LOSS,
        "train_accuracy": _ACCURACY,
        "test_accuracy": _ACCURACY,
        "gradient_norm": _NORM,
        "clipped_gradient_norm": _NORM,
        "loss_scale": _SCALE,
    }
)
"""Which plot a curve is in; others are not drawn."""
_IN_FULL_INK = frozenset({"test_loss", "test_accuracy", "clipped_gradient_norm", "loss_scale"})
_SOMETIMES = (_NORM, _SCALE)
"""Plots that are there where a shown run has such curves: one that clips or scales its gradients."""


class CurvePlots(pg.GraphicsLayoutWidget):
    """Loss above, accuracy below: train pale, test in full ink, a dot an evaluation; `step_dragged` tells a step.

    Under them, where a run has it, the norm of all gradients, before clipping pale and after it in full ink, and the
    scale of the loss, both as logarithms.
    """

    step_dragged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curve_plots")
        self._colors: ThemeColors | None = None
        self._curves: dict[tuple[str, str], pg.PlotDataItem] = {}
        self._plots = {kind: self._new_plot(row, kind) for row, kind in enumerate((_LOSS, _ACCURACY))}
        self._cursors: dict[str, pg.InfiniteLine] = {}
        self._plots[_ACCURACY].setXLink(self._plots[_LOSS])
        self._plots[_ACCURACY].setLabel("left", self.tr("accuracy"))
        self._plots[_ACCURACY].setYRange(0.0, 1.0, padding=0.03)
        for kind, plot in self._plots.items():
            self._cursors[kind] = self._new_cursor(plot)
        self._label_steps()
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
        for kind in self._plots:
            self._color(kind, colors)

    def _color(self, kind: str, colors: ThemeColors) -> None:
        for side in ("left", "bottom"):
            axis = self._plots[kind].getAxis(side)
            axis.setPen(pg.mkPen(colors.hairline))
            axis.setTextPen(pg.mkPen(colors.muted))
        self._cursors[kind].setPen(pg.mkPen(colors.accent))
        self._cursors[kind].setHoverPen(pg.mkPen(colors.text))

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
            self._plots[_KINDS[key[1]]].removeItem(item)
        self._show_plots({_KINDS[name] for run in shown for name in run.curves if name in _KINDS})
        for position, run in enumerate(shown):
            for name in _KINDS:
                self._draw(run, name, position, run.key == current)
        self._last_step = max(
            (int(run.curves["train_loss"].steps[-1]) for run in shown if _has_points(run)), default=0
        )
        self._fit_loss(shown)
        self._show_whole_axis(max((run.summary.total_steps or 0 for run in shown), default=0))

    def _show_plots(self, wanted: set[str]) -> None:
        """Add the plots that some run needs, and take away those that none needs any more."""
        changed = False
        for row, kind in enumerate(_SOMETIMES, start=2):
            if (kind in wanted) == (kind in self._plots):
                continue
            changed = True
            if kind in wanted:
                self._add_plot(row, kind)
            else:
                plot = self._plots.pop(kind)
                del self._cursors[kind]
                plot.setXLink(None)
                self.removeItem(plot)
        if changed:
            for row, kind in enumerate((_LOSS, _ACCURACY, *_SOMETIMES)):
                share = 3 if row < 2 else 2
                self.ci.layout.setRowStretchFactor(row, share if kind in self._plots else 0)
            self._label_steps()

    def _add_plot(self, row: int, kind: str) -> None:
        plot = self._plots[kind] = self._new_plot(row, kind)
        plot.setLabel("left", {_NORM: self.tr("log₁₀ ‖g‖"), _SCALE: self.tr("log₂ scale")}[kind])
        plot.setToolTip(
            {
                _NORM: self.tr("Gradient norm: L2 over all parameters, before clipping pale, after it in full ink"),
                _SCALE: self.tr("Loss scale: what float16 multiplies the loss by; halved where a step was skipped"),
            }[kind]
        )
        plot.setXLink(self._plots[_LOSS])
        self._cursors[kind] = self._new_cursor(plot)
        if self._colors is not None:
            self._color(kind, self._colors)

    def _label_steps(self) -> None:
        """Write under the lowest plot alone what the axis counts; where there are many, the numbers too."""
        lowest, many = self.plot_kinds()[-1], len(self._plots) > 2
        for kind, plot in self._plots.items():
            axis = plot.getAxis("bottom")
            axis.setStyle(showValues=kind == lowest or not many)
            axis.setLabel(self.tr("step") if kind == lowest else None)
            axis.showLabel(kind == lowest)
        self._plots[_LOSS].setLabel("left", self.tr("loss") if many else self.tr("loss (cross-entropy)"))

    def plot_kinds(self) -> tuple[str, ...]:
        """Return which plots there are, from top to bottom."""
        return tuple(kind for kind in (_LOSS, _ACCURACY, *_SOMETIMES) if kind in self._plots)

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
        full = name in _IN_FULL_INK
        color.setAlpha(_FULL if full else _PALE)
        item.setPen(pg.mkPen(color))
        if name.startswith("test"):
            item.setSymbolBrush(color)
        item.setZValue((2 if full else 0) + (1 if current else 0))
        item.setData(curve.steps, _drawn(curve, _KINDS[name]))

    def _new_curve(self, name: str) -> pg.PlotDataItem:
        symbol = {"symbol": "o", "symbolSize": 5, "symbolPen": None} if name.startswith("test") else {}
        item = pg.PlotDataItem(connect="finite", autoDownsample=True, clipToView=True, **symbol)
        self._plots[_KINDS[name]].addItem(item)
        return item

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


def _drawn(curve: Curve, kind: str) -> np.ndarray:
    """Return the values as the plot `kind` shows them, infinities as gaps: a diverged run stays readable."""
    values = np.where(np.isfinite(curve.values), curve.values, np.nan)
    if kind not in _SOMETIMES:
        return values
    logarithm = np.log10 if kind == _NORM else np.log2
    return logarithm(np.where(values > 0, values, np.nan))
