"""Says what a field, its value and a change of it are called, in the language in force."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from app.forms.field_kinds import holds_sizes, inherited
from app.forms.problem_note import Offer
from app.forms.sizes_editor import nothing_chosen, sizes_text
from app.state.architecture_document import FieldPath
from app.views.architecture.form_fields import field_at, title_of
from app.wording import choice_label, field_label, short_choice
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.validation import Fix, Problem, dotted


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


def change_text(facts: FieldFacts, value: Any, entry: str = "") -> str:
    """Return what an undo step says that sets a field, of a table's `entry` where one is named."""
    label, shown = field_label(facts), value_text(facts, value)
    if entry:
        return _tr("{label} of {entry}: {value}").format(label=label, entry=entry, value=shown)
    return _tr("{label}: {value}").format(label=label, value=shown)


def bounds_text(facts: FieldFacts) -> str:
    """Return the bounds of a number: "1 to 16 px", or an empty text."""
    if facts.minimum is None or facts.maximum is None:
        return ""
    low, high = (f"{bound:,g}" if bound % 1 else f"{int(bound):,}" for bound in (facts.minimum, facts.maximum))
    text = _tr("{low} to {high}").format(low=low, high=high)
    return f"{text} {facts.unit}" if facts.unit else text


def place_text(path: FieldPath) -> str:
    """Return where a field stands: "Cardinality", "Width of layer3", "Norm groups"."""
    field = field_at(path)
    if field is None:
        return dotted(path)
    label = field_label(field.facts)
    if len(path) == 3 and isinstance(path[1], int) and path[0] == "stages":
        return _tr("{label} of {entry}").format(label=label, entry=f"layer{path[1] + 1}")
    if len(path) == 3 and isinstance(path[1], int):
        return _tr("{label} in row {row}").format(label=label, row=path[1] + 1)
    return label


def section_title(name: str) -> str:
    """Return the heading of a part of the form."""
    return QCoreApplication.translate("FormGroup", title_of(name))


def offers_of(problems: tuple[Problem, ...]) -> tuple[Offer, ...]:
    """Return what would mend all of several problems, in words: each fix they share, or the nearest of each at once.

    Where a problem has no fix, those of the others are offered one by one.
    """
    if not problems:
        return ()
    if len(problems) == 1 or not all(problem.fixes for problem in problems):
        return _offers([(fix,) for problem in problems for fix in problem.fixes])
    shared = [fix for fix in problems[0].fixes if all(fix in problem.fixes for problem in problems)]
    nearest = {problem.fixes[0].path: problem.fixes[0] for problem in problems}
    return _offers([*((fix,) for fix in shared), tuple(nearest.values())])


def _offers(changes: list[tuple[Fix, ...]]) -> tuple[Offer, ...]:
    offers = {(text := offer_text(fixes)): Offer(fixes, text) for fixes in changes}
    return tuple(offers.values())


def offer_text(fixes: tuple[Fix, ...]) -> str:
    """Return what the button of some fixes says: "Set Norm groups to 16", "Set Cardinality to 1, Base width to 64"."""
    return _tr("Set {changes}").format(changes=", ".join(_fix_text(fix) for fix in fixes))


def _fix_text(fix: Fix) -> str:
    field = field_at(fix.path)
    value = value_text(field.facts, fix.value) if field else str(fix.value)
    return _tr("{place} to {value}").format(place=place_text(fix.path), value=value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ArchitectureForm", text)
