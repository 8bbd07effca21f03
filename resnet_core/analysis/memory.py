"""Forecasts the memory of a training step: weights, gradients, optimiser state and what backward needs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from resnet_core.architecture.graph import Graph

Optimizer = Literal["sgd", "sgd_momentum", "adam"]

#: Values of state an optimiser keeps a parameter (Adam: two moments, Kingma and Ba 2014).
STATE_PER_PARAMETER: Mapping[Optimizer, int] = MappingProxyType({"sgd": 0, "sgd_momentum": 1, "adam": 2})
FLOAT_BYTES = 4
INDEX_BYTES = 8
_SAVES_INPUT = frozenset({"conv", "batch_norm", "linear", "max_pool"})


class TrainingMemory(NamedTuple):
    """Bytes that training keeps, float32. The convolution library's workspace and the loss's own values are left out.

    `saved_bytes`: the tensors autograd keeps for backward, each storage once (the input image, convolution and ReLU
    outputs, max-pool outputs and int64 indices, BatchNorm's batch statistics, the linear layer's input).
    """

    parameter_bytes: int
    buffer_bytes: int
    gradient_bytes: int
    optimizer_bytes: int
    saved_bytes: int
    optimizer: Optimizer
    batch: int

    @property
    def total_bytes(self) -> int:
        """The sum of all parts."""
        return sum(self[:5])


def saved_bytes(graph: Graph, batch: int) -> dict[str, int]:
    """Return, by node, the bytes of its output that autograd keeps for backward, each storage once.

    A tensor is kept because the layer that reads it needs its input (convolution, BatchNorm, linear, max-pool), or
    because the layer that made it needs its output (ReLU). Flatten is a view of what it reads.
    """
    kept: set[str] = set()
    sizes: dict[str, int] = {}
    for node in reversed(graph.nodes):
        id, kind, shape = node.id, node.kind, node.output_shape
        if kind in _SAVES_INPUT or (kind == "flatten" and id in kept):
            kept.add(node.inputs[0])
        is_kept = kind == "relu" or (id in kept and kind != "flatten")
        size = FLOAT_BYTES * batch * shape.elements if is_kept else 0
        if kind == "max_pool":
            size += INDEX_BYTES * batch * shape.elements
        elif kind == "batch_norm":
            size += 2 * FLOAT_BYTES * shape.channels
        sizes[id] = size
    return sizes


def training_memory(
    parameters: int, buffers: tuple[int, int], saved: int, batch: int, optimizer: Optimizer
) -> TrainingMemory:
    """Return the parts of training memory; `buffers` counts (float32 values, int64 counters)."""
    weights = parameters * FLOAT_BYTES
    floats, counters = buffers
    return TrainingMemory(
        parameter_bytes=weights,
        buffer_bytes=floats * FLOAT_BYTES + counters * INDEX_BYTES,
        gradient_bytes=weights,
        optimizer_bytes=weights * STATE_PER_PARAMETER[optimizer],
        saved_bytes=saved,
        optimizer=optimizer,
        batch=batch,
    )
