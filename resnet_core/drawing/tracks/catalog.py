"""Makes the tracks of the Atlas from what they show: a network and its counts, a reference, a run, measured times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.tracks.empty_track import EmptyTrack
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.drawing.tracks.gradient_norm_track import GradientNormTrack
from resnet_core.drawing.tracks.quantities import QUANTITIES, latency_quantity
from resnet_core.drawing.tracks.quantity import Quantity
from resnet_core.drawing.tracks.quantity_track import QuantityTrack
from resnet_core.drawing.tracks.shape_track import ShapeTrack
from resnet_core.drawing.tracks.structure_track import StructureTrack
from resnet_core.drawing.tracks.track import Track


class MeasuredTimes(NamedTuple):
    """Seconds of the forward pass by layer id, and where they were measured: "cpu, batch 1"."""

    layers_s: Mapping[str, float]
    about: str


class Counted(NamedTuple):
    """A network with its counts and, where somebody measured them, its times."""

    graph: Graph
    report: CostReport
    times: MeasuredTimes | None = None


class TrackSources(NamedTuple):
    """What tracks show: a network, the reference it is compared with, and the run of the network."""

    shown: Counted
    flow: FlowData
    reference: Counted | None = None


def make_track(key: str, sources: TrackSources) -> Track:
    """Return the track of that key. Raises KeyError."""
    shown, flow = sources.shown, sources.flow
    if key == "structure":
        return StructureTrack(frozenset(block.plan.shortcut for block in shown.graph.blocks) - {"none"})
    if key == "shape":
        return ShapeTrack()
    if key == "gradient_norm":
        return GradientNormTrack(flow)
    if key == "gradient_history":
        return GradientHistoryTrack(flow)
    quantity = _quantity(key, shown)
    if quantity is None:
        return EmptyTrack(key, N_("Atlas", "Not measured yet. Run › Measure latency times every layer."))
    return QuantityTrack(quantity, _quantity(key, sources.reference) if sources.reference is not None else None)


def _quantity(key: str, counted: Counted) -> Quantity | None:
    if key != "latency":
        return QUANTITIES[key](counted.graph, counted.report)
    times = counted.times
    return latency_quantity(counted.graph, times.layers_s, times.about) if times is not None else None
