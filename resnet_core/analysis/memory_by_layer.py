"""Divides the memory of a training step among the layers that need it."""

from __future__ import annotations

from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.layer_cost import buffers_of
from resnet_core.analysis.memory import STATE_PER_PARAMETER, MemoryRecipe
from resnet_core.analysis.saved_tensors import HALF_BYTES, INDEX_BYTES, weights_of
from resnet_core.architecture.graph import Graph


def memory_by_layer(graph: Graph, report: CostReport) -> dict[str, int]:
    """Return the bytes that training keeps for each layer, by id; their sum is `report.memory.total_bytes`.

    Weights, gradients and optimiser state of its parameters, its buffers, and what its output and its own statistics
    take until backward (see `memory.saved_bytes`).
    """
    memory = report.memory
    width = MemoryRecipe(memory.batch, memory.optimizer, memory.precision).parameter_width
    each = width * (2 + STATE_PER_PARAMETER[memory.optimizer])
    mixed = memory.precision == "mixed"
    found = {}
    for node, row in zip(graph.nodes, report.layers, strict=True):
        size = row.parameters * each + row.saved_bytes
        if node.kind == "batch_norm":
            size += (buffers_of(node) - 1) * width + INDEX_BYTES
        elif node.kind == "blur_pool":
            size += buffers_of(node) * width
        if mixed and not node.operation.standardized:
            size += HALF_BYTES * weights_of(node)
        found[row.id] = size
    return found
