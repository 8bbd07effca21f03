"""Captures the gradient flow of one step: boundaries, forks, streams, parameters and their update, a row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch

from resnet_core.model.blocks import ResidualBlock
from resnet_core.runs.run_events import BLOCK_QUANTITIES, BlockQuantity
from resnet_core.training.exact_norms import precise_dtype
from resnet_core.training.fork_probe import ForkProbe
from resnet_core.training.gradient_probe import GradientProbe
from resnet_core.training.parameter_probe import ParameterProbe


class CapturedRow(NamedTuple):
    """What one step measured: N+1 boundary norms, and of N blocks each quantity of `BLOCK_QUANTITIES` by its name."""

    boundary_norms: tuple[float, ...]
    block_quantities: Mapping[str, tuple[float, ...]]


class FlowCapture:
    """Holds `capacity` rows on the device; nothing is read back inside a step.

    Between captures the model carries neither hook nor observer.
    """

    def __init__(self, blocks: Sequence[ResidualBlock], device: torch.device, capacity: int = 1) -> None:
        """`blocks` are the network's N blocks, first to last."""
        self._blocks = tuple(blocks)
        self._boundaries = GradientProbe(self._blocks, device, capacity)
        self._parameters = ParameterProbe(self._blocks, device)
        shape = (capacity, len(BLOCK_QUANTITIES), len(self._blocks))
        self._values = torch.full(shape, torch.nan, dtype=precise_dtype(device), device=device)

    @contextmanager
    def capturing(self, row: int) -> Iterator[None]:
        """Capture the one forward and backward pass made inside the `with` into `row`, parameter gradients included."""
        try:
            self._observe(row)
            with self._boundaries.capturing(row):
                yield
        finally:
            for block in self._blocks:
                block.observer = None
        self._parameters.write_gradient_norms(self._cells(row, "parameter_gradient_norm"))

    @contextmanager
    def updating(self, row: int) -> Iterator[None]:
        """Capture the update of the weights made inside the `with` into `row`."""
        before = self._parameters.weights()
        yield
        self._parameters.write_update_ratios(before, self._cells(row, "update_ratio"))

    def rows(self, count: int) -> list[CapturedRow]:
        """Return the first `count` rows; this is where the device is waited for.

        All that reaches the input of a plain block reaches it through its branch.
        """
        found = []
        for norms, table in zip(self._boundaries.rows(count), self._values[:count].tolist(), strict=True):
            quantities: dict[str, tuple[float, ...]] = {
                name: tuple(values) for name, values in zip(BLOCK_QUANTITIES, table, strict=True)
            }
            branch = zip(quantities["branch_norm"], norms, self._blocks, strict=False)
            quantities["branch_norm"] = tuple(own if block.fork else whole for own, whole, block in branch)
            found.append(CapturedRow(norms, quantities))
        return found

    def _observe(self, row: int) -> None:
        columns = [column.unbind() for column in self._values[row].unbind(1)]
        for block, cells in zip(self._blocks, columns, strict=True):
            block.observer = ForkProbe(block.fork, dict(zip(BLOCK_QUANTITIES, cells, strict=True)))

    def _cells(self, row: int, name: BlockQuantity) -> torch.Tensor:
        return self._values[row, BLOCK_QUANTITIES.index(name)]
