"""The memory of a step divided among its layers adds up to the whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.memory import OPTIMIZERS, PRECISIONS, Optimizer, Precision
from resnet_core.analysis.memory_by_layer import memory_by_layer
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from tests.strategies import architectures, examples


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_the_layers_add_up_to_the_whole(optimizer: Optimizer, precision: Precision) -> None:
    graph = build_graph(preset("SE-ResNet-50"))
    report = cost_report(graph, batch=3, optimizer=optimizer, precision=precision)
    assert sum(memory_by_layer(graph, report).values()) == report.memory.total_bytes


@settings(max_examples=examples(20))
@given(architectures())
def test_that_the_layers_of_any_network_add_up_to_the_whole(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    report = cost_report(graph)
    assert sum(memory_by_layer(graph, report).values()) == report.memory.total_bytes
