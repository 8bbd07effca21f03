"""Gathers what a run measured of the parameters of every layer and block at one step, for the rows of the table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from app.state.runs_state import ShownRun
from resnet_core.architecture.graph import Graph
from resnet_core.runs.run_events import BlockQuantity, LayerQuantity

_OF_BLOCKS: Mapping[LayerQuantity, BlockQuantity] = MappingProxyType(
    {"gradient_norm": "parameter_gradient_norm", "update_ratio": "update_ratio"}
)


class MeasuredFlow(NamedTuple):
    """The values of `run` at `step`: by quantity of `LayerQuantity`, then by the id of a layer or a block."""

    run: str
    step: int
    values: Mapping[str, Mapping[str, float]]


def measured_flow(run: ShownRun | None, graph: Graph, step: int | None) -> MeasuredFlow | None:
    """Return what `run` had measured at its newest capture up to `step`; None where it has measured no layer."""
    captured = run.captured_step_at(step) if run is not None else None
    if run is None or captured is None or not run.layer_quantities:
        return None
    values: dict[str, Mapping[str, float]] = {}
    for name, of_blocks in _OF_BLOCKS.items():
        found = run.block_quantity_at(of_blocks, step)
        blocks = {} if found is None else dict(zip(graph.block_by_id, found.tolist(), strict=True))
        values[name] = {**run.layer_quantity_at(name, step), **blocks}
    return MeasuredFlow(run.summary.name, captured, values)
