"""Names a result by its network, and says with which options it was found."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from app.forms.fix_offers import value_text
from app.state.study_state import StudyResult
from app.wording import field_label
from resnet_core.configuration.fields import field_facts
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.findings.study import StudyReport
from resnet_core.number_text import exact


def result_name(result: StudyResult) -> str:
    """Return what was studied: "ResNet-20 after 320 steps · RUN", "ResNet-50 before training · digits, seed 0"."""
    network = result.report.network
    if network.run:
        text = _tr("{name} after {step} steps · {run}")
        return text.format(name=network.architecture, step=exact(network.step), run=network.run)
    text = _tr("{name} before training · {data}, seed {seed}")
    return text.format(name=network.architecture, data=network.data, seed=network.seed)


def conditions(report: StudyReport[Any]) -> str:
    """Return the device and the options of a report: "cpu · Updates 100 · Lowest rate 0.0001"."""
    kind, parts = type(report.options), [report.network.device]
    for name in kind.model_fields:
        facts = field_facts(kind, name)
        label, value = field_label(facts), value_text(facts, getattr(report.options, name))
        unit = "" if facts.unit in label.lower() else facts.unit  # "Images 32", not "Images 32 images"
        if value:
            parts.append(" ".join(filter(None, (label, value, unit))))
    return " · ".join(parts)


def offer_text(field: str, value: float) -> str:
    """Return what the button says that takes a value into the recipe: "Use 0.077 as learning rate"."""
    label = field_label(field_facts(TrainingConfig, field))
    return _tr("Use {value} as {field}").format(value=f"{value:g}", field=label[:1].lower() + label[1:])


def taken_text(field: str, value: float) -> str:
    """Return what is said when the recipe has a value now."""
    label = field_label(field_facts(TrainingConfig, field))
    return _tr("{field} of the next run: {value}").format(field=label, value=f"{value:g}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("StudyResult", text)
