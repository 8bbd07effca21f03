"""Counts a whole graph layer by layer and rolls the rows up by block, by stage and for the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resnet_core.analysis.layer_cost import KINDS_WITH_BUFFERS, LayerCost, buffers_of, counts_of
from resnet_core.analysis.memory import (
    MemoryRecipe,
    Optimizer,
    Precision,
    TrainingMemory,
    saved_bytes,
    training_memory,
    weight_copy_bytes,
)
from resnet_core.analysis.receptive_field import receptive_fields
from resnet_core.architecture.graph import Graph

#: Layers on the main path that papers do not count: all but the last of a deep stem, its pool, the head's features.
_UNCOUNTED = frozenset({"conv1.0", "conv1.3", "maxpool.0", "neck.0"})


class GroupCost(NamedTuple):
    """The sum of the rows of a block, a stage or the network; `depth` counts as `CostReport.depth`."""

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
    """Every count of a network. Counts are for one image, memory for `memory.batch` images in `memory.precision`."""

    name: str
    layers: tuple[LayerCost, ...]
    blocks: Mapping[str, GroupCost]
    stages: Mapping[str, GroupCost]
    total: GroupCost
    memory: TrainingMemory
    depth_with_projections: int

    @property
    def depth(self) -> int:
        """Depth as He et al. 2015 count it: the stem, the convolutions of all branches, and the linear layer.

        A deep stem counts as the one layer it replaces (ResNet-50-D has depth 50), attention does not count.
        Zagoruyko and Komodakis 2016 count projections instead of the linear layer: `depth_with_projections`.
        """
        return self.total.depth


def cost_report(
    graph: Graph,
    *,
    batch: int = 1,
    optimizer: Optimizer = "sgd_momentum",
    precision: Precision = "float32",
) -> CostReport:
    """Return the costs of `graph`: rows by layer; sums by block, stage (stem and head included) and network."""
    reaches, saved = receptive_fields(graph), saved_bytes(graph, batch, precision)
    sums = _Sums()
    layers: list[LayerCost] = []
    projections = 0
    for node in graph.nodes:
        id, kind, stage, block, _, input_shape, output_shape, _, path = node
        row = LayerCost(
            id, kind, stage, block, input_shape, output_shape, *counts_of(node), *reaches[id], saved[id]
        )  # fmt: skip
        layers.append(row)
        weighted = kind in ("conv", "linear") and path == "main" and id not in _UNCOUNTED
        sums.add(row, weighted=weighted)
        projections += kind == "conv" and path == "shortcut"
    buffers = [buffers_of(node) for node in graph.nodes if node.kind in KINDS_WITH_BUFFERS]
    counters = sum(node.kind == "batch_norm" for node in graph.nodes)
    total = sums.network(graph.name)
    memory = training_memory(
        total.parameters,
        (sum(buffers) - counters, counters),
        total.saved_bytes,
        MemoryRecipe(batch, optimizer, precision),
        weight_copy_bytes(graph, precision),
    )
    deep = total.depth - bool(graph.config.head.classes) + projections
    return CostReport(graph.name, tuple(layers), sums.blocks(), sums.stages(), total, memory, deep)


class _Sums:
    """Running sums a block, and a stage for what stands in no block; stages are summed from both at the end.

    A sum is [parameters, macs, activations, saved bytes, depth, receptive field].
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], list[int]] = {}

    def add(self, row: LayerCost, *, weighted: bool) -> None:
        _, _, stage, block, _, _, parameters, macs, activations, field, _, _, saved = row
        sums = self._sums.get((stage, block))
        if sums is None:
            sums = self._sums[stage, block] = [0, 0, 0, 0, 0, 0]
        sums[0] += parameters
        sums[1] += macs
        sums[2] += activations
        sums[3] += saved
        sums[4] += weighted
        if field > sums[5]:
            sums[5] = field

    def blocks(self) -> dict[str, GroupCost]:
        return {block: GroupCost(block, *sums) for (_, block), sums in self._sums.items() if block}

    def stages(self) -> dict[str, GroupCost]:
        members: dict[str, list[list[int]]] = {}
        for (stage, _), sums in self._sums.items():
            members.setdefault(stage, []).append(sums)
        return {stage: _total(stage, rows) for stage, rows in members.items()}

    def network(self, name: str) -> GroupCost:
        return _total(name, list(self._sums.values()))


def _total(id: str, rows: list[list[int]]) -> GroupCost:
    parameters, macs, activations, saved, depth, fields = zip(*rows, strict=True)
    return GroupCost(id, sum(parameters), sum(macs), sum(activations), sum(saved), sum(depth), max(fields))
