"""Draws the gradient norm at every block boundary at one step, and says how it grows or fades towards the input."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from resnet_core.analysis.flow_alerts import alerts_in
from resnet_core.analysis.flow_verdict import FlowVerdict, flow_verdict, verdict_sentences
from resnet_core.analysis.gradient_profile import MEAN_FIELD_GROWTH, branch_layers
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Item, Polyline, Role
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.flow_words import alert_words
from resnet_core.drawing.tracks.growth_guides import GrowthGuide, guide_items
from resnet_core.drawing.tracks.profile_track import ProfileLine, ProfileTrack
from resnet_core.drawing.tracks.track import TrackFrame, Variant
from resnet_core.number_text import decimal, exact

NORM_VARIANTS = (Variant("l2", N_("Atlas", "L2 norm")), Variant("rms", N_("Atlas", "Root mean square")))
GUIDES = (GrowthGuide(1.0, "r = 1"), GrowthGuide(MEAN_FIELD_GROWTH, "r = 1.467"))
"""No growth, and that of wide plain networks with BatchNorm and ReLU (Yang et al. 2019, arXiv 1902.08129)."""

_MARK_PX = 4.0


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
        growth, batch = self.verdict().growth, self._data.run.batch_size if self._data.run is not None else 0
        lines = [step]
        if growth is not None:
            lines.append(say("Atlas", N_("Atlas", "r = %1 a layer")).replace("%1", decimal(growth, 3)))
        known = say("Atlas", N_("Atlas", "mean loss, batch %1")).replace("%1", exact(batch))
        lines.append(known if batch else say("Atlas", N_("Atlas", "mean loss")))
        return "\n".join((*lines, say("Atlas", N_("Atlas", "train mode"))))

    def headline(self, say: Say) -> tuple[Role, str]:
        """Return in plain words how the gradient grows or fades on its way back in this run."""
        told, _ = self.sentences(say)
        return ("note" if self.verdict().kind == "healthy" else "alert_note"), told

    def verdict(self) -> FlowVerdict:
        """Return what the norms at the step that is looked at say."""
        norms = self._data.values_at(self._norm, self._data.row)
        return flow_verdict(norms, self._layers, normalized=self._graph.config.norm.kind != "none")

    def sentences(self, say: Say) -> tuple[str, str]:
        """Return what happens at the step that is looked at, and what that means."""
        places = (*(block.id for block in self._graph.blocks), self._graph.blocks[-1].output_id)
        return verdict_sentences(self.verdict(), places, say)

    def verdict_words(self, say: Say) -> tuple[str, ...]:
        """Return what happens at the step that is looked at, and what that means; nothing without a run."""
        return self.sentences(say) if self.has_rows else ()

    def reference_items(self, plot: TrackFrame, decades: Decades) -> Iterator[Item]:
        """Yield where the gradient would be if it grew at the rates of `GUIDES`."""
        last = FLOW_QUANTITIES[self._norm].drawn(self._data.values_at(self._norm, self._data.row)[-1:])
        for guide in GUIDES:
            yield from guide_items(plot, decades, float(last[0]), guide)

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
                yield alert_mark(x, plot.rect.top + 2 * _MARK_PX, columns[alert.boundary].id, words)

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the norm at the boundary at `x`, and what is wrong there; on the sentence above, what it means."""
        words, data = super().value_at(frame, x, y), self._data
        if not words:
            return ""
        if frame.rect.top <= y < self.plot(frame).rect.top:
            return ". ".join(self.sentences(frame.say))
        columns = FLOW_QUANTITIES[self._norm].columns(frame.view.axis)
        alerts = (
            alert_words(data, alert, frame.view.axis, frame.say)
            for alert in alerts_in(data.values_at(self._norm, data.row)[None], data.row)
            if columns[alert.boundary].start <= frame.view.depth(x) < columns[alert.boundary].stop
        )
        return "; ".join((words, *alerts))

    @cached_property
    def _layers(self) -> int:
        return branch_layers(self._graph)


def alert_mark(x: float, y: float, id: str, words: str) -> Polyline:
    """Return a triangle that points down at (x, y)."""
    points = ((x - _MARK_PX, y - 2 * _MARK_PX), (x + _MARK_PX, y - 2 * _MARK_PX), (x, y))
    return Polyline(id, "alert_mark", points, True, words)
