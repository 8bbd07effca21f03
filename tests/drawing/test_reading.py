"""The network read out: what each depth says, and that the whole says everything once."""

from __future__ import annotations

from functools import cache

import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.reading import Reader


@cache
def reader(name: str = "ResNet-50") -> Reader:
    graph = build_graph(preset(name))
    return Reader(graph, cost_report(graph))


def test_that_the_network_is_read_with_its_counts_and_what_goes_in_and_out() -> None:
    assert reader().network() == (
        "ResNet-50: 16 blocks in 4 stages, 50 layers deep. 25,557,032 parameters, 4.09 G multiply-adds for one image. "
        "It takes an image of 3 × 224² and puts out 1000 values."
    )
    assert reader("Plain-34").network().endswith("It is a plain network: no block has a shortcut.")


def test_that_a_stage_is_read_with_its_blocks_equal_ones_together() -> None:
    assert reader().stage("layer2") == (
        "Stage layer2 (conv3_x): 4 blocks, 256 × 56² becomes 512 × 28². 1,219,584 parameters, 1.03 G multiply-adds. "
        "layer2.0: Bottleneck, projection shortcut. layer2.1 to layer2.3: Bottleneck, identity shortcut."
    )


def test_that_a_block_says_where_its_shortcut_leaves_and_joins() -> None:
    projected, identity = reader().block("layer2.0"), reader().block("layer2.1")
    assert (
        "The shortcut leaves after layer1.2.relu3, goes through downsample.0, conv 1×1 /2; downsample.1, batch norm, "
        "and joins at layer2.0.add. The branch: conv1, conv 1×1; bn1, batch norm; relu1, ReLU; conv2, conv 3×3 /2;"
    ) in projected
    assert "leaves after layer2.0.relu3 and joins at layer2.1.add, the tensor unchanged." in identity
    assert identity.startswith("Block layer2.1: Bottleneck, identity shortcut, 512 × 28². 280,064 parameters, ")
    assert "No shortcut leads round it." in reader("Plain-34").block("layer2.1")
    assert "Attention hangs on layer2.1.bn3: se.pool, average pool;" in reader("SE-ResNet-50").block("layer2.1")


@pytest.mark.parametrize(
    ("id", "edges"),
    [
        ("layer2.0.relu3", "From layer2.0.add; to layer2.1.conv1 and, around the branch, layer2.1.add."),
        ("layer2.1.add", "From layer2.1.bn3 and, around the branch, layer2.0.relu3; to layer2.1.relu3."),
        ("layer2.0.downsample.0", "From layer1.2.relu3; to layer2.0.downsample.1."),
        ("input", "To conv1."),
        ("output", "From fc."),
    ],
)
def test_that_a_layer_says_where_its_edges_lead(id: str, edges: str) -> None:
    assert reader().edges(id) == edges
    assert reader().layer(id).endswith(edges)


def test_that_a_gate_is_told_from_the_main_path() -> None:
    edges = reader("SE-ResNet-50").edges
    assert edges("layer2.1.bn3").endswith("to layer2.1.se.scale and, to weigh it, layer2.1.se.pool.")
    assert edges("layer2.1.se.scale").startswith("From layer2.1.bn3 and, as its weights, layer2.1.se.gate;")


def test_that_what_is_selected_is_read_at_its_depth() -> None:
    assert reader().selected("layer2") == reader().stage("layer2")
    assert reader().selected("layer2.1") == reader().block("layer2.1")
    assert reader().selected("fc") == reader().layer("fc")
    assert reader().selected("") == reader().network()


@pytest.mark.parametrize("name", ["ResNet-50", "SE-ResNet-50", "Plain-34", "ResNet-50-D"])
def test_that_the_whole_names_every_layer_of_every_make_of_block(name: str) -> None:
    graph, text = build_graph(preset(name)), reader(name).whole()
    for node in graph.nodes:
        of_first = f"{node.block.split('.')[0]}.0.{node.id.split('.', 2)[-1]}" if node.block else node.id
        assert node.id in text or of_first in text or node.kind in ("relu", "input", "output")
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_that_the_whole_of_a_very_deep_network_stays_short() -> None:
    text = reader("ResNet-1202").whole()
    assert len(text.splitlines()) < 80
    assert "layer1.1 to layer1.199 are like it." in text


def test_that_every_word_is_asked_for_in_the_language_in_force() -> None:
    graph = build_graph(preset("SE-ResNet-50"))
    contexts = set()

    def say(context: str, text: str) -> str:
        contexts.add(context)
        return text

    Reader(graph, cost_report(graph), say).whole()
    assert contexts == {"Drawing", "NodeKind", "Shortcut", "Wording"}
