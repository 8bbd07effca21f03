"""Makes of a network one function of a single image: a copy in evaluation mode whose BatchNorms have seen images."""

from __future__ import annotations

import copy
from typing import Generic, NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from resnet_core.findings.conditions import StatisticsSource

M = TypeVar("M", bound=nn.Module)

FORGOTTEN = 0.005
"""A running average is that of the network, once it holds no more than such a share of the 0 or 1 it began with."""


class Settled(NamedTuple, Generic[M]):
    """A network that treats each image by itself, without gradients of weights, and whose statistics it divides by."""

    model: M
    statistics: StatisticsSource


def settled_copy(model: M, images_NCHW: Tensor) -> Settled[M]:
    """Return a copy of `model` in evaluation mode; `model` stays as it is.

    A BatchNorm that has seen no batch yet would divide by a variance of 1, as if it were not there, and by a mixture
    after few batches. Where there is such a one, all take mean and variance of `images_NCHW`, layer after layer, in
    one pass in which dropout and stochastic depth rest; else each keeps the running averages of training.
    """
    settled = copy.deepcopy(model).eval().requires_grad_(False)
    norms = [module for module in settled.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))]
    if not norms:
        return Settled(settled, "none")
    if all(_has_settled(norm) for norm in norms):
        return Settled(settled, "averages")
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0  # the average is then that of this one batch
    with torch.no_grad():
        settled(images_NCHW)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.eval()
        norm.momentum = momentum
    return Settled(settled, "batch")


def _has_settled(norm: nn.BatchNorm1d | nn.BatchNorm2d) -> bool:
    seen = 0 if norm.num_batches_tracked is None else int(norm.num_batches_tracked)
    if norm.momentum is None:  # a plain mean over all batches
        return seen > 0
    return (1 - norm.momentum) ** seen <= FORGOTTEN
