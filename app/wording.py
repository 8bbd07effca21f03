"""Turns the core's ids, kinds and problems into the words a person reads, in the language in force."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import BaseModel
from PySide6.QtCore import QCoreApplication

from resnet_core.architecture.graph import Node
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan
from resnet_core.configuration.fields import FieldFacts, field_facts
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.validation import MESSAGES, Problem
from resnet_core.drawing.captions import ATTENTION_WORDS, paper_stage_name
from resnet_core.number_text import MINUS, exact

_NODE_KINDS = (
    ("input", N_("NodeKind", "input")),
    ("conv", N_("NodeKind", "conv")),
    ("channel_conv", N_("NodeKind", "channel conv")),
    ("linear", N_("NodeKind", "linear")),
    ("batch_norm", N_("NodeKind", "batch norm")),
    ("group_norm", N_("NodeKind", "group norm")),
    ("layer_norm", N_("NodeKind", "layer norm")),
    ("relu", N_("NodeKind", "ReLU")),
    ("leaky_relu", N_("NodeKind", "leaky ReLU")),
    ("gelu", N_("NodeKind", "GELU")),
    ("silu", N_("NodeKind", "SiLU")),
    ("elu", N_("NodeKind", "ELU")),
    ("sigmoid", N_("NodeKind", "sigmoid")),
    ("max_pool", N_("NodeKind", "max pool")),
    ("local_average_pool", N_("NodeKind", "local average pool")),
    ("blur_pool", N_("NodeKind", "blur pool")),
    ("average_pool", N_("NodeKind", "average pool")),
    ("global_max_pool", N_("NodeKind", "global max pool")),
    ("zero_pad", N_("NodeKind", "zero pad")),
    ("add", N_("NodeKind", "add")),
    ("multiply", N_("NodeKind", "multiply")),
    ("mean", N_("NodeKind", "mean of two")),
    ("stack", N_("NodeKind", "stack")),
    ("sum_rows", N_("NodeKind", "sum of rows")),
    ("concat", N_("NodeKind", "concatenate")),
    ("channel_mean", N_("NodeKind", "mean over channels")),
    ("channel_max", N_("NodeKind", "maximum over channels")),
    ("dropout", N_("NodeKind", "dropout")),
    ("drop_path", N_("NodeKind", "drop path")),
    ("scale", N_("NodeKind", "scale")),
    ("scalar_bias", N_("NodeKind", "scalar bias")),
    ("flatten", N_("NodeKind", "flatten")),
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
    ("pooled", N_("Shortcut", "average-pooled projection shortcut")),
)
_WINDOWED = ("conv", "max_pool", "local_average_pool", "blur_pool")
_DROPS = ("dropout", "drop_path")


def kind_text(kind: str) -> str:
    """Return the name of a layer's or block's kind: `batch_norm` is "batch norm", `bottleneck` is "Bottleneck"."""
    return _looked_up("NodeKind", _NODE_KINDS, kind)


def shortcut_text(kind: str) -> str:
    """Return what a block's shortcut is called: "identity shortcut"."""
    return _looked_up("Shortcut", _SHORTCUTS, kind)


def block_kind_text(plan: BlockPlan) -> str:
    """Return a block's kind, with the kernels of a branch of its own and its attention: "SE Basic(3,1,3)"."""
    kernels = f"({','.join(map(str, plan.kernels))})" if plan.is_custom else ""
    attention = ATTENTION_WORDS.get(plan.attention, "")
    return f"{attention} {kind_text(plan.kind)}{kernels}".strip()


def block_text(plan: BlockPlan) -> str:
    """Return what a block is: "Bottleneck, identity shortcut"."""
    shortcut = shortcut_text("pooled" if plan.pooled else plan.shortcut)
    return _tr("{kind}, {shortcut}").format(kind=block_kind_text(plan), shortcut=shortcut)


def block_facts(plan: BlockPlan) -> tuple[str, ...]:
    """Return what else is set apart in a block: "32 groups", "dilation 2, then 4", "dropped with chance 0.25"."""
    facts = []
    if plan.groups > 1:
        facts.append(_tr("{count} groups").format(count=exact(plan.groups)))
    if plan.first_dilation != plan.dilation:
        facts.append(_tr("dilation {first}, then {other}").format(first=plan.first_dilation, other=plan.dilation))
    elif plan.dilation > 1:
        facts.append(_tr("dilation {dilation}").format(dilation=plan.dilation))
    if plan.drop_chance and plan.shortcut != "none":
        facts.append(_tr("dropped with chance {chance}").format(chance=f"{plan.drop_chance:.3g}"))
    return tuple(facts)


def kernels_text(plan: BlockPlan) -> str:
    """Return the kernels of a block's branch in order: "1×1, 3×3, 1×1"."""
    return ", ".join(f"{kernel}×{kernel}" for kernel in plan.kernels)


def layer_text(node: Node) -> str:
    """Return what a layer computes: "conv 3×3 /2, dilation 2, 32 groups", "drop path, chance 0.25"."""
    operation, words = node.operation, [kind_text(node.kind)]
    if node.kind in _WINDOWED:
        words[0] += f" {operation.kernel}×{operation.kernel}" + (
            f" /{operation.stride}" if operation.stride > 1 else ""
        )
    if node.kind == "channel_conv":
        words.append(_tr("kernel {kernel}").format(kernel=operation.kernel))
    if operation.dilation > 1:
        words.append(_tr("dilation {dilation}").format(dilation=operation.dilation))
    if operation.groups > 1:
        words.append(_tr("{count} groups").format(count=exact(operation.groups)))
    if operation.standardized:
        words.append(_tr("standardised weights"))
    if node.kind in _DROPS:
        words.append(_tr("chance {chance}").format(chance=f"{operation.factor:.3g}"))
    if node.kind == "scale":
        pattern = _tr("learnt, from {factor}") if operation.learned else _tr("by {factor}")
        words.append(pattern.format(factor=f"{operation.factor:g}".replace("-", MINUS)))
    return ", ".join(words)


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


def _looked_up(context: str, names: tuple[tuple[str, str], ...], key: str) -> str:
    for name, text in names:
        if name == key:
            return QCoreApplication.translate(context, text)
    return key
