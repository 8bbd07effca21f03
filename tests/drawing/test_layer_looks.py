"""Every kind of layer has a caption, a look and room; the silhouettes of blocks follow their branches."""

from __future__ import annotations

from typing import get_args

import pytest

from resnet_core.architecture.graph import Graph, Node, NodeKind
from resnet_core.drawing.captions import block_title, head_captions, node_title, pill_captions, stem_captions
from resnet_core.drawing.depth_axis import LAYER_WEIGHTS, DepthAxis
from resnet_core.drawing.display_list import Drawing, Polyline, Rectangle, Text
from resnet_core.drawing.layer_level import layer_role
from resnet_core.drawing.layer_places import JOINTS, PORTS, WEIGHTED
from resnet_core.drawing.structure import structure_drawing
from resnet_core.drawing.styles import STYLES
from tests.drawing.drawn import TRICKY, drawn


def any_node(kind: NodeKind) -> Node:
    graph, _ = drawn("ResNet-18", "network")
    return graph.nodes[1]._replace(kind=kind)


def text_on(drawing: Drawing, id: str) -> list[str]:
    return [item.text for item in drawing.items if isinstance(item, Text) and item.id == id]


def outline(drawing: Drawing, id: str) -> tuple[tuple[float, float], ...]:
    return next(item.points for item in drawing.of_role("block") if isinstance(item, Polyline) and item.id == id)


@pytest.mark.parametrize("kind", get_args(NodeKind))
def test_that_every_kind_of_layer_has_a_width_a_look_and_words(kind: NodeKind) -> None:
    node = any_node(kind)
    assert LAYER_WEIGHTS[kind] > 0
    assert layer_role(node) in STYLES
    assert kind.replace("_", " ") in node_title(node)
    if kind not in WEIGHTED | JOINTS | PORTS:
        captions = pill_captions(node)
        assert all(captions) and "_" not in captions[0]


@pytest.mark.parametrize("name", TRICKY)
def test_that_every_layer_without_weights_says_what_it_is(name: str) -> None:
    graph, drawing = drawn(name, "layer")
    captioned = {item.id: item.text for item in drawing.items if isinstance(item, Text)}
    for node in graph.nodes:
        if node.kind not in JOINTS | PORTS:
            assert captioned.get(node.id), node.id


@pytest.mark.parametrize(
    ("name", "id", "words"),
    [
        ("output stride 8", "layer3.1.conv2", "3×3 d=2"),
        ("output stride 8", "layer4.1.conv2", "3×3 d=4"),
        ("SE", "layer2.1.se.fc1", "512→32"),
        ("SE", "layer2.1.se.gate", "σ"),
        ("ECA and D", "layer2.0.eca.conv", "conv1d 5"),
        ("D with blur", "layer2.0.downsample.0", "avg /2"),
        ("D with blur", "layer2.0.aa", "blur /2"),
        ("CBAM", "layer2.0.cbam.conv", "7×7"),
        ("CBAM", "layer2.0.cbam.sum", "Σ"),
        ("pre-activation, stochastic depth", "layer1.0.dropout", "drop 0.3"),
        ("pre-activation, stochastic depth", "layer3.8.drop_path", "path 0.5"),
        ("Fixup", "layer1.0.scale", "× α"),
        ("Fixup", "layer1.0.bias1a", "+ b"),
        ("SkipInit, scaled", "layer1.0.branch_scale", "× −0.5"),
        ("SkipInit, scaled", "layer1.0.shortcut_scale", "× 0.7"),
        ("group norm, leaky ReLU", "layer1.0.norm1", "GN"),
        ("group norm, leaky ReLU", "layer1.0.act1", "LReLU"),
        ("two pools and a neck", "poolmean", "mean"),
        ("two pools and a neck", "dropout", "drop 0.2"),
    ],
)  # fmt: skip
def test_that_a_layer_says_what_it_computes(name: str, id: str, words: str) -> None:
    _, drawing = drawn(name, "layer")
    assert words in text_on(drawing, id)


def test_that_a_title_holds_what_the_caption_has_no_room_for() -> None:
    graph, _ = drawn("BiT-R50x1", "network")
    conv = graph.node_by_id["layer1.0.conv2"]
    assert "standardised weights" in node_title(conv)
    graph, _ = drawn("output stride 8", "network")
    assert "dilation 4" in node_title(graph.node_by_id["layer4.1.conv2"])
    assert "dilation 2, then 4" in block_title(graph.block_by_id["layer4.0"])
    graph, _ = drawn("pre-activation, stochastic depth", "network")
    assert "dropped with chance 0.5" in block_title(graph.blocks[-1])
    graph, _ = drawn("SE", "network")
    assert "SE Bottleneck" in block_title(graph.blocks[0])


