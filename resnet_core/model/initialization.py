"""Sets the weights a network begins with."""

from __future__ import annotations

import math

import torch
from torch import nn

from resnet_core.configuration.architecture_config import InitializationConfig
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.layers import BlurPool, LearnedScale, ScalarBias

_Norm = nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm


def initialize(
    model: nn.Module, config: InitializationConfig, *, generator: torch.Generator | None = None
) -> None:
    """Draw every weight of `model` from `generator` (None: torch's global one), layer by layer.

    Convolutions by the scheme, normally distributed (orthogonal: Saxe et al. 2013), their biases 0. Norms: scale
    1, shift 0; BatchNorm: running mean 0, running variance 1. Linear: torch's default,
    U(-1/sqrt(fan_in), 1/sqrt(fan_in)). With Kaiming, fan-out, all as torchvision.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Conv1d):
            _draw(module.weight, config, generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, _Norm):
            module.reset_parameters()
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
        elif isinstance(module, LearnedScale):
            nn.init.constant_(module.weight, module.initial)
        elif isinstance(module, ScalarBias):
            nn.init.zeros_(module.bias)
        elif isinstance(module, BlurPool):
            module.reset_filter()
    blocks = [module for module in model.modules() if isinstance(module, ResidualBlock)]
    if config.scheme == "fixup":
        _fix_up(model, blocks)
    elif config.scheme != "skipinit":  # two zeros in a row would never learn
        for block in blocks:
            if block.plan.begins_at_zero(config):
                silence_branch(block)


def silence_branch(block: ResidualBlock) -> None:
    """Begin `block` at F(x) = 0 (Goyal et al. 2017, arXiv 1706.02677, section 5.1).

    The scale of the branch's last norm is 0; where no norm follows the last convolution (pre-activation), that
    convolution's weights are 0. A plain block is left as it is: without a shortcut its branch is all that
    carries the signal.
    """
    if block.silencer:
        layer = block.get_submodule(block.silencer)
        for parameter in layer.parameters() if isinstance(layer, nn.Conv2d) else [layer.get_parameter("weight")]:
            nn.init.zeros_(parameter)


def _draw(weight: torch.Tensor, config: InitializationConfig, generator: torch.Generator | None) -> None:
    match config.scheme:
        case "kaiming_fan_in":  # He et al. 2015, arXiv 1502.01852, equation 10
            nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu", generator=generator)
        case "xavier":  # Glorot and Bengio 2010, equation 12
            nn.init.xavier_normal_(weight, generator=generator)
        case "orthogonal":  # Saxe et al. 2013, arXiv 1312.6120; the gain keeps the variance behind a ReLU
            nn.init.orthogonal_(weight, gain=math.sqrt(2), generator=generator)
        case _:  # He et al. 2015, arXiv 1502.01852, equation 14; Fixup and SkipInit start from it too
            nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu", generator=generator)


def _fix_up(model: nn.Module, blocks: list[ResidualBlock]) -> None:
    """Scale each branch of L by L^(-1/(2m-2)), m its convolutions; its last one and the classifier begin at 0.

    Zhang et al. 2019, arXiv 1901.09321, section 4. A plain block is no residual branch and is left as it is.
    """
    residual = [block for block in blocks if block.silencer]
    for block in residual:
        *inner, last = block.branch
        nn.init.zeros_(last.weight)
        for convolution in inner:
            factor = len(residual) ** (-1 / (2 * len(inner)))
            convolution.weight = nn.Parameter(convolution.weight.detach() * factor)
    if isinstance(classifier := getattr(model, "fc", None), nn.Linear):
        nn.init.zeros_(classifier.weight)
        nn.init.zeros_(classifier.bias)
