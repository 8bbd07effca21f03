"""Compares the gradients of different inputs at every block boundary (Balduzzi et al. 2017, arXiv 1702.08591)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from resnet_core.studies.gram import cosines

FloatArray = NDArray[np.float64]


class GradientCosines(NamedTuple):
    """Cosines (N+2, B, B) between the gradients of B inputs, and of how many numbers such a gradient is (N+2).

    At the network's input, at the inputs of its N blocks, and at the output of the last.
    """

    cosines: FloatArray
    sizes: tuple[int, ...]


def gradient_cosines(
    model: nn.Module, blocks: Sequence[nn.Module], images: Tensor, readout_K: Tensor
) -> GradientCosines:
    """Return how alike the gradients of f(x) = readout . model(x) are between the inputs, at each boundary.

    `model` treats each input by itself, so that the gradient of the sum over inputs is that of each f. `blocks` are
    those it runs through, first to last. Behind each boundary the gradient of each input goes on scaled to a largest
    value of 1, as no cosine depends on its length: in deep plain networks it would leave float32 on the way. A cosine
    is nan where a gradient is zero or not finite.
    """
    found: dict[int, Tensor] = {}
    sizes: dict[int, int] = {}

    def watch(boundary: Tensor, place: int) -> None:
        def compare(gradient: Tensor) -> Tensor:  # once the gradient is complete, and before it is let go
            found[place], sizes[place] = cosines(gradient), gradient[0].numel()
            largest = gradient.abs().flatten(1).amax(1).reshape(-1, *(1,) * (gradient.dim() - 1))
            return gradient / torch.where(largest > 0, largest, 1)

        boundary.register_hook(compare)

    images = images.detach().clone().requires_grad_(True)
    watch(images, 0)
    handles = [
        block.register_forward_pre_hook(lambda _block, taken, place=place: watch(taken[0], place))
        for place, block in enumerate(blocks, start=1)
    ]
    last = len(blocks) + 1
    handles.append(blocks[-1].register_forward_hook(lambda _block, _taken, output: watch(output, last)))
    try:
        with torch.enable_grad():
            outputs_BK = model(images)
            torch.autograd.grad((outputs_BK @ readout_K).sum(), images)
    finally:
        for handle in handles:
            handle.remove()
    places = range(last + 1)
    stacked = torch.stack([found[place] for place in places]).cpu().double().numpy()
    return GradientCosines(stacked, tuple(sizes[place] for place in places))


class MeanByLag:
    """The mean cosine of points that lie 1 to `lags` apart, by boundary, over all pairs that have one."""

    def __init__(self, lags: int) -> None:
        self._lags = lags
        self._sums: FloatArray | float = 0.0
        self._counts: FloatArray | float = 0.0

    def add(self, cosines: FloatArray) -> None:
        """Add the pairs of one segment (N+2, B, B): B points that follow one another on a path."""
        boundaries, points, _ = cosines.shape
        sums, counts = np.zeros((boundaries, self._lags)), np.zeros((boundaries, self._lags))
        for lag in range(1, min(self._lags, points - 1) + 1):
            pairs = np.diagonal(cosines, offset=lag, axis1=1, axis2=2)
            there = np.isfinite(pairs)
            sums[:, lag - 1] = np.where(there, pairs, 0.0).sum(1)
            counts[:, lag - 1] = there.sum(1)
        self._sums, self._counts = self._sums + sums, self._counts + counts

    def join(self, other: MeanByLag) -> None:
        """Add the pairs of `other`, too."""
        self._sums, self._counts = self._sums + other._sums, self._counts + other._counts

    def means(self) -> FloatArray:
        """Return (N+2, lags); nan where there was no pair."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.divide(self._sums, self._counts))


def mean_absolute(cosines: FloatArray) -> FloatArray:
    """Return the mean |cosine| between different inputs (N+2,), over all pairs that have one; nan where none has."""
    rows, columns = np.triu_indices(cosines.shape[1], 1)
    pairs = np.abs(cosines[:, rows, columns])
    there = np.isfinite(pairs)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, pairs, 0.0).sum(1) / there.sum(1))
