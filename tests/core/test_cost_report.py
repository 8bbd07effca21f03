"""Tests that the rows of a report sum to its totals, and the arithmetic that single rows show."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings

from resnet_core.analysis.cost_report import CostReport, GroupCost, cost_report
from resnet_core.analysis.layer_cost import LayerCost, mac_formula, parameter_formula
from resnet_core.analysis.memory import STATE_PER_PARAMETER, Optimizer
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset, preset_names
from tests.strategies import architectures, examples


def sums(rows: Iterable[LayerCost | GroupCost]) -> tuple[int, int, int, int]:
    listed = list(rows)
    return (
        sum(row.parameters for row in listed),
        sum(row.macs for row in listed),
        sum(row.activations for row in listed),
        sum(row.saved_bytes for row in listed),
    )


def assert_rows_sum_to_totals(graph: Graph, report: CostReport) -> None:
    assert [row.id for row in report.layers] == [node.id for node in graph.nodes]
    assert sums(report.layers) == sums([report.total]) == sums(report.stages.values())
    assert list(report.stages) == ["stem", *(stage.id for stage in graph.stages), "head"]
    assert list(report.blocks) == [block.id for block in graph.blocks]
    for id, cost in report.stages.items():
        assert sums([cost]) == sums(row for row in report.layers if row.stage == id)
    for id, cost in report.blocks.items():
        assert sums([cost]) == sums(row for row in report.layers if row.block == id)
    for stage in graph.stages:
        blocks = graph.blocks[stage.first : stage.stop]
        assert sums([report.stages[stage.id]]) == sums(report.blocks[block.id] for block in blocks)
    assert report.depth == sum(stage.depth for stage in report.stages.values())
    assert report.memory.saved_bytes == report.total.saved_bytes


@pytest.mark.parametrize("name", preset_names())
def test_that_rows_sum_to_totals_when_it_is_a_preset(name: str) -> None:
    graph = build_graph(preset(name))
    assert_rows_sum_to_totals(graph, cost_report(graph))


@settings(max_examples=examples(100))
@given(config=architectures())
def test_that_rows_sum_to_totals_when_the_network_is_random(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    assert_rows_sum_to_totals(graph, cost_report(graph, batch=3))


def weights(name: str, block: str) -> int:
    """The convolution weights of one block's branch."""
    rows = cost_report(build_graph(preset(name))).layers
    return sum(row.parameters for row in rows if row.block == block and row.kind == "conv")


def test_that_a_basic_and_a_bottleneck_block_cost_what_the_paper_compares() -> None:
    # He et al. 2015, figure 5: 3x3x64x64 twice on 64 channels, against 1x1, 3x3, 1x1 on 256.
    assert weights("ResNet-34", "layer1.1") == 73_728 == 2 * 3 * 3 * 64 * 64
    assert weights("ResNet-50", "layer1.1") == 69_632 == 256 * 64 + 3 * 3 * 64 * 64 + 64 * 256
    # The same two kinds where a basic block would have to work at 256 channels.
    assert weights("ResNet-34", "layer3.1") == 1_179_648 == 2 * 3 * 3 * 256 * 256


def test_that_formulas_show_the_count_they_explain() -> None:
    graph = build_graph(preset("ResNeXt-50-32x4d"))
    nodes = graph.node_by_id
    assert parameter_formula(nodes["layer1.0.conv2"]) == "3·3·(128/32)·128 = 4,608"
    assert parameter_formula(nodes["layer1.0.bn2"]) == "2·128 = 256"
    assert parameter_formula(nodes["fc"]) == "2048·1000 + 1000 = 2,049,000"
    assert parameter_formula(nodes["maxpool"]) == ""
    assert mac_formula(nodes["layer1.0.conv2"]) == "56·56·4,608 = 14,450,688"
    assert mac_formula(nodes["fc"]) == "2048·1000 = 2,048,000"
    assert mac_formula(nodes["layer1.0.add"]) == ""


def test_that_memory_is_the_sum_of_its_parts_and_only_activations_grow_with_the_batch() -> None:
    graph = build_graph(preset("ResNet-20"))
    one, many = (cost_report(graph, batch=batch).memory for batch in (1, 64))
    assert one.parameter_bytes == one.gradient_bytes == one.optimizer_bytes == 4 * 269_722
    parts = (one.parameter_bytes, one.buffer_bytes, one.gradient_bytes, one.optimizer_bytes, one.saved_bytes)
    assert one.total_bytes == sum(parts)
    assert many._replace(saved_bytes=one.saved_bytes, batch=1) == one
    statistics = sum(2 * 4 * node.output_shape.channels for node in graph.nodes if node.kind == "batch_norm")
    assert many.saved_bytes - statistics == 64 * (one.saved_bytes - statistics)


@pytest.mark.parametrize("optimizer", STATE_PER_PARAMETER)
def test_that_the_optimizer_keeps_its_state_for_every_parameter(optimizer: Optimizer) -> None:
    memory = cost_report(build_graph(preset("ResNet-20")), optimizer=optimizer).memory
    assert memory.optimizer_bytes == 4 * 269_722 * STATE_PER_PARAMETER[optimizer]
    assert (memory.optimizer, memory.batch) == (optimizer, 1)
