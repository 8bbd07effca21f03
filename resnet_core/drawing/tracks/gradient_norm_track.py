"""Draws the gradient norm at every block boundary at one step, and says how it grows or fades towards the input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np

from resnet_core.analysis.flow_alerts import FAR, alerts_in
from resnet_core.analysis.gradient_profile import branch_layers, growth_per_layer
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Item, Polyline, Role
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.flow_words import alert_words
from resnet_core.drawing.tracks.profile_track import ProfileLine, ProfileTrack
from resnet_core.drawing.tracks.track import TrackFrame, Variant
from resnet_core.number_text import decimal, exact, ratio, scientific

NORM_VARIANTS = (Variant("l2", N_("Atlas", "L2 norm")), Variant("rms", N_("Atlas", "Root mean square")))
_LEVEL = 2.0
"""Norms that differ by less than this factor from end to end are called level."""

_MARK_PX = 4.0
_VERDICTS: Mapping[str, str] = MappingProxyType({
    "exploding": N_("Atlas", "Explodes backwards: %1 in all, squared %2 a layer"),
    "growing": N_("Atlas", "Grows towards the input: %1 in all, squared %2 a layer"),
    "level": N_("Atlas", "Level: %1 in all towards the input, squared %2 a layer"),
    "fading": N_("Atlas", "Fades towards the input: %1 in all, squared %2 a layer"),
    "vanishing": N_("Atlas", "Vanishes backwards: %1 in all, squared %2 a layer"),
})  # fmt: skip


def norm_key(variant: str) -> FlowKey:
    """Return which norm a variant of `NORM_VARIANTS` is; the first for an empty text."""
    return "gradient_rms" if variant == "rms" else "gradient_norm"


class GradientNormTrack(ProfileTrack):
    """dLoss/d(block input) along depth at the step that is looked at, as L2 norm or root mean square."""

    key = "gradient_norm"
    variants = NORM_VARIANTS
    has_headline = True

    def __init__(self, data: FlowData, graph: Graph, variant: str = "") -> None:
        self._norm, self._graph = norm_key(variant), graph
        self.variant = "rms" if self._norm == "gradient_rms" else "l2"
        super().__init__(data, (ProfileLine(self._norm),))

    def subtitle(self, say: Say) -> str:
        """Return what is measured at which step, and how fast it grows."""
        symbol = FLOW_QUANTITIES[self._norm].symbol
        if not self.has_rows:
            return symbol
        step = say("Atlas", N_("Atlas", "%1, step %2")).replace("%1", symbol)
        step = step.replace("%2", exact(self._data.shown_step))
        growth = self._growth()
        if growth is None:
            return step
        rate = say("Atlas", N_("Atlas", "r = %1 a layer")).replace("%1", decimal(growth, 3))
        return f"{step}\n{rate}"

    def explanation(self) -> str:
        """Return what healthy looks like."""
        return N_("Atlas", "How strongly the loss depends on the tensor at each block's input. Level lines are "
                  "healthy; a line that falls towards the input vanishes, one that climbs explodes. r = (G_in / G_out)"
                  "^(2 / layers) is the growth of the squared norm a layer: 1 is level, π/(π − 1) = 1.467 is what "
                  "theory expects of plain networks with BatchNorm and ReLU (Yang et al. 2019, arXiv 1902.08129). L2 "
                  "adds up the whole batch, the root mean square is that of one value; the track's menu "
                  "switches.")  # fmt: skip

    def headline(self, say: Say) -> tuple[Role, str]:
        """Return in plain words how the gradient grows or fades on its way back in this run."""
        norms = self._data.values_at(self._norm, self._data.row)
        if not np.isfinite(norms).all():
            (alert,) = (alert for alert in alerts_in(norms[None]) if alert.kind == "not_finite")
            words = N_("Atlas", "No finite number from %1 back to the input: beyond what float32 holds, or NaN")
            return "alert_note", say("Atlas", words).replace("%1", self._place(alert.boundary))
        growth = self._growth()
        if growth is None:
            return "alert_note", say("Atlas", N_("Atlas", "Nothing reaches the input: the gradient there is 0"))
        return _verdict(growth, float(norms[0] / norms[-1]), say)

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the lines, and a mark where a gradient explodes, vanishes or stops being a number."""
        yield from super().items(frame)
        if not self.has_rows:
            return
        data, plot, columns = self._data, self.plot(frame), FLOW_QUANTITIES[self._norm].columns(frame.view.axis)
        for alert in alerts_in(data.values_at(self._norm, data.row)[None], data.row):
            x = frame.view.x(columns[alert.boundary].middle)
            if frame.view.left <= x <= frame.view.right:
                words = alert_words(data, alert, frame.view.axis, frame.say)
                yield alert_mark(x, plot.rect.top + _MARK_PX, columns[alert.boundary].id, words)

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the norm at the boundary at `x`, and what is wrong there."""
        words, data = super().value_at(frame, x, y), self._data
        if not words:
            return ""
        columns = FLOW_QUANTITIES[self._norm].columns(frame.view.axis)
        alerts = (
            alert_words(data, alert, frame.view.axis, frame.say)
            for alert in alerts_in(data.values_at(self._norm, data.row)[None], data.row)
            if columns[alert.boundary].start <= frame.view.depth(x) < columns[alert.boundary].stop
        )
        return "; ".join((words, *alerts))

    def _growth(self) -> float | None:
        norms = self._data.values_at(self._norm, self._data.row)
        return growth_per_layer((float(norms[0]), float(norms[-1])), self._layers)

    @cached_property
    def _layers(self) -> int:
        return branch_layers(self._graph)

    def _place(self, boundary: int) -> str:
        blocks = self._graph.blocks
        return blocks[boundary].id if boundary < len(blocks) else blocks[-1].output_id


def alert_mark(x: float, y: float, id: str, words: str) -> Polyline:
    """Return a triangle that points down at (x, y)."""
    points = ((x - _MARK_PX, y - 2 * _MARK_PX), (x + _MARK_PX, y - 2 * _MARK_PX), (x, y))
    return Polyline(id, "alert_mark", points, True, words)


def _verdict(growth: float, factor: float, say: Say) -> tuple[Role, str]:
    """Return the words for norms that grow `factor` times from the last boundary to the first."""
    kind = "exploding" if factor >= FAR else "vanishing" if factor <= 1 / FAR else "level"
    if kind == "level" and not 1 / _LEVEL < factor < _LEVEL:
        kind = "growing" if factor > 1 else "fading"
    role: Role = "alert_note" if kind in ("exploding", "vanishing") else "note"
    words = _VERDICTS[kind]
    times = ratio(factor) if 1e-3 < factor < 1e5 else f"{scientific(factor)} ×"
    return role, say("Atlas", words).replace("%1", times).replace("%2", ratio(growth))
