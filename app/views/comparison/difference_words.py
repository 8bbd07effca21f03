"""Says in one line, computed from both architectures, what differs between them and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import BaseModel
from PySide6.QtCore import QCoreApplication

from app.views.comparison.compared import ComparedPair
from app.wording import choice_label, field_label, kind_text, short_choice
from resnet_core.analysis.report_diff import Difference
from resnet_core.configuration.applicability import inapplicable
from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    AttentionKind,
    BlockConfig,
    StageConfig,
)
from resnet_core.configuration.block_plan import KIND_KERNELS
from resnet_core.configuration.fields import FieldFacts, field_facts
from resnet_core.drawing.captions import ATTENTION_WORDS
from resnet_core.number_text import MINUS, compact, exact, percent, percent_difference

_PARTS = (
    "block", "shortcut", "attention", "norm", "activation", "anti_aliasing", "regularization", "stem", "input", "head",
    "initialization",
)  # fmt: skip
#: What is said in words of its own: of the shortcuts, of the image, or stage by stage.
_SAID_ELSEWHERE = frozenset(
    {
        "shortcut.option", "block.widen", "block.groups", "block.base_width", "attention.kind", "input.height",
        "input.width",
    }
)  # fmt: skip
_MOST_CHANGES = 3
_WORTH_NAMING = 0.3
_EXACT_BELOW = 1_000_000


def difference_line(pair: ComparedPair) -> str:
    """Return what the open architecture has instead of the reference, what that costs, and where."""
    changes = tuple(changed(pair.reference.config, pair.other.config))
    costs = [_cost(pair.diff.total, "parameters"), _cost(pair.diff.total, "macs"), _depth(pair)]
    pattern = _tr("{changes}: {costs}.")
    line = pattern.format(changes=_introduced(pair, changes), costs=", ".join(filter(None, costs)))
    return " ".join(filter(None, (line, _place(pair))))


def changed(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    """Yield each thing that `other` has instead of `reference`, the weightiest first, as words for a list.

    A field that means nothing in either is left out.
    """
    yield from _changed_kinds(reference, other)
    yield from _lost_shortcuts(reference, other)
    yield from _changed_stages(reference, other)
    yield from _changed_branches(reference, other)
    yield from _changed_attention(reference, other)
    yield from _changed_option(reference, other)
    idle = inapplicable(reference) & inapplicable(other)
    for part in _PARTS:
        yield from _changed_fields(part, getattr(reference, part), getattr(other, part), _SAID_ELSEWHERE | idle)
    yield from _changed_size(reference, other)
    yield from _changed_overrides(reference, other)


def _introduced(pair: ComparedPair, changes: tuple[str, ...]) -> str:
    """Return the changes in one phrase, what stayed the same before them."""
    if not changes:
        return _tr("The same architecture")
    if len(changes) <= _MOST_CHANGES + 1:
        listed = ", ".join(changes)
    else:
        listed = ", ".join(changes[:_MOST_CHANGES])
        rest = _tr("{count} more changes").format(count=len(changes) - _MOST_CHANGES)
        listed = _tr("{changes} and {rest}").format(changes=listed, rest=rest)
    before, after = (_block_counts(config) for config in (pair.reference.config, pair.other.config))
    if before == after:
        return _tr("Same stages ({blocks} blocks), {changes}").format(blocks=before, changes=listed)
    return listed[:1].upper() + listed[1:]


def _cost(row: Difference, metric: Literal["parameters", "macs"]) -> str:
    """Return "60.2 M parameters against 25.6 M (+135 %)", or that they are the same."""
    reference, other = (int(getattr(cost, metric)) if cost else 0 for cost in (row.reference, row.other))
    if reference == other:
        pattern = {"parameters": _tr("the same {count} parameters"), "macs": _tr("the same {count} MACs")}[metric]
        return pattern.format(count=_count(other))
    pattern = {
        "parameters": _tr("{other} parameters against {reference} ({change})"),
        "macs": _tr("{other} MACs against {reference} ({change})"),
    }[metric]
    change = percent_difference(other, reference)
    return pattern.format(other=_count(other), reference=_count(reference), change=change)


def _depth(pair: ComparedPair) -> str:
    before, after = pair.reference.report.depth, pair.other.report.depth
    if before == after:
        return ""
    return _tr("depth {other} against {reference}").format(other=exact(after), reference=exact(before))


def _place(pair: ComparedPair) -> str:
    """Return which stage most of the difference in parameters stands in, where one does."""
    total = sum(abs(row.delta("parameters")) for row in pair.diff.stages)
    if not pair.diff.total.delta("parameters"):
        return ""
    most = max(pair.diff.stages, key=lambda row: abs(row.delta("parameters")))
    share = abs(most.delta("parameters")) / total
    if share < _WORTH_NAMING or len(pair.diff.stages) < 2:
        return ""
    pattern = _tr("{share} of the parameters that differ stand in {stage}.")
    return pattern.format(share=percent(share, 0), stage=most.id)


def _changed_kinds(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    changes = _pairs(reference, other, lambda _config, stage: stage.kind)
    pattern = _tr("{new} instead of {old}")
    yield from _by_stage(changes, lambda old, new: pattern.format(new=kind_text(new), old=kind_text(old)))


def _changed_branches(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    """Yield changed kernels where a branch is not its kind's own, and changed groups and base widths."""
    kernels = _tr("kernels {new} instead of {old}")
    if any(stage.kernels for config in (reference, other) for stage in config.stages):
        changes = _pairs(reference, other, lambda _config, stage: stage.kernels or KIND_KERNELS[stage.kind])
        yield from _by_stage(changes, lambda old, new: kernels.format(new=_dotted(new), old=_dotted(old)))
    if not any(stage.kind == "bottleneck" for config in (reference, other) for stage in config.stages):
        return
    yield from _changed_share(reference, other, "groups")
    yield from _changed_share(reference, other, "base_width")


