"""Builds the way round a block (identity, zero padding, projection) with the addition that joins it.

Shapes are written into names: N images, C channels, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from resnet_core.configuration.architecture_config import BlockPlan


class Add(nn.Module):
    """The residual addition, F(x) + shortcut(x): two tensors (N, C, H, W) in, one out, neither changed."""

    def forward(self, branch_NCHW: torch.Tensor, shortcut_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the sum; the branch comes first."""
        return branch_NCHW + shortcut_NCHW


class ZeroPad(nn.Module):
    """Option A (He et al. 2015, section 3.3): every `stride`-th pixel, then channels of zeros at the end.

    (N, C, H, W) -> (N, C + extra_channels, ceil(H / stride), ceil(W / stride)); nothing is learnt.
    """

    def __init__(self, stride: int, extra_channels: int) -> None:
        super().__init__()
        self.stride = stride
        self.extra_channels = extra_channels

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the thinned out and padded copy of the input."""
        thinned = x_NCHW[:, :, :: self.stride, :: self.stride]
        return F.pad(thinned, (0, 0, 0, 0, 0, self.extra_channels))

    def extra_repr(self) -> str:
        """Return what `print(model)` shows."""
        return f"stride={self.stride}, extra_channels={self.extra_channels}"


def shortcut_modules(plan: BlockPlan, *, projection_norm: bool) -> dict[str, nn.Module]:
    """Return, by name and in execution order, the modules that make and join the shortcut of `plan`.

    Projections have torchvision's names, `downsample.0` and `downsample.1`; a plain block has none at all.
    """
    if plan.shortcut == "none":
        return {}
    modules: dict[str, nn.Module] = {}
    if plan.shortcut == "zero_pad":
        modules["zero_pad"] = ZeroPad(plan.stride, plan.out_channels - plan.in_channels)
    elif plan.shortcut == "projection":
        layers: list[nn.Module] = [nn.Conv2d(plan.in_channels, plan.out_channels, 1, plan.stride, bias=False)]
        if projection_norm:
            layers.append(nn.BatchNorm2d(plan.out_channels))
        modules["downsample"] = nn.Sequential(*layers)
    return {**modules, "add": Add()}
