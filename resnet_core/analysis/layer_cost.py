"""Counts one layer: parameters, multiply-adds and activations, each an exact integer, with the terms they come from."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.architecture.graph import Node, NodeKind
from resnet_core.architecture.tensor_shapes import Shape


class LayerCost(NamedTuple):
    """The cost of one layer for one image.

    `macs` and `activations` (output elements) count convolutions and linear layers only; the other rows are 0.
    `receptive_field` and `effective_stride` are in input pixels. `saved_bytes` is what training keeps of this layer's
    output for the backward pass of the report's batch, in float32.
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
    saved_bytes: int

    @property
    def flops(self) -> int:
        """Floating-point operations: two a multiply-add."""
        return 2 * self.macs


def counts_of(node: Node) -> tuple[int, int, int]:
    """Return (parameters, macs, activations) of one layer for one image.

    Parameters: conv Cout·(Cin/groups)·k², BN 2·C, linear Cout·Cin + Cout. MACs: conv Hout·Wout times its weights,
    linear Cin·Cout, biases left out. Activations: the output elements of a convolution or linear layer (fvcore's and
    pycls's convention). Every other layer counts 0.
    """
    kind = node.kind
    if kind == "conv":
        kernel, _, _, groups, _ = node.operation
        channels, height, width = node.output_shape
        weights = channels * (node.input_shape[0] // groups) * kernel * kernel
        return weights, weights * height * width, channels * height * width
    if kind == "batch_norm":
        return 2 * node.output_shape[0], 0, 0
    if kind == "linear":
        channels = node.output_shape[0]
        weights = channels * node.input_shape[0]
        return weights + channels, weights, channels
    return 0, 0, 0


def parameters_of(node: Node) -> int:
    """Return the learnable parameters of one layer, as `counts_of` counts them."""
    return counts_of(node)[0]


def buffers_of(node: Node) -> int:
    """Return the values kept that are not learnt: BatchNorm's running mean and variance, 2·C, and one counter."""
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
        return f"{kernel}·{kernel}·{share}·{channels_out} = {parameters}"
    if node.kind == "batch_norm":
        return f"2·{channels_out} = {parameters}"
    if node.kind == "linear":
        return f"{channels_in}·{channels_out} + {channels_out} = {parameters}"
    return ""


def mac_formula(node: Node) -> str:
    """Return the count of `macs_of` as arithmetic: positions times weights, or an empty text."""
    if node.kind == "conv":
        _, height, width = node.output_shape
        return f"{height}·{width}·{parameters_of(node):,} = {macs_of(node):,}"
    if node.kind == "linear":
        return f"{node.input_shape.channels}·{node.output_shape.channels} = {macs_of(node):,}"
    return ""
