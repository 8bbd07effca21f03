"""Writes norms, cosines, means and variances of tensors into cells on their device, right to a millionth.

On the CPU widening every value to float64 takes several times as long as float32 sums do, and float32 sums of millions
of values are wrong by up to 1e-2. So there, runs of values are summed in float32 and the runs in float64. Where squares
would leave float32's range, or the outcome is zero or not finite, float64 decides throughout. Between two convolutions
a processor's caches hold nothing of ours, and each small call costs some ten microseconds: calls are few.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

FloatArray = NDArray[np.float64]
Values = NDArray[np.float32]

RUN_LENGTH = 2048
"""Values whose squares the CPU may sum in float32 one after the other."""

LEAST_SAFE_NORM, MOST_SAFE_NORM = 1e-12, 1e18
"""Between these, squares of the values that matter stay well inside float32 (1e-38 to 3e38)."""

CHUNK_LENGTH, IMAGES_AT_ONCE = 2**18, 128
"""Values of maps that are read at a time, so that they stay in the processor's cache, and of how many images."""

LEAST_SAFE_SHARE = 0.03
"""Variance as a share of the mean square, below which mean square minus squared mean would lose digits."""


def precise_dtype(device: torch.device) -> torch.dtype:
    """Return float64; float32 on MPS, which has no float64."""
    return torch.float32 if device.type == "mps" else torch.float64


def write_norm(values: Tensor, cell: Tensor) -> None:
    """Write the L2 norm of `values`, of any shape, into `cell`; on a device nothing is waited for."""
    if values.device.type == "cpu" and values.dtype == torch.float32:
        flat = _in_memory_order(values)
        norm = math.sqrt(_product(flat, flat))
        if LEAST_SAFE_NORM < norm < MOST_SAFE_NORM:
            cell.fill_(norm)
            return
    torch.linalg.vector_norm(values, dtype=cell.dtype, out=cell)  # one kernel that widens as it reads


def write_pair(first: Tensor, second: Tensor, norms: tuple[Tensor, Tensor], cosine: Tensor) -> None:
    """Write the L2 norms of two tensors of one shape, and the cosine between them: nan where one of them is zero."""
    on_cpu = first.device.type == "cpu"
    if on_cpu and first.dtype == torch.float32 and _write_pair_quickly(first, second, norms, cosine):
        return
    write_norm(first, norms[0])
    write_norm(second, norms[1])
    if on_cpu and not norms[0].item() * norms[1].item() > 0:
        cosine.fill_(math.nan)
        return
    # Brought to length 1 first, as a product of two small gradients would leave float32's range.
    wide = cosine.dtype if on_cpu else torch.promote_types(first.dtype, torch.float32)
    one, other = first.to(wide) / norms[0].to(wide), second.to(wide) / norms[1].to(wide)
    cosine.copy_((one * other).sum(dtype=cosine.dtype))


class MomentCells(NamedTuple):
    """Where the moments of a map are written: of each channel over batch and space (divided by the count), then
    averaged over channels; `rms` is the root of the mean square of all values. None is not written.
    """

    variance: Tensor
    mean: Tensor | None = None
    rms: Tensor | None = None


def write_moments(x_NCHW: Tensor, cells: MomentCells) -> None:
    """Write the moments of a map into `cells`; on a device nothing is waited for."""
    if x_NCHW.device.type != "cpu":
        dtype = cells.variance.dtype
        wide_NCHW = x_NCHW.to(torch.promote_types(x_NCHW.dtype, torch.float32))  # half would round the moments, too
        variance_C, mean_C = (part.to(dtype) for part in torch.var_mean(wide_NCHW, dim=(0, 2, 3), correction=0))
        cells.variance.copy_(variance_C.mean())
        if cells.mean is not None:
            cells.mean.copy_(mean_C.mean())
        if cells.rms is not None:
            cells.rms.copy_((variance_C + mean_C.square()).mean().sqrt())
        return
    mean, variance, square = _host_moments(x_NCHW.detach())
    cells.variance.fill_(variance)
    if cells.mean is not None:
        cells.mean.fill_(mean)
    if cells.rms is not None:
        cells.rms.fill_(math.sqrt(square))


