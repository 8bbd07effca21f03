"""Keeps a network in evaluation mode for a while, its BatchNorms on running averages or on what each batch has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

FORGETTING_UPDATES = 50
"""After as many updates a running average holds 0.9^50, half a percent, of what it began with."""


def takes_batch_statistics(choice: str, step: int) -> bool:
    """Return what "auto", "always" or "never" means for a network that has had `step` updates.

    Before any training the running averages are 0 and 1, which says nothing of the network; later they are what it is
    tested with.
    """
    return choice == "always" or (choice == "auto" and step < FORGETTING_UPDATES)


@contextmanager
def evaluating(model: nn.Module, *, batch_statistics: bool = False) -> Iterator[None]:
    """Put every module into evaluation mode, then give each its own mode back.

    With `batch_statistics` BatchNorm takes mean and variance of each batch, and its running averages are put aside
    meanwhile, so that nothing changes them; nothing is dropped.
    """
    modes = {module: module.training for module in model.modules()}
    norms = [module for module in modes if batch_statistics and isinstance(module, nn.BatchNorm2d)]
    averages = [(norm.running_mean, norm.running_var) for norm in norms]
    model.eval()
    try:
        for norm in norms:  # torch takes the batch's statistics where there are no averages
            norm.running_mean = norm.running_var = None
        yield
    finally:
        for norm, (mean, variance) in zip(norms, averages, strict=True):
            norm.running_mean, norm.running_var = mean, variance
        for module, mode in modes.items():
            module.training = mode
