"""Forecasts the memory of a training step: weights, gradients, optimiser state and what backward needs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from resnet_core.analysis.saved_tensors import (
    BFLOAT16,
    FLOAT32,
    FLOAT_BYTES,
    HALF_BYTES,
    INDEX_BYTES,
    KEEPS_BESIDE,
    SAVES_INPUTS,
    SAVES_OUTPUT,
    Precision,
    casts_input,
    kept_beside,
    mixed_widths,
    saves_scaled,
    weights_of,
    widths_in_mixed,
)
from resnet_core.architecture.graph import Graph

__all__ = [
    "OPTIMIZERS", "PRECISIONS", "STATE_PER_PARAMETER", "MemoryRecipe", "Optimizer", "Precision", "TrainingMemory",
    "saved_bytes", "training_memory", "weight_copy_bytes",
]  # fmt: skip

Optimizer = Literal["sgd", "sgd_momentum", "adam", "adamw"]

#: Values of state an optimiser keeps a parameter (Adam and AdamW: two moments, Kingma and Ba 2014). Adam's counter of
#: steps, one float32 a tensor, is left out.
STATE_PER_PARAMETER: Mapping[Optimizer, int] = MappingProxyType({"sgd": 0, "sgd_momentum": 1, "adam": 2, "adamw": 2})
OPTIMIZERS: tuple[Optimizer, ...] = tuple(STATE_PER_PARAMETER)
PRECISIONS: tuple[Precision, ...] = ("float32", "mixed", "bfloat16")


class MemoryRecipe(NamedTuple):
    """What training memory depends on besides the network.

    `batch` images go through the network at once, `parts` times before an update; with `recompute` each block keeps its
    input alone and is computed again in the backward pass. What a step holds at its peak depends on these two.
    """

    batch: int = 1
    optimizer: Optimizer = "sgd_momentum"
    precision: Precision = "float32"
    parts: int = 1
    recompute: bool = False

    @property
    def parameter_width(self) -> int:
        """Bytes of one weight, and of its gradient and its optimiser state."""
        return HALF_BYTES if self.precision == "bfloat16" else FLOAT_BYTES


class TrainingMemory(NamedTuple):
    """Bytes that training keeps. The convolution library's workspace and the loss's own values are left out.

    `saved_bytes`: the tensors autograd keeps for backward, each storage once: what a layer's backward needs of its
    inputs and output, batch statistics, indices of maxima (int64), dropout masks. `weight_copy_bytes`: the copies of
    weights in half precision that autocast makes.
    """

    parameter_bytes: int
    buffer_bytes: int
    gradient_bytes: int
    optimizer_bytes: int
    saved_bytes: int
    optimizer: Optimizer
    batch: int
    weight_copy_bytes: int = 0
    precision: Precision = "float32"

    @property
    def total_bytes(self) -> int:
        """The sum of all parts."""
        return sum(self[:5]) + self.weight_copy_bytes


def saved_bytes(graph: Graph, batch: int, precision: Precision = "float32") -> dict[str, int]:
    """Return, by node, the bytes of its output, and beside it, that autograd keeps for backward, each storage once.

    A tensor is kept because a layer that reads it needs its input (convolution, BatchNorm, max-pool ...), or because
    the layer that made it needs its output (ReLU, sigmoid). Flatten is a view of what it reads. What a layer keeps
    besides (statistics, indices, masks, copies in another precision) stands at that layer.
    """
    if precision == "mixed":
        return _saved_under_autocast(graph, batch)
    widths = BFLOAT16 if precision == "bfloat16" else FLOAT32
    value = widths.computed * batch
    besides = KEEPS_BESIDE | {"conv"} if graph.config.norm.standardize else KEEPS_BESIDE
    kept: set[str] = set()
    sizes: dict[str, int] = {}
    for node in reversed(graph.nodes):
        id, kind, _, _, inputs, _, (channels, height, width), _, _ = node
        if kind in SAVES_INPUTS or (kind == "flatten" and id in kept) or (kind == "scale" and node.operation.learned):
            kept.update(inputs)
        size = 0
        if kind in SAVES_OUTPUT or (id in kept and kind != "flatten"):
            size = value * channels * height * width
        if kind in besides:
            fixed, image = kept_beside(node, widths)
            size += fixed + batch * image
        sizes[id] = size
    return sizes


def _saved_under_autocast(graph: Graph, batch: int) -> dict[str, int]:
    """Return `saved_bytes` in mixed precision: a layer that casts what it reads keeps its copy instead."""
    outputs = mixed_widths(graph)
    kept: set[str] = set()
    sizes: dict[str, int] = {}
    for node in reversed(graph.nodes):
        id, kind = node.id, node.kind
        widths = widths_in_mixed(node, outputs)
        needs_inputs = kind in SAVES_INPUTS or saves_scaled(node)
        if (needs_inputs and not casts_input(kind, widths)) or (kind == "flatten" and id in kept):
            kept.update(node.inputs)
        is_kept = kind in SAVES_OUTPUT or (id in kept and kind != "flatten")
        fixed, image = kept_beside(node, widths)
        sizes[id] = fixed + batch * (image + outputs[id] * node.output_shape.elements * is_kept)
    return sizes


def weight_copy_bytes(graph: Graph, precision: Precision) -> int:
    """Return the bytes of the half-precision copies of weights that autocast makes and backward needs."""
    if precision != "mixed":
        return 0
    return HALF_BYTES * sum(weights_of(node) for node in graph.nodes if not node.operation.standardized)


def training_memory(
    parameters: int, buffers: tuple[int, int], saved: int, recipe: MemoryRecipe, weight_copies: int = 0
) -> TrainingMemory:
    """Return the parts of training memory; `buffers` counts (floating-point values, int64 counters)."""
    width = recipe.parameter_width
    weights = parameters * width
    floats, counters = buffers
    return TrainingMemory(
        parameter_bytes=weights,
        buffer_bytes=floats * width + counters * INDEX_BYTES,
        gradient_bytes=weights,
        optimizer_bytes=weights * STATE_PER_PARAMETER[recipe.optimizer],
        saved_bytes=saved,
        optimizer=recipe.optimizer,
        batch=recipe.batch,
        weight_copy_bytes=weight_copies,
        precision=recipe.precision,
    )
