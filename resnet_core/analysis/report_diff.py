"""Compares two networks: totals, and block against block where stage and index agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport, GroupCost


class Difference(NamedTuple):
    """One row of a comparison: what both networks have there; None where one of them has no such block or stage."""

    id: str
    reference: GroupCost | None
    other: GroupCost | None

    def delta(self, field: str) -> int:
        """Return how much more the other has of `field` (parameters, macs, activations, saved_bytes, depth)."""
        return _value(self.other, field) - _value(self.reference, field)


class ReportDiff(NamedTuple):
    """Two networks side by side, aligned by the ids of stages and blocks."""

    total: Difference
    stages: tuple[Difference, ...]
    blocks: tuple[Difference, ...]


def report_diff(reference: CostReport, other: CostReport) -> ReportDiff:
    """Return the differences of `other` against `reference`, in the order of depth."""
    return ReportDiff(
        Difference("total", reference.total, other.total),
        _aligned(reference.stages, other.stages),
        _aligned(reference.blocks, other.blocks),
    )


def _aligned(reference: Mapping[str, GroupCost], other: Mapping[str, GroupCost]) -> tuple[Difference, ...]:
    ids = sorted({**reference, **other}, key=depth_order)
    return tuple(Difference(id, reference.get(id), other.get(id)) for id in ids)


def depth_order(id: str) -> tuple[int, int]:
    """Order the stem first, then `layer2` or `layer2.10` by number, and the head last."""
    if not id.startswith("layer"):
        return (0, 0) if id == "stem" else (1_000, 0)
    stage, _, index = id.removeprefix("layer").partition(".")
    return int(stage), int(index or 0)


def _value(group: GroupCost | None, field: str) -> int:
    return int(getattr(group, field)) if group is not None else 0
