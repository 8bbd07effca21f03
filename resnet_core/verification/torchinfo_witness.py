"""Counts a model with torchinfo, and names what torchinfo counts beyond convolutions and linear layers."""

from __future__ import annotations

from importlib.metadata import version

from torch import nn

from resnet_core.analysis.layer_cost import parameters_of
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.verification.meta_copy import meta_copy
from resnet_core.verification.verification_report import CountItem, WitnessCount

NAME = "torchinfo"


def count(model: nn.Module, input_shape: Shape) -> WitnessCount:
    """Return torchinfo's "mult-adds" of `model` for one image, on a copy without memory in evaluation mode.

    Raises ImportError where torchinfo is not installed.
    """
    from torchinfo import summary

    statistics = summary(meta_copy(model), input_size=(1, *input_shape), device="meta", mode="eval", verbose=0)
    return WitnessCount(version("torchinfo"), statistics.total_params, statistics.total_mult_adds, ())


def items(graph: Graph) -> tuple[CountItem, ...]:
    """Return what torchinfo adds to our MACs (read in its layer_info, version 1.8.0)."""
    biases = sum(node.output_shape.channels for node in graph.nodes if node.operation.bias)
    norms = sum(parameters_of(node) for node in graph.nodes if node.kind == "batch_norm")
    return (
        CountItem(N_("Cause", "linear bias: 1 an output"), biases),
        CountItem(N_("Cause", "BatchNorm: its scales and shifts, once an image"), norms),
    )
