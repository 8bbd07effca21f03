"""Above the level of layers, what is drawn is the quotient of the graph by its boxes: every preset, every level."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset_names
from resnet_core.drawing.block_runs import blocks_of
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, DepthAxis
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, Box, Drawing, Level, Polyline, edge_id
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.structure import BLOCK_FROM_PX, STAGE_FROM_PX
from tests.drawing.drawn import TRICKY, axis_of, strip
from tests.strategies import architectures, examples

HEIGHT = 128.0
SCALES: tuple[tuple[Level, float], ...] = (("stage", 3.0), ("stage", BLOCK_FROM_PX), ("block", BLOCK_FROM_PX + 1))
"""Far and near; the network level has a scale of its own."""


def boxes_of(drawing: Drawing) -> dict[str, Box]:
    """What stands on the main path, by its id."""
    found = list(drawing.of_role("stem", "head", "block", "run", "stage"))
    assert max(Counter(item.id for item in found).values()) == 1
    return {item.id: item.box for item in found}


def box_of_each_node(graph: Graph, boxes: dict[str, Box]) -> dict[str, str]:
    """The id of the box that stands for each node; each is in exactly one."""
    box_of_block: dict[str, str] = {}
    for id in boxes:
        for number in blocks_of(graph, id):
            assert graph.blocks[number].id not in box_of_block
            box_of_block[graph.blocks[number].id] = id
    assert box_of_block.keys() == graph.block_by_id.keys()
    return {node.id: box_of_block.get(node.block, STEM_ID if node.stage == "stem" else HEAD_ID) for node in graph.nodes}


def check_main_path(graph: Graph, drawing: Drawing, placement: Placement) -> None:
    """One line for each pair of boxes that edges lead between, from the one's side to the other's."""
    boxes = boxes_of(drawing)
    box_of = box_of_each_node(graph, boxes)
    wanted = {(box_of[edge.source], box_of[edge.target]) for edge in graph.edges}
    lines = [item for item in drawing.of_role("main_line") if isinstance(item, Polyline)]
    assert Counter(line.id for line in lines) == Counter(edge_id(*ends) for ends in wanted if ends[0] != ends[1])
    ends_of = {edge_id(*ends): ends for ends in wanted}
    for line in lines:
        source, target = ends_of[line.id]
        (start, y), (stop, last_y) = line.points
        assert y == last_y == placement.main_y
        assert abs(start - boxes[source].right) < 1e-6 and abs(stop - boxes[target].left) < 1e-6, line


def check_shortcuts(axis: DepthAxis, drawing: Drawing, placement: Placement) -> None:
    """Each block's shortcut is drawn once, alone or by an arch for several, over the block, to the main path."""
    blocks, boxes = axis.graph.blocks, boxes_of(drawing)
    box_of = {number: boxes[id] for id in boxes for number in blocks_of(axis.graph, id)}
    seen: list[int] = []
    for item in drawing.items:
        if isinstance(item, Arch):
            numbers = blocks_of(axis.graph, item.id)
            seen += numbers
            assert {SHORTCUT_ROLES[blocks[number].plan.shortcut] for number in numbers} == {item.role}
            over = Box(box_of[numbers[0]].left, 0, box_of[numbers[-1]].right, 0)
            assert over.left - 7 <= item.x0 < item.x1 <= over.right + 7
            assert item.part == "whole" and item.base == placement.main_y
            assert item.box.top < boxes[STEM_ID].top
    assert sorted(seen) == [number for number, block in enumerate(blocks) if block.plan.shortcut != "none"]


def check_quotients(axis: DepthAxis) -> None:
    network = ("network", 0.99 * STAGE_FROM_PX / axis.widest_stage)
    for level, scale in (network, *SCALES):
        placement, drawing = strip(axis, level, scale, axis.length * scale, HEIGHT)
        check_main_path(axis.graph, drawing, placement)
        check_shortcuts(axis, drawing, placement)
        if level == "network":
            assert sorted(boxes_of(drawing)) == sorted([STEM_ID, *(stage.id for stage in axis.graph.stages), HEAD_ID])
        elif level == "block":
            assert boxes_of(drawing).keys() >= axis.graph.block_by_id.keys()


@pytest.mark.parametrize("name", [*TRICKY, *preset_names()])
def test_that_every_edge_between_boxes_and_every_shortcut_is_drawn_once(name: str) -> None:
    check_quotients(axis_of(name))


@settings(max_examples=examples(25))
@given(architectures())
def test_that_every_edge_between_boxes_of_any_network_is_drawn_once(config: ArchitectureConfig) -> None:
    check_quotients(DepthAxis(build_graph(config)))


@pytest.mark.parametrize("level", ["stage", "block"])
def test_that_a_part_of_the_main_path_leads_in_from_and_out_to_what_is_not_shown(level: Level) -> None:
    axis = axis_of("ResNet-152")
    placement, drawing = strip(axis, level, 9.0, 8 * 9.0 - 0.01, HEIGHT, first=axis.blocks[3].start + 1e-9)
    lines = [item for item in drawing.of_role("main_line") if isinstance(item, Polyline)]
    boxes = [id for _, id in sorted((box.left, id) for id, box in boxes_of(drawing).items())]
    assert boxes[0] == "layer2.0"
    assert lines[0].id == edge_id("layer1.2", boxes[0])
    assert lines[-1].id == edge_id(boxes[-1], "layer3.0")
    assert lines[-1].points[-1][0] == placement.x(placement.last)


def test_that_a_run_says_how_many_it_stands_for_and_what_differs_stands_apart() -> None:
    axis = axis_of("ResNet-152")
    _, drawing = strip(axis, "stage", 9.0, axis.length * 9.0, HEIGHT)
    runs = [item.id for item in drawing.of_role("run")]
    assert runs == ["layer1.1..layer1.2", "layer2.1..layer2.7", "layer3.1..layer3.35", "layer4.1..layer4.2"]
    assert {item.id for item in drawing.of_role("block")} == {f"layer{number}.0" for number in range(1, 5)}
    said = {item.id: item.text for item in drawing.of_role("label")}  # type: ignore[union-attr]
    assert said["layer3.1..layer3.35"].startswith("35 × Bottleneck")
    assert len([item for item in drawing.items if isinstance(item, Arch)]) > 20


def test_that_an_override_stands_apart_in_its_run_where_there_are_pixels_for_it() -> None:
    axis = axis_of("CBAM in one block")
    _, near = strip(axis, "stage", 9.0, axis.length * 9.0, HEIGHT)
    assert "layer2.1" in boxes_of(near)
    _, far = strip(axis, "stage", 3.0, axis.length * 3.0, HEIGHT)
    assert "layer2" in boxes_of(far)


def test_that_a_choice_of_a_run_or_a_stage_resolves_to_a_block() -> None:
    axis = axis_of("ResNet-152")
    run = "layer3.1..layer3.35"
    assert axis.block_under(run) == "layer3.1"
    assert axis.block_under(run, axis.blocks[30].middle) == axis.graph.blocks[30].id
    assert axis.block_under(run, axis.length) == "layer3.35"
    assert axis.block_under("layer2") == "layer2.0"
    assert axis.block_under("layer2.3.conv1") == "layer2.3"
    assert axis.block_under("stem") is axis.block_under("nothing..such") is None
    stretch = axis.stretch_of(run)
    assert stretch is not None and stretch.width == pytest.approx(35)
    assert axis.stretch_of("layer2.3") == axis.span_of("layer2.3")
