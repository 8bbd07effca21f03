"""Computes the shape that comes out of a convolution, pooling or zero-padding from the shape that goes in."""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """The shape of one image's tensor: channels x height x width; a flat vector has height and width 1."""

    channels: int
    height: int
    width: int

    @property
    def elements(self) -> int:
        """Number of values in the tensor."""
        return self.channels * self.height * self.width


def window_output(size: int, kernel: int, stride: int, padding: int) -> int:
    """Return the output size of a sliding window along one axis: floor((size + 2 padding - kernel) / stride) + 1."""
    return (size + 2 * padding - kernel) // stride + 1
