"""Counts a model with fvcore, layer by layer."""

from __future__ import annotations

import copy
import warnings
from importlib.metadata import version
from typing import TYPE_CHECKING

import torch
from torch import nn

from resnet_core.analysis.conventions import FVCORE
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.verification.count_items import count_items
from resnet_core.verification.verification_report import CountItem, WitnessCount

if TYPE_CHECKING:
    from fvcore.nn import FlopCountAnalysis

NAME = "fvcore"
CONVENTION = FVCORE


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
    parameters = parameter_count(subject)[""]
    return WitnessCount(version("fvcore"), parameters, operations, left_out, _leaves(subject, analysis))


def items(graph: Graph) -> tuple[CountItem, ...]:
    """Return what fvcore counts beyond our MACs, by cause."""
    return count_items(graph, CONVENTION)


def _leaves(subject: nn.Module, analysis: FlopCountAnalysis) -> dict[str, int]:
    """Return the operations by leaf module."""
    counts = analysis.by_module()
    return {name: int(counts[name]) for name, module in subject.named_modules() if not list(module.children())}
