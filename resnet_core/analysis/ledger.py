"""Counts a network term by term under a convention, so that every term of a published total can be seen."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from resnet_core.analysis.conventions import Convention
from resnet_core.analysis.counted_terms import TERMS, Basis, Term, elements_of, terms_of
from resnet_core.architecture.graph import Graph, Node
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig

#: An exact count; a convention that halves may leave a half.
Amount = int | Fraction


class LedgerRow(NamedTuple):
    """One term: `layers` layers with `elements` of `basis`, each counted `coefficient` times; 0 where left out."""

    term: Term
    layers: int
    basis: Basis
    elements: int
    coefficient: Fraction

    @property
    def amount(self) -> Amount:
        """What the term adds to the total."""
        return whole(self.elements * self.coefficient)


class Ledger(NamedTuple):
    """A network counted under a convention for one image; `graph` is the one that was counted.

    `rows` has every term of the network, those that are left out too, in the order of `TERMS`.
    """

    convention: Convention
    graph: Graph
    rows: tuple[LedgerRow, ...]

    @property
    def listed(self) -> tuple[LedgerRow, ...]:
        """The rows to show: those of operations, and corrections (the first sums) only where they are made."""
        return tuple(row for row in self.rows if row.coefficient or row.term != "first_sum")

    @property
    def total(self) -> Amount:
        """The sum of the rows."""
        return whole(sum((Fraction(row.amount) for row in self.rows), Fraction(0)))

    def amount(self, term: Term) -> Amount:
        """Return what `term` adds to the total; 0 where the network has none."""
        return next((row.amount for row in self.rows if row.term == term), 0)


def ledger(graph: Graph, convention: Convention) -> Ledger:
    """Return `graph` counted under `convention`, its changes to the network applied first."""
    counted = arranged(graph, convention)
    nodes: dict[Term, list[Node]] = {}
    for node in counted.nodes:
        for term in terms_of(node):
            nodes.setdefault(term, []).append(node)
    rows = tuple(_row(term, nodes[term], convention) for term in TERMS if term in nodes)
    return Ledger(convention, counted, rows)


def layer_amounts(graph: Graph, convention: Convention) -> dict[str, Amount]:
    """Return what each layer of `graph`, as it is, adds to the total of `convention`, by id."""
    return {
        node.id: whole(sum((_amount(node, term, convention) for term in terms_of(node)), Fraction(0)))
        for node in graph.nodes
    }


def arranged(graph: Graph, convention: Convention) -> Graph:
    """Return the network that `convention` counts: `graph` itself, or it with the 2015 stride or shortcuts."""
    config = graph.config
    if convention.stride_2015 and config.block.stride_in != "1x1":
        config = config.model_copy(update={"block": config.block.model_copy(update={"stride_in": "1x1"})})
    if convention.option_a and _may_pad(config):
        config = config.model_copy(update={"shortcut": config.shortcut.model_copy(update={"option": "A"})})
    return graph if config is graph.config else build_graph(config)


def whole(value: Fraction) -> Amount:
    """Return `value`, as an int where it is one."""
    return value.numerator if value.denominator == 1 else value


def _may_pad(config: ArchitectureConfig) -> bool:
    """Whether it is a network of Basic blocks with projections, whose channels zero padding can reach."""
    basic = all(plan.kind == "basic" and plan.out_channels >= plan.in_channels for plan in config.block_plans())
    return basic and config.shortcut.option == "B"


def _amount(node: Node, term: Term, convention: Convention) -> Fraction:
    rule = convention.rules.get(term)
    return elements_of(node, rule.basis) * rule.coefficient if rule is not None else Fraction(0)


def _row(term: Term, nodes: list[Node], convention: Convention) -> LedgerRow:
    basis = convention.basis(term)
    elements = sum(elements_of(node, basis) for node in nodes)
    return LedgerRow(term, len(nodes), basis, elements, convention.coefficient(term))
