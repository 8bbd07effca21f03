"""Sets the weights a network begins with."""

from __future__ import annotations

import math

import torch
from torch import nn

from resnet_core.model.blocks import PreActivationBlock, ResidualBlock


def initialize(model: nn.Module, *, zero_init_residual: bool, generator: torch.Generator | None = None) -> None:
    """Draw every weight of `model` from `generator` (None: torch's global one), layer by layer.

    Convolutions: Kaiming normal, fan-out, ReLU gain (He et al. 2015, arXiv 1502.01852). BatchNorm: scale 1,
    shift 0, running mean 0, running variance 1. Linear: torch's default, U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
    All as torchvision.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
    if zero_init_residual:
        for module in model.modules():
            if isinstance(module, ResidualBlock):
                silence_branch(module)


def silence_branch(block: ResidualBlock) -> None:
    """Begin `block` at F(x) = 0 (Goyal et al. 2017, arXiv 1706.02677, section 5.1).

    Post-activation: the scale of the branch's last BatchNorm is 0. Pre-activation, where no BatchNorm follows
    the last convolution: that convolution's weights are 0. A plain block is left as it is: without a shortcut
    its branch is all that carries the signal.
    """
    if block.plan.shortcut == "none":
        return
    last = 2 if block.plan.kind == "basic" else 3
    name = f"conv{last}" if isinstance(block, PreActivationBlock) else f"bn{last}"
    nn.init.zeros_(block.get_submodule(name).get_parameter("weight"))
