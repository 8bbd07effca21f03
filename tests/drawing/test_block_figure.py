"""Looks at the figure of single blocks: every layer is there, nothing overlaps, nothing leaves the figure."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.architecture.graph import Block, Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset
from resnet_core.drawing.block_figure import FigureRoom, block_figure
from resnet_core.drawing.display_list import Box, Drawing, Polyline, Rectangle, Text
from resnet_core.drawing.styles import STYLES
from resnet_core.drawing.svg import to_svg
from tests.strategies import architectures, examples

ROOM = FigureRoom(230.0, 13.0)


def figure(name: str, block: str, assignments: list[str] | None = None) -> Drawing:
    graph = build_graph(with_assignments(preset(name), assignments or []))
    return block_figure(graph, graph.block_by_id[block], ROOM)


def boxes(drawing: Drawing) -> dict[str, Rectangle]:
    return {item.id: item for item in drawing.items if isinstance(item, Rectangle)}


def assert_clean(graph: Graph, block: Block, room: FigureRoom) -> None:
    drawing = block_figure(graph, block, room)
    whole = Box(0.0, 0.0, drawing.width, drawing.height)
    assert all(whole.contains(item.box) for item in drawing.items), [
        item for item in drawing.items if not whole.contains(item.box)
    ]
    rectangles, texts = list(boxes(drawing).values()), [item for item in drawing.items if isinstance(item, Text)]
    for group in (rectangles, texts):
        for first, second in combinations(group, 2):
            assert not first.box.overlaps(second.box), (first, second)
    nodes = {node.id: node for node in graph.nodes_of(block)}
    left_out = nodes.keys() - boxes(drawing).keys()
    assert all(any(word in id for word in (".se.", ".eca.", ".cbam.")) for id in left_out)
    assert all(item.title for item in rectangles)
    assert all(item.role in STYLES for item in drawing.items)


@pytest.mark.parametrize("width", [180.0, 230.0, 420.0])
@pytest.mark.parametrize(
    "name",
    ["ResNet-50", "ResNet-20", "SE-ResNet-50", "ECA-ResNet-50-D", "ResNetV2-50", "ResNeXt-50-32x4d", "BiT-R50x1"],
)
def test_that_nothing_overlaps_or_leaves_the_figure_when_it_is_a_preset(name: str, width: float) -> None:
    graph = build_graph(preset(name))
    for block in graph.blocks[:5]:
        assert_clean(graph, block, FigureRoom(width, 13.0))


@settings(max_examples=examples(25))
@given(config=architectures(), width=st.floats(200.0, 500.0))
def test_that_nothing_overlaps_or_leaves_the_figure_when_it_is_random(config: ArchitectureConfig, width: float) -> None:
    graph = build_graph(config)
    for block in graph.blocks:
        assert_clean(graph, block, FigureRoom(width, 13.0))


def test_that_a_bottleneck_has_a_waist() -> None:
    shown = boxes(figure("ResNet-50", "layer3.1"))
    widths = [shown[f"layer3.1.conv{number}"].width for number in (1, 2, 3)]
    assert widths[0] == widths[1] < widths[2]


def test_that_the_layers_of_the_branch_stand_in_their_order() -> None:
    graph = build_graph(preset("ResNet-50"))
    block = graph.block_by_id["layer2.0"]
    shown = boxes(block_figure(graph, block, ROOM))
    tops = [shown[node.id].y for node in graph.nodes_of(block) if node.path == "main"]
    assert tops == sorted(tops)
    assert len(set(tops)) == len(tops)


def test_that_the_way_round_leaves_where_its_tensor_is_made() -> None:
    after = figure("ResNetV2-50", "layer2.0")
    (line,) = (item for item in after.items if isinstance(item, Polyline) and item.role == "projection")
    shown = boxes(after)
    activated, first = shown["layer2.0.relu1"], shown["layer2.0.conv1"]
    assert activated.y + activated.height < line.points[0][1] < first.y
    before = figure("ResNet-50", "layer2.0")
    (line,) = (item for item in before.items if isinstance(item, Polyline) and item.role == "projection")
    assert line.points[0][1] < boxes(before)["layer2.0.conv1"].y


def test_that_a_plain_block_has_no_way_round() -> None:
    drawing = figure("Plain-34", "layer2.0")
    assert not list(drawing.of_role("identity", "projection", "zero_pad", "joint"))


def test_that_attention_is_drawn_layer_by_layer_beside_the_branch() -> None:
    drawing = figure("SE-ResNet-50", "layer3.1")
    shown = boxes(drawing)
    assert {"layer3.1.se.pool", "layer3.1.se.fc1", "layer3.1.se.gate", "layer3.1.se.scale"} <= shown.keys()
    (line,) = drawing.of_role("gate")
    assert isinstance(line, Polyline) and line.points[0][0] == line.points[-1][0]


ON_THE_WAY = ["attention.kind=cbam", "attention.placement=identity"]


@pytest.mark.parametrize("block", ["layer3.0", "layer3.1"])
def test_that_an_attention_on_the_way_round_is_drawn_layer_by_layer_between_it_and_the_branch(block: str) -> None:
    graph = build_graph(with_assignments(preset("ResNet-50"), ON_THE_WAY))
    drawing = block_figure(graph, graph.block_by_id[block], FigureRoom(290.0, 13.0))
    shown = boxes(drawing)
    nodes = graph.nodes_of(graph.block_by_id[block])
    assert shown.keys() == {node.id for node in nodes}
    scales = [shown[node.id] for node in nodes if node.kind == "multiply"]
    gates = [shown[node.id] for node in nodes if node.path == "gate"]
    assert len(scales) == len(list(drawing.of_role("gate"))) == 2
    assert max(gate.x + gate.width for gate in gates) < min(scale.x for scale in scales)
    assert min(gate.x for gate in gates) > shown[f"{block}.conv2"].x + shown[f"{block}.conv2"].width


def test_that_an_attention_on_the_way_round_is_one_box_of_its_name_where_there_is_no_room_for_more() -> None:
    graph = build_graph(with_assignments(preset("ResNet-50"), ON_THE_WAY))
    drawing = block_figure(graph, graph.block_by_id["layer3.1"], FigureRoom(150.0, 13.0))
    assert [item.text for item in drawing.items if isinstance(item, Text) and item.role == "gate_label"] == ["CBAM"]


def test_that_the_figure_is_a_drawing_like_any_other() -> None:
    drawing = figure("ResNet-50", "layer2.0")
    assert "3×3 /2" in to_svg(drawing)
    assert drawing.description.startswith("layer2.0: Bottleneck, projection shortcut")
