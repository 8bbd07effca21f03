"""Writes norms, cosines, means and variances of tensors into cells on their device, right to a millionth.

On the CPU widening every value to float64 takes several times as long as float32 sums do, and float32 sums of millions
of values are wrong by up to 1e-2. So there, runs of values are summed in float32 and the runs in float64. Where squares
would leave float32's range, or the outcome is zero or not finite, float64 decides throughout.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

RUN_LENGTH = 2048
"""Values whose squares the CPU may sum in float32 one after the other."""

LEAST_SAFE_NORM, MOST_SAFE_NORM = 1e-12, 1e18
"""Between these, squares of the values that matter stay well inside float32 (1e-38 to 3e38)."""

CHUNK_LENGTH, IMAGES_AT_ONCE = 2**16, 128
"""Values of maps that are read at a time, so that they stay in the processor's cache, and of how many images."""

LEAST_SAFE_SHARE = 0.03
"""Variance as a share of the mean square, below which mean square minus squared mean would lose digits."""


def precise_dtype(device: torch.device) -> torch.dtype:
    """Return float64; float32 on MPS, which has no float64."""
    return torch.float32 if device.type == "mps" else torch.float64


def write_norm(values: Tensor, cell: Tensor) -> None:
    """Write the L2 norm of `values`, of any shape, into `cell`; on a device nothing is waited for."""
    if values.device.type != "cpu":
        torch.linalg.vector_norm(values, dtype=cell.dtype, out=cell)  # one kernel that widens as it reads
        return
    flat = _in_memory_order(values)
    whole = flat.numel() // RUN_LENGTH * RUN_LENGTH
    norms = torch.linalg.vector_norm(flat[:whole].view(-1, RUN_LENGTH), dim=1)
    if whole < flat.numel():
        norms = torch.cat((norms, torch.linalg.vector_norm(flat[whole:]).view(1)))
    torch.linalg.vector_norm(norms, dtype=cell.dtype, out=cell)
    if values.dtype != torch.float32 or not _is_safe(cell):
        torch.linalg.vector_norm(values, dtype=cell.dtype, out=cell)


def write_pair(first: Tensor, second: Tensor, norms: tuple[Tensor, Tensor], cosine: Tensor) -> None:
    """Write the L2 norms of two tensors of one shape, and the cosine between them: nan where one of them is zero."""
    on_cpu = first.device.type == "cpu"
    if on_cpu and first.dtype == torch.float32:
        with np.errstate(over="ignore", invalid="ignore"):
            products = _host_products(first, second)
        lengths = [math.sqrt(square) for square in products[:2]]
        if all(LEAST_SAFE_NORM < length < MOST_SAFE_NORM for length in lengths):
            norms[0].fill_(lengths[0])
            norms[1].fill_(lengths[1])
            cosine.fill_(products[2] / (lengths[0] * lengths[1]))
            return
    write_norm(first, norms[0])
    write_norm(second, norms[1])
    if on_cpu and not norms[0].item() * norms[1].item() > 0:
        cosine.fill_(math.nan)
        return
    # Brought to length 1 first, as a product of two small gradients would leave float32's range.
    wide = cosine.dtype if on_cpu else first.dtype
    one, other = first.to(wide) / norms[0].to(wide), second.to(wide) / norms[1].to(wide)
    cosine.copy_((one * other).sum(dtype=cosine.dtype))


def write_moments(x_NCHW: Tensor, mean_cell: Tensor | None, variance_cell: Tensor) -> None:
    """Write mean and variance of each channel over batch and space (divided by the count), then averaged over channels.

    No mean is written where `mean_cell` is None.
    """
    if x_NCHW.device.type != "cpu":
        variance_C, mean_C = torch.var_mean(x_NCHW, dim=(0, 2, 3), correction=0)
        mean, variance = mean_C.to(variance_cell.dtype).mean(), variance_C.to(variance_cell.dtype).mean()
        variance_cell.copy_(variance)
        if mean_cell is not None:
            mean_cell.copy_(mean)
        return
    host_mean, host_variance = _host_moments(x_NCHW.detach())
    variance_cell.fill_(host_variance)
    if mean_cell is not None:
        mean_cell.fill_(host_mean)


