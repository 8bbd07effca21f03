"""Builds one residual block, x -> H(x) = F(x) + x, in post- and in pre-activation order.

Each step, the parameter-free ones too, is a submodule that is registered and called in execution order.
"""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan, StridePlacement
from resnet_core.model.shortcuts import shortcut_modules


def branch_convolutions(plan: BlockPlan, stride_in: StridePlacement) -> list[nn.Conv2d]:
    """Return the convolutions of the residual branch: 3x3, 3x3 (Basic) or 1x1, 3x3, 1x1 (Bottleneck)."""
    if plan.kind == "basic":
        return [
            _convolution(plan.in_channels, plan.inner_channels, 3, stride=plan.stride),
            _convolution(plan.inner_channels, plan.out_channels, 3),
        ]
    first, middle = (plan.stride, 1) if stride_in == "1x1" else (1, plan.stride)
    return [
        _convolution(plan.in_channels, plan.inner_channels, 1, stride=first),
        _convolution(plan.inner_channels, plan.inner_channels, 3, stride=middle, groups=plan.groups),
        _convolution(plan.inner_channels, plan.out_channels, 1),
    ]


def _convolution(channels_in: int, channels_out: int, kernel: int, *, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, groups=groups, bias=False)


class ResidualBlock(nn.Module):
    """What both orders share: the plan, the shortcut and the way the two are joined.

    `forward` takes one tensor (N, C_in, H, W) and returns H(x), (N, C_out, H', W'), so that hooks on the
    module stand at the block's boundaries.
    """

    def __init__(self, plan: BlockPlan) -> None:
        super().__init__()
        self.plan = plan

    def _register(self, modules: dict[str, nn.Module]) -> None:
        for name, module in modules.items():
            self.add_module(name, module)

    def _through(self, names: tuple[str, ...], x_NCHW: torch.Tensor) -> torch.Tensor:
        for name in names:
            x_NCHW = getattr(self, name)(x_NCHW)
        return x_NCHW

    def _join(self, branch_NCHW: torch.Tensor, source_NCHW: torch.Tensor) -> torch.Tensor:
        """Return F(x) + shortcut(source), or F(x) alone where the block is plain."""
        if self.plan.shortcut == "none":
            return branch_NCHW
        way_NCHW = source_NCHW
        if self.plan.shortcut == "zero_pad":
            way_NCHW = self._through(("zero_pad",), way_NCHW)
        elif self.plan.shortcut == "projection":
            way_NCHW = self._through(("downsample",), way_NCHW)
        joined: torch.Tensor = self.get_submodule("add")(branch_NCHW, way_NCHW)
        return joined


class PostActivationBlock(ResidualBlock):
    """conv, BN, ReLU ... conv, BN, addition, ReLU (He et al. 2015, figure 5)."""

    def __init__(self, plan: BlockPlan, config: ArchitectureConfig) -> None:
        super().__init__(plan)
        convolutions = branch_convolutions(plan, config.block.stride_in)
        last = len(convolutions)
        branch: dict[str, nn.Module] = {}
        for number, convolution in enumerate(convolutions, start=1):
            branch[f"conv{number}"] = convolution
            branch[f"bn{number}"] = nn.BatchNorm2d(convolution.out_channels)
            if number < last:
                branch[f"relu{number}"] = nn.ReLU()
        self._branch = tuple(branch)
        self._ending = (f"relu{last}",)
        self._register(branch)
        self._register(shortcut_modules(plan, projection_norm=config.shortcut.projection_norm))
        self._register({f"relu{last}": nn.ReLU()})

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return H(x)."""
        branch_NCHW = self._through(self._branch, x_NCHW)
        return self._through(self._ending, self._join(branch_NCHW, x_NCHW))


class PreActivationBlock(ResidualBlock):
    """BN, ReLU, conv ... addition (He et al. 2016, figure 4e).

    Where the shortcut is a projection, it reads what the first BN and ReLU put out (their Torch code, and
    Zagoruyko and Komodakis 2016); any other shortcut reads x itself.
    """

    def __init__(self, plan: BlockPlan, config: ArchitectureConfig) -> None:
        super().__init__(plan)
        branch: dict[str, nn.Module] = {}
        for number, convolution in enumerate(branch_convolutions(plan, config.block.stride_in), start=1):
            branch[f"bn{number}"] = nn.BatchNorm2d(convolution.in_channels)
            branch[f"relu{number}"] = nn.ReLU()
            branch[f"conv{number}"] = convolution
        names = tuple(branch)
        self._opening, self._rest = names[:2], names[2:]
        self._register(branch)
        self._register(shortcut_modules(plan, projection_norm=config.shortcut.projection_norm))

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return H(x)."""
        activated_NCHW = self._through(self._opening, x_NCHW)
        branch_NCHW = self._through(self._rest, activated_NCHW)
        return self._join(branch_NCHW, activated_NCHW if self.plan.shortcut == "projection" else x_NCHW)


def build_block(plan: BlockPlan, config: ArchitectureConfig) -> ResidualBlock:
    """Return the block `plan` of the network `config`, its weights not yet initialised our way."""
    order = PreActivationBlock if config.block.activation_order == "pre" else PostActivationBlock
    return order(plan, config)
