"""Draws directions in the space of a network's weights, each filter as long as the weights' own, and moves along them.

After Li et al. 2018 (arXiv 1712.09913), section 4: without the normalisation a step would mean nothing, since a network
with BatchNorm computes the same when a filter is scaled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from resnet_core.training.batch_order import seeded_generator

Direction = Mapping[str, Tensor]
"""A step for each weight that is moved, by the parameter's name."""


def filter_direction(model: nn.Module, seed: int, number: int) -> dict[str, Tensor]:
    """Return direction `number` of a seed: normal values, each filter scaled to the norm of the weights' filter.

    A filter is what makes one output: weight[i] of a convolution, or of a linear layer. Parameters of one dimension,
    which are those of norms, biases and learnt scales, are left out. It is drawn on the CPU, so that a seed gives the
    same on every device; a filter of zeros gets zeros.
    """
    generator = seeded_generator(seed, "direction", number)
    direction = {}
    for name, weight in model.named_parameters():
        if weight.dim() > 1:
            drawn = torch.randn(weight.shape, generator=generator).to(weight.device, weight.dtype)
            direction[name] = drawn * (_filter_norms(weight.detach()) / _filter_norms(drawn))
    return direction


class MovableWeights:
    """The weights of a network, which can be set to any point of the space that directions span."""

    def __init__(self, model: nn.Module, directions: Sequence[Direction]) -> None:
        parameters = dict(model.named_parameters())
        self._weights = [
            (parameters[name], parameters[name].detach().clone(), [direction[name] for direction in directions])
            for name in directions[0]
        ]

    def move(self, *distances: float) -> None:
        """Set the weights to where they were, and as many steps as `distances` says along each direction."""
        with torch.no_grad():
            for parameter, origin, directions in self._weights:
                parameter.copy_(origin)
                for distance, direction in zip(distances, directions, strict=True):
                    if distance:
                        parameter.add_(direction, alpha=distance)

    def restore(self) -> None:
        """Set the weights, bit for bit, to where they were."""
        with torch.no_grad():
            for parameter, origin, _ in self._weights:
                parameter.copy_(origin)


@contextmanager
def movable(model: nn.Module, directions: Sequence[Direction]) -> Iterator[MovableWeights]:
    """Let the weights be moved until the context ends, then put them back."""
    weights = MovableWeights(model, directions)
    try:
        yield weights
    finally:
        weights.restore()


def _filter_norms(weight: Tensor) -> Tensor:
    """Return the L2 norm of each filter, with as many dimensions as `weight`."""
    norms: Tensor = torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.dim())), keepdim=True)
    return norms
