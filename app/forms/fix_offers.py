"""Says in words what a field's value is, and what the fixes of problems would set it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from app.forms.field_kinds import holds_sizes, inherited
from app.forms.problem_note import Offer
from app.forms.sizes_editor import nothing_chosen, sizes_text
from app.wording import choice_label, field_label, short_choice
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.validation import Fix, Problem

FixWords = Callable[[Fix], str]
"""Says what one fix sets: "Norm groups to 16"."""


def value_text(facts: FieldFacts, value: Any) -> str:
    """Return a field's value in short: "Bottleneck", "3,1,3", "inherited", "on"."""
    if holds_sizes(facts):
        return sizes_text(value) or nothing_chosen(facts)
    if value is None:
        return inherited()
    if facts.choices:
        return short_choice(choice_label(facts, str(value)))
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    return QLocale().toString(value, "g", 6) if isinstance(value, float) else str(value)


def set_to(place: str, value: str) -> str:
    """Return "PLACE to VALUE"."""
    return _tr("{place} to {value}").format(place=place, value=value)


def field_words(facts_of: Callable[[Fix], FieldFacts]) -> FixWords:
    """Return the words for fixes of fields that their label tells from all others."""

    def words(fix: Fix) -> str:
        facts = facts_of(fix)
        return set_to(field_label(facts), value_text(facts, fix.value))

    return words


def offers_of(problems: tuple[Problem, ...], words: FixWords) -> tuple[Offer, ...]:
    """Return what would mend all of several problems, in words: each fix they share, or the nearest of each at once.

    Where a problem has no fix, those of the others are offered one by one.
    """
    if not problems:
        return ()
    if len(problems) == 1 or not all(problem.fixes for problem in problems):
        return _offers([(fix,) for problem in problems for fix in problem.fixes], words)
    shared = [fix for fix in problems[0].fixes if all(fix in problem.fixes for problem in problems)]
    nearest = {problem.fixes[0].path: problem.fixes[0] for problem in problems}
    return _offers([*((fix,) for fix in shared), tuple(nearest.values())], words)


def _offers(changes: list[tuple[Fix, ...]], words: FixWords) -> tuple[Offer, ...]:
    offers = {(text := offer_text(fixes, words)): Offer(fixes, text) for fixes in changes}
    return tuple(offers.values())


def offer_text(fixes: tuple[Fix, ...], words: FixWords) -> str:
    """Return what the button of some fixes says: "Set Norm groups to 16", "Set Cardinality to 1, Base width to 64"."""
    return _tr("Set {changes}").format(changes=", ".join(words(fix) for fix in fixes))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ArchitectureForm", text)
