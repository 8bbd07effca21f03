"""Counts one layer: parameters, multiply-adds and activations, each an exact integer, with the terms they come from."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.architecture.graph import Node, NodeKind
from resnet_core.architecture.layers import NORM_KINDS
from resnet_core.architecture.tensor_shapes import Shape

KINDS_WITH_BUFFERS = frozenset({"batch_norm", "blur_pool"})


class LayerCost(NamedTuple):
    """The cost of one layer for one image.

    `macs` and `activations` (output elements) count convolutions and linear layers only; the other rows are 0.
    `receptive_field`, `effective_stride` and `effective_padding` are in input pixels. `saved_bytes` is what training
    keeps of this layer's output for the backward pass of the report's batch, in float32.
    """

    id: str
    kind: NodeKind
    stage: str
    block: str
    input_shape: Shape
    output_shape: Shape
    parameters: int
    macs: int
    activations: int
    receptive_field: int
    effective_stride: int
    effective_padding: int
    saved_bytes: int

    @property
    def flops(self) -> int:
        """Floating-point operations: two a multiply-add."""
        return 2 * self.macs


def counts_of(node: Node) -> tuple[int, int, int]:
    """Return (parameters, macs, activations) of one layer for one image.

    Parameters: conv Cout·(Cin/groups)·k² (+ Cout with a bias), a norm 2·C, linear Cout·Cin + Cout, ECA's convolution
    k, a learnt scale or scalar bias 1. MACs: conv Hout·Wout times its weights, linear Cin·Cout, ECA's convolution k·C,
    a blur-pool 9 an output value (a convolution with a fixed filter), biases left out. Activations: the output elements
    of these layers (fvcore's and pycls's convention). Every other layer counts 0.
    """
    kind = node.kind
    if kind == "conv":
        kernel, _, _, groups, bias, *_ = node.operation
        channels, height, width = node.output_shape
        weights = channels * (node.input_shape[0] // groups) * kernel * kernel
        elements = height * width
        return weights + channels * bias, weights * elements, channels * elements
    if kind in NORM_KINDS:
        return 2 * node.output_shape[0], 0, 0
    if kind == "linear":
        channels = node.output_shape[0]
        weights = channels * node.input_shape[0]
        return weights + channels, weights, channels
    if kind == "channel_conv":
        kernel, channels = node.operation.kernel, node.output_shape.channels
        return kernel, kernel * channels, channels
    if kind == "blur_pool":
        elements = node.output_shape.elements
        return 0, node.operation.kernel**2 * elements, elements
    return int(node.operation.learned), 0, 0


def parameters_of(node: Node) -> int:
    """Return the learnable parameters of one layer, as `counts_of` counts them."""
    return counts_of(node)[0]


def buffers_of(node: Node) -> int:
    """Return the values kept that are not learnt: BatchNorm's running mean and variance, 2·C, and one counter.

    A blur-pool keeps its 3x3 filter.
    """
    if node.kind == "blur_pool":
        return node.operation.kernel**2
    return 2 * node.output_shape[0] + 1 if node.kind == "batch_norm" else 0


def macs_of(node: Node) -> int:
    """Return the multiply-adds of one layer for one image, as `counts_of` counts them."""
    return counts_of(node)[1]


def parameter_formula(node: Node) -> str:
    """Return the count of `parameters_of` as arithmetic, `3·3·256·256 = 589,824`, or an empty text."""
    parameters = f"{parameters_of(node):,}"
    channels_in, channels_out = node.input_shape.channels, node.output_shape.channels
    if node.kind == "conv":
        kernel, groups = node.operation.kernel, node.operation.groups
        share = f"({channels_in}/{groups})" if groups > 1 else f"{channels_in}"
        bias = f" + {channels_out}" if node.operation.bias else ""
        return f"{kernel}·{kernel}·{share}·{channels_out}{bias} = {parameters}"
    if node.kind == "channel_conv":
        return f"{node.operation.kernel} = {parameters}"
    if node.kind in NORM_KINDS:
        return f"2·{channels_out} = {parameters}"
    if node.kind == "linear":
        return f"{channels_in}·{channels_out} + {channels_out} = {parameters}"
    return ""


def mac_formula(node: Node) -> str:
    """Return the count of `macs_of` as arithmetic: positions times weights, or an empty text."""
    if node.kind == "conv":
        channels, height, width = node.output_shape
        weights = parameters_of(node) - channels * node.operation.bias
        return f"{height}·{width}·{weights:,} = {macs_of(node):,}"
    if node.kind in ("channel_conv", "blur_pool"):
        share = node.operation.kernel if node.kind == "channel_conv" else node.operation.kernel**2
        return f"{share}·{macs_of(node) // share:,} = {macs_of(node):,}"
    if node.kind == "linear":
        return f"{node.input_shape.channels}·{node.output_shape.channels} = {macs_of(node):,}"
    return ""
