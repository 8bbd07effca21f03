"""Multiplies the Hessian of a network's mean loss by directions, by differentiating the gradient once more.

H v = d(g · v)/dw (Pearlmutter 1994, doi 10.1162/neco.1994.6.1.147): the matrix itself is never made.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.model.layers import DropPath
from resnet_core.model.resnet import ResNet

Part = tuple[Tensor, Tensor]
"""Images (N, C, H, W) and labels (N,) that go through the network at once."""


class LossHessian:
    """The second derivatives of the mean cross-entropy over some parts, by all parameters as one flat vector.

    The network is a copy in training mode: BatchNorm takes the statistics of each part, and no running average of the
    original is touched. Dropout and stochastic depth are off, as the loss is no function of the weights with them.
    Weight decay is left out; it would add its factor to every eigenvalue. ReLU's second derivative is 0, so that the
    Hessian is the one that a network with it has almost everywhere.
    """

    def __init__(self, model: ResNet, parts: Sequence[Part]) -> None:
        """Copy `model`; `parts` are of one size, or one alone."""
        self._model = copy.deepcopy(model).train()
        for module in self._model.modules():
            if isinstance(module, nn.Dropout | DropPath):
                module.eval()
        self._parameters = tuple(parameter.requires_grad_() for parameter in self._model.parameters())
        self._parts = tuple(parts)
        self._losses = [torch.nan] * len(self._parts)
        self._prepared = -1
        self._gradients: tuple[Tensor, ...] = ()
        self.size = sum(parameter.numel() for parameter in self._parameters)

    @property
    def part_count(self) -> int:
        """Number of parts a product is made of."""
        return len(self._parts)

    @property
    def image_count(self) -> int:
        """Images of all parts."""
        return sum(len(labels_N) for _, labels_N in self._parts)

    @property
    def like(self) -> Tensor:
        """A tensor of the type and on the device of the vectors."""
        return self._parameters[0].detach()

    @property
    def loss(self) -> float:
        """The mean loss, once every part was prepared; nan before."""
        return sum(self._losses) / len(self._losses)

    def prepare(self, number: int) -> None:
        """Differentiate the loss of a part once; of a single part that is done once for all products."""
        if number == self._prepared:
            return
        self._gradients = ()  # what the part before holds goes before more is taken
        images_NCHW, labels_N = self._parts[number]
        with second_derivatives():
            logits = self._model(images_NCHW.to(self.like.dtype))
            assert isinstance(logits, Tensor)
            loss = F.cross_entropy(logits, labels_N)
            self._gradients = torch.autograd.grad(loss, self._parameters, create_graph=True, materialize_grads=True)
        self._losses[number], self._prepared = float(loss.detach()), number

    def product(self, direction: Tensor) -> Tensor:
        """Return what the part that was prepared last adds to H · `direction`, both (n,)."""
        pieces = direction.split([parameter.numel() for parameter in self._parameters])
        varying = [
            (gradient, piece.view_as(gradient))
            for gradient, piece in zip(self._gradients, pieces, strict=True)
            if gradient.requires_grad
        ]
        with second_derivatives():
            found = torch.autograd.grad(
                [gradient for gradient, _ in varying],
                self._parameters,
                [piece for _, piece in varying],
                retain_graph=True,
                materialize_grads=True,
            )
        return torch.cat([part.reshape(-1) for part in found]) / len(self._parts)

    def shares(self, vector: Tensor) -> dict[str, float]:
        """Return the part of ||vector||² that lies in each parameter, by its name."""
        pieces = vector.split([parameter.numel() for parameter in self._parameters])
        squares = [float(piece.square().sum()) for piece in pieces]
        names = (name for name, _ in self._model.named_parameters())
        return {name: square / sum(squares) for name, square in zip(names, squares, strict=True)}


@contextmanager
def second_derivatives() -> Iterator[None]:
    """Turn torch's message about an operation it cannot differentiate twice on a device into one that helps."""
    try:
        yield
    except (RuntimeError, NotImplementedError) as error:
        message = " ".join(str(error).split())
        if "not implemented" not in message and "not currently implemented" not in message:
            raise
        text = f"torch cannot differentiate this network twice on this device ({message[:160]}); take the device cpu"
        raise ConfigurationError([Problem(("study",), "other", {"text": text})]) from None
