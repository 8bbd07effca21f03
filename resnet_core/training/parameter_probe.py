"""Measures the gradients of each block's parameters, and how far an update moves them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from resnet_core.training.exact_norms import write_norm


class ParameterProbe:
    """The L2 norms over all the parameters of each of N blocks.

    On the CPU the tensors of a block are laid behind one another and summed as one; elsewhere all norms of all blocks
    come from one fused call.
    """

    def __init__(self, blocks: Sequence[nn.Module], device: torch.device) -> None:
        self._on_cpu = device.type == "cpu"
        self._parameters = [list(block.parameters()) for block in blocks]
        numbers = [number for number, own in enumerate(self._parameters) for _ in own]
        self._block_of = torch.tensor(numbers, device=device)

    def write_gradient_norms(self, cells_N: Tensor) -> None:
        """Write the norm of each block's parameter gradients."""
        self._write_norms([[_gradient(p) for p in own] for own in self._parameters], cells_N)

    def weights(self) -> list[list[Tensor]]:
        """Return a copy of each block's weights, for `write_update_ratios`."""
        if self._on_cpu:
            return [[_one_behind_another(own)] for own in self._parameters]
        return [[p.detach().clone() for p in own] for own in self._parameters]

    def write_update_ratios(self, before: list[list[Tensor]], cells_N: Tensor) -> None:
        """Write ||w - before|| / ||before|| of each block, w its weights of now; overwrites `before`."""
        lengths_N = torch.empty_like(cells_N)
        self._write_norms(before, lengths_N)
        for own, old in zip(self._parameters, before, strict=True):
            now = [_one_behind_another(own)] if self._on_cpu else [p.detach() for p in own]
            torch._foreach_sub_(old, now)
        self._write_norms(before, cells_N)
        cells_N /= lengths_N

    def _write_norms(self, tensors: list[list[Tensor]], cells_N: Tensor) -> None:
        if self._on_cpu:
            for own, cell in zip(tensors, cells_N.unbind(), strict=True):
                write_norm(own[0] if len(own) == 1 else _one_behind_another(own), cell)
            return
        norms = fused_norms([tensor for own in tensors for tensor in own], cells_N.dtype)
        cells_N.copy_(norms_together(norms, self._block_of, len(tensors)))


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _one_behind_another(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])


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
