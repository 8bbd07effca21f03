"""Tests that strides are traded for dilation as torchvision does it, and given back."""

from __future__ import annotations

import pytest

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.edits import output_stride, with_output_stride
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import ConfigurationError


@pytest.mark.parametrize(("wanted", "size"), [(8, 28), (16, 14), (32, 7)])
def test_that_the_last_map_is_as_large_as_the_stride_says(wanted: int, size: int) -> None:
    config = with_output_stride(preset("ResNet-50"), wanted)
    graph = build_graph(config)
    assert output_stride(config) == wanted
    assert graph.blocks[-1].output_shape[1:] == (size, size)
    assert with_output_stride(config, 32) == preset("ResNet-50")


def test_that_the_first_dilated_block_keeps_the_dilation_of_the_stage_before() -> None:
    # torchvision's replace_stride_with_dilation=[False, True, True]
    graph = build_graph(with_output_stride(preset("ResNet-50"), 8))
    dilations = {
        node.id: node.operation.dilation for node in graph.nodes if node.kind == "conv" and node.operation.kernel == 3
    }
    assert [dilations[f"layer{stage}.{block}.conv2"] for stage, block in ((2, 0), (3, 0), (3, 1), (4, 0), (4, 1))] == [
        1, 1, 2, 2, 4,
    ]  # fmt: skip


def test_that_a_stride_the_stem_does_not_reach_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="the stem alone has stride 4"):
        with_output_stride(preset("ResNet-50"), 2)
