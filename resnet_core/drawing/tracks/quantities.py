"""Makes the quantities that tracks show of a counted network: parameters, MACs, memory, receptive field, intensity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from resnet_core.analysis.arithmetic_intensity import FLOAT_BYTES
from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.layer_cost import LayerCost
from resnet_core.analysis.memory_by_layer import memory_by_layer
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.tracks.quantity import Quantity
from resnet_core.number_text import byte_text, compact, decimal, exact, seconds_text

CountKey = Literal["parameters", "macs", "activations"]
Make = Callable[[Graph, CostReport], Quantity]


def column_sums(graph: Graph, layers: Mapping[str, float]) -> dict[str, float]:
    """Return the sum of a number of each layer by column: the stem, each block, the head."""
    sums = dict.fromkeys(("stem", *(block.id for block in graph.blocks), "head"), 0.0)
    for node in graph.nodes:
        sums[node.block or node.stage] += layers.get(node.id, 0.0)
    return sums


def _count(key: CountKey, explanation: str) -> Make:
    def make(_graph: Graph, report: CostReport) -> Quantity:
        place = LayerCost._fields.index(key)
        columns = {id: getattr(cost, key) for id, cost in report.blocks.items()}
        columns |= {end: getattr(report.stages[end], key) for end in ("stem", "head")}
        layers = {row.id: row[place] for row in report.layers}
        total = getattr(report.total, key)
        return Quantity(key, explanation, f"{key}_bar", columns, layers, total, compact, _exact)  # type: ignore[arg-type]

    return make


def _memory(graph: Graph, report: CostReport) -> Quantity:
    layers = memory_by_layer(graph, report)
    return Quantity(
        "training_memory",
        N_("Atlas", "Bytes that a training step keeps: weights, gradients and momentum, and what backward needs of "
           "each output. Early layers cost activations, late ones weights."),
        "memory_bar", column_sums(graph, layers), layers, report.memory.total_bytes, byte_text, byte_text,
        about=N_("Atlas", "batch %1"), about_value=str(report.memory.batch),
    )  # fmt: skip


def _receptive_field(graph: Graph, report: CostReport) -> Quantity:
    layers = {row.id: row.receptive_field for row in report.layers}
    columns = {id: cost.receptive_field for id, cost in report.blocks.items()}
    columns |= {end: report.stages[end].receptive_field for end in ("stem", "head")}
    return Quantity(
        "receptive_field",
        N_("Atlas", "How many pixels of the image, across, one value of the output can see. What it really uses is "
           "smaller and shaped like a bell."),
        "field_bar", columns, layers, None, _exact, _pixels, summed=False,
        about=N_("Atlas", "px of %1"), about_value=str(graph.config.input.height),
    )  # fmt: skip


def _intensity(graph: Graph, report: CostReport) -> Quantity:
    layers: dict[str, float] = {}
    sums: dict[str, tuple[int, int]] = {}
    for row in report.layers:
        if row.macs:  # such a layer reads one tensor, and is written once
            flops, moved = 2 * row.macs, row.input_shape.elements + row.output_shape.elements + row.parameters
            layers[row.id] = flops / (FLOAT_BYTES * moved)
            before = sums.get(row.block or row.stage, (0, 0))
            sums[row.block or row.stage] = (before[0] + flops, before[1] + moved)
    columns = {column: flops / (FLOAT_BYTES * moved) for column, (flops, moved) in sums.items()}
    flops, moved = (sum(parts) for parts in zip(*sums.values(), strict=True)) if sums else (0, 0)
    return Quantity(
        "arithmetic_intensity",
        N_("Atlas", "FLOPs a byte that must be moved (Williams et al. 2009): low bars wait for memory, high ones for "
           "arithmetic. Convolutions and linear layers, float32, one image."),
        "intensity_bar", columns, layers, flops / (FLOAT_BYTES * moved) if moved else None, _tenths, _per_byte,
        summed=False, about=N_("Atlas", "FLOPs a byte"),
    )  # fmt: skip


def latency_quantity(graph: Graph, layers_s: Mapping[str, float], about: str) -> Quantity:
    """Return measured seconds by layer as a quantity; `about` says where they were measured."""
    columns = column_sums(graph, layers_s)
    return Quantity(
        "latency",
        N_("Atlas", "Time of each layer in a pass, the median of many on this machine. What lies between layers is "
           "left out."),
        "latency_bar", columns, layers_s, sum(columns.values()), seconds_text, seconds_text, about=about,
    )  # fmt: skip


def _exact(value: float) -> str:
    return exact(int(value))


def _pixels(value: float) -> str:
    return f"{exact(int(value))} px"


def _tenths(value: float) -> str:
    return decimal(value, 1)


def _per_byte(value: float) -> str:
    return f"{decimal(value, 1)} FLOP/B"


QUANTITIES: Mapping[str, Make] = MappingProxyType({
    "parameters": _count("parameters", N_(
        "Atlas", "Learnable values: weights of convolutions and linear layers, scale and shift of norms. They gather "
        "where channels are many.")),
    "macs": _count("macs", N_(
        "Atlas", "Multiply-adds of one image; 1 MAC = 2 FLOPs. A stage that halves the resolution and doubles the "
        "channels costs about the same as the one before.")),
    "activations": _count("activations", N_(
        "Atlas", "Output values of convolutions and linear layers: what has to be written, and a better guess at speed "
        "than MACs.")),
    "training_memory": _memory,
    "receptive_field": _receptive_field,
    "arithmetic_intensity": _intensity,
})  # fmt: skip
"""How each quantity is made from a graph and its report, by key."""
