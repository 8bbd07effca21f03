"""Tests the structure of a graph: wiring, boundaries, blocks, stages, and sizes of sliding windows."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.architecture.graph import Block, Edge
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.architecture.tensor_shapes import Shape, window_output
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from tests.strategies import architectures, examples


@settings(max_examples=examples(100))
@given(config=architectures())
def test_that_every_edge_leads_from_an_earlier_node_to_its_reader(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    place = {node.id: position for position, node in enumerate(graph.nodes)}
    assert len(place) == len(graph.nodes)
    assert {(edge.source, edge.target) for edge in graph.edges} == {
        (source, node.id) for node in graph.nodes for source in node.inputs
    }
    for edge in graph.edges:
        assert place[edge.source] < place[edge.target]
    for node in graph.nodes[1:]:
        assert node.input_shape == graph.node_by_id[node.inputs[0]].output_shape
        if node.kind == "add":
            branch, shortcut = (graph.node_by_id[source].output_shape for source in node.inputs)
            assert branch == shortcut == node.output_shape
        assert min(node.output_shape) >= 1


@settings(max_examples=examples(100))
@given(config=architectures())
def test_that_blocks_and_stages_cover_the_body(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    assert len(graph.boundaries) == len(graph.blocks) + 1 == sum(stage.blocks for stage in config.stages) + 1
    for block, following in zip(graph.blocks, graph.blocks[1:], strict=False):
        assert (block.output_id, block.stop) == (following.input_id, following.first)
    for block in graph.blocks:
        assert {node.block for node in graph.nodes_of(block)} == {block.id}
        assert all(node.id.startswith(f"{block.id}.") for node in graph.nodes_of(block))
        assert graph.node_by_id[block.input_id].output_shape == block.input_shape
        assert graph.node_by_id[block.output_id].output_shape == block.output_shape
    assert [stage.stop - stage.first for stage in graph.stages] == [stage.blocks for stage in config.stages]
    outside = [node for node in graph.nodes if not node.block]
    assert {node.stage for node in outside} == {"stem", "head"}


@settings(max_examples=examples(100))
@given(config=architectures())
def test_that_every_shortcut_is_an_edge(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    for block in graph.blocks:
        ends = [edge for edge in graph.edges if edge.target == f"{block.id}.add" and edge.role == "shortcut"]
        assert len(ends) == (block.plan.shortcut != "none")
        assert {edge.source for edge in ends} == expected_ends(block, config)


GATED = {"se": "se.scale", "eca": "eca.scale", "cbam": "cbam.pixel_scale"}


def expected_ends(block: Block, config: ArchitectureConfig) -> set[str]:
    """The node whose output the addition of a block takes as its shortcut: the last that stands on the way round."""
    plan = block.plan
    if plan.shortcut == "none":
        return set()
    if config.shortcut.shortcut_scale != 1:
        return {f"{block.id}.shortcut_scale"}
    if plan.attention != "none" and config.attention.placement == "identity":
        return {f"{block.id}.{GATED[plan.attention]}"}
    normed = config.shortcut.projection_norm and config.norm.kind != "none"
    sources = {
        "identity": block.input_id,
        "zero_pad": f"{block.id}.zero_pad",
        "projection": f"{block.id}.downsample.{int(plan.pooled) + int(normed)}",
    }
    return {sources[plan.shortcut]}


def test_that_a_basic_block_is_wired_as_in_the_paper() -> None:
    graph = build_graph(preset("ResNet-18"))
    (block,) = (block for block in graph.blocks if block.id == "layer2.0")
    names = [node.id.removeprefix("layer2.0.") for node in graph.nodes_of(block)]
    assert names == ["conv1", "bn1", "relu1", "conv2", "bn2", "downsample.0", "downsample.1", "add", "relu2"]
    assert Edge("layer1.1.relu2", "layer2.0.conv1", "main") in graph.edges
    assert Edge("layer1.1.relu2", "layer2.0.downsample.0", "shortcut") in graph.edges
    assert Edge("layer2.0.downsample.1", "layer2.0.add", "shortcut") in graph.edges
    assert graph.node_by_id["layer2.0.add"].inputs == ("layer2.0.bn2", "layer2.0.downsample.1")
    assert block.input_shape == Shape(64, 56, 56)
    assert block.output_shape == Shape(128, 28, 28)


def test_that_a_preactivation_projection_reads_the_first_relu() -> None:
    graph = build_graph(preset("WRN-28-10"))
    assert graph.node_by_id["layer1.0.downsample.0"].inputs == ("layer1.0.relu1",)
    assert graph.node_by_id["layer1.1.add"].inputs == ("layer1.1.conv2", "layer1.0.add")
    assert graph.blocks[0].input_id == "conv1"
    assert graph.blocks[-1].output_id == "layer3.3.add"


@given(size=st.integers(1, 40), kernel=st.sampled_from((1, 3, 7)), stride=st.integers(1, 4), padded=st.booleans())
def test_that_window_sizes_are_torchs(size: int, kernel: int, stride: int, padded: bool) -> None:
    padding = kernel // 2 if padded else 0
    if size + 2 * padding < kernel:
        return
    pooled = torch.nn.functional.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding)
    assert window_output(size, kernel, stride, padding) == pooled.shape[2]


@pytest.mark.parametrize("name", ["ResNet-50", "ResNet-1202"])
def test_that_ids_are_found_by_name(name: str) -> None:
    graph = build_graph(preset(name))
    assert list(graph.node_by_id) == [node.id for node in graph.nodes]
    assert graph.block_by_id["layer2.0"].stage == "layer2"
    assert Shape(64, 7, 5).elements == 2240
