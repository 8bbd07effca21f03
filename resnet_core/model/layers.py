"""Builds each layer of a layout as a torch module; those that torch lacks are written here.

Shapes are written into names: N images, C channels, H rows, W columns. Nothing is computed in place, as in-place
operations would break gradient hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import fx, nn
from torch.nn import functional as F

from resnet_core.architecture.layers import Layer, NodeKind


class Add(nn.Module):
    """The residual addition, F(x) + shortcut(x): two tensors (N, C, H, W) in, one out, neither changed."""

    def forward(self, branch_NCHW: torch.Tensor, shortcut_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the sum; the branch comes first."""
        return branch_NCHW + shortcut_NCHW


class Multiply(nn.Module):
    """Weighs a tensor (N, C, H, W) by a gate, (N, C), (N, C, 1, 1) or (N, 1, H, W)."""

    def forward(self, x_NCHW: torch.Tensor, gate: torch.Tensor) -> torch.Tensor:
        """Return the weighted tensor."""
        return x_NCHW * _over_pixels(gate)


@fx.wrap
def _over_pixels(gate: torch.Tensor) -> torch.Tensor:
    """Return a gate of one weight a channel, (N, C), as (N, C, 1, 1); one that is a map as it is."""
    return gate[:, :, None, None] if gate.dim() == 2 else gate


class Mean(nn.Module):
    """The mean of two tensors of one shape."""

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return half the sum."""
        return 0.5 * (first + second)


class Stack(nn.Module):
    """Two maps (N, C, H, W) above one another: (N, C, 2H, W)."""

    def forward(self, first_NCHW: torch.Tensor, second_NCHW: torch.Tensor) -> torch.Tensor:
        """Return both as the rows of one map."""
        return torch.cat((first_NCHW, second_NCHW), dim=2)


class SumRows(nn.Module):
    """(N, C, H, W) -> (N, C, 1, W): the rows added up."""

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the sum over rows."""
        return x_NCHW.sum(dim=2, keepdim=True)


class Concat(nn.Module):
    """Two maps (N, C, H, W) behind one another: (N, 2C, H, W)."""

    def forward(self, first_NCHW: torch.Tensor, second_NCHW: torch.Tensor) -> torch.Tensor:
        """Return both as the channels of one map."""
        return torch.cat((first_NCHW, second_NCHW), dim=1)


class ChannelMean(nn.Module):
    """(N, C, H, W) -> (N, 1, H, W): the mean over channels."""

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the mean."""
        return x_NCHW.mean(dim=1, keepdim=True)


class ChannelMax(nn.Module):
    """(N, C, H, W) -> (N, 1, H, W): the maximum over channels."""

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the maximum."""
        return x_NCHW.amax(dim=1, keepdim=True)


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


class StandardizedConv2d(nn.Conv2d):
    """A convolution whose filters are brought to mean 0 and variance 1 first (Qiao et al. 2019, arXiv 1903.10520)."""

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the convolution with the standardised weights; the learnt ones stay as they are."""
        variance, mean = torch.var_mean(self.weight, dim=(1, 2, 3), keepdim=True, correction=0)
        weight = (self.weight - mean) * torch.rsqrt(variance + 1e-8)
        return F.conv2d(x_NCHW, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class ChannelConv(nn.Conv1d):
    """One convolution along the channels of pooled features: (N, C, 1, 1) -> (N, C, 1, 1)."""

    def __init__(self, kernel: int) -> None:
        super().__init__(1, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, pooled_NC11: torch.Tensor) -> torch.Tensor:
        """Return each channel's weighted neighbourhood."""
        return super().forward(pooled_NC11.flatten(2).transpose(1, 2)).transpose(1, 2)[..., None]


class ChannelLayerNorm(nn.LayerNorm):
    """LayerNorm over the channels of each pixel: (N, C, H, W) -> (N, C, H, W)."""

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the normalised tensor."""
        return super().forward(x_NCHW.movedim(1, -1)).movedim(-1, 1)


def _blur_filter() -> torch.Tensor:
    row = torch.tensor([0.25, 0.5, 0.25])
    return (row[:, None] * row)[None, None]


class BlurPool(nn.Module):
    """The filter (1 2 1) x (1 2 1) / 16 at every `stride`-th pixel (Zhang 2019, arXiv 1904.11486), unlearnt."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.channels, self.stride = channels, stride
        self.register_buffer("filter", _blur_filter(), persistent=False)

    def reset_filter(self) -> None:
        """Write the filter anew, after the module's memory was taken without being filled."""
        self.filter = _blur_filter().to(self.get_buffer("filter").device)

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the blurred and thinned out map."""
        return _blurred(x_NCHW, self.get_buffer("filter"), self.channels, self.stride)

    def extra_repr(self) -> str:
        """Return what `print(model)` shows."""
        return f"channels={self.channels}, stride={self.stride}"


@fx.wrap
def _blurred(x_NCHW: torch.Tensor, filter_1133: torch.Tensor, channels: int, stride: int) -> torch.Tensor:
    """Return each channel under the filter; the border is mirrored, or repeated where there is but one pixel."""
    border = "reflect" if min(x_NCHW.shape[2:]) > 1 else "replicate"
    weight = filter_1133.expand(channels, 1, 3, 3)
    return F.conv2d(F.pad(x_NCHW, (1, 1, 1, 1), mode=border), weight, stride=stride, groups=channels)


class DropPath(nn.Module):
    """Stochastic depth (Huang et al. 2016, arXiv 1603.09382): a whole branch is dropped, image by image.

    What is kept is divided by the chance to be kept, so that evaluation needs no scale.
    """

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance = chance

    def forward(self, branch_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the branch, or zeros."""
        return _dropped(branch_NCHW, self.chance, self.training)

    def extra_repr(self) -> str:
        """Return what `print(model)` shows."""
        return f"chance={self.chance}"


