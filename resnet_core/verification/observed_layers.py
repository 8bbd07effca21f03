"""Runs a network once and records, layer by layer, what torch did: an account that knows nothing of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import nn

from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.model.layers import (
    Add,
    BlurPool,
    ChannelConv,
    ChannelLayerNorm,
    ChannelMax,
    ChannelMean,
    Concat,
    DropPath,
    LearnedScale,
    Mean,
    Multiply,
    ScalarBias,
    Scale,
    Stack,
    StandardizedConv2d,
    SumRows,
    ZeroPad,
)
from resnet_core.model.resnet import ResNet

Tensors = tuple[torch.Tensor, ...]

_KINDS: Mapping[type[nn.Module], str] = MappingProxyType(
    {
        nn.Conv2d: "conv",
        StandardizedConv2d: "conv",
        ChannelConv: "channel_conv",
        nn.Linear: "linear",
        nn.BatchNorm2d: "batch_norm",
        nn.GroupNorm: "group_norm",
        ChannelLayerNorm: "layer_norm",
        nn.ReLU: "relu",
        nn.LeakyReLU: "leaky_relu",
        nn.GELU: "gelu",
        nn.SiLU: "silu",
        nn.ELU: "elu",
        nn.Sigmoid: "sigmoid",
        nn.MaxPool2d: "max_pool",
        nn.AvgPool2d: "local_average_pool",
        BlurPool: "blur_pool",
        nn.AdaptiveAvgPool2d: "average_pool",
        nn.AdaptiveMaxPool2d: "global_max_pool",
        ZeroPad: "zero_pad",
        Add: "add",
        Multiply: "multiply",
        Mean: "mean",
        Stack: "stack",
        SumRows: "sum_rows",
        Concat: "concat",
        ChannelMean: "channel_mean",
        ChannelMax: "channel_max",
        nn.Dropout: "dropout",
        DropPath: "drop_path",
        Scale: "scale",
        LearnedScale: "scale",
        ScalarBias: "scalar_bias",
        nn.Flatten: "flatten",
    }
)


class ObservedLayer(NamedTuple):
    """One module without children as it was called; `inputs` names the modules that made its input tensors.

    `macs`: every weight of a convolution or linear layer is used once at every output position.
    """

    id: str
    kind: str
    inputs: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    parameters: int
    macs: int


class Observation(NamedTuple):
    """The layers in the order they were called, and by block the makers of its input and of its output."""

    layers: tuple[ObservedLayer, ...]
    block_ends: Mapping[str, tuple[str, str]]


def observe(model: ResNet, images_NCHW: torch.Tensor) -> Observation:
    """Call `model` on the images and record every layer; the network's input is the maker `input`.

    Every tensor is kept until the end: give it a meta copy, or few images.
    """
    observer = _Observer(images_NCHW)
    blocks = model.blocks
    handles = []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(observer.layer_hook(name)))
        elif name in blocks:
            handles.append(module.register_forward_hook(observer.block_hook(name)))
    try:
        model(images_NCHW)
    finally:
        for handle in handles:
            handle.remove()
    return Observation(tuple(observer.layers), observer.block_ends)


class _Observer:
    """Follows tensors by identity from the module that made them to those that read them."""

    def __init__(self, images_NCHW: torch.Tensor) -> None:
        self.layers: list[ObservedLayer] = []
        self.block_ends: dict[str, tuple[str, str]] = {}
        self._makers = {id(images_NCHW): "input"}
        self._alive: list[Any] = [images_NCHW]  # an identity may be used again once its tensor is gone

    def layer_hook(self, name: str) -> Any:
        def called(module: nn.Module, inputs: Tensors, output: torch.Tensor) -> torch.Tensor:
            if any(output is tensor for tensor in inputs):  # dropout in evaluation hands its input through
                output = output.view_as(output)
            sources = tuple(self._maker(tensor) for tensor in inputs)
            self._makers[id(output)] = name
            self._alive.append((inputs, output))
            shape = _one_image(output)
            layer = ObservedLayer(
                name,
                _KINDS.get(type(module), type(module).__name__),
                sources,
                _one_image(inputs[0]),
                shape,
                sum(parameter.numel() for parameter in module.parameters()),
                _weights_used(module, shape) * shape.height * shape.width,
            )
            self.layers.append(layer)
            return output

        return called

    def block_hook(self, name: str) -> Any:
        def called(_: nn.Module, inputs: Tensors, output: torch.Tensor) -> None:
            self.block_ends[name] = (self._maker(inputs[0]), self._maker(output))

        return called

    def _maker(self, tensor: torch.Tensor) -> str:
        return self._makers.get(id(tensor), "?")


def _weights_used(module: nn.Module, shape: Shape) -> int:
    """Return the multiply-adds of one output position of `module`, which puts out `shape`."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        return module.weight.numel()
    if isinstance(module, ChannelConv):
        return module.weight.numel() * shape.channels
    if isinstance(module, BlurPool):
        return module.get_buffer("filter").numel() * shape.channels
    return 0


def _one_image(tensor: torch.Tensor) -> Shape:
    """Return the shape of one image's tensor; a vector has height and width 1."""
    channels, height, width = (*tensor.shape[1:], 1, 1)[:3]
    return Shape(channels, height, width)
