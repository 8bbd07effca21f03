"""Says in the language in force what an edit is called and what it costs."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.wording import problem_text
from resnet_core.analysis.edit_counts import EditCounts
from resnet_core.configuration.edit_offers import EditOffer
from resnet_core.configuration.key_edits import KeyEdit
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.number_text import compact_difference

translate = QCoreApplication.translate


def offer_text(offer: EditOffer) -> str:
    """Return an edit of the menu: "Make it Basic (3×3, 3×3)"."""
    return translate("EditOffer", offer.text).format(**_words(offer.parameters))


def edit_text(edit: KeyEdit) -> str:
    """Return an edit as the history tells it: "Make layer3.1 Basic"."""
    return translate("EditOffer", edit.text).format(subject=edit.subject, **_words(edit.parameters))


def short_text(edit: KeyEdit) -> str:
    """Return an edit as it stands beside its key: "Basic", "width 512"."""
    return translate("EditOffer", edit.short).format(**_words(edit.parameters))


def cost_text(counts: EditCounts) -> str:
    """Return what an edit costs: "+1.18 M params, +231 M MACs"."""
    line = translate("Atlas", "%1 params, %2 MACs")
    return line.replace("%1", compact_difference(counts.parameters, 0)).replace(
        "%2", compact_difference(counts.macs, 0)
    )


def refusal_text(refused: ConfigurationError) -> str:
    """Return why an edit cannot be, in one line."""
    texts = dict.fromkeys(problem_text(problem) for problem in refused.problems)
    return next(iter(texts), "")


def _words(parameters: dict[str, str | int]) -> dict[str, str | int]:
    return {name: translate("Choice", value) if isinstance(value, str) else value for name, value in parameters.items()}
