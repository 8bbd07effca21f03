"""Says what a field, its value and a change of it are called, in the language in force."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from app.forms import fix_offers
from app.forms.fix_offers import set_to, value_text
from app.forms.problem_note import Offer
from app.state.architecture_document import FieldPath
from app.views.architecture.form_fields import field_at, title_of
from app.wording import field_label
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.validation import Fix, Problem, dotted


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
    """Return what would mend all of several problems of the architecture, in words."""
    return fix_offers.offers_of(problems, _fix_text)


def _fix_text(fix: Fix) -> str:
    field = field_at(fix.path)
    return set_to(place_text(fix.path), value_text(field.facts, fix.value) if field else str(fix.value))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ArchitectureForm", text)
