"""The display list: nothing overlaps, nothing is missing, shortcuts are told apart."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.drawing.block_runs import runs_of
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.display_list import LEVELS, Arch, Drawing, Level, Polyline, Rectangle, Text
from resnet_core.drawing.structure import level_for, structure_drawing
from resnet_core.drawing.styles import LIGHT_PALETTE, STYLES
from tests.drawing.drawn import BOXES, FAMILIES, TRICKY, drawn, is_very_deep, overlapping, shapes, texts
from tests.strategies import architectures, examples

NAMES = [*TRICKY, *FAMILIES]
PICTURES = [
    (name, level) for name in [*NAMES, "ResNet-1202"] for level in LEVELS if level != "layer" or not is_very_deep(name)
]


def ways(drawing: Drawing) -> list[Arch]:
    """The arches of a drawing, one a shortcut: where layers stand on the way, the one that rises."""
    return [item for item in drawing.items if isinstance(item, Arch) and item.part != "falls"]


@pytest.mark.parametrize(("name", "level"), PICTURES)
def test_that_no_box_and_no_text_overlaps_another_of_its_like(name: str, level: Level) -> None:
    _, drawing = drawn(name, level)
    assert overlapping(texts(drawing)) == []
    assert overlapping(shapes(drawing)) == []


@pytest.mark.parametrize(("name", "level"), PICTURES)
def test_that_everything_stands_inside_the_picture(name: str, level: Level) -> None:
    _, drawing = drawn(name, level)
    for item in drawing.items:
        box = item.box
        assert 0 <= box.left <= box.right <= drawing.width, item
        assert 0 <= box.top <= box.bottom <= drawing.height, item


@pytest.mark.parametrize("name", NAMES)
def test_that_a_text_in_a_box_fits_into_it(name: str) -> None:
    for level in LEVELS:
        _, drawing = drawn(name, level)
        boxes = {item.id: item.box for item in drawing.of_role(*BOXES) if isinstance(item, Rectangle)}
        for item in drawing.items:
            inside = isinstance(item, Text) and item.id in boxes and boxes[item.id].overlaps(item.box)
            if inside and item.role not in ("heading",):
                # A pill's round ends leave a text a pixel of air less than a box does.
                box = boxes[item.id]
                assert box.left - 1 <= item.box.left and item.box.right <= box.right + 1, item


@pytest.mark.parametrize("name", NAMES)
def test_that_each_level_shows_every_id_it_stands_for(name: str) -> None:
    for level in LEVELS:
        graph, drawing = drawn(name, level)
        ids = {item.id for item in drawing.items}
        wanted = {
            "network": {stage.id for stage in graph.stages},
            "stage": {run.id for stage in graph.stages for run in runs_of(graph, stage)},
            "block": {block.id for block in graph.blocks} | {stage.id for stage in graph.stages},
            "layer": {node.id for node in graph.nodes},
        }[level]
        assert wanted <= ids


@pytest.mark.parametrize("name", [*NAMES, "ResNet-1202"])
def test_that_there_is_one_arch_a_shortcut_and_none_in_a_plain_network(name: str) -> None:
    for level in LEVELS:
        if (name, level) not in PICTURES:
            continue
        graph, drawing = drawn(name, level)
        wanted = Counter(block.plan.shortcut for block in graph.blocks if block.plan.shortcut != "none")
        if level in ("block", "layer"):
            assert Counter(item.role for item in ways(drawing)) == wanted
        else:
            assert set(wanted) == {item.role for item in ways(drawing)}


@settings(max_examples=examples(60))
@given(architectures())
def test_that_any_network_is_drawn_whole_and_without_overlap(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    wanted = Counter(block.plan.shortcut for block in graph.blocks if block.plan.shortcut != "none")
    for level in LEVELS:
        drawing = structure_drawing(graph, level)
        assert overlapping(texts(drawing)) == []
        assert overlapping(shapes(drawing)) == []
        if level in ("block", "layer"):
            assert Counter(item.role for item in ways(drawing)) == wanted
        if level == "layer":
            assert {node.id for node in graph.nodes} <= {item.id for item in drawing.items}


def test_that_shortcuts_are_drawn_before_the_blocks() -> None:
    _, drawing = drawn("ResNet-50", "block")
    places = {role: n for n, role in reversed(list(enumerate(item.role for item in drawing.items)))}
    assert places["identity"] < places["main_line"] < places["block"]


def test_that_the_three_shortcuts_differ_by_line_and_by_colour() -> None:
    styles = [STYLES[role] for role in ("identity", "projection", "zero_pad")]
    assert len({style.dash for style in styles}) == 3
    assert len({LIGHT_PALETTE[style.stroke] for style in styles}) == 3


def test_that_a_bottleneck_has_a_waist_and_a_basic_block_has_none() -> None:
    _, wide = drawn("ResNet-50", "block")
    graph, straight = drawn("ResNet-34", "block")
    for item in wide.of_role("block"):
        assert isinstance(item, Polyline)
        if item.id == "layer1.0":
            continue  # It reads as few channels as it computes with.
        heights = [abs(y - (item.box.top + item.box.bottom) / 2) for _, y in item.points[: len(item.points) // 2]]
        assert min(heights[1:-1]) < min(heights[0], heights[-1])
    same = {block.id for block in graph.blocks if block.plan.in_channels == block.plan.out_channels}
    assert all(isinstance(item, Rectangle) == (item.id in same) for item in straight.of_role("block"))


def test_that_a_wide_bottleneck_has_less_of_a_waist() -> None:
    waists = {}
    for name in ("ResNet-50", "WRN-50-2"):
        item = next(item for item in drawn(name, "block")[1].of_role("block") if item.id == "layer3.1")
        assert isinstance(item, Polyline)
        waists[name] = (item.points[6][1] - item.points[1][1]) / (item.points[7][1] - item.points[0][1])
    assert waists["ResNet-50"] < waists["WRN-50-2"] < 1


def test_that_a_block_that_changes_its_channels_is_as_high_as_they_are_on_either_side() -> None:
    _, drawing = drawn("ResNet-34", "block")
    item = next(item for item in drawing.of_role("block") if item.id == "layer2.0")
    assert isinstance(item, Polyline)
    middle = (item.box.top + item.box.bottom) / 2
    ends = [middle - y for x, y in item.points if y < middle and x in (item.box.left, item.box.right)]
    assert ends[0] / ends[1] == pytest.approx((64 / 128) ** 0.5)


def test_that_at_layer_level_the_inner_convolution_of_a_bottleneck_is_lower() -> None:
    _, drawing = drawn("ResNet-50", "layer")
    heights = {item.id: item.height for item in drawing.of_role("conv") if isinstance(item, Rectangle)}
    assert heights["layer1.1.conv2"] < heights["layer1.1.conv1"] == heights["layer1.1.conv3"]


def test_that_headings_name_stages_as_their_ids_and_the_papers_names_stand_in_the_title() -> None:
    _, drawing = drawn("ResNet-50", "block")
    headings = {item.id: item for item in drawing.of_role("heading") if isinstance(item, Text) and item.id}
    assert headings["layer3"].text == "layer3 ×6"
    assert "conv4_x" in headings["layer3"].title


def test_that_a_projection_of_a_pre_activation_block_leaves_after_its_first_relu() -> None:
    _, pre = drawn("PreResNet-164", "layer")
    _, post = drawn("ResNet-50", "layer")
    for drawing, id, after in ((pre, "layer2.0", True), (post, "layer2.0", False)):
        arch = next(item for item in ways(drawing) if item.id.endswith(f"→{id}.downsample.0"))
        relu = next(item for item in drawing.of_role("activation") if item.id == f"{id}.relu1")
        assert (arch.x0 > relu.box.right) == after


def test_that_the_level_of_detail_follows_the_room() -> None:
    axis = DepthAxis(build_graph(preset("ResNet-50")))
    levels = [level_for(axis, scale) for scale in (2.0, 6.0, 20.0, 100.0, 600.0)]
    assert levels == ["network", "stage", "block", "block", "layer"]


def test_that_the_display_list_grows_in_proportion_to_the_blocks() -> None:
    small, large = (len(drawn(name, "block")[1].items) for name in ("ResNet-110", "ResNet-1202"))
    assert large / small == pytest.approx(600 / 54, rel=0.15)


def test_that_stages_stand_beside_one_another_at_network_level() -> None:
    _, drawing = drawn("ResNet-152", "network")
    boxes = sorted(item.box for item in drawing.of_role("stage"))
    assert len(boxes) == 4
    assert all(left.right < right.left for left, right in pairwise(boxes))
