"""Makes the tracks of the Atlas from what they show: a network and its counts, a reference, a run, measured times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.tracks.block_profiles import (
    ParameterGradientTrack,
    SignalVarianceTrack,
    UpdateRatioTrack,
)
from resnet_core.drawing.tracks.empty_track import EmptyTrack
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import has_shortcut
from resnet_core.drawing.tracks.fork_profiles import skip_branch_track
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.drawing.tracks.gradient_norm_track import GradientNormTrack, norm_key
from resnet_core.drawing.tracks.lesion_track import BlockWorth, LesionTrack
from resnet_core.drawing.tracks.quantities import QUANTITIES, latency_quantity
from resnet_core.drawing.tracks.quantity import Quantity
from resnet_core.drawing.tracks.quantity_track import QuantityTrack
from resnet_core.drawing.tracks.shape_track import ShapeTrack
from resnet_core.drawing.tracks.signal_profiles import BranchStreamTrack, DeadUnitsTrack, NormDriftTrack
from resnet_core.drawing.tracks.structure_flow_track import StructureFlowTrack
from resnet_core.drawing.tracks.structure_track import StructureTrack
from resnet_core.drawing.tracks.track import Track

FLOW_TRACKS = frozenset({
    "gradient_norm", "skip_branch", "parameter_gradient", "update_ratio", "signal_variance", "branch_stream",
    "dead_units", "norm_drift", "gradient_history",
})  # fmt: skip
"""The keys of the tracks that show a run."""


_OF_RUNS: Mapping[str, Callable[[FlowData], Track]] = MappingProxyType({
    "parameter_gradient": ParameterGradientTrack,
    "update_ratio": UpdateRatioTrack,
    "dead_units": DeadUnitsTrack,
    "norm_drift": NormDriftTrack,
})  # fmt: skip
"""The tracks that need nothing but the run."""


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
    """What tracks show: a network, the reference it is compared with, and the run of the network.

    `variants` holds by key which of its variants a track shows, where it is not the first; `worth` is what
    a lesion study found of the run.
    """

    shown: Counted
    flow: FlowData
    reference: Counted | None = None
    variants: Mapping[str, str] = MappingProxyType({})
    worth: BlockWorth | None = None


def make_track(key: str, sources: TrackSources) -> Track:
    """Return the track of that key. Raises KeyError."""
    shown = sources.shown
    if key == "structure":
        return _structure_track(sources)
    if key == "shape":
        return ShapeTrack()
    if key in FLOW_TRACKS:
        return _flow_track(key, sources)
    if key == "lesion":
        return _lesion_track(sources.worth)
    quantity = _quantity(key, shown)
    if quantity is None:
        return EmptyTrack(key, N_("Atlas", "Not measured yet. Run › Measure latency times every layer."))
    return QuantityTrack(quantity, _quantity(key, sources.reference) if sources.reference is not None else None)


def _lesion_track(worth: BlockWorth | None) -> Track:
    if worth is not None:
        return LesionTrack(worth)
    note = N_("Atlas", "Not studied yet. Run › Study › Blocks removed tests a run without each block.")
    return EmptyTrack("lesion", note)


def _structure_track(sources: TrackSources) -> Track:
    shortcuts = frozenset(block.plan.shortcut for block in sources.shown.graph.blocks) - {"none"}
    if sources.variants.get("structure") == "gradient":
        return StructureFlowTrack(shortcuts, sources.flow, norm_key(sources.variants.get("gradient_norm", "")))
    return StructureTrack(shortcuts)


def _flow_track(key: str, sources: TrackSources) -> Track:
    graph, flow, variants = sources.shown.graph, sources.flow, sources.variants
    norm = variants.get("gradient_norm", "")
    if key == "gradient_norm":
        return GradientNormTrack(flow, graph, norm)
    if key == "gradient_history":
        return GradientHistoryTrack(flow, variants.get(key, ""), norm)
    if key in _OF_RUNS:
        return _OF_RUNS[key](flow)
    if key == "branch_stream":
        return BranchStreamTrack(flow, graph)
    if key == "skip_branch":
        return skip_branch_track(flow, graph, variants.get(key, ""))
    return SignalVarianceTrack(flow, has_branches=bool(has_shortcut(graph).any()))


def _quantity(key: str, counted: Counted) -> Quantity | None:
    if key != "latency":
        return QUANTITIES[key](counted.graph, counted.report)
    times = counted.times
    return latency_quantity(counted.graph, times.layers_s, times.about) if times is not None else None
