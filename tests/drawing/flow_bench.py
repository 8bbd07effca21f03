"""Makes the tracks of a run for a frame of round numbers, and finds what they draw."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Item, Text, flat
from resnet_core.drawing.tracks.catalog import Counted, TrackSources, make_track
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.run_flow import RunFlow
from resnet_core.drawing.tracks.track import Track, TrackFrame


@lru_cache
def counted(name: str) -> Counted:
    graph = build_graph(preset(name))
    return Counted(graph, cost_report(graph))


def flow(run: RunFlow | None, step: int | None = None) -> FlowData:
    data = FlowData()
    data.set_run(run)
    data.set_step(step)
    return data


def track(key: str, name: str, data: FlowData, **variants: str) -> Track:
    return make_track(key, TrackSources(counted(name), data, None, variants))


def frame(graph: Graph, height: float = 100.0, width: float = 900.0) -> TrackFrame:
    view = DepthView.fitted(DepthAxis(graph), 100.0, width)
    return TrackFrame(view, Box(100.0, 10.0, 100.0 + width, 10.0 + height), Box(0.0, 10.0, 100.0, 10.0 + height))


def of_role(items: Iterable[Item], *roles: str) -> list[Item]:
    return [item for item in flat(items) if item.role in roles]


def words(items: Iterable[Item]) -> str:
    return " ".join(item.text for item in flat(items) if isinstance(item, Text))