def test_that_a_custom_branch_has_a_segment_a_convolution_as_high_as_its_channels() -> None:
    _, drawing = drawn("five convolutions in bottlenecks", "block")
    points = outline(drawing, "layer2.1")
    assert len(points) == 5 * 8
    highs = [min(y for _, y in points[4 * place : 4 * place + 4]) for place in range(5)]
    assert highs[0] == highs[4] < highs[1] == highs[2] == highs[3]  # y grows downward: the ends are the highest
    _, drawing = drawn("five convolutions", "block")
    points = outline(drawing, "layer2.1")
    lengths = [points[4 * place + 3][0] - points[4 * place][0] for place in range(5)]
    shares = [length / sum(lengths) for length in lengths]
    assert shares == pytest.approx([2 / 18, 4 / 18, 6 / 18, 4 / 18, 2 / 18])
    assert len(outline(drawing, "layer3.1")) == 8


def test_that_a_custom_branch_says_its_kernels_and_a_dilated_one_its_dilation() -> None:
    _, drawing = drawn("five convolutions in bottlenecks", "block")
    assert text_on(drawing, "layer3.1") == ["3,1"]
    _, drawing = drawn("output stride 8", "block")
    assert text_on(drawing, "layer3.1") == ["256 d=2"]


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("SE before the branch", "left"),
        ("SE inside the branch", "middle"),
        ("SE", "right"),
        ("SE after the addition", "right"),
    ],
)
def test_that_an_attention_shows_as_a_mark_under_its_block_where_it_acts(name: str, side: str) -> None:
    graph, drawing = drawn(name, "block")
    marks = {item.id: item for item in drawing.of_role("gate_mark") if isinstance(item, Rectangle)}
    blocks = {item.id: item.box for item in drawing.of_role("block")}
    assert set(marks) == {block.id for block in graph.blocks}
    for id, mark in marks.items():
        middle, block = mark.x + mark.width / 2, blocks[id]
        place = (middle - block.left) / (block.right - block.left)
        assert mark.y >= block.bottom
        assert ("left" if place < 0.4 else "right" if place > 0.6 else "middle") == side
    assert "SE" in text_on(drawing, "layer2.1")


def test_that_an_attention_on_the_shortcut_shows_under_the_arch_and_a_plain_block_has_none() -> None:
    graph, drawing = drawn("SE on the shortcut, some blocks plain", "block")
    marks = {item.id for item in drawing.of_role("gate_mark")}
    assert marks == {block.id for block in graph.blocks} - {"layer1.1"}
    blocks = {item.id: item.box for item in drawing.of_role("block")}
    assert all(item.box.bottom <= blocks[item.id].top for item in drawing.of_role("gate_mark"))


def test_that_an_average_pooled_projection_has_a_mark_of_its_own() -> None:
    graph, drawing = drawn("D with blur", "block")
    assert {item.id for item in drawing.of_role("funnel")} == {b.id for b in graph.blocks if b.plan.pooled} != set()
    _, drawing = drawn("ResNet-50", "block")
    assert list(drawing.of_role("funnel")) == []
    _, drawing = drawn("SENet-154", "block")
    assert "3×3" in text_on(drawing, "layer2.0") and "1×1" in text_on(drawing, "layer1.0")


@pytest.mark.parametrize(
    ("name", "stem", "head"),
    [
        ("ResNet-50", "7×7 /2, pool", "pool, fc"),
        ("ResNet-56", "3×3", "pool, fc"),
        ("ResNet-RS-50", "3×3 /2 ×3, pool", "pool, fc"),
        ("two pools and a neck", "3×3 /2 ×3", "1×1 1280, avg+max pool, fc"),
        ("no classes", "7×7 /2, pool", "avg+max pool"),
        ("backbone", "3×3 /2 ×3, pool", "maps C1, C2, C3, C4, C5"),
    ],
)
def test_that_stem_and_head_say_what_they_are_made_of(name: str, stem: str, head: str) -> None:
    graph, _ = drawn(name, "network")
    assert (stem_captions(graph)[0], head_captions(graph)[0]) == (stem, head)


def test_that_the_head_of_a_network_without_weights_there_can_be_selected() -> None:
    found = {}
    for name in ("ResNet-50", "no classes", "backbone", "two pools and a neck"):
        graph: Graph = drawn(name, "network")[0]
        axis = DepthAxis(graph)
        found[name] = axis.selectable_id(axis.stem), axis.selectable_id(axis.head)
    assert found == {
        "ResNet-50": ("conv1", "fc"),
        "no classes": ("conv1", "avgpool"),
        "backbone": ("conv1.0", "output"),
        "two pools and a neck": ("conv1.0", "fc"),
    }


def test_that_the_legend_names_the_attention_where_there_is_one() -> None:
    for name, wanted in (("SE", True), ("ResNet-50", False)):
        graph, _ = drawn(name, "network")
        for level in ("block", "layer"):
            words = [
                item.text for item in structure_drawing(graph, level).items if isinstance(item, Text) and not item.id
            ]
            assert ("attention" in words) == wanted
