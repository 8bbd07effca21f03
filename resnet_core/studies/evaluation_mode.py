"""Keeps a network in evaluation mode for a while, its BatchNorms on running averages or on what each batch has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from resnet_core.findings.conditions import StatisticsSource
from resnet_core.studies.settled_network import FORGOTTEN

MOMENTUM = 0.1
"""What torch's BatchNorm takes of each batch into its running averages."""


def statistics_source(model: nn.Module, choice: str, step: int) -> StatisticsSource:
    """Return where BatchNorm takes its statistics, by "auto", "always" or "never" the batch's, after `step` updates.

    Before any training the running averages are 0 and 1, which says nothing of the network; once they have forgotten
    that, they are what it is tested with.
    """
    if not any(isinstance(module, nn.BatchNorm2d) for module in model.modules()):
        return "none"
    unsettled = (1 - MOMENTUM) ** step > FORGOTTEN
    return "batch" if choice == "always" or (choice == "auto" and unsettled) else "averages"


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
