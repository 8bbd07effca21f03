"""Turns the core's ids, kinds and problems into the words a person reads, in the language in force."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import BaseModel
from PySide6.QtCore import QCoreApplication

from resnet_core.architecture.graph import Node
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan
from resnet_core.configuration.fields import FieldFacts, field_facts
from resnet_core.configuration.validation import MESSAGES, Problem
from resnet_core.drawing.captions import ATTENTION_WORDS, paper_stage_name
from resnet_core.drawing.kind_words import block_facts as facts_of_block
from resnet_core.drawing.kind_words import block_name, block_words, kind_words, layer_words, shortcut_words


def kind_text(kind: str) -> str:
    """Return the name of a layer's or block's kind: `batch_norm` is "batch norm", `bottleneck` is "Bottleneck"."""
    return kind_words(kind, QCoreApplication.translate)


def shortcut_text(kind: str) -> str:
    """Return what a block's shortcut is called: "identity shortcut"."""
    return shortcut_words(kind, QCoreApplication.translate)


def block_kind_text(plan: BlockPlan) -> str:
    """Return a block's kind, with the kernels of a branch of its own and its attention: "SE Basic(3,1,3)"."""
    return block_name(plan, QCoreApplication.translate)


def block_text(plan: BlockPlan) -> str:
    """Return what a block is: "Bottleneck, identity shortcut"."""
    return block_words(plan, QCoreApplication.translate)


def block_facts(plan: BlockPlan) -> tuple[str, ...]:
    """Return what else is set apart in a block: "32 groups", "dilation 2, then 4", "dropped with chance 0.25"."""
    return facts_of_block(plan, QCoreApplication.translate)


def kernels_text(plan: BlockPlan) -> str:
    """Return the kernels of a block's branch in order: "1×1, 3×3, 1×1"."""
    return ", ".join(f"{kernel}×{kernel}" for kernel in plan.kernels)


def layer_text(node: Node) -> str:
    """Return what a layer computes: "conv 3×3 /2, dilation 2, 32 groups", "drop path, chance 0.25"."""
    return layer_words(node, QCoreApplication.translate)


def network_facts(config: ArchitectureConfig) -> tuple[str, ...]:
    """Return what all blocks share: order, norm, activation, and what of attention, filters and dropping there is."""
    facts = [
        _short(config.block, "activation_order"),
        _tr("no norm") if config.norm.kind == "none" else _short(config.norm, "kind"),
        _tr("no activation") if config.activation.kind == "identity" else _short(config.activation, "kind"),
    ]
    if config.norm.standardize:
        facts.append(_tr("standardised weights"))
    if config.attention.kind != "none":
        pattern = _tr("{attention}: {place}")
        place = _short(config.attention, "placement")
        facts.append(pattern.format(attention=ATTENTION_WORDS[config.attention.kind], place=place))
    if config.anti_aliasing.kind != "none":
        facts.append(_short(config.anti_aliasing, "kind"))
    if config.regularization.dropout:
        facts.append(_tr("dropout {share}").format(share=f"{config.regularization.dropout:g}"))
    if config.regularization.stochastic_depth:
        facts.append(_tr("stochastic depth {chance}").format(chance=f"{config.regularization.stochastic_depth:g}"))
    if config.initialization.scheme in ("fixup", "skipinit"):
        facts.append(_short(config.initialization, "scheme"))
    return tuple(facts)


def paper_name(config: ArchitectureConfig, stage: str) -> str:
    """Return the stage's name in He et al. 2015, Table 1 (`layer3` is conv4_x), or "" where the paper has none."""
    number = stage.removeprefix("layer")
    return paper_stage_name(config.stem.kind, int(number)) if number.isdigit() else ""


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


def _short(section: BaseModel, field: str) -> str:
    """Return the short name of what a section has chosen."""
    return short_choice(choice_label(field_facts(type(section), field), getattr(section, field)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Wording", text)
