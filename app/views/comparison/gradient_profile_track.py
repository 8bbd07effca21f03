"""Paints the gradient norms of two runs over depth at one step, on a log10 scale."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP, Track
from app.state.runs_state import ShownRun
from app.views.comparison.aligned_pair import AlignedPair, Side
from app.views.comparison.paired_runs import PairedRuns
from app.views.comparison.side_style import SIDES, curve_pen, side_color
from resnet_core.drawing.depth_axis import BLOCK_WIDTH, DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.number_text import exact, power_of_ten, scientific

translate = QCoreApplication.translate
FloatArray = NDArray[np.float64]
_MOST_DECADES = 12
_DOT_FROM_PX = 9.0


class GradientProfileTrack(Track):
    """The L2 norm of dLoss/dx at every block boundary of both runs: each block stands for its input."""

    key = "gradient_profile"
    height = 84.0
    least_height = 50.0
    live = True

    def __init__(self) -> None:
        self._depths: dict[Side, FloatArray] = {}
        self._norms: dict[Side, FloatArray] = {}
        self._steps: dict[Side, int] = {}
        self._decades = (-1, 0)

    @property
    def norms(self) -> dict[Side, FloatArray]:
        """The norms that are painted, by side."""
        return self._norms

    def set_runs(self, pair: AlignedPair, runs: PairedRuns, step: int | None) -> None:
        """Show the newest capture up to `step` of both runs."""
        self._depths, self._norms, self._steps = {}, {}, {}
        for side in SIDES:
            run = runs.of(side)
            norms = None if run is None else run.norms_at(step)
            axis = pair.axis(side)
            if run is not None and norms is not None and len(norms) == len(axis.blocks) + 1:
                self._depths[side], self._norms[side] = boundary_depths(axis), norms
                self._steps[side] = captured_step(run, step)
        self._decades = _decades(list(self._norms.values()))

    def title(self) -> str:
        """Return the track's name."""
        return translate("Comparison", "Gradient norm")

    def subtitle(self) -> str:
        """Return what is measured, and when."""
        steps = list(dict.fromkeys(self._steps.values()))
        if not steps:
            return translate("Comparison", "‖∂L/∂x‖₂, not captured yet")
        text = " / ".join(exact(step) for step in steps)
        return translate("Comparison", "‖∂L/∂x‖₂ at step {step}").format(step=text)

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint a line a decade and one curve a run."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(style.line("hairline"))
        low, high = self._decades
        stride = _label_stride(rect, style, high - low)
        for decade in range(low, high + 1, stride):
            y = round(self._y(rect, float(decade)))
            painter.drawLine(QLineF(view.left, y, view.right, y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side in SIDES:
            if side in self._norms:
                self._paint_curve(painter, rect, view, style, side)

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
        """Paint the powers of ten."""
        painter.setFont(style.numbers)
        painter.setPen(style.color("muted"))
        line = style.metrics(style.numbers).height()
        low, high = self._decades
        for decade in range(low, high + 1, _label_stride(rect, style, high - low)):
            y = self._y(rect, float(decade))
            place = QRectF(rect.left(), y - line / 2, rect.width() - GUTTER_GAP, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, power_of_ten(decade))

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return both norms at the boundary nearest to `position`."""
        texts = []
        for side in SIDES:
            if side in self._norms:
                nearest = int(np.abs(self._depths[side] - view.depth(position.x())).argmin())
                texts.append(scientific(float(self._norms[side][nearest])))
            else:
                texts.append(translate("Comparison", "no run"))
        return " → ".join(texts) if self._norms else ""

    def _paint_curve(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle, side: Side) -> None:
        painter.setPen(curve_pen(style.colors, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lines = self._lines(rect, view, side)
        for line in lines:
            painter.drawPolyline(line)
        if view.scale >= _DOT_FROM_PX:
            painter.setBrush(QColor(side_color(style.colors, side) if side == "open" else style.colors.canvas))
            for line in lines:
                for place in range(line.size()):
                    painter.drawEllipse(line.at(place), 2.3, 2.3)

    def _lines(self, rect: QRectF, view: DepthView, side: Side) -> list[QPolygonF]:
        """Return the curve in pixels, broken where a norm has no logarithm."""
        lines: list[QPolygonF] = []
        points: list[QPointF] = []
        for depth, norm in zip(self._depths[side].tolist(), self._norms[side].tolist(), strict=True):
            if math.isfinite(norm) and norm > 0:
                points.append(QPointF(view.x(depth), self._y(rect, math.log10(norm))))
            elif points:
                lines.append(QPolygonF(points))
                points = []
        return [*lines, QPolygonF(points)] if points else lines

    def _y(self, rect: QRectF, logarithm: float) -> float:
        low, high = self._decades
        share = (logarithm - low) / (high - low)
        return rect.bottom() - 3 - (rect.height() - 6) * min(max(share, 0.0), 1.0)


def boundary_depths(axis: DepthAxis) -> FloatArray:
    """Return where the N+1 boundaries of N blocks stand: in the middle of each block, and beside the last one."""
    return np.array([*(block.middle for block in axis.blocks), axis.head.start + BLOCK_WIDTH / 2])


def captured_step(run: ShownRun, step: int | None) -> int:
    """Return the step of the capture that `norms_at(step)` gives."""
    if step is None:
        return int(run.gradient_steps[-1])
    return int(run.gradient_steps[max(int(np.searchsorted(run.gradient_steps, step, side="right")) - 1, 0)])


def _decades(norms: list[FloatArray]) -> tuple[int, int]:
    """Return the whole decades that hold every norm, the smallest left out where they would be too many."""
    joined = np.concatenate(norms) if norms else np.empty(0)
    usable = joined[np.isfinite(joined) & (joined > 0)]
    if not len(usable):
        return -1, 0
    low, high = math.floor(np.log10(usable.min())), math.ceil(np.log10(usable.max()))
    return max(low, high - _MOST_DECADES), max(high, low + 1)


def _label_stride(rect: QRectF, style: PaintStyle, decades: int) -> int:
    """Return every how many decades there is room for a number."""
    line = style.metrics(style.numbers).height() * 1.1
    return max(1, math.ceil(decades * line / max(rect.height() - 6, 1.0)))
