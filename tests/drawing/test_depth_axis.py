"""The axis of depth: columns side by side, layers inside them, in linear time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from resnet_core.architecture.graph import Graph, Node
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset, preset_names
from resnet_core.drawing.depth_axis import BLOCK_WIDTH, DepthAxis


@pytest.mark.parametrize("name", preset_names())
def test_that_columns_follow_one_another_without_gap_or_overlap(name: str) -> None:
    axis = DepthAxis(build_graph(preset(name)))
    assert axis.columns[0].start == 0
    for left, right in pairwise(axis.columns):
        assert right.start == pytest.approx(left.stop)
        assert left.width > 0
    assert axis.length == axis.head.stop


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-50", "ResNet-56", "PreResNet-164", "Plain-20"])
def test_that_every_layer_stands_inside_its_column_and_beside_the_next(name: str) -> None:
    graph = build_graph(preset(name))
    axis = DepthAxis(graph)
    layers = [layer for column in axis.columns for layer in axis.layers_of(column)]
    assert [layer.id for layer in layers] == [node.id for node in graph.nodes]
    for left, right in pairwise(layers):
        assert left.start < left.stop <= right.start + 1e-9
    for column in axis.columns:
        for layer in axis.layers_of(column):
            assert column.start < layer.start and layer.stop < column.stop


def test_that_what_stands_at_a_depth_is_found_again() -> None:
    axis = DepthAxis(build_graph(preset("ResNet-50")))
    for column in axis.columns:
        assert axis.column_at(column.middle) == column
        for layer in axis.layers_of(column):
            assert axis.layer_at(layer.middle) == layer
            assert axis.span_of(layer.id) == layer
            assert axis.column_of(layer.id) == column
    assert axis.span_of("layer9.9") is None
    assert axis.column_at(-1.0) == axis.stem
    assert axis.column_at(1e6) == axis.head


def test_that_slots_align_two_networks_by_stage_and_block() -> None:
    first, second = (build_graph(preset(name)) for name in ("ResNet-50", "ResNet-18"))
    slots = [max(a.stop - a.first, b.stop - b.first) for a, b in zip(first.stages, second.stages, strict=True)]
    axes = DepthAxis(first, slots), DepthAxis(second, slots)
    starts = [{block.id: block.start for block in axis.blocks} for axis in axes]
    assert all(starts[0][id] == start for id, start in starts[1].items())
    assert axes[0].head == axes[1].head


class _CountedNodes(tuple[Node, ...]):
    """Nodes that count how often one is looked at."""

    reads = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        found = super().__getitem__(place)
        type(self).reads += len(found) if isinstance(place, slice) else 1
        return found


def test_that_laying_out_a_network_reads_no_layer_and_each_block_once() -> None:
    graph = build_graph(preset("ResNet-1202"))
    _CountedNodes.reads = 0
    counted = Graph(graph.config, _CountedNodes(graph.nodes), graph.blocks, graph.stages, graph.stem_id)
    axis = DepthAxis(counted)
    assert _CountedNodes.reads == 0
    for column in axis.columns:
        axis.layers_of(column)
    assert _CountedNodes.reads == len(graph.nodes)
    assert axis.blocks[-1].start - axis.blocks[0].start == pytest.approx(599 * BLOCK_WIDTH)
