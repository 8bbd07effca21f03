"""Un-mixes what each BatchNorm saw of a batch from its running values before and after it, without reading the maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from resnet_core.training.exact_norms import precise_dtype


class RunningValues(NamedTuple):
    """The running mean and variance of C channels, (C,), and how many batches each channel's norm has taken in."""

    mean: Tensor
    variance: Tensor
    batches: Tensor


class BatchMoments(NamedTuple):
    """The mean of each channel of a batch over images and space, (C,), and its variance, divided by the count - 1."""

    mean: Tensor
    variance: Tensor


def unmixed(before: RunningValues, after: RunningValues, momentum_C: Tensor) -> BatchMoments:
    """Return the moments of the batch that was taken in between: of several, their mean, later ones weighing more.

    A BatchNorm keeps r' = (1 - m) r + m b (Ioffe and Szegedy 2015, arXiv 1502.03167; torch.nn.BatchNorm2d), so that
    b = r + (r' - r) / m; after k batches m is 1 - (1 - m)^k. In float32 r' is right to half a unit in its last place,
    so b is to some 6e-8 |r'| / m. Where no batch was taken in, b is nan.
    """
    weight_C = 1 - (1 - momentum_C) ** (after.batches - before.batches)
    mean_C = before.mean + (after.mean - before.mean) / weight_C
    return BatchMoments(mean_C, before.variance + (after.variance - before.variance) / weight_C)


class NormProbe:
    """Measures how far a batch lies from the running values of each block's BatchNorms, before they take it in.

    Per channel it is the distance (2-Wasserstein; Olkin and Pukelsheim 1982) between the normal distributions of the
    batch and of the running values, sqrt((mean' - mean)^2 + (sd' - sd)^2), in units of the running standard deviation.
    """

    def __init__(self, blocks: Sequence[nn.Module], device: torch.device) -> None:
        found = [(number, part) for number, block in enumerate(blocks) for part in block.modules() if _is_running(part)]
        self._norms = [part for _, part in found if isinstance(part, _BatchNorm)]
        self._dtype, self._count = precise_dtype(device), len(blocks)
        sizes = torch.tensor([norm.num_features for norm in self._norms], dtype=torch.int64)

        def by_channel(values: Sequence[float]) -> Tensor:
            return torch.tensor(values, dtype=torch.float64).repeat_interleave(sizes).to(self._dtype).to(device)

        self._norm_C = by_channel(range(len(self._norms))).long()
        self._block_C = by_channel([number for number, _ in found]).long()
        self._momentum_C = by_channel([norm.momentum or 0.0 for norm in self._norms])
        self._eps_C = by_channel([norm.eps for norm in self._norms])
        self._channels_N = torch.bincount(self._block_C, minlength=self._count).to(self._dtype)

    def running_values(self) -> RunningValues | None:
        """Return a copy of the running values of all norms of all blocks; None where there is no BatchNorm."""
        if not self._norms:
            return None
        names = ("running_mean", "running_var", "num_batches_tracked")
        means, variances, batches = ([getattr(norm, name) for norm in self._norms] for name in names)
        batches_C = torch.stack(batches)[self._norm_C]
        return RunningValues(*(part.to(self._dtype) for part in (torch.cat(means), torch.cat(variances), batches_C)))

    def write_drift(self, before: RunningValues | None, cells_N: Tensor) -> None:
        """Write the mean over each block's channels, the batch being what came since `before`; nan without a norm."""
        after = self.running_values()
        if before is None or after is None:
            cells_N.fill_(torch.nan)
            return
        batch = unmixed(before, after, self._momentum_C)
        running_C = (before.variance + self._eps_C).sqrt()
        batch_C = (batch.variance.clamp(min=0) + self._eps_C).sqrt()
        drift_C = torch.hypot(batch.mean - before.mean, batch_C - running_C) / running_C
        sums_N = torch.zeros_like(self._channels_N).index_add_(0, self._block_C, drift_C)
        cells_N.copy_(sums_N / self._channels_N)


def _is_running(part: nn.Module) -> bool:
    """Whether a layer is a BatchNorm that keeps running values by a fixed momentum."""
    return isinstance(part, _BatchNorm) and part.running_mean is not None and part.momentum is not None
