"""Counts a model with torch's own FlopCounterMode, layer by layer, two operations a multiply-add."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_core.analysis.conventions import MULTIPLY_ADDS
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.verification.meta_copy import meta_copy
from resnet_core.verification.verification_report import WitnessCount

NAME = "torch FlopCounterMode / 2"
CONVENTION = MULTIPLY_ADDS


def count(model: nn.Module, input_shape: Shape) -> WitnessCount:
    """Return half of what torch counts in the forward pass of one image, on a copy without memory."""
    subject = meta_copy(model)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        subject(torch.empty(1, *input_shape, device="meta"))
    parameters = sum(parameter.numel() for parameter in subject.parameters())
    total, by_layer = _halved(counter.get_total_flops()), _leaves(subject, counter)
    return WitnessCount(str(torch.__version__), parameters, total, (), by_layer)


def _leaves(subject: nn.Module, counter: FlopCounterMode) -> dict[str, int]:
    """Return half the operations by leaf module; torch names a module by its path behind the class of the root."""
    counts, root = counter.get_flop_counts(), type(subject).__name__
    leaves = [name for name, module in subject.named_modules() if not list(module.children())]
    return {name: _halved(sum(counts.get(f"{root}.{name}", {}).values())) for name in leaves}


def _halved(flops: int) -> int:
    macs, odd = divmod(flops, 2)
    if odd:
        raise ValueError("an odd number of FLOPs, which is no number of multiply-adds")
    return macs
