"""Holds the two readings of a configuration together: the graph, without torch, and the torch network."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import torch
from hypothesis import given, settings
from torch import fx, nn

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.layer_cost import buffers_of, macs_of, parameters_of
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset, preset_names
from resnet_core.model.layers import StandardizedConv2d
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.verification.observed_layers import Observation, observe
from tests.model.remembered_shapes import RememberedShapes
from tests.strategies import architectures, examples


def built(config: ArchitectureConfig, device: str) -> tuple[ResNet, torch.Tensor]:
    """The network and two images; on the meta device without memory, shapes alone are computed."""
    with torch.device(device):
        images = torch.zeros(2, config.input.channels, config.input.height, config.input.width)
        return build_model(config).eval(), images


def assert_same_network(config: ArchitectureConfig, device: str, shapes: RememberedShapes | None = None) -> None:
    graph = build_graph(config)
    model, images = built(config, device)
    with shapes or nullcontext():
        seen = observe(model, images)
    assert_same_layers(graph, seen)
    assert list(model.blocks) == [block.id for block in graph.blocks]
    assert_same_operations(graph, model)
    assert_same_totals(graph, model, seen)


def assert_same_layers(graph: Graph, seen: Observation) -> None:
    expected = [
        (node.id, node.kind, node.inputs, node.input_shape, node.output_shape, parameters_of(node), macs_of(node))
        for node in graph.nodes
        if node.kind not in ("input", "output")
    ]
    assert [tuple(layer) for layer in seen.layers] == expected
    assert seen.block_ends == {block.id: (block.input_id, block.output_id) for block in graph.blocks}


def assert_same_operations(graph: Graph, model: ResNet) -> None:
    for node in graph.nodes:
        if node.kind == "conv":
            conv = model.get_submodule(node.id)
            assert isinstance(conv, nn.Conv2d)
            kernel, stride, padding, groups, bias, dilation, standardized, *_ = node.operation
            assert conv.kernel_size == (kernel, kernel)
            assert conv.stride == (stride, stride)
            assert conv.padding == (padding, padding)
            assert conv.groups == groups
            assert conv.dilation == (dilation, dilation)
            assert isinstance(conv, StandardizedConv2d) == standardized
            assert (conv.bias is not None) == bias


def assert_same_totals(graph: Graph, model: ResNet, seen: Observation) -> None:
    report = cost_report(graph)
    assert report.total.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert report.total.macs == sum(layer.macs for layer in seen.layers)
    assert sum(buffers_of(node) for node in graph.nodes) == sum(b.numel() for b in model.buffers())
    memory = report.memory
    assert memory.parameter_bytes == sum(p.numel() * p.element_size() for p in model.parameters())
    assert memory.buffer_bytes == sum(b.numel() * b.element_size() for b in model.buffers())


@pytest.fixture(scope="module")
def shapes() -> RememberedShapes:
    """What all presets share: most of their calls are equal."""
    return RememberedShapes()


@pytest.mark.parametrize("name", preset_names())
@torch.inference_mode()
def test_that_graph_and_model_are_the_same_network_when_it_is_a_preset(name: str, shapes: RememberedShapes) -> None:
    assert_same_network(preset(name), "meta", shapes)


@pytest.mark.parametrize("name", ["Test-ResNet", "ECA-ResNet-26-T", "SE-ResNet-33-TS", "ResNet-Blur-18", "BiT-R50x1"])
def test_that_remembered_shapes_are_those_that_torch_works_out(name: str, shapes: RememberedShapes) -> None:
    model, images = built(preset(name), "meta")
    with shapes:
        remembered = [observe(model, images) for _ in range(2)]
    assert remembered == [observe(model, images)] * 2


@settings(max_examples=examples(200))
@given(config=architectures())
def test_that_graph_and_model_are_the_same_network_when_it_is_random(config: ArchitectureConfig) -> None:
    assert_same_network(config, "cpu")


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_a_random_network_learns_and_repeats_its_evaluation(config: ArchitectureConfig) -> None:
    model = build_model(config, seed=0)
    images = torch.randn(2, config.input.channels, config.input.height, config.input.width)
    outputs = model(images) if values_a_channel(config) > 1 else model.eval()(images)
    parts = list(outputs.values()) if isinstance(outputs, dict) else [outputs]
    sum(part.sum() for part in parts).backward()
    assert all(torch.isfinite(part).all() for part in parts)
    assert any(parameter.grad is not None for parameter in model.parameters())
    model.eval()
    first, second = model(images), model(images)
    assert list(first) == list(second) if isinstance(first, dict) else torch.equal(first, second)


def values_a_channel(config: ArchitectureConfig) -> int:
    """The fewest values a BatchNorm of `config` sees of two images; one alone has no variance."""
    norms = [node for node in build_graph(config).nodes if node.kind == "batch_norm"]
    return min((2 * node.input_shape.height * node.input_shape.width for node in norms), default=2)


class _LeafTracer(fx.Tracer):
    """Traces down to the modules without children, ours included."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return not list(m.children())


@pytest.mark.parametrize("name", ["ResNet-20", "Plain-20", "PreResNet-56", "ResNeXt-50-32x4d", "WRN-28-10"])
def test_that_a_trace_calls_the_nodes_in_the_graphs_order(name: str) -> None:
    model, _ = built(preset(name), "meta")
    trace = _LeafTracer().trace(model)
    called = [str(node.target) for node in trace.nodes if node.op == "call_module"]
    assert called == [node.id for node in build_graph(preset(name)).nodes[1:-1]]
    assert {node.op for node in trace.nodes} == {"placeholder", "call_module", "output"}
