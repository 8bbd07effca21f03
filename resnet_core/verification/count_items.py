"""Itemises by cause what a witness's convention counts beyond our multiply-adds."""

from __future__ import annotations

from collections.abc import Mapping

from resnet_core.analysis.conventions import MULTIPLY_ADDS, Convention
from resnet_core.analysis.ledger import layer_amounts
from resnet_core.analysis.ledger_steps import Step, cause_text, explain
from resnet_core.architecture.graph import Graph
from resnet_core.verification.verification_report import CountItem, LayerDifference


def count_items(graph: Graph, convention: Convention) -> tuple[CountItem, ...]:
    """Return each cause for which `convention` counts `graph` differently from us, with its amount."""
    return tuple(_item(step) for step in explain(graph, MULTIPLY_ADDS, convention).steps)


def layer_differences(graph: Graph, convention: Convention, by_layer: Mapping[str, int]) -> tuple[LayerDifference, ...]:
    """Return the layers of which a witness counted something else than `convention` says."""
    expected = {id: int(amount) for id, amount in layer_amounts(graph, convention).items()}
    ids = (*expected, *(id for id in by_layer if id not in expected))
    pairs = ((id, expected.get(id, 0), by_layer.get(id, 0)) for id in ids)
    return tuple(LayerDifference(id, ours, theirs) for id, ours, theirs in pairs if ours != theirs)


def _item(step: Step) -> CountItem:
    return CountItem(cause_text(step), int(step.amount), step.term, step.elements, step.basis, int(step.coefficient))
