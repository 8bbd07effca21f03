"""Counts a model with torch's own FlopCounterMode, two floating-point operations a multiply-add."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.verification.meta_copy import meta_copy
from resnet_core.verification.verification_report import CountItem, WitnessCount

NAME = "torch FlopCounterMode / 2"


def count(model: nn.Module, input_shape: Shape) -> WitnessCount:
    """Return half of what torch counts in the forward pass of one image, on a copy without memory."""
    subject = meta_copy(model)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        subject(torch.empty(1, *input_shape, device="meta"))
    flops, odd = divmod(counter.get_total_flops(), 2)
    if odd:
        raise ValueError("an odd number of FLOPs, which is no number of multiply-adds")
    parameters = sum(parameter.numel() for parameter in subject.parameters())
    return WitnessCount(str(torch.__version__), parameters, flops, ())


def items(graph: Graph) -> tuple[CountItem, ...]:
    """Return nothing: torch counts convolutions and linear layers without their biases, as we do."""
    return ()
