"""Computes the shape that a layer puts out from the shape it reads."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.architecture.layers import Layer


class Shape(NamedTuple):
    """The shape of one image's tensor: channels x height x width; a flat vector has height and width 1."""

    channels: int
    height: int
    width: int

    @property
    def elements(self) -> int:
        """Number of values in the tensor."""
        return self.channels * self.height * self.width


def window_output(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """Return the output size of a sliding window along one axis: floor((size + 2p - d(k - 1) - 1) / s) + 1."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """Return what `layer` makes of its first input's `shape`."""
    _, height, width = shape
    kind, operation = layer.kind, layer.operation
    if kind in ("conv", "max_pool", "blur_pool"):
        kernel, stride, padding, dilation = operation.kernel, operation.stride, operation.padding, operation.dilation
        height = window_output(height, kernel, stride, padding, dilation)
        width = window_output(width, kernel, stride, padding, dilation)
    elif kind in ("local_average_pool", "zero_pad"):  # what hangs over the edge counts; every s-th pixel from the first
        height, width = -(-height // operation.stride), -(-width // operation.stride)
    elif kind in ("average_pool", "global_max_pool", "sum_rows", "linear", "flatten"):
        height = width = 1
    elif kind == "stack":
        height *= 2
    return Shape(layer.out_channels, height, width)
