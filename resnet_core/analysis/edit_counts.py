"""Counts what an edit adds in parameters and multiply-adds, without the memory and the rows of a whole report."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.layer_cost import counts_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig


class EditCounts(NamedTuple):
    """How many parameters and multiply-adds for one image an edited network has more; a negative number is fewer."""

    parameters: int
    macs: int


def edit_counts(before: CostReport, edited: ArchitectureConfig) -> EditCounts:
    """Return what `edited` has more than the network of `before`: exact, a third of the time of a report."""
    parameters = macs = 0
    for node in build_graph(edited).nodes:
        own, multiplied, _ = counts_of(node)
        parameters += own
        macs += multiplied
    return EditCounts(parameters - before.total.parameters, macs - before.total.macs)


def block_count_counts(before: CostReport, stage: str, blocks: int) -> EditCounts | None:
    """Return what another number of blocks in `stage` (`layer3`) adds, from the report alone, in microseconds.

    None where the stage has but one block, which is no measure of the others. Holds where the stage has no block that
    is overridden; what a block more costs is what the last one does.
    """
    rows = [cost for id, cost in before.blocks.items() if id.partition(".")[0] == stage]
    if len(rows) < 2 or blocks < 1:
        return None
    gone, last, more = rows[blocks:], rows[-1], max(blocks - len(rows), 0)
    return EditCounts(
        more * last.parameters - sum(cost.parameters for cost in gone),
        more * last.macs - sum(cost.macs for cost in gone),
    )