@fx.wrap
def _dropped(branch_NCHW: torch.Tensor, chance: float, training: bool) -> torch.Tensor:
    """Return the branch with some images' set to zero in training; a traced network has this step in both modes."""
    if not training:
        return branch_NCHW
    mask_N111 = torch.bernoulli(torch.full_like(branch_NCHW[:, :1, :1, :1], 1 - chance))
    return branch_NCHW * (mask_N111 / (1 - chance))


class Scale(nn.Module):
    """Multiplies a tensor with a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scaled tensor."""
        return x * self.factor

    def extra_repr(self) -> str:
        """Return what `print(model)` shows."""
        return f"factor={self.factor}"


class LearnedScale(nn.Module):
    """Multiplies a tensor with one learnt number, which begins at `initial`."""

    def __init__(self, initial: float) -> None:
        super().__init__()
        self.initial = initial
        self.weight = nn.Parameter(torch.full((1,), initial))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scaled tensor."""
        return x * self.weight


class ScalarBias(nn.Module):
    """Adds one learnt number, which begins at 0, to every value of a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the shifted tensor."""
        return x + self.bias


def build_layer(layer: Layer) -> nn.Module:
    """Return the module of one layer, its weights not yet initialised our way."""
    return _BUILDERS[layer.kind](layer)


def _convolution(layer: Layer) -> nn.Module:
    operation = layer.operation
    kind = StandardizedConv2d if operation.standardized else nn.Conv2d
    return kind(
        layer.in_channels,
        layer.out_channels,
        operation.kernel,
        operation.stride,
        operation.padding,
        operation.dilation,
        operation.groups,
        operation.bias,
    )


def _max_pool(layer: Layer) -> nn.Module:
    return nn.MaxPool2d(layer.operation.kernel, layer.operation.stride, layer.operation.padding)


def _local_average(layer: Layer) -> nn.Module:
    kernel, stride = layer.operation.kernel, layer.operation.stride
    return nn.AvgPool2d(kernel, stride, ceil_mode=True, count_include_pad=False)


def _scale(layer: Layer) -> nn.Module:
    return LearnedScale(layer.operation.factor) if layer.operation.learned else Scale(layer.operation.factor)


_BUILDERS: Mapping[NodeKind, Callable[[Layer], nn.Module]] = MappingProxyType(
    {
        "conv": _convolution,
        "channel_conv": lambda layer: ChannelConv(layer.operation.kernel),
        "linear": lambda layer: nn.Linear(layer.in_channels, layer.out_channels),
        "batch_norm": lambda layer: nn.BatchNorm2d(layer.out_channels),
        "group_norm": lambda layer: nn.GroupNorm(layer.operation.groups, layer.out_channels),
        "layer_norm": lambda layer: ChannelLayerNorm(layer.out_channels, eps=1e-6),
        "relu": lambda _: nn.ReLU(),
        "leaky_relu": lambda _: nn.LeakyReLU(),
        "gelu": lambda _: nn.GELU(),
        "silu": lambda _: nn.SiLU(),
        "elu": lambda _: nn.ELU(),
        "sigmoid": lambda _: nn.Sigmoid(),
        "max_pool": _max_pool,
        "local_average_pool": _local_average,
        "blur_pool": lambda layer: BlurPool(layer.out_channels, layer.operation.stride),
        "average_pool": lambda _: nn.AdaptiveAvgPool2d(1),
        "global_max_pool": lambda _: nn.AdaptiveMaxPool2d(1),
        "zero_pad": lambda layer: ZeroPad(layer.operation.stride, layer.out_channels - layer.in_channels),
        "add": lambda _: Add(),
        "multiply": lambda _: Multiply(),
        "mean": lambda _: Mean(),
        "stack": lambda _: Stack(),
        "sum_rows": lambda _: SumRows(),
        "concat": lambda _: Concat(),
        "channel_mean": lambda _: ChannelMean(),
        "channel_max": lambda _: ChannelMax(),
        "dropout": lambda layer: nn.Dropout(layer.operation.factor),
        "drop_path": lambda layer: DropPath(layer.operation.factor),
        "scale": _scale,
        "scalar_bias": lambda _: ScalarBias(),
        "flatten": lambda _: nn.Flatten(),
    }
)
