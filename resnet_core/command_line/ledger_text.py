"""Lays a network's ledger out as text and as a JSON document: terms, steps, totals and published figures."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from resnet_core.analysis.conventions import CONVENTIONS, MULTIPLY_ADDS, Convention
from resnet_core.analysis.counted_terms import BASIS_NAMES, TERM_NAMES
from resnet_core.analysis.ledger import Amount, Ledger, LedgerRow, ledger
from resnet_core.analysis.ledger_steps import Explanation, MovedLayer, cause_text, explain
from resnet_core.analysis.published_figures import GIGA, Figure, Match, published_figures
from resnet_core.architecture.graph import Graph
from resnet_core.command_line.tables import print_table

_MATCHES: dict[Match, str] = {
    "equal": "equal to the unit",
    "rounds": "agrees, rounded",
    "truncates": "agrees, cut off",
    "differs": "differs",
}


def print_ledger(graph: Graph, chosen: Convention) -> None:
    """Print the terms of `graph` under a convention, how it follows from our count, and the published figures."""
    found = explain(graph, MULTIPLY_ADDS, chosen)
    print(f"{graph.name}, counted as: {chosen.name}" + (f" ({chosen.source})" if chosen.source else "") + "\n")
    rows = [_row_cells(row) for row in found.end.listed]
    total = ("total", "", "", "", amount_text(found.end.total))
    print_table(("term", "layers", "elements", "each", chosen.unit), [*rows, total])
    if found.steps:
        print()
        _print_steps(found)
    figures = [figure for figure in published_figures(graph.config) if figure.convention == chosen.id]
    if figures:
        print()
        print_table(
            ("published by", "figure", ""),
            [(figure.source, _printed(figure), _MATCHES[figure.match(found.end.total)]) for figure in figures],
        )


def print_conventions(graph: Graph) -> None:
    """Print the total of `graph` under every convention, each with what published figures say of it."""
    figures = published_figures(graph.config)
    rows = []
    for chosen in CONVENTIONS:
        total = ledger(graph, chosen).total
        said = [figure for figure in figures if figure.convention == chosen.id]
        words = "; ".join(f"{_printed(figure)} {_MATCHES[figure.match(total)]}: {figure.source}" for figure in said)
        rows.append((chosen.id, chosen.name, amount_text(total), chosen.unit, words))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    print(f"{graph.name}, one image, counted as\n")
    for id, name, total_text, unit, words in rows:
        line = f"{id:{widths[0]}}  {name:{widths[1]}}  {total_text:>{widths[2]}} {unit:{widths[3]}}  {words}"
        print(line.rstrip())


def ledger_document(graph: Graph, chosen: Convention) -> dict[str, Any]:
    """Return the ledger of `graph` under a convention for JSON; an amount that ends in a half is a float."""
    found = explain(graph, MULTIPLY_ADDS, chosen)
    return {
        "convention": chosen.id,
        "name": chosen.name,
        "source": chosen.source,
        "unit": chosen.unit,
        "total": _number(found.end.total),
        "rows": [_row_document(row) for row in found.end.listed],
        "from": {"convention": MULTIPLY_ADDS.id, "total": _number(found.start.total)},
        "steps": [
            {
                "cause": cause_text(step),
                "term": step.term,
                "amount": _number(step.amount),
                "moved": [_moved_document(layer) for layer in step.moved],
            }
            for step in found.steps
        ],
        "figures": [
            _figure_document(figure, found.end)
            for figure in published_figures(graph.config)
            if figure.convention == chosen.id
        ],
    }


def conventions_document(graph: Graph) -> list[dict[str, Any]]:
    """Return the totals of `graph` under every convention for JSON."""
    totals = ((chosen, ledger(graph, chosen).total) for chosen in CONVENTIONS)
    return [{"id": c.id, "name": c.name, "unit": c.unit, "total": _number(total)} for c, total in totals]


def amount_text(amount: Amount, *, signed: bool = False) -> str:
    """Return an amount with thousands separators, with one decimal where it ends in a half."""
    sign = "+" if signed and amount > 0 else ""
    return f"{sign}{amount:,}" if isinstance(amount, int) else f"{sign}{float(amount):,.1f}"


def _row_cells(row: LedgerRow) -> tuple[str, str, str, str, str]:
    each = f"{row.coefficient} per {BASIS_NAMES[row.basis]}" if row.coefficient else "left out"
    amount = amount_text(row.amount) if row.coefficient else ""
    return TERM_NAMES[row.term], f"{row.layers:,}", f"{row.elements:,}", each, amount


def _print_steps(found: Explanation) -> None:
    rows = [(f"{MULTIPLY_ADDS.name} ({MULTIPLY_ADDS.unit})", amount_text(found.start.total))]
    for step in found.steps:
        rows.append((cause_text(step), amount_text(step.amount, signed=True)))
        rows += [(f"  {_moved_text(layer)}", "") for layer in step.moved]
    print_table(("from our count", ""), [*rows, ("=", amount_text(found.end.total))])


def _moved_text(layer: MovedLayer) -> str:
    if not any(layer.after):
        return f"{layer.id} left out"
    after = f"{layer.id} at {layer.after[0]}x{layer.after[1]}"
    return f"{after}, not {layer.before[0]}x{layer.before[1]}" if any(layer.before) else f"{after}, added"


def _printed(figure: Figure) -> str:
    if figure.is_exact:
        return f"{int(figure.printed):,}"
    return f"{figure.printed} {'G' if figure.scale == GIGA else 'M'}"


def _row_document(row: LedgerRow) -> dict[str, Any]:
    return {
        "term": row.term,
        "layers": row.layers,
        "basis": row.basis,
        "elements": row.elements,
        "coefficient": _number(row.coefficient),
        "amount": _number(row.amount),
    }


def _moved_document(layer: MovedLayer) -> dict[str, Any]:
    return {"id": layer.id, "before": list(layer.before), "after": list(layer.after)}


def _figure_document(figure: Figure, counted: Ledger) -> dict[str, Any]:
    return {
        "printed": figure.printed,
        "scale": figure.scale,
        "source": figure.source,
        "match": figure.match(counted.total),
    }


def _number(amount: int | Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)
