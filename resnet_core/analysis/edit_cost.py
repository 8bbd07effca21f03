"""Tells what an edit would cost before it is made: the difference of two networks' totals."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig


class EditCost(NamedTuple):
    """How much more an edited network has than the one before, for one image; a negative value is less."""

    parameters: int
    macs: int
    activations: int
    saved_bytes: int
    depth: int


def edit_cost(before: CostReport, edited: ArchitectureConfig) -> EditCost:
    """Return what `edited` costs more than the network of `before`, counted at the same batch."""
    memory = before.memory
    after = cost_report(build_graph(edited), batch=memory.batch, optimizer=memory.optimizer)
    return EditCost(*(getattr(after.total, name) - getattr(before.total, name) for name in EditCost._fields))
