"""Lays the ledger of a network out as rows: its terms, the steps from our count, and the figures to match."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from PySide6.QtCore import QCoreApplication

from app.state.verified_state import Testimony, Verdict
from app.views.ledger.ledger_words import (
    CHECK,
    amount_text,
    convention_name,
    figure_text,
    match_text,
    moved_text,
    rule_text,
    signed_amount_text,
    step_text,
    term_text,
    unit_text,
)
from app.views.ledger.sum_table import MORE, SumRow
from resnet_core.analysis.convention_switches import GROUPS, Switch, rules_of
from resnet_core.analysis.conventions import Rule, convention
from resnet_core.analysis.counted_terms import Term
from resnet_core.analysis.ledger import Ledger, whole
from resnet_core.analysis.ledger_steps import Explanation
from resnet_core.analysis.published_figures import Figure, Match
from resnet_core.architecture.graph import Graph
from resnet_core.number_text import exact

translate = QCoreApplication.translate
TOTAL = "total"
COUNTED_AS = 2
"""The column of the terms in which their rule stands."""


def term_rows(found: Ledger) -> tuple[SumRow, ...]:
    """Return a row a term: elements, how it is counted, its amount and the sum so far; then the total."""
    rows, sum_so_far = [], Fraction(0)
    for row in found.listed:
        sum_so_far += row.amount
        rule = Rule(row.basis, row.coefficient)
        more = f" {MORE}" if len(rules_of(row.term)) > 1 else ""
        cells = (
            term_text(row.term),
            exact(row.elements),
            rule_text(rule) + more,
            amount_text(row.amount) if row.coefficient else "",
            amount_text(whole(sum_so_far)) if row.coefficient else "",
        )
        counted = bool(row.coefficient)
        tip = translate("Ledger", "{term}, layers: {count}").format(term=cells[0], count=exact(row.layers))
        rows.append(SumRow(row.term, cells, tip, counted=counted, quiet=not counted))
    unit = unit_text(found.convention.unit)
    total = (translate("Ledger", "Total"), "", unit, amount_text(found.total), "")
    return (*rows, SumRow(TOTAL, total, strong=True))


def step_rows(found: Explanation) -> tuple[SumRow, ...]:
    """Return our count, each step with the layers it moves, and the total they lead to; none without a step."""
    if not found.steps:
        return ()
    start = translate("Ledger", "Our count: multiply-adds of convolutions and linear layers")
    rows = [SumRow("", (start, amount_text(found.start.total)))]
    for step in found.steps:
        rows.append(SumRow("", (step_text(step), signed_amount_text(step.amount))))
        rows += [SumRow(layer.id, (f"      {moved_text(layer)}", ""), quiet=True) for layer in step.moved]
    rows.append(SumRow("", (convention_name(found.end.convention), amount_text(found.end.total)), strong=True))
    return tuple(rows)


def figure_rows(figures: tuple[Figure, ...], verdict: Verdict | None, found: Ledger) -> tuple[SumRow, ...]:
    """Return the published figures and what counters said of this network, each held against the total."""
    witnessed = [] if verdict is None else [_witnessed(testimony, verdict) for testimony in verdict.testimonies]
    held = [(figure, figure.match(found.total)) for figure in (*figures, *witnessed)]
    # The same few digits in another convention are a coincidence: fvcore's total of ResNet-50 rounds to 4.1 as well.
    own_choice = found.convention.id == "custom" and all(match != "equal" for _, match in held)
    return tuple(
        _figure_row(figure, match, comparable=own_choice or figure.convention == found.convention.id)
        for figure, match in held
    )


def match_line(rows: tuple[SumRow, ...]) -> str:
    """Return what the count agrees with: "✓ 4,111,512,576 to the unit: fvcore 0.1.5", or an empty text."""
    good = [row for row in rows if row.good]
    if not good:
        return ""
    figure, source, match = max(good, key=lambda row: len(row.cells[0])).cells  # the one with the most digits
    line = translate("Ledger", "{figure} {match}: {source}")
    text = line.format(match=match.removeprefix(CHECK).strip(), figure=figure, source=source)
    more = translate("Ledger", "and {count} more").format(count=len(good) - 1)
    return f"{CHECK} {text}" + (f", {more}" if len(good) > 1 else "")


def applicable_switches(graph: Graph, found: Ledger) -> frozenset[Switch]:
    """Return the switches that change something about the open network."""
    return frozenset(_applicable(graph, {row.term for row in found.rows}))


def _applicable(graph: Graph, terms: set[Term]) -> Iterator[Switch]:
    yield "flops"
    for switch, group in GROUPS.items():
        if terms.intersection(group):
            yield switch
    plans = tuple(graph.config.block_plans())
    if graph.config.block.stride_in == "3x3" and any(plan.stride > 1 and plan.kernels[0] == 1 for plan in plans):
        yield "stride_2015"
    padded = graph.config.shortcut.option == "B" and all(plan.kind == "basic" for plan in plans)
    if padded and any(plan.shortcut == "projection" for plan in plans):
        yield "option_a"


def _witnessed(testimony: Testimony, verdict: Verdict) -> Figure:
    time = verdict.at.strftime("%H:%M")
    by = translate("Ledger", "{witness} ({version}), here at {time}")
    source = by.format(witness=testimony.witness, version=testimony.version, time=time)
    return Figure(str(testimony.total), 1, source, testimony.convention)


def _figure_row(figure: Figure, match: Match, *, comparable: bool) -> SumRow:
    agrees = match == "equal" or (match != "differs" and comparable)
    name = convention_name(convention(figure.convention))
    tip = translate("Ledger", "Count as: {convention}").format(convention=name)
    if figure.note:
        tip += "\n" + translate("Printed", figure.note)
    cells = (figure_text(figure), figure.source, f"{CHECK} {match_text(match)}" if agrees else "")
    return SumRow(figure.convention, cells, tooltip=tip, good=agrees)
