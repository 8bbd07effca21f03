"""Counts a model with fvcore, and names what fvcore counts beyond convolutions and linear layers."""

from __future__ import annotations

import copy
import warnings
from importlib.metadata import version

import torch
from torch import nn

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.verification.verification_report import CountItem, WitnessCount

NAME = "fvcore"


def count(model: nn.Module, input_shape: Shape) -> WitnessCount:
    """Return fvcore's count of `model` for one image, on a copy on the CPU in evaluation mode.

    fvcore traces with real tensors: it cannot count on the meta device (torch 2.14). Raises ImportError where it is not
    installed.
    """
    with warnings.catch_warnings():
        # fvcore scripts loss functions, which we do not use, with an interface of torch that is deprecated.
        warnings.filterwarnings("ignore", message=".*torch.jit.*deprecated", category=Warning)
        from fvcore.nn import FlopCountAnalysis, parameter_count

        subject = copy.deepcopy(model).cpu().eval()
        analysis = FlopCountAnalysis(subject, torch.zeros(1, *input_shape))
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        with torch.no_grad():
            operations = int(analysis.total())
    left_out = tuple(sorted(analysis.unsupported_ops().items()))
    return WitnessCount(version("fvcore"), parameter_count(subject)[""], operations, left_out)


def items(graph: Graph) -> tuple[CountItem, ...]:
    """Return what fvcore adds to our MACs in evaluation mode (read in its jit_handles, version 0.1.5)."""
    norms = sum(node.output_shape.elements for node in graph.nodes if node.kind == "batch_norm")
    pools = sum(node.input_shape.elements for node in graph.nodes if node.kind == "average_pool")
    return (
        CountItem(N_("Cause", "BatchNorm: 2 an output element"), 2 * norms),
        CountItem(N_("Cause", "average pooling: 1 an input element"), pools),
    )
