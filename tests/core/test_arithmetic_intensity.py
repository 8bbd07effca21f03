"""Tests the operations a byte of single layers against arithmetic written out by hand."""

from __future__ import annotations

import pytest

from resnet_core.analysis.arithmetic_intensity import total_traffic, traffic_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset

GRAPH = build_graph(preset("ResNet-50"))


def test_that_a_convolution_moves_input_output_and_weights_once() -> None:
    # layer1.0.conv2: 3x3, 64 to 64 channels on 56x56
    traffic = traffic_of(GRAPH.node_by_id["layer1.0.conv2"])
    assert traffic.flops == 2 * 9 * 64 * 64 * 56 * 56
    assert traffic.moved_bytes == 4 * (64 * 56 * 56 + 64 * 56 * 56 + 9 * 64 * 64)
    assert traffic.intensity == pytest.approx(131.9, abs=0.05)


def test_that_a_larger_batch_shares_the_weights() -> None:
    fc = GRAPH.node_by_id["fc"]
    single, many = traffic_of(fc).intensity, traffic_of(fc, 256).intensity
    assert single is not None and many is not None
    assert single == pytest.approx(0.5, abs=0.01)  # 2 operations for 4 bytes of weight
    assert many > 100 * single


def test_that_a_layer_without_multiply_adds_has_no_intensity() -> None:
    add = traffic_of(GRAPH.node_by_id["layer1.0.add"])
    assert add.moved_bytes == 4 * 3 * 256 * 56 * 56
    assert add.intensity is None


def test_that_a_block_sums_its_weighted_layers() -> None:
    nodes = [GRAPH.node_by_id[f"layer1.1.{name}"] for name in ("conv1", "bn1", "relu1", "conv2", "conv3", "add")]
    convolutions = [traffic_of(node) for node in nodes if node.kind == "conv"]
    total = total_traffic(nodes)
    assert total.flops == sum(traffic.flops for traffic in convolutions)
    assert total.moved_bytes == sum(traffic.moved_bytes for traffic in convolutions)
