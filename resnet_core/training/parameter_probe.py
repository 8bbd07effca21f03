"""Measures the gradients of each block's parameters, and how far an update moves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from resnet_core.training.exact_norms import LEAST_SAFE_NORM, MOST_SAFE_NORM, RUN_LENGTH, run_squares, write_norm

GROUP_LENGTH = 2**22
"""Values of parameters that are laid behind one another at a time on the CPU: 16 MiB."""


class ParameterProbe:
    """The L2 norms over all the parameters of each of N blocks.

    On the CPU the tensors of some blocks are laid behind one another, each block filled up with zeros to whole runs,
    and all runs are summed at once; elsewhere all norms of all blocks come from one fused call. The weights' memory
    must stay where it is.
    """

    def __init__(self, blocks: Sequence[nn.Module], device: torch.device) -> None:
        self._parameters = [list(block.parameters()) for block in blocks]
        every = [p for own in self._parameters for p in own]
        plain = all(p.dtype == torch.float32 and p.is_contiguous() for p in every)
        self._on_cpu = device.type == "cpu" and plain
        numbers = [number for number, own in enumerate(self._parameters) for _ in own]
        self._block_of = torch.tensor(numbers, device=device)
        self._groups = _groups([sum(p.numel() for p in own) for own in self._parameters]) if self._on_cpu else []
        self._weights = [_parts(self._parameters, group) for group in self._groups]

    def write_gradient_norms(self, cells_N: Tensor) -> None:
        """Write the norm of each block's parameter gradients."""
        gradients = [[_gradient(p) for p in own] for own in self._parameters]
        if self._on_cpu:
            for group in self._groups:
                _write_run_norms(torch.cat(_parts(gradients, group)), group, cells_N)
        else:
            cells_N.copy_(self._fused(gradients, cells_N.dtype))

    def weights(self) -> list[list[Tensor]]:
        """Return a copy of the blocks' weights, for `write_update_ratios`."""
        if self._on_cpu:
            return [[torch.cat(parts) for parts in self._weights]]
        return [[p.detach().clone() for p in own] for own in self._parameters]

    def write_update_ratios(self, before: list[list[Tensor]], cells_N: Tensor) -> None:
        """Write ||w - before|| / ||before|| of each block, w its weights of now; overwrites `before`."""
        lengths_N = torch.empty_like(cells_N)
        if self._on_cpu:
            for group, parts, old in zip(self._groups, self._weights, before[0], strict=True):
                _write_run_norms(old, group, lengths_N)
                _write_run_norms(torch.cat(parts).sub_(old), group, cells_N)
        else:
            lengths_N.copy_(self._fused(before, cells_N.dtype))
            for own, old_own in zip(self._parameters, before, strict=True):
                torch._foreach_sub_(old_own, [p.detach() for p in own])
            cells_N.copy_(self._fused(before, cells_N.dtype))
        cells_N /= lengths_N

    def _fused(self, tensors: list[list[Tensor]], dtype: torch.dtype) -> Tensor:
        norms = fused_norms([tensor for own in tensors for tensor in own], dtype)
        return norms_together(norms, self._block_of, len(tensors))


class _Group(NamedTuple):
    """Blocks `first` to `stop`, how many zeros fill each one up to whole runs, and at which run each begins."""

    first: int
    stop: int
    fillings: list[Tensor]
    starts: list[int]


def _groups(lengths_N: Sequence[int]) -> list[_Group]:
    groups: list[_Group] = []
    used = GROUP_LENGTH
    for number, length in enumerate(lengths_N):
        if used + length > GROUP_LENGTH:
            groups.append(_Group(number, number, [], []))
            used = 0
        group = groups[-1]
        group.fillings.append(torch.zeros(-length % RUN_LENGTH))
        group.starts.append(-(-used // RUN_LENGTH))
        groups[-1] = group._replace(stop=number + 1)
        used += length + -length % RUN_LENGTH
    return groups


def _parts(tensors: Sequence[Sequence[Tensor]], group: _Group) -> list[Tensor]:
    """Return what laid behind one another makes the row of a group: each block's tensors as rows, and its zeros."""
    parts: list[Tensor] = []
    for own, filling in zip(tensors[group.first : group.stop], group.fillings, strict=True):
        parts += [tensor.detach().reshape(-1) for tensor in own]
        parts.append(filling)
    return parts


def _write_run_norms(row: Tensor, group: _Group, cells_N: Tensor) -> None:
    """Write the norm of each block of a group; in float64 throughout where squares may have left float32's range."""
    norms = np.sqrt(np.add.reduceat(run_squares(row.numpy()), group.starts))
    cells_N[group.first : group.stop] = torch.from_numpy(norms)
    if not ((norms > LEAST_SAFE_NORM) & (norms < MOST_SAFE_NORM)).all():
        ends = [*group.starts[1:], len(row) // RUN_LENGTH]
        for number, (start, end) in enumerate(zip(group.starts, ends, strict=True), start=group.first):
            write_norm(row[RUN_LENGTH * start : RUN_LENGTH * end], cells_N[number])


def fused_norms(tensors: list[Tensor], dtype: torch.dtype) -> Tensor:
    """Return the L2 norm of each tensor, (T,), in `dtype`; nothing is waited for.

    Where `dtype` is no wider than the values, as on MPS, they are divided by the largest of their tensor first, so that
    their squares stay in range.
    """
    if dtype == torch.float64:
        return torch.stack(torch._foreach_norm(tensors, 2, dtype=dtype))
    peaks = torch.stack(torch._foreach_norm(tensors, torch.inf))
    scales = torch.where(peaks == 0, 1, peaks)
    scaled = torch._foreach_div(tensors, list(scales.unbind()))
    return torch.stack(torch._foreach_norm(scaled, 2)) * scales


def norms_together(norms_T: Tensor, group_T: Tensor, count: int) -> Tensor:
    """Return the norm over each of `count` groups of tensors, (count,), from the tensors' norms; scaled as above."""
    peaks = norms_T.new_zeros(count).scatter_reduce_(0, group_T, norms_T, "amax")
    scales = torch.where(peaks == 0, 1, peaks)
    squares = (norms_T / scales[group_T]).square()
    return norms_T.new_zeros(count).index_add_(0, group_T, squares).sqrt() * scales


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
