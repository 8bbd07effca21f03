"""Turns the core's ids, kinds and problems into the words a person reads, in the language in force."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.validation import MESSAGES, Problem

_NODE_KINDS = (
    ("input", N_("NodeKind", "input")),
    ("conv", N_("NodeKind", "conv")),
    ("batch_norm", N_("NodeKind", "batch norm")),
    ("relu", N_("NodeKind", "ReLU")),
    ("max_pool", N_("NodeKind", "max pool")),
    ("zero_pad", N_("NodeKind", "zero pad")),
    ("add", N_("NodeKind", "add")),
    ("average_pool", N_("NodeKind", "average pool")),
    ("flatten", N_("NodeKind", "flatten")),
    ("linear", N_("NodeKind", "linear")),
    ("output", N_("NodeKind", "output")),
    ("basic", N_("NodeKind", "Basic")),
    ("bottleneck", N_("NodeKind", "Bottleneck")),
    ("stem", N_("NodeKind", "stem")),
    ("head", N_("NodeKind", "head")),
)
_SHORTCUTS = (
    ("identity", N_("Shortcut", "identity shortcut")),
    ("projection", N_("Shortcut", "projection shortcut")),
    ("zero_pad", N_("Shortcut", "zero-padded shortcut")),
    ("none", N_("Shortcut", "no shortcut")),
)


def kind_text(kind: str) -> str:
    """Return the name of a layer's or block's kind: `batch_norm` is "batch norm", `bottleneck` is "Bottleneck"."""
    return _looked_up("NodeKind", _NODE_KINDS, kind)


def shortcut_text(kind: str) -> str:
    """Return what a block's shortcut is called: "identity shortcut"."""
    return _looked_up("Shortcut", _SHORTCUTS, kind)


def block_text(plan: BlockPlan) -> str:
    """Return what a block is: "Bottleneck, identity shortcut"."""
    return QCoreApplication.translate("Wording", "{kind}, {shortcut}").format(
        kind=kind_text(plan.kind), shortcut=shortcut_text(plan.shortcut)
    )


def paper_name(config: ArchitectureConfig, stage: str) -> str:
    """Return the stage's name in He et al. 2015, Table 1 (`layer3` is conv4_x), or "" where the paper has none."""
    number = stage.removeprefix("layer")
    if config.stem.kind != "imagenet" or not number.isdigit():
        return ""
    return f"conv{int(number) + 1}_x"


def field_label(facts: FieldFacts) -> str:
    """Return a field's label."""
    return QCoreApplication.translate("Field", facts.label)


def field_help(facts: FieldFacts) -> str:
    """Return a field's help."""
    return QCoreApplication.translate("Field", facts.help)


def choice_label(facts: FieldFacts, value: str) -> str:
    """Return the label of one of a field's choices."""
    return QCoreApplication.translate("Choice", facts.choices.get(value, value))


def short_choice(label: str) -> str:
    """Return the name that opens a choice's label: "Basic (3×3, 3×3)" is "Basic", "A · identity, ..." is "A"."""
    return re.split(r" \(|（| · ", label, maxsplit=1)[0]


def problem_text(problem: Problem) -> str:
    """Return what is wrong and what would work, as one sentence that begins with a capital and names no place."""
    template = QCoreApplication.translate("Problem", MESSAGES[problem.message])
    text = template.format(**problem.parameters)
    return text[:1].upper() + text[1:]


def problems_text(problems: Iterable[Problem]) -> str:
    """Return several problems, one a line, none twice."""
    return "\n".join(dict.fromkeys(problem_text(problem) for problem in problems))


def _looked_up(context: str, names: tuple[tuple[str, str], ...], key: str) -> str:
    for name, text in names:
        if name == key:
            return QCoreApplication.translate(context, text)
    return key
