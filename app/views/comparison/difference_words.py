"""Says in one line, computed from both architectures, what differs between them and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from PySide6.QtCore import QCoreApplication

from app.formatting import compact, exact, percent, percent_difference
from app.views.comparison.aligned_pair import AlignedPair, Metric
from app.wording import choice_label, field_label, kind_text
from resnet_core.analysis.report_diff import Difference
from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig
from resnet_core.configuration.fields import field_facts

_PARTS = ("block", "shortcut", "stem", "input", "head", "initialization")
_MOST_CHANGES = 3
_WORTH_NAMING = 0.3
_EXACT_BELOW = 1_000_000


def difference_line(pair: AlignedPair) -> str:
    """Return what the open architecture has instead of the reference, what that costs, and where."""
    changes = tuple(changed(pair.reference.config, pair.open.config))
    costs = [_cost(pair.diff.total, "parameters"), _cost(pair.diff.total, "macs"), _depth(pair)]
    pattern = _tr("{changes}: {costs}.")
    line = pattern.format(changes=_introduced(pair, changes), costs=", ".join(filter(None, costs)))
    return " ".join(filter(None, (line, _place(pair))))


def changed(reference: ArchitectureConfig, other: ArchitectureConfig) -> Iterator[str]:
    """Yield each thing that `other` has instead of `reference`, the weightiest first, as words for a list."""
    yield from _changed_kinds(reference.stages, other.stages)
    yield from _lost_shortcuts(reference, other)
    yield from _changed_stages(reference, other)
    yield from _changed_option(reference, other)
    for part in _PARTS:
        yield from _changed_fields(getattr(reference, part), getattr(other, part), skipped=("option",))
    if reference.overrides != other.overrides:
        counts = len(other.overrides), len(reference.overrides)
        yield _tr("{new} blocks set apart instead of {old}").format(new=counts[0], old=counts[1])


def _introduced(pair: AlignedPair, changes: tuple[str, ...]) -> str:
    """Return the changes in one phrase, what stayed the same before them."""
    if not changes:
        return _tr("The same architecture")
    listed = ", ".join(changes[:_MOST_CHANGES])
    if len(changes) > _MOST_CHANGES:
        rest = _tr("{count} more changes").format(count=len(changes) - _MOST_CHANGES)
        listed = _tr("{changes} and {rest}").format(changes=listed, rest=rest)
    before, after = (_block_counts(config) for config in (pair.reference.config, pair.open.config))
    if before == after:
        return _tr("Same stages ({blocks} blocks), {changes}").format(blocks=before, changes=listed)
    return listed[:1].upper() + listed[1:]


def _cost(row: Difference, metric: Metric) -> str:
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


def _depth(pair: AlignedPair) -> str:
    before, after = pair.reference.report.depth, pair.open.report.depth
    if before == after:
        return ""
    return _tr("depth {other} against {reference}").format(other=exact(after), reference=exact(before))


def _place(pair: AlignedPair) -> str:
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


def _changed_kinds(before: tuple[StageConfig, ...], after: tuple[StageConfig, ...]) -> Iterator[str]:
    """Yield a changed kind of block: once where all stages changed alike, else by stage."""
    pairs = [(number, a.kind, b.kind) for number, (a, b) in enumerate(zip(before, after, strict=False), start=1)]
    differing = [entry for entry in pairs if entry[1] != entry[2]]
    if differing and len({entry[1:] for entry in pairs}) == 1:
        _, old, new = differing[0]
        yield _tr("{new} instead of {old}").format(new=kind_text(new), old=kind_text(old))
        return
    for number, old, new in differing:
        pattern = _tr("{new} instead of {old} in {stage}")
        yield pattern.format(new=kind_text(new), old=kind_text(old), stage=f"layer{number}")


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
    """Yield changed counts of blocks, widths and strides, each as one list over the stages."""
    patterns = {
        "blocks": _tr("{new} blocks instead of {old}"),
        "width": _tr("widths {new} instead of {old}"),
        "stride": _tr("strides {new} instead of {old}"),
    }
    for name, pattern in patterns.items():
        old, new = ([getattr(stage, name) for stage in config.stages] for config in (reference, other))
        if old != new:
            yield _scaled(name, old, new) or pattern.format(new=_listed(new), old=_listed(old))


def _scaled(name: str, old: list[int], new: list[int]) -> str:
    """Return "2 × the widths" where every stage grew by one factor, else an empty text."""
    ratios = {after / before for before, after in zip(old, new, strict=False)}
    if name != "width" or len(old) != len(new) or len(ratios) != 1:
        return ""
    return _tr("{factor} × the widths").format(factor=f"{ratios.pop():g}")


def _changed_fields(before: BaseModel, after: BaseModel, skipped: tuple[str, ...]) -> Iterator[str]:
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old != new and name not in skipped:
            facts = field_facts(type(before), name)
            texts = (_value_text(choice_label(facts, value) if facts.choices else value) for value in (new, old))
            new_text, old_text = texts
            yield _tr("{field} {new} instead of {old}").format(
                field=_lowered(field_label(facts)), new=new_text, old=old_text
            )


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    return exact(value) if isinstance(value, int) else str(value)


def _lowered(label: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations such as "BN on projections" stay."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _block_counts(config: ArchitectureConfig) -> str:
    return _listed([stage.blocks for stage in config.stages])


def _listed(values: list[int]) -> str:
    return "-".join(map(str, values))


def _count(value: int) -> str:
    return exact(value) if value < _EXACT_BELOW else compact(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Comparison", text)
