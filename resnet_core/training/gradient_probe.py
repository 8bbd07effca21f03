"""Measures the L2 norm of dLoss/dx at every block boundary, in the backward pass that trains and without changing it.

A tensor hook stands on the input x of each block and on the output of the last. It sees the whole gradient of x, branch
and shortcut added up, because autograd calls it once x's gradient is complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from resnet_core.training.exact_norms import precise_dtype, write_norm
from resnet_core.training.read_back import Host, same


class GradientProbe:
    """Writes the norms of N+1 boundaries into rows of a buffer on the device; nothing is read back inside a step.

    `boundary_norms` is float64 (capacity, N+1); float32 on MPS, which has no float64. Between captures the model
    carries no hook at all.
    """

    def __init__(self, blocks: Sequence[nn.Module], device: torch.device, capacity: int = 1) -> None:
        """`blocks` are the network's N blocks, first to last; `capacity` rows can be held at once."""
        self._blocks = tuple(blocks)
        self.boundary_norms = torch.full(
            (capacity, len(self._blocks) + 1), torch.nan, dtype=precise_dtype(device), device=device
        )

    @contextmanager
    def capturing(self, row: int) -> Iterator[None]:
        """Capture the one backward pass made inside the `with` into `row`; the forward pass must be inside, too."""
        cells = self.boundary_norms[row].unbind()
        handles = [
            block.register_forward_pre_hook(partial(self._watch_input, cell))
            for block, cell in zip(self._blocks, cells[:-1], strict=True)
        ]
        handles.append(self._blocks[-1].register_forward_hook(partial(self._watch_output, cells[-1])))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def rows(self, count: int, host: Host = same) -> list[tuple[float, ...]]:
        """Return the first `count` rows, read by `host`; this is where the device is waited for."""
        return [tuple(row) for row in host(self.boundary_norms)[:count].tolist()]

    def _watch_input(self, cell: Tensor, _block: nn.Module, arguments: tuple[Any, ...]) -> None:
        self._watch(arguments[0], cell)

    def _watch_output(self, cell: Tensor, _block: nn.Module, _arguments: object, output: Tensor) -> None:
        self._watch(output, cell)

    def _watch(self, boundary_NCHW: Tensor, cell: Tensor) -> None:
        def note(gradient_NCHW: Tensor) -> None:  # returns None, so that autograd goes on with the same gradient
            write_norm(gradient_NCHW, cell)

        boundary_NCHW.register_hook(note)