def _is_safe(norm: Tensor) -> bool:
    return LEAST_SAFE_NORM < norm.item() < MOST_SAFE_NORM


def _host_products(first: Tensor, second: Tensor) -> tuple[float, float, float]:
    """Return first.first, second.second and first.second, reading both from memory once."""
    if _is_channels_last(first) != _is_channels_last(second):
        first, second = first.contiguous(), second.contiguous()
    one, other = _in_memory_order(first).numpy(), _in_memory_order(second).numpy()
    found = np.zeros(3)
    whole = one.size // RUN_LENGTH * RUN_LENGTH
    for start in range(0, whole, CHUNK_LENGTH):
        stop = min(start + CHUNK_LENGTH, whole)
        a, b = one[start:stop].reshape(-1, RUN_LENGTH), other[start:stop].reshape(-1, RUN_LENGTH)
        runs = np.stack([np.einsum("rk,rk->r", left, right) for left, right in ((a, a), (b, b), (a, b))])
        found += runs.sum(axis=1, dtype=np.float64)
    if whole < one.size:
        a, b = one[whole:], other[whole:]
        found += (np.dot(a, a), np.dot(b, b), np.dot(a, b))
    square, other_square, product = found.tolist()
    return square, other_square, product


def _host_moments(x_NCHW: Tensor) -> tuple[float, float]:
    if x_NCHW.dtype == torch.float32:
        with np.errstate(over="ignore", invalid="ignore"):
            mean_C, square_C = _mean_and_square(x_NCHW)
        square = float(square_C.mean())
        if math.isnan(square):
            return square, square
        if LEAST_SAFE_NORM**2 < square < MOST_SAFE_NORM**2:
            variance = float((square_C - mean_C**2).mean())
            if variance < LEAST_SAFE_SHARE * square:
                shift_C = torch.from_numpy(mean_C.astype(np.float32))
                rest_C, square_C = _mean_and_square(x_NCHW - shift_C.view(-1, 1, 1))
                variance = float((square_C - rest_C**2).mean())
            return float(mean_C.mean()), variance
        if not x_NCHW.any():
            return 0.0, 0.0
    variances, means = torch.var_mean(x_NCHW.double(), dim=(0, 2, 3), correction=0)
    return float(means.mean()), float(variances.mean())


def _mean_and_square(x_NCHW: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and mean square of each channel; float32 sums go over some images at a time, place by place."""
    images, channels, height, width = x_NCHW.shape
    values_NV = _in_memory_order(x_NCHW).numpy().reshape(images, -1)
    ones_N = np.ones(images, np.float32)
    sums_V, squares_V = np.zeros((2, values_NV.shape[1]))
    at_once = min(IMAGES_AT_ONCE, max(1, CHUNK_LENGTH // values_NV.shape[1]))
    for first in range(0, images, at_once):
        some_NV = values_NV[first : first + at_once]
        sums_V += ones_N[: len(some_NV)] @ some_NV
        squares_V += np.einsum("nv,nv->v", some_NV, some_NV)
    both = np.stack((sums_V, squares_V))
    sums_C = both.reshape(2, -1, channels).sum(1) if _is_channels_last(x_NCHW) else both.reshape(2, channels, -1).sum(2)
    mean_C, square_C = sums_C / (images * height * width)
    return mean_C, square_C


def _in_memory_order(x: Tensor) -> Tensor:
    """Return the values as one row, as they lie in memory where they lie there densely; else in the usual order."""
    return x.permute(0, 2, 3, 1).reshape(-1) if _is_channels_last(x) else x.reshape(-1)


def _is_channels_last(x: Tensor) -> bool:
    """Whether a map lies in memory channel by channel of each pixel, as PyTorch's CPU convolutions may put it."""
    return not x.is_contiguous() and x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last)
