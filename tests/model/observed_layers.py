"""Runs a network once and records, layer by layer, what torch did: an account independent of the graph."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import nn

from resnet_core.model.resnet import ResNet

KINDS: dict[type[nn.Module], str] = {
    nn.Conv2d: "conv",
    nn.BatchNorm2d: "batch_norm",
    nn.ReLU: "relu",
    nn.MaxPool2d: "max_pool",
    nn.AdaptiveAvgPool2d: "average_pool",
    nn.Flatten: "flatten",
    nn.Linear: "linear",
}


class ObservedLayer(NamedTuple):
    """One leaf module as it was called; `inputs` names the modules that made its input tensors.

    `macs`: every weight of a convolution or linear layer is used once at every output position.
    """

    id: str
    kind: str
    inputs: tuple[str, ...]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: int
    macs: int


class Observation(NamedTuple):
    """The leaf modules in the order they were called, and by block the makers of its input and of its output."""

    layers: list[ObservedLayer]
    block_ends: dict[str, tuple[str, str]]


def observe(model: ResNet, images: torch.Tensor) -> Observation:
    """Call `model` on `images` and record every leaf module; tensors are followed by identity."""
    makers: dict[int, str] = {id(images): "input"}
    alive: list[Any] = [images]  # an identity may be used again once its tensor is gone
    seen = Observation([], {})

    def leaf_called(name: str, module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        makers[id(output)] = name
        alive.append((inputs, output))
        parameters = sum(parameter.numel() for parameter in module.parameters())
        kind = KINDS.get(type(module), {"Add": "add", "ZeroPad": "zero_pad"}.get(type(module).__name__, "?"))
        sources = tuple(makers[id(tensor)] for tensor in inputs)
        shape = three(output)
        macs = module.weight.numel() * shape[1] * shape[2] if kind in ("conv", "linear") else 0
        seen.layers.append(ObservedLayer(name, kind, sources, three(inputs[0]), shape, parameters, macs))

    def block_called(name: str, _: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        seen.block_ends[name] = (makers[id(inputs[0])], makers[id(output)])

    handles, blocks = [], model.blocks
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda *call, name=name: leaf_called(name, *call)))
        elif name in blocks:
            handles.append(module.register_forward_hook(lambda *call, name=name: block_called(name, *call)))
    model(images)
    for handle in handles:
        handle.remove()
    return seen


def three(tensor: torch.Tensor) -> tuple[int, ...]:
    """The shape of one image's tensor, as channels, height and width; a vector has height and width 1."""
    return (*tensor.shape[1:], 1, 1)[:3]