def run_squares(values: Values, length: int) -> FloatArray:
    """Return the sum of squares of each run of `length` values of a row, which is a multiple of that."""
    runs = values.reshape(-1, length)
    squares: FloatArray = np.einsum("rk,rk->r", runs, runs).astype(np.float64)
    return squares


def _write_pair_quickly(first: Tensor, second: Tensor, norms: tuple[Tensor, Tensor], cosine: Tensor) -> bool:
    """Write what `write_pair` does and return True, where nothing leaves float32's range."""
    if first.stride() != second.stride():
        first, second = first.contiguous(), second.contiguous()
    one, other = _in_memory_order(first), _in_memory_order(second)
    lengths = math.sqrt(_product(one, one)), math.sqrt(_product(other, other))
    if not all(LEAST_SAFE_NORM < length < MOST_SAFE_NORM for length in lengths):
        return False
    norms[0].fill_(lengths[0])
    norms[1].fill_(lengths[1])
    cosine.fill_(_product(one, other) / (lengths[0] * lengths[1]))
    return True


def _product(one: Values, other: Values) -> float:
    """Return the scalar product of two rows; nan or infinite where the squares of large values are."""
    whole = one.size // RUN_LENGTH * RUN_LENGTH
    runs = np.einsum("rk,rk->r", one[:whole].reshape(-1, RUN_LENGTH), other[:whole].reshape(-1, RUN_LENGTH))
    total = float(np.add.reduce(runs, dtype=np.float64))
    return total + float(np.einsum("k,k->", one[whole:], other[whole:])) if whole < one.size else total


def _in_memory_order(x: Tensor) -> Values:
    """Return the values as one row, as they lie in memory where they lie there densely; else in the usual order."""
    if _is_channels_last(x):
        x = x.permute(0, 2, 3, 1)
    flat: Values = x.numpy().reshape(-1)
    return flat


def _is_channels_last(x: Tensor) -> bool:
    """Whether a map lies in memory channel by channel of each pixel, as PyTorch's CPU convolutions may put it."""
    return x.dim() == 4 and not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last)


def _host_moments(x_NCHW: Tensor) -> tuple[float, float, float]:
    """Return mean, variance and mean square."""
    if x_NCHW.dtype == torch.float32:
        mean_C, square = _mean_and_square(x_NCHW)
        if math.isnan(square):
            return square, square, square
        if LEAST_SAFE_NORM**2 < square < MOST_SAFE_NORM**2:
            channels = len(mean_C)
            variance = square - float(mean_C @ mean_C) / channels
            if variance < LEAST_SAFE_SHARE * square:
                rest_C, rest_square = _mean_and_square(x_NCHW - torch.from_numpy(mean_C).float().view(-1, 1, 1))
                variance = rest_square - float(rest_C @ rest_C) / channels
            return float(np.add.reduce(mean_C)) / channels, variance, square
        if not x_NCHW.any():
            return 0.0, 0.0, 0.0
    variances, means = torch.var_mean(x_NCHW.double(), dim=(0, 2, 3), correction=0)
    return float(means.mean()), float(variances.mean()), float((variances + means.square()).mean())


def _mean_and_square(x_NCHW: Tensor) -> tuple[FloatArray, float]:
    """Return the mean of each channel, and the mean square of all; float32 sums go over some images, place by place."""
    images, channels, height, width = x_NCHW.shape
    values_NV = _in_memory_order(x_NCHW).reshape(images, -1)
    at_once = min(IMAGES_AT_ONCE, max(1, CHUNK_LENGTH // values_NV.shape[1]))
    sums_V, square = 0.0, 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # the caller sees by the square whether float32 was left
        for first in range(0, images, at_once):
            some_NV = values_NV[first : first + at_once]
            sums_V = sums_V + np.add.reduce(some_NV, axis=0).astype(np.float64)
            square += float(np.add.reduce(np.einsum("nv,nv->v", some_NV, some_NV), dtype=np.float64))
    by_channel = np.reshape(sums_V, (-1, channels) if _is_channels_last(x_NCHW) else (channels, -1))
    sums_C = np.add.reduce(by_channel, axis=0 if _is_channels_last(x_NCHW) else 1)
    return sums_C / (images * height * width), square / x_NCHW.numel()
