"""Holds the receptive fields against two accounts that know no formula: interval by interval, and by gradients."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from resnet_core.analysis.receptive_field import receptive_fields
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import (
    AntiAliasingConfig,
    ArchitectureConfig,
    BlockConfig,
    InputConfig,
    ShortcutConfig,
    StageConfig,
    StemConfig,
)
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import build_model
from tests.strategies import architectures, examples

Interval = tuple[int, int]


class SeenPixels:
    """Follows single positions of a node's output back to the input pixels they depend on, along one axis.

    Padding is as good as pixels: the field is that of a position far from every edge.
    """

    def __init__(self, graph: Graph, size: str) -> None:
        self._graph = graph
        self._size = size
        self._known: dict[tuple[str, int], Interval] = {}

    def of(self, id: str, position: int) -> Interval:
        found = self._known.get((id, position))
        if found is None:
            found = self._known[id, position] = self._computed(id, position)
        return found

    def _computed(self, id: str, position: int) -> Interval:
        node = self._graph.node_by_id[id]
        if not node.inputs:
            return position, position
        taps = [position]
        if node.kind in ("conv", "max_pool", "zero_pad", "blur_pool", "local_average_pool"):
            kernel, stride, padding = node.operation[:3]
            taps = [position * stride - padding + node.operation.dilation * tap for tap in range(kernel)]
        elif node.kind in ("average_pool", "global_max_pool"):
            taps = list(range(getattr(node.input_shape, self._size)))
        sources = node.inputs[:1] if node.kind == "multiply" else node.inputs  # what a gate sees is left out
        parts = [self.of(source, tap) for source in sources for tap in taps]
        return min(low for low, _ in parts), max(high for _, high in parts)


@settings(max_examples=examples(50))
@given(config=architectures())
def test_that_fields_and_strides_are_those_of_single_positions(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    reaches = receptive_fields(graph)
    longer = "height" if config.input.height >= config.input.width else "width"
    seen = SeenPixels(graph, longer)
    for node in graph.nodes:
        if node.path == "gate":
            continue
        low, high = seen.of(node.id, 0)
        assert reaches[node.id].field == high - low + 1, node.id
        if node.stage != "head":
            assert reaches[node.id].stride == seen.of(node.id, 1)[0] - low, node.id
            assert reaches[node.id].padding == -low, node.id


def test_that_an_addition_sees_what_either_path_sees_when_they_look_to_different_sides() -> None:
    config = ArchitectureConfig(
        stem=StemConfig(kind="imagenet", width=2),
        stages=(StageConfig(blocks=1, width=2), StageConfig(blocks=1, width=4, stride=3, kernels=(1,))),
        shortcut=ShortcutConfig(option="D"),
        anti_aliasing=AntiAliasingConfig(kind="blur"),
    )
    graph = build_graph(config)
    seen, reaches = SeenPixels(graph, "height"), receptive_fields(graph)
    low, high = seen.of("layer2.0.add", 0)
    branch, shortcut = (reaches[source].field for source in graph.node_by_id["layer2.0.add"].inputs)
    assert reaches["layer2.0.add"].field == high - low + 1 > max(branch, shortcut)


def gradient_support(config: ArchitectureConfig, block: str) -> tuple[int, int]:
    """Height and width of the input region on which the middle value of a block's output depends."""
    model = build_model(config, seed=0).eval()
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.01)  # all paths positive: no ReLU closes and nothing cancels
    if config.stem.kind == "imagenet":
        model.maxpool = nn.AvgPool2d(3, 2, 1)  # a maximum hands its gradient to one pixel only
    outputs: list[torch.Tensor] = []
    model.blocks[block].register_forward_hook(lambda _, inputs, output: outputs.append(output))
    images = torch.ones(1, 3, config.input.height, config.input.width, dtype=torch.float64, requires_grad=True)
    model.double()(images)
    middle_row, middle_column = outputs[0].shape[2] // 2, outputs[0].shape[3] // 2
    outputs[0][0, :, middle_row, middle_column].sum().backward()
    assert images.grad is not None
    touched = images.grad[0].abs().sum(0) > 0
    return int(touched.any(1).sum()), int(touched.any(0).sum())


@pytest.mark.parametrize("order", ["post", "pre"])
@pytest.mark.parametrize("option", ["A", "B", "none"])
@pytest.mark.parametrize(("kind", "stride_in"), [("basic", "3x3"), ("bottleneck", "3x3"), ("bottleneck", "1x1")])
@pytest.mark.parametrize("stem", ["cifar", "imagenet"])
def test_that_fields_are_where_gradients_reach(order: str, option: str, kind: str, stride_in: str, stem: str) -> None:
    config = ArchitectureConfig(
        input=InputConfig(height=160, width=128),
        stem=StemConfig(kind=stem, width=4),
        stages=(StageConfig(blocks=1, width=4, kind=kind), StageConfig(blocks=2, width=8, stride=2, kind=kind)),
        block=BlockConfig(activation_order=order, stride_in=stride_in),
        shortcut=ShortcutConfig(option=option),
    )
    graph = build_graph(config)
    for block in graph.blocks:
        field = receptive_fields(graph)[block.output_id].field
        assert gradient_support(config, block.id) == (field, field), block.id


def test_that_fields_are_the_published_ones() -> None:
    # Araujo et al. 2019 (Distill, "Computing Receptive Fields"), table: before the global pooling.
    for name, field in (("ResNet-50", 483), ("ResNet-101", 1027), ("ResNet-152", 1507)):
        graph = build_graph(preset(name).model_copy(update={"block": BlockConfig(stride_in="1x1")}))
        assert receptive_fields(graph)[graph.blocks[-1].output_id].field == field
