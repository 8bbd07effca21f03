"""Captures the gradient flow of one step: boundaries, forks, streams, units, norms, parameters, a row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from resnet_core.model.blocks import ResidualBlock
from resnet_core.runs.run_events import BLOCK_QUANTITIES, LAYER_QUANTITIES, BlockQuantity, LayerQuantity
from resnet_core.training.exact_norms import precise_dtype
from resnet_core.training.fork_probe import ForkProbe, Sizes
from resnet_core.training.gradient_probe import GradientProbe
from resnet_core.training.layers_with_parameters import layers_with_parameters
from resnet_core.training.norm_probe import NormProbe
from resnet_core.training.parameter_probe import ParameterProbe, norms_together
from resnet_core.training.read_back import Host, same
from resnet_core.training.unit_probe import UnitProbe


class CapturedRow(NamedTuple):
    """What one step measured: N+1 boundary norms; of N blocks each quantity of `BLOCK_QUANTITIES` by its name, and of
    the `layers` with parameters each of `LAYER_QUANTITIES`, where the capture knows the network.
    """

    boundary_norms: tuple[float, ...]
    block_quantities: Mapping[str, tuple[float, ...]]
    layer_quantities: Mapping[str, tuple[float, ...]]
    layers: tuple[str, ...]


class FlowCapture:
    """Holds `capacity` rows on the device; nothing is read back inside a step.

    Between captures the model carries neither hook nor observer.
    """

    def __init__(
        self,
        blocks: Sequence[ResidualBlock],
        device: torch.device,
        capacity: int = 1,
        *,
        model: nn.Module | None = None,
    ) -> None:
        """`blocks` are the network's N blocks, first to last; layers are measured by themselves with the `model`."""
        self._blocks = tuple(blocks)
        layers = layers_with_parameters(self._blocks, model)
        self._layers = tuple(layer.id for layer in layers) if model is not None else ()
        self._boundaries = GradientProbe(self._blocks, device, capacity)
        self._parameters = ParameterProbe([layer.parameters for layer in layers], device)
        self._units, self._norms = UnitProbe(self._blocks, device), NormProbe(self._blocks, device)
        inside = [(place, layer.block) for place, layer in enumerate(layers) if layer.block is not None]
        self._inside, self._block_of = torch.tensor(inside, dtype=torch.int64, device=device).reshape(-1, 2).unbind(1)
        dtype, count = precise_dtype(device), len(self._blocks)
        shape = (capacity, len(BLOCK_QUANTITIES), count)
        self._values = torch.full(shape, torch.nan, dtype=dtype, device=device)
        shape = (capacity, len(LAYER_QUANTITIES), len(self._layers))
        self._layer_values = torch.full(shape, torch.nan, dtype=dtype, device=device)
        self._sizes = torch.full((3, count), torch.nan, dtype=dtype, device=device)  # of output, branch and shortcut

    @contextmanager
    def capturing(self, row: int) -> Iterator[None]:
        """Capture the one forward and backward pass made inside the `with` into `row`, parameter gradients included."""
        running = self._norms.running_values()
        try:
            self._observe(row)
            with self._units.capturing(), self._boundaries.capturing(row):
                yield
        finally:
            for block in self._blocks:
                block.observer = None
        self._units.write(self._cells(row, "dead_fraction"))
        self._norms.write_drift(running, self._cells(row, "norm_drift"))
        _, branch, shortcut = self._sizes.unbind()
        self._cells(row, "branch_stream_ratio").copy_(branch / shortcut)
        norms_L = self._parameters.gradient_norms()
        self._cells(row, "parameter_gradient_norm").copy_(self._by_block(norms_L))
        self._write_layers(row, "gradient_norm", norms_L)

    @contextmanager
    def updating(self, row: int) -> Iterator[None]:
        """Capture the update of the weights made inside the `with` into `row`."""
        before = self._parameters.weights()
        yield
        moved = self._parameters.moved(before)
        self._cells(row, "update_ratio").copy_(self._by_block(moved.change) / self._by_block(moved.before))
        self._write_layers(row, "update_ratio", moved.change / moved.before)

    @property
    def buffers(self) -> tuple[Tensor, ...]:
        """What `rows` reads, on the device."""
        return self._boundaries.boundary_norms, self._values, self._layer_values

    def rows(self, count: int, host: Host = same) -> list[CapturedRow]:
        """Return the first `count` rows, read by `host`; this is where the device is waited for.

        All that reaches the input of a plain block reaches it through its branch.
        """
        found = []
        tables = host(self._values)[:count].tolist(), host(self._layer_values)[:count].tolist()
        for norms, blocks, layers in zip(self._boundaries.rows(count, host), *tables, strict=True):
            quantities = {str(name): tuple(values) for name, values in zip(BLOCK_QUANTITIES, blocks, strict=True)}
            branch = zip(quantities["branch_norm"], norms, self._blocks, strict=False)
            quantities["branch_norm"] = tuple(own if block.fork else whole for own, whole, block in branch)
            by_layer = {str(name): tuple(values) for name, values in zip(LAYER_QUANTITIES, layers, strict=True)}
            found.append(CapturedRow(norms, quantities, by_layer if self._layers else {}, self._layers))
        return found

    def _observe(self, row: int) -> None:
        self._sizes.fill_(torch.nan)
        columns = [column.unbind() for column in self._values[row].unbind(1)]
        outputs, branches, shortcuts = (cells.unbind() for cells in self._sizes.unbind())
        known: Tensor | None = None
        for number, (block, cells) in enumerate(zip(self._blocks, columns, strict=True)):
            sizes = Sizes(known, outputs[number], branches[number], shortcuts[number])
            block.observer = ForkProbe(block.fork, dict(zip(BLOCK_QUANTITIES, cells, strict=True)), sizes)
            known = outputs[number]

    def _by_block(self, norms_L: Tensor) -> Tensor:
        """Return the norms over the parameters of each of N blocks from those of the layers."""
        return norms_together(norms_L[self._inside], self._block_of, len(self._blocks))

    def _write_layers(self, row: int, name: LayerQuantity, values_L: Tensor) -> None:
        if self._layers:
            self._layer_values[row, LAYER_QUANTITIES.index(name)] = values_L

    def _cells(self, row: int, name: BlockQuantity) -> Tensor:
        return self._values[row, BLOCK_QUANTITIES.index(name)]
