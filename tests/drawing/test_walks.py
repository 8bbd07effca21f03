"""One step along the edges: each leads where an edge of the graph leads, and every layer can be reached."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.walks import Direction, column_step, edges_from, edges_into, layer_step, way_of

NETWORKS = ("ResNet-50", "ResNet-56", "Plain-34", "SE-ResNet-50", "ResNet-v2-50", "ResNet-50-D")
STEPS: tuple[Direction, ...] = ("left", "right", "up", "down")


@cache
def graph_of(name: str) -> Graph:
    return build_graph(preset(name))


def walked(name: str, start: str, *steps: Direction) -> str:
    for step in steps:
        start = layer_step(graph_of(name), start, step)
    return start


def columns_walked(name: str, start: str, *steps: Direction) -> str:
    axis = DepthAxis(graph_of(name))
    for step in steps:
        start = column_step(axis, start, step)
    return start


def test_that_right_and_left_follow_the_main_path_through_a_fork_and_an_addition() -> None:
    path = ["layer1.2.relu3"]
    while path[-1] != "layer2.1.conv1":
        path.append(walked("ResNet-50", path[-1], "right"))
    assert path[1:3] == ["layer2.0.conv1", "layer2.0.bn1"]
    assert path[-3:] == ["layer2.0.add", "layer2.0.relu3", "layer2.1.conv1"]
    assert not any("downsample" in id for id in path)
    for before, after in pairwise(path):
        assert walked("ResNet-50", after, "left") == before


def test_that_up_takes_the_shortcuts_road_at_a_fork_and_at_an_addition() -> None:
    assert walked("ResNet-50", "layer1.2.relu3", "up") == "layer2.0.downsample.0"
    assert walked("ResNet-50", "layer2.0.downsample.0", "right", "right") == "layer2.0.add"
    assert walked("ResNet-50", "layer2.0.add", "up") == "layer2.0.downsample.1"
    assert walked("ResNet-50", "layer2.0.relu3", "up") == "layer2.1.add"
    assert walked("ResNet-50", "layer2.1.add", "up") == "layer2.0.relu3"


def test_that_down_takes_the_branch_beside_a_shortcut_and_the_gate_that_hangs_below() -> None:
    assert walked("ResNet-50", "layer2.0.downsample.1", "down") == "layer2.0.conv1"
    assert walked("ResNet-50", "layer2.0.relu3", "down") == "layer2.1.conv1"
    assert walked("ResNet-50", "layer2.0.add", "down") == "layer2.0.bn3"
    assert walked("SE-ResNet-50", "layer2.0.bn3", "down", "right", "right", "right", "right") == "layer2.0.se.gate"
    assert walked("SE-ResNet-50", "layer2.0.se.gate", "right") == "layer2.0.se.scale"
    assert walked("SE-ResNet-50", "layer2.0.se.scale", "down") == "layer2.0.se.gate"
    assert walked("SE-ResNet-50", "layer2.0.se.fc2", "up") == "layer2.0.bn3"


def test_that_up_leaves_for_the_block_where_no_road_leads_round() -> None:
    assert walked("ResNet-50", "layer2.0.conv2", "up") == "layer2.0"
    assert walked("Plain-34", "layer2.0.relu2", "up") == "layer2.0"


def test_that_the_ends_of_the_network_stay() -> None:
    assert walked("ResNet-50", "input", "left") == "input"
    assert walked("ResNet-50", "output", "right") == "output"
    assert walked("ResNet-50", "layer2.0.conv2", "home") == "input"
    assert walked("ResNet-50", "layer2.0.conv2", "end") == "output"


@pytest.mark.parametrize("name", NETWORKS)
def test_that_every_layer_is_reached_from_the_input_along_its_edges(name: str) -> None:
    graph = graph_of(name)
    seen, waiting = {"input"}, ["input"]
    while waiting:
        here = waiting.pop()
        for step in STEPS:
            reached = layer_step(graph, here, step)
            if reached in graph.node_by_id and reached not in seen:
                seen.add(reached)
                waiting.append(reached)
    assert seen == set(graph.node_by_id)


@pytest.mark.parametrize("name", ["ResNet-50", "SE-ResNet-50"])
def test_that_left_and_right_never_leave_the_edges(name: str) -> None:
    graph = graph_of(name)
    for node in graph.nodes[:60]:
        ahead, back = layer_step(graph, node.id, "right"), layer_step(graph, node.id, "left")
        assert ahead == node.id or ahead in {edge.target for edge in edges_from(graph, node.id)}
        assert back == node.id or back in {edge.source for edge in edges_into(graph, node.id)}


def test_that_columns_are_walked_one_by_one_with_the_stem_and_the_head() -> None:
    assert columns_walked("ResNet-50", "", "right") == "conv1"
    assert columns_walked("ResNet-50", "conv1", "right", "right", "left") == "layer1.0"
    assert columns_walked("ResNet-50", "layer1.0", "end") == "fc"
    assert columns_walked("ResNet-50", "fc", "right", "home", "left") == "conv1"
    assert columns_walked("ResNet-50", "", "left") == "fc"


def test_that_a_block_is_entered_by_its_branch_or_by_its_shortcut() -> None:
    assert columns_walked("ResNet-50", "layer2.0", "down") == "layer2.0.conv1"
    assert columns_walked("ResNet-50", "layer2.0", "up") == "layer2.0.downsample.0"
    assert columns_walked("ResNet-50", "layer2.1", "up") == "layer2.1.add"
    assert columns_walked("Plain-34", "layer2.1", "up") == "layer2.1"


def test_that_a_shortcut_is_known_by_where_it_leaves_and_joins() -> None:
    graph = graph_of("ResNet-50")
    way = way_of(graph, graph.block_by_id["layer2.0"])
    assert way == ("layer1.2.relu3", "layer2.0.add", ("layer2.0.downsample.0", "layer2.0.downsample.1"))
    assert way_of(graph, graph.block_by_id["layer2.1"]) == ("layer2.0.relu3", "layer2.1.add", ())
    plain = graph_of("Plain-34")
    assert way_of(plain, plain.block_by_id["layer2.1"]) == ("", "", ())
