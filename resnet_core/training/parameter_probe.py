"""Measures the gradient of each layer's parameters, and how far an update moves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from resnet_core.training.exact_norms import (
    LEAST_SAFE_NORM,
    MOST_SAFE_NORM,
    precise_dtype,
    run_squares,
    write_norm,
)

GROUP_LENGTH = 2**22
"""Values of parameters that are laid behind one another at a time on the CPU: 16 MiB."""

RUN_LENGTH = 64
"""Values whose squares are summed in float32 at a time; many layers have a multiple of it, norms but few values."""


class Moved(NamedTuple):
    """Of each of L layers the L2 norm of its weights' change, (L,), and of the weights before it, (L,)."""

    change: Tensor
    before: Tensor


class ParameterProbe:
    """The L2 norms over the parameters of each of L layers, in float64 (on MPS float32).

    On the CPU the tensors of some layers are laid behind one another, each layer filled up with zeros to whole runs,
    and all runs are summed at once; elsewhere all norms come from one fused call. The weights' memory must stay where
    it is.
    """

    def __init__(self, layers: Sequence[Sequence[nn.Parameter]], device: torch.device) -> None:
        self._parameters = [list(own) for own in layers]
        self._dtype, self._device = precise_dtype(device), device
        every = [p for own in self._parameters for p in own]
        plain = all(p.dtype == torch.float32 and p.is_contiguous() for p in every)
        self._on_cpu = device.type == "cpu" and plain
        numbers = [number for number, own in enumerate(self._parameters) for _ in own]
        self._layer_of = torch.tensor(numbers, device=device)
        self._groups = _groups([sum(p.numel() for p in own) for own in self._parameters]) if self._on_cpu else []
        self._weights = [_parts(self._parameters, group) for group in self._groups]

    def gradient_norms(self) -> Tensor:
        """Return the norm of each layer's parameter gradients, (L,)."""
        gradients = [[_gradient(p) for p in own] for own in self._parameters]
        if not self._on_cpu:
            return self._fused(gradients)
        norms_L = self._empty()
        for group in self._groups:
            _write_run_norms(torch.cat(_parts(gradients, group)), group, norms_L)
        return norms_L

    def weights(self) -> list[list[Tensor]]:
        """Return a copy of the weights, for `moved`."""
        if self._on_cpu:
            return [[torch.cat(parts) for parts in self._weights]]
        return [[p.detach().clone() for p in own] for own in self._parameters]

    def moved(self, before: list[list[Tensor]]) -> Moved:
        """Return how far the weights of now are from `before`, which is overwritten."""
        if not self._on_cpu:
            before_L = self._fused(before)
            for own, old_own in zip(self._parameters, before, strict=True):
                torch._foreach_sub_(old_own, [p.detach() for p in own])
            return Moved(self._fused(before), before_L)
        moved = Moved(self._empty(), self._empty())
        for group, parts, old in zip(self._groups, self._weights, before[0], strict=True):
            _write_run_norms(old, group, moved.before)
            _write_run_norms(torch.cat(parts).sub_(old), group, moved.change)
        return moved

    def _empty(self) -> Tensor:
        return torch.empty(len(self._parameters), dtype=self._dtype, device=self._device)

    def _fused(self, tensors: list[list[Tensor]]) -> Tensor:
        norms = fused_norms([tensor for own in tensors for tensor in own], self._dtype)
        return norms_together(norms, self._layer_of, len(tensors))


class _Group(NamedTuple):
    """Layers `first` to `stop`, how many zeros fill each one up to whole runs, and at which run each begins."""

    first: int
    stop: int
    fillings: list[int]
    starts: list[int]


def _groups(lengths_L: Sequence[int]) -> list[_Group]:
    groups: list[_Group] = []
    used = GROUP_LENGTH
    for number, length in enumerate(lengths_L):
        if used + length > GROUP_LENGTH:
            groups.append(_Group(number, number, [], []))
            used = 0
        group = groups[-1]
        group.fillings.append(-length % RUN_LENGTH)
        group.starts.append(used // RUN_LENGTH)
        groups[-1] = group._replace(stop=number + 1)
        used += length + -length % RUN_LENGTH
    return groups


def _parts(tensors: Sequence[Sequence[Tensor]], group: _Group) -> list[Tensor]:
    """Return what laid behind one another makes the row of a group: each layer's tensors as rows, and its zeros."""
    parts: list[Tensor] = []
    zeros = torch.zeros(RUN_LENGTH)
    for own, filling in zip(tensors[group.first : group.stop], group.fillings, strict=True):
        parts += [tensor.detach().reshape(-1) for tensor in own]
        if filling:
            parts.append(zeros[:filling])
    return parts


def _write_run_norms(row: Tensor, group: _Group, cells_L: Tensor) -> None:
    """Write the norm of each layer of a group; in float64 throughout where squares may have left float32's range."""
    norms = np.sqrt(np.add.reduceat(run_squares(row.numpy(), RUN_LENGTH), group.starts))
    cells_L[group.first : group.stop] = torch.from_numpy(norms)
    unsafe = np.flatnonzero(~((norms > LEAST_SAFE_NORM) & (norms < MOST_SAFE_NORM))).tolist()
    ends = [*group.starts[1:], len(row) // RUN_LENGTH]
    for place in unsafe:
        values = row[RUN_LENGTH * group.starts[place] : RUN_LENGTH * ends[place]]
        write_norm(values, cells_L[group.first + place])


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
