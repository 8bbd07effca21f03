"""Turns terms, rules, steps and figures of the ledger into the words a person reads, in the language in force."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from PySide6.QtCore import QCoreApplication

from resnet_core.analysis.conventions import Convention, Rule, Unit
from resnet_core.analysis.counted_terms import BASIS_NAMES, TERM_NAMES, Term
from resnet_core.analysis.ledger import Amount
from resnet_core.analysis.ledger_steps import CAUSES, MovedLayer, Step
from resnet_core.analysis.published_figures import GIGA, Figure, Match
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.number_text import MINUS, exact, exact_difference

translate = QCoreApplication.translate
CHECK: Final = "✓"

_MATCHES: Final[tuple[tuple[Match, str], ...]] = (
    ("equal", N_("Ledger", "to the unit")),
    ("rounds", N_("Ledger", "rounded")),
    ("truncates", N_("Ledger", "cut off")),
)
_UNITS: Final[tuple[tuple[Unit, str], ...]] = (
    ("MACs", N_("Ledger", "MACs")),
    ("FLOPs", N_("Ledger", "FLOPs")),
    ("operations", N_("Ledger", "operations")),
)


def term_text(term: Term) -> str:
    """Return what a term is called, with a capital: "Convolutions", "BatchNorm"."""
    text = translate("Term", TERM_NAMES[term])
    return text[:1].upper() + text[1:]


def rule_text(rule: Rule | None) -> str:
    """Return how a term is counted: "2 per output element", or that it is left out."""
    if rule is None or not rule.coefficient:
        return translate("Ledger", "left out")
    basis = translate("Basis", BASIS_NAMES[rule.basis])
    return translate("Ledger", "{number} per {basis}").format(number=number_text(rule.coefficient), basis=basis)


def number_text(number: Fraction) -> str:
    """Return a coefficient: "2", "½", "−½"."""
    if number.denominator == 1:
        return exact(number.numerator)
    whole, half = divmod(abs(number.numerator), number.denominator)
    sign = MINUS if number < 0 else ""
    return f"{sign}{whole or ''}½" if Fraction(half, number.denominator) == Fraction(1, 2) else str(number)


def amount_text(amount: Amount) -> str:
    """Return an exact amount with thousands separators; a half is written as one."""
    if isinstance(amount, int):
        return exact(amount)
    return f"{exact(int(amount))}½"


def signed_amount_text(amount: Amount) -> str:
    """Return a difference with its sign."""
    if isinstance(amount, int):
        return exact_difference(amount, 0)
    return ("+" if amount > 0 else "") + amount_text(amount)


def unit_text(unit: Unit) -> str:
    """Return what a total is called."""
    return translate("Ledger", next(text for known, text in _UNITS if known == unit))


def convention_name(convention: Convention) -> str:
    """Return the name of a convention."""
    return translate("Convention", convention.name)


def convention_source(convention: Convention) -> str:
    """Return where a convention is from, as a sentence."""
    if not convention.source:
        return translate("Ledger", "Your own choice of what is counted.")
    text = translate("Convention", convention.source)
    return f"{text[:1].upper()}{text[1:]}."


def step_text(step: Step) -> str:
    """Return why an amount changes."""
    text = translate("Cause", CAUSES[step.cause]).format(
        term=translate("Term", TERM_NAMES[step.term]),
        coefficient=number_text(step.coefficient),
        basis=translate("Basis", BASIS_NAMES[step.basis]),
        before=number_text(step.before),
        before_basis=translate("Basis", BASIS_NAMES[step.before_basis]),
    )
    return text[:1].upper() + text[1:]


def moved_text(layer: MovedLayer) -> str:
    """Return where a layer is counted: "layer2.0.conv1 at 28 × 28, not 56 × 56"."""
    if not any(layer.after):
        return translate("Ledger", "{id} is not there").format(id=layer.id)
    after = _size_text(layer.after)
    if not any(layer.before):
        return translate("Ledger", "{id} at {after}, added").format(id=layer.id, after=after)
    line = translate("Ledger", "{id} at {after}, not {before}")
    return line.format(id=layer.id, after=after, before=_size_text(layer.before))


def figure_text(figure: Figure) -> str:
    """Return a figure as it is printed, with its unit: "3.8 G", "4,111,512,576"."""
    if figure.is_exact:
        return exact(int(figure.printed))
    whole, point, digits = figure.printed.partition(".")
    return f"{exact(int(whole))}{point}{digits} {'G' if figure.scale == GIGA else 'M'}"


def match_text(match: Match) -> str:
    """Return how a total agrees with a figure: "to the unit", "rounded", "cut off"; an empty text where it differs."""
    found = next((text for known, text in _MATCHES if known == match), "")
    return translate("Ledger", found) if found else ""


def _size_text(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
