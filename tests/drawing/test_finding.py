"""Finding by name, kind and number: what each query means, in the order of depth."""

from __future__ import annotations

from functools import cache

import pytest

from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.finding import found

FIRST_BLOCKS = ("layer1.0", "layer2.0", "layer3.0", "layer4.0")


@cache
def counted(name: str) -> tuple[Graph, CostReport]:
    graph = build_graph(preset(name))
    return graph, cost_report(graph)


def finds(query: str, name: str = "ResNet-50") -> tuple[str, ...]:
    return found(*counted(name), query)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("layer4.1", ("layer4.1",)),
        ("LAYER4.1.CONV", ("layer4.1.conv1", "layer4.1.conv2", "layer4.1.conv3")),
        ("fc", ("fc",)),
        ("projection", FIRST_BLOCKS),
        ("#17", ()),
        ("#16", ("layer4.2",)),
        ("block 1", ("layer1.0",)),
        ("7x7", ("conv1", "layer4.0", "layer4.1", "layer4.2")),
        ("conv /2", ("conv1", "layer2.0.conv2", "layer2.0.downsample.0", "layer3.0.conv2", "layer3.0.downsample.0",
                     "layer4.0.conv2", "layer4.0.downsample.0")),
        ("conv 3x3 /2", ("layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2")),
        ("2,359,296", ("layer4.0.conv2", "layer4.1.conv2", "layer4.2.conv2")),
        ("conv parameters > 2.3M", ("layer4.0.conv2", "layer4.1.conv2", "layer4.2.conv2")),
        ("macs>=200M layer1", ("layer1.0", "layer1.1", "layer1.2")),
        ("parameters > 4m", ("layer4.0", "layer4.1", "layer4.2")),
        ("max pool", ("maxpool",)),
        ("batch norm layer1.0", ("layer1.0.bn1", "layer1.0.bn2", "layer1.0.bn3", "layer1.0.downsample.1")),
        ("se", ()),
        ("nothing of the kind", ()),
        ("  ", ()),
        ("parameters > many", ()),
    ],
)  # fmt: skip
def test_that_a_query_finds_what_it_says(query: str, ids: tuple[str, ...]) -> None:
    assert finds(query) == ids


def test_that_kinds_of_blocks_find_blocks_and_kinds_of_layers_layers() -> None:
    assert len(finds("bottleneck")) == 16
    assert finds("basic") == ()
    assert len(finds("conv")) == 53
    assert len(finds("conv 3×3")) == 16
    assert finds("zero-padded", "ResNet-56") == ("layer2.0", "layer3.0")
    assert len(finds("plain", "Plain-34")) == 16


def test_that_attention_finds_its_blocks_and_with_a_layer_its_layers() -> None:
    assert len(finds("se", "SE-ResNet-50")) == 16
    assert finds("se linear", "SE-ResNet-50") == ()
    assert finds("se conv layer2.0", "SE-ResNet-50") == ("layer2.0.se.fc1", "layer2.0.se.fc2")


def test_that_dilation_and_groups_are_found_where_convolutions_have_them() -> None:
    assert len(finds("groups 32", "ResNeXt-50-32x4d")) == 16
    assert finds("dilation 2") == ()


def test_that_a_number_means_channels_and_the_block_of_that_number() -> None:
    assert finds("16")[-1] == "layer4.2"
    assert {"layer1.0", "layer1.1", "layer1.2"} < set(finds("256"))
    assert "layer1.0.conv1" not in finds("256")


def test_that_words_in_another_language_find_the_same_kinds() -> None:
    words = {"conv": "卷积", "bottleneck": "瓶颈块"}
    graph, report = counted("ResNet-50")
    assert len(found(graph, report, "卷积", lambda kind: words.get(kind, kind))) == 53
    assert len(found(graph, report, "瓶颈", lambda kind: words.get(kind, kind))) == 16


def test_that_finds_stand_in_the_order_of_depth() -> None:
    graph, _ = counted("ResNet-50")
    order = {id: place for place, id in enumerate([node.id for node in graph.nodes])}
    places = [order.get(id, order.get(f"{id}.conv1", -1)) for id in finds("256")]
    assert places == sorted(places)
