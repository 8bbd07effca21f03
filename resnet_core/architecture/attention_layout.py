"""Lays out an attention: the layers that compute its weights from a tensor, and the multiplication with them."""

from __future__ import annotations

import math

from resnet_core.architecture.layers import NodePath, Operation
from resnet_core.architecture.unit_builder import UnitBuilder
from resnet_core.configuration.architecture_config import AttentionConfig, AttentionKind

_WITH_BIAS = Operation(bias=True)
_SPATIAL_KERNEL = 7


def attend(unit: UnitBuilder, kind: AttentionKind, source: str, path: NodePath = "main") -> str:
    """Add the attention `kind` on `source` and return the name of the weighted tensor; `none` adds nothing."""
    if kind == "se":
        return _squeeze_and_excite(unit, source, path)
    if kind == "eca":
        return _efficient_channels(unit, source, path)
    if kind == "cbam":
        return _spatial(unit, _channels_twice(unit, source, path), path)
    return source


def squeezed_channels(channels: int, attention: AttentionConfig) -> int:
    """Return the channels of the squeezed layer: C / reduction, rounded to the nearest multiple, never 0."""
    rounding, wished = attention.rounding, channels / attention.reduction
    if rounding == 1:
        return max(1, int(wished))
    return max(rounding, int(wished + rounding / 2) // rounding * rounding)


def eca_kernel(channels: int) -> int:
    """Return the kernel of ECA: the odd number at or above |log2(C) + 1| / 2, at least 3 (Wang et al. 2019, eq. 12)."""
    size = int(abs(math.log2(channels) + 1) / 2)
    return max(size if size % 2 else size + 1, 3)


def _squeeze_and_excite(unit: UnitBuilder, source: str, path: NodePath) -> str:
    """Mean over the map, squeeze, ReLU, excite, sigmoid (Hu et al. 2017, arXiv 1709.01507)."""
    channels, attention = unit.channels_of(source), unit.style.attention
    squeezed = squeezed_channels(channels, attention)
    layer = attention.layers
    tip = unit.add("se.pool", "average_pool", source, path="gate")
    if layer == "linear":
        tip = unit.add("se.flatten", "flatten", tip, path="gate")
    tip = unit.add("se.fc1", layer, tip, channels=squeezed, operation=_WITH_BIAS, path="gate")
    tip = unit.add("se.relu", "relu", tip, path="gate")
    tip = unit.add("se.fc2", layer, tip, channels=channels, operation=_WITH_BIAS, path="gate")
    tip = unit.add("se.gate", "sigmoid", tip, path="gate")
    return unit.add("se.scale", "multiply", source, tip, path=path)


def _efficient_channels(unit: UnitBuilder, source: str, path: NodePath) -> str:
    """Mean over the map, one convolution along the channels, sigmoid (Wang et al. 2019, arXiv 1910.03151)."""
    kernel = eca_kernel(unit.channels_of(source))
    tip = unit.add("eca.pool", "average_pool", source, path="gate")
    operation = Operation(kernel, padding=kernel // 2)
    tip = unit.add("eca.conv", "channel_conv", tip, operation=operation, path="gate")
    tip = unit.add("eca.gate", "sigmoid", tip, path="gate")
    return unit.add("eca.scale", "multiply", source, tip, path=path)


def _channels_twice(unit: UnitBuilder, source: str, path: NodePath) -> str:
    """CBAM's channel attention: one MLP for the mean and the maximum, summed (Woo et al. 2018, arXiv 1807.06521).

    Both vectors go through the MLP as two rows of one map, so that its layers stand there once.
    """
    channels = unit.channels_of(source)
    squeezed = squeezed_channels(channels, unit.style.attention)
    mean = unit.add("cbam.mean", "average_pool", source, path="gate")
    peak = unit.add("cbam.peak", "global_max_pool", source, path="gate")
    tip = unit.add("cbam.stack", "stack", mean, peak, path="gate")
    tip = unit.add("cbam.fc1", "conv", tip, channels=squeezed, operation=_WITH_BIAS, path="gate")
    tip = unit.add("cbam.relu", "relu", tip, path="gate")
    tip = unit.add("cbam.fc2", "conv", tip, channels=channels, operation=_WITH_BIAS, path="gate")
    tip = unit.add("cbam.sum", "sum_rows", tip, path="gate")
    tip = unit.add("cbam.gate", "sigmoid", tip, path="gate")
    return unit.add("cbam.scale", "multiply", source, tip, path=path)


def _spatial(unit: UnitBuilder, source: str, path: NodePath) -> str:
    """CBAM's spatial attention: a 7x7 convolution over the channels' mean and maximum."""
    mean = unit.add("cbam.pixel_mean", "channel_mean", source, channels=1, path="gate")
    peak = unit.add("cbam.pixel_peak", "channel_max", source, channels=1, path="gate")
    tip = unit.add("cbam.maps", "concat", mean, peak, channels=2, path="gate")
    operation = Operation(_SPATIAL_KERNEL, padding=_SPATIAL_KERNEL // 2)
    tip = unit.add("cbam.conv", "conv", tip, channels=1, operation=operation, path="gate")
    if unit.style.norm.kind == "batch":
        tip = unit.norm("", tip, name="cbam.bn", path="gate")
    tip = unit.add("cbam.pixel_gate", "sigmoid", tip, path="gate")
    return unit.add("cbam.pixel_scale", "multiply", source, tip, path=path)
