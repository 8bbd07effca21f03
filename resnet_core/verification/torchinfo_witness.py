"""Counts a model with torchinfo, layer by layer."""

from __future__ import annotations

from importlib.metadata import version

from torch import nn

from resnet_core.analysis.conventions import TORCHINFO
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.verification.count_items import count_items
from resnet_core.verification.meta_copy import meta_copy
from resnet_core.verification.verification_report import CountItem, WitnessCount

NAME = "torchinfo"
CONVENTION = TORCHINFO


def count(model: nn.Module, input_shape: Shape) -> WitnessCount:
    """Return torchinfo's "mult-adds" of `model` for one image, on a copy without memory in evaluation mode.

    Raises ImportError where torchinfo is not installed.
    """
    from torchinfo import summary

    subject = meta_copy(model)
    statistics = summary(subject, input_size=(1, *input_shape), device="meta", mode="eval", verbose=0)
    names = {id(module): name for name, module in subject.named_modules()}
    by_layer = {names[info.layer_id]: info.macs for info in statistics.summary_list if info.is_leaf_layer}
    return WitnessCount(version("torchinfo"), statistics.total_params, statistics.total_mult_adds, (), by_layer)


def items(graph: Graph) -> tuple[CountItem, ...]:
    """Return what torchinfo counts beyond our MACs, by cause."""
    return count_items(graph, CONVENTION)
