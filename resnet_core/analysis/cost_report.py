"""Counts a whole graph layer by layer and rolls the rows up by block, by stage and for the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from resnet_core.analysis.layer_cost import LayerCost, activations_of, macs_of, parameters_of
from resnet_core.analysis.memory import Optimizer, TrainingMemory, saved_bytes, training_memory
from resnet_core.analysis.receptive_field import receptive_fields
from resnet_core.architecture.graph import Graph


class GroupCost(NamedTuple):
    """The sum of the rows of a block, a stage or the network; `depth` counts weighted layers off the shortcut."""

    id: str
    parameters: int
    macs: int
    activations: int
    saved_bytes: int
    depth: int
    receptive_field: int

    @property
    def flops(self) -> int:
        """Floating-point operations: two a multiply-add."""
        return 2 * self.macs


class CostReport(NamedTuple):
    """Every count of a network. Counts are for one image; memory is for `memory.batch` images in float32."""

    name: str
    layers: tuple[LayerCost, ...]
    blocks: Mapping[str, GroupCost]
    stages: Mapping[str, GroupCost]
    total: GroupCost
    memory: TrainingMemory

    @property
    def depth(self) -> int:
        """Depth as papers count it: convolutions and linear layers on the main path."""
        return self.total.depth


def cost_report(graph: Graph, *, batch: int = 1, optimizer: Optimizer = "sgd_momentum") -> CostReport:
    """Return the costs of `graph`: rows by layer, and their sums by block, stage (stem and head included) and network."""
    reaches, saved = receptive_fields(graph), saved_bytes(graph, batch)
    sums = _Sums()
    layers = []
    for node in graph.nodes:
        reach = reaches[node.id]
        row = LayerCost(
            node.id, node.kind, node.stage, node.block, node.input_shape, node.output_shape,
            parameters_of(node), macs_of(node), activations_of(node), reach.field, reach.stride, saved[node.id],
        )  # fmt: skip
        layers.append(row)
        sums.add(row, weighted=node.kind in ("conv", "linear") and not node.on_shortcut)
    norms = [node.output_shape.channels for node in graph.nodes if node.kind == "batch_norm"]
    total = sums.network(graph.name)
    memory = training_memory(total.parameters, (2 * sum(norms), len(norms)), total.saved_bytes, batch, optimizer)
    return CostReport(graph.name, tuple(layers), sums.groups("block"), sums.groups("stage"), total, memory)


class _Sums:
    """Running sums of parameters, macs, activations, saved bytes and depth, by stage and by block."""

    def __init__(self) -> None:
        self._by: dict[str, dict[str, list[int]]] = {"stage": {}, "block": {}}

    def add(self, row: LayerCost, *, weighted: bool) -> None:
        for level, id in (("stage", row.stage), ("block", row.block)):
            if not id:
                continue
            sums = self._by[level].get(id)
            if sums is None:
                sums = self._by[level][id] = [0, 0, 0, 0, 0, 0]
            sums[0] += row.parameters
            sums[1] += row.macs
            sums[2] += row.activations
            sums[3] += row.saved_bytes
            sums[4] += weighted
            sums[5] = max(sums[5], row.receptive_field)

    def groups(self, level: str) -> dict[str, GroupCost]:
        return {id: GroupCost(id, *sums) for id, sums in self._by[level].items()}

    def network(self, name: str) -> GroupCost:
        columns = list(zip(*self._by["stage"].values(), strict=True))
        return GroupCost(name, *(sum(column) for column in columns[:5]), max(columns[5]))


def shared_total(rows: Iterable[LayerCost]) -> tuple[int, int, int]:
    """Return (parameters, macs, activations) summed over `rows`, for a table's footer."""
    chosen = tuple(rows)
    return sum(r.parameters for r in chosen), sum(r.macs for r in chosen), sum(r.activations for r in chosen)