def _changed_share(
    reference: ArchitectureConfig, other: ArchitectureConfig, name: Literal["groups", "base_width"]
) -> Iterator[str]:
    """Yield a changed number that a stage has of its own or from the network."""
    label = _lowered(field_label(field_facts(BlockConfig, name)))
    pattern = _tr("{field} {new} instead of {old}")
    changes = _pairs(reference, other, lambda config, stage: getattr(stage, name) or getattr(config.block, name))
    yield from _by_stage(changes, lambda old, new: pattern.format(field=label, new=exact(new), old=exact(old)))


def _changed_attention(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    changes = _pairs(reference, other, lambda config, stage: stage.attention or config.attention.kind)
    yield from _by_stage(changes, _attention_words)


def _attention_words(old: AttentionKind, new: AttentionKind) -> str:
    if new == "none":
        return _tr("no {attention} attention").format(attention=ATTENTION_WORDS[old])
    if old == "none":
        return _tr("{attention} attention").format(attention=ATTENTION_WORDS[new])
    pattern = _tr("{new} instead of {old} attention")
    return pattern.format(new=ATTENTION_WORDS[new], old=ATTENTION_WORDS[old])


def _pairs(
    reference: ArchitectureConfig, other: ArchitectureConfig, read: Callable[[ArchitectureConfig, StageConfig], Any]
) -> list[tuple[Any, Any]]:
    """Return what each stage that both have was and is."""
    stages = zip(reference.stages, other.stages, strict=False)
    return [(read(reference, before), read(other, after)) for before, after in stages]


def _by_stage(changes: list[tuple[Any, Any]], words: Callable[[Any, Any], str]) -> Iterator[str]:
    """Yield each change once: alone where it is that of every stage, else with the stages that it is made in."""
    stages: dict[tuple[Any, Any], list[str]] = {}
    for number, (old, new) in enumerate(changes, start=1):
        if old != new:
            stages.setdefault((old, new), []).append(f"layer{number}")
    for (old, new), changed_stages in stages.items():
        text = words(old, new)
        if len(changed_stages) < len(changes):
            text = _tr("{change} in {stages}").format(change=text, stages=_tr(" and ").join(changed_stages))
        yield text


def _changed_overrides(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    old, new = ({entry.block: entry for entry in config.overrides} for config in (reference, other))
    if len(old) != len(new):
        yield _tr("blocks set apart: {new} instead of {old}").format(new=len(new), old=len(old))
    elif old != new:
        differing = [block for block in {**old, **new} if old.get(block) != new.get(block)]
        yield _tr("blocks set apart otherwise: {count}").format(count=len(differing))


def _lost_shortcuts(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    old, new = reference.shortcut.option, other.shortcut.option
    if old != "none" and new == "none":
        yield _tr("no shortcuts")
    elif old == "none" and new != "none":
        yield _tr("shortcuts where there were none")


def _changed_option(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    old, new = reference.shortcut.option, other.shortcut.option
    if old != new and "none" not in (old, new):
        yield _tr("shortcut option {new} instead of {old}").format(new=new, old=old)


def _changed_stages(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    """Yield changed counts of blocks, widths, strides and dilations, each as one list over the stages."""
    patterns = {
        "blocks": _tr("{new} blocks instead of {old}"),
        "width": _tr("widths {new} instead of {old}"),
        "stride": _tr("strides {new} instead of {old}"),
        "dilation": _tr("dilations {new} instead of {old}"),
    }
    for name, pattern in patterns.items():
        old, new = (_stage_values(config, name) for config in (reference, other))
        if old != new:
            yield _scaled(name, old, new) or pattern.format(new=_listed(new), old=_listed(old))


def _stage_values(config: ArchitectureConfig, name: str) -> list[int]:
    """Return a number of every stage; widths after the widen factor."""
    return [config.stage_width(stage) if name == "width" else getattr(stage, name) for stage in config.stages]


def _scaled(name: str, old: list[int], new: list[int]) -> str:
    """Return "2 × the widths" where every stage grew by one factor, else an empty text."""
    ratios = {after / before for before, after in zip(old, new, strict=False)}
    if name != "width" or len(old) != len(new) or len(ratios) != 1:
        return ""
    return _tr("{factor} × the widths").format(factor=f"{ratios.pop():g}")


def _changed_fields(part: str, before: BaseModel, after: BaseModel, skipped: frozenset[str]) -> Iterator[str]:
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new or f"{part}.{name}" in skipped:
            continue
        facts = field_facts(type(before), name)
        new_text, old_text = _choice_texts(facts, new, old) if facts.choices else map(_value_text, (new, old))
        words = _tr("{field} {new} instead of {old}").format(
            field=_lowered(field_label(facts)), new=new_text, old=old_text
        )
        yield _with_part(part, name).format(change=words)


def _choice_texts(facts: FieldFacts, new: str, old: str) -> tuple[str, str]:
    """Return the names of two choices, short where that tells them apart."""
    labels = choice_label(facts, new), choice_label(facts, old)
    shorter = short_choice(labels[0]), short_choice(labels[1])
    return shorter if shorter[0] != shorter[1] else labels


def _changed_size(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    old, new = ((config.input.height, config.input.width) for config in (reference, other))
    if old != new:
        pattern = _tr("input {new_height} × {new_width} px instead of {height} × {width}")
        yield pattern.format(new_height=new[0], new_width=new[1], height=old[0], width=old[1])


def _with_part(part: str, name: str) -> str:
    """Return the pattern that says what a field's label alone does not: that it is the attention's placement."""
    if part == "attention":
        return _tr("attention: {change}")
    if part == "activation" and name != "kind":
        return _tr("activation: {change}")
    return "{change}"


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    if isinstance(value, float):
        return f"{value:g}".replace("-", MINUS)
    return exact(value) if isinstance(value, int) else str(value)


def _lowered(label: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations such as "BN on projections" stay."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _block_counts(config: ArchitectureConfig) -> str:
    return _listed([stage.blocks for stage in config.stages])


def _dotted(kernels: tuple[int, ...]) -> str:
    return "·".join(map(str, kernels))


def _listed(values: list[int]) -> str:
    return "-".join(map(str, values))


def _count(value: int) -> str:
    return exact(value) if value < _EXACT_BELOW else compact(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Comparison", text)
