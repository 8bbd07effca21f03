"""Finds which share of each block's rectified channels is dead in a batch: zero at every place of every image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from resnet_core.training.exact_norms import precise_dtype

_NONE = -1.0
_LOOKS = (slice(0, 1), slice(1, 8))
"""Images in which the CPU looks first for a channel's value: most channels are alive in the very first."""
_MANY = 0.1
"""The share of channels that are not found alive there, from which on all are read, which is done faster."""


class UnitProbe:
    """Looks at the ReLUs on the way through each block, the one behind the addition included.

    Those of an attention are left out: they weigh channels of pooled maps, and a few of their units are zero in healthy
    networks, too.
    """

    def __init__(self, blocks: Sequence[nn.Module], device: torch.device) -> None:
        self._rectifiers = [[part for part in block.children() if isinstance(part, nn.ReLU)] for block in blocks]
        most = max(1, *map(len, self._rectifiers))
        self._shares = torch.full((len(blocks), most), _NONE, dtype=precise_dtype(device), device=device)
        self._cells = [row.unbind() for row in self._shares.unbind()]

    @contextmanager
    def capturing(self) -> Iterator[None]:
        """Look at the forward pass that is made inside the `with`."""
        handles = [
            part.register_forward_hook(partial(_see, cell))
            for own, cells in zip(self._rectifiers, self._cells, strict=True)
            for part, cell in zip(own, cells, strict=False)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def write(self, cells_N: Tensor) -> None:
        """Write of each block the share of its ReLU that has the largest, nan where it has no ReLU."""
        largest_N = self._shares.amax(dim=1)
        cells_N.copy_(torch.where(largest_N < 0, torch.nan, largest_N))


def write_dead_share(output_NC: Tensor, cell: Tensor) -> None:
    """Write which share of the channels of a ReLU's output, (N, C, ...), is 0 everywhere; what is no number is not."""
    if output_NC.device.type == "cpu" and output_NC.dtype == torch.float32:
        cell.fill_(_host_dead_share(output_NC))
        return
    others = [dim for dim in range(output_NC.dim()) if dim != 1]
    cell.copy_((output_NC.amax(dim=others) == 0).to(cell.dtype).mean())


def _see(cell: Tensor, _module: nn.Module, _inputs: object, output: Tensor) -> None:
    write_dead_share(output.detach(), cell)


def _host_dead_share(output_NC: Tensor) -> float:
    values_NC = output_NC.numpy()
    channels = values_NC.shape[1]
    others = tuple(axis for axis in range(values_NC.ndim) if axis != 1)
    silent: NDArray[np.int64] = np.arange(channels)
    for look in _LOOKS:
        some = values_NC[look] if len(silent) == channels else values_NC[look, silent]
        silent = silent[~some.any(axis=others)]
        if not silent.size:
            return 0.0
    rest = values_NC[_LOOKS[-1].stop :]
    if not len(rest):
        return float(silent.size / channels)
    if silent.size > _MANY * channels and output_NC.is_contiguous():
        peaks_V = np.maximum.reduce(rest.reshape(len(rest), -1), axis=0, initial=0.0)  # read as they lie in memory
        return float(np.count_nonzero(~peaks_V.reshape(channels, -1).any(axis=1)[silent]) / channels)
    return float(np.count_nonzero(~rest[:, silent].any(axis=others)) / channels)
