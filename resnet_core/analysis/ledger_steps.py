"""Explains how one count of a network becomes another: every term that differs, with its amount and why."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from resnet_core.analysis.conventions import Convention
from resnet_core.analysis.counted_terms import BASIS_NAMES, TERM_NAMES, Basis, Term, elements_of, terms_of
from resnet_core.analysis.ledger import Amount, Ledger, LedgerRow, ledger, whole
from resnet_core.architecture.graph import Graph, Node
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

Cause = Literal[
    "stride_2015",
    "stride_as_built",
    "zero_padding",
    "projections_as_built",
    "counted",
    "left_out",
    "counted_otherwise",
    "counted_by_other",
]

#: Why an amount changes, with the names of a step's facts; the window translates these under the context "Cause".
CAUSES: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        "stride_2015": N_("Cause", "{term}: stride in the first 1×1, as in 2015, instead of the 3×3"),
        "stride_as_built": N_("Cause", "{term}: stride in the 3×3 instead of the first 1×1"),
        "zero_padding": N_("Cause", "{term}: zero-padded shortcuts (option A) instead of projections"),
        "projections_as_built": N_("Cause", "{term}: projections instead of zero-padded shortcuts (option A)"),
        "counted": N_("Cause", "{term}: {coefficient} per {basis}"),
        "left_out": N_("Cause", "{term}: left out"),
        "counted_otherwise": N_("Cause", "{term}: {coefficient} per {basis}, not {before}"),
        "counted_by_other": N_("Cause", "{term}: {coefficient} per {basis}, not {before} per {before_basis}"),
    }
)


class MovedLayer(NamedTuple):
    """A layer that is counted in another place or not at all: its output's height and width before and after.

    A size of (0, 0) stands for a layer that is not there.
    """

    id: str
    before: tuple[int, int]
    after: tuple[int, int]


class Step(NamedTuple):
    """One difference between two counts: its cause, its term, how that is counted before and after, and its amount.

    `elements` are those that are counted after the step, `moved` the layers that a change to the network moves.
    """

    cause: Cause
    term: Term
    amount: Amount
    elements: int = 0
    basis: Basis = "outputs"
    coefficient: Fraction = Fraction(0)
    before: Fraction = Fraction(0)
    before_basis: Basis = "outputs"
    moved: tuple[MovedLayer, ...] = ()


class Explanation(NamedTuple):
    """Two counts of a network and the steps between them: `start.total` + all amounts = `end.total`."""

    start: Ledger
    end: Ledger
    steps: tuple[Step, ...]


def explain(graph: Graph, start: Convention, end: Convention) -> Explanation:
    """Return every term that turns the count of `graph` under `start` into that under `end`.

    What changes the network comes first, counted as `start` counts; then what counts a term in another way.
    """
    before = counted = ledger(graph, start)
    steps: list[Step] = []
    if end.stride_2015 != start.stride_2015:
        strided = ledger(graph, start._replace(stride_2015=end.stride_2015))
        steps += _changes("stride_2015" if end.stride_2015 else "stride_as_built", counted, strided)
        counted = strided
    if end.option_a != start.option_a:
        padded = ledger(graph, end._replace(rules=start.rules))
        steps += _changes("zero_padding" if end.option_a else "projections_as_built", counted, padded)
        counted = padded
    after = ledger(counted.graph, end) if end != start else counted
    return Explanation(before, after, (*steps, *_recounts(counted, after)))


def cause_text(step: Step) -> str:
    """Return why an amount changes, in English: "BatchNorm: 2 per output element"."""
    return CAUSES[step.cause].format(
        term=TERM_NAMES[step.term],
        coefficient=step.coefficient,
        basis=BASIS_NAMES[step.basis],
        before=step.before,
        before_basis=BASIS_NAMES[step.before_basis],
    )


def _changes(cause: Cause, before: Ledger, after: Ledger) -> list[Step]:
    """Return the terms whose amount a change to the network changes, each with the layers that moved."""
    terms = dict.fromkeys(row.term for row in (*before.rows, *after.rows))
    steps = []
    for term in terms:
        amount = whole(Fraction(after.amount(term)) - Fraction(before.amount(term)))
        if amount:
            basis, coefficient = after.convention.basis(term), after.convention.coefficient(term)
            layers = _moved_layers(term, basis, before.graph, after.graph)
            steps.append(Step(cause, term, amount, 0, basis, coefficient, coefficient, basis, layers))
    return steps


def _moved_layers(term: Term, basis: Basis, before: Graph, after: Graph) -> tuple[MovedLayer, ...]:
    ids = dict.fromkeys(node.id for graph in (before, after) for node in graph.nodes if term in terms_of(node))
    pairs = [(id, before.node_by_id.get(id), after.node_by_id.get(id)) for id in ids]
    return tuple(
        MovedLayer(id, _size(old), _size(new))
        for id, old, new in pairs
        if _elements(old, term, basis) != _elements(new, term, basis)
    )


def _elements(node: Node | None, term: Term, basis: Basis) -> int:
    return elements_of(node, basis) if node is not None and term in terms_of(node) else 0


def _size(node: Node | None) -> tuple[int, int]:
    return (0, 0) if node is None else node.output_shape[1:]


def _recounts(before: Ledger, after: Ledger) -> list[Step]:
    """Return the terms that two conventions count differently on the same network."""
    steps = []
    for old, new in zip(before.rows, after.rows, strict=True):
        amount = whole(Fraction(new.amount) - Fraction(old.amount))
        if amount:
            shown = old if not new.amount else new
            steps.append(
                Step(
                    _cause(old, new), new.term, amount, shown.elements, shown.basis, new.coefficient, old.coefficient,
                    old.basis,
                )
            )  # fmt: skip
    return steps


def _cause(old: LedgerRow, new: LedgerRow) -> Cause:
    if not old.amount:
        return "counted"
    if not new.amount:
        return "left_out"
    return "counted_otherwise" if old.basis == new.basis else "counted_by_other"
