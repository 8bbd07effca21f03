"""Turns what a run measured into the one JSON document that `train` and `runs show` print."""

import math
from collections.abc import Mapping
from typing import Final

from resnet_core.runs.run_records import GradientFlow, RunSummary, Series

_SUMMARY_FIELDS: Final = (
    "name",
    "architecture_name",
    "data_name",
    "device",
    "seed",
    "started_at",
    "elapsed_s",
    "total_steps",
    "steps_per_epoch",
    "test_accuracy",
    "best_test_accuracy",
    "notes",
    "message",
)


def run_document(summary: RunSummary, scalars: Mapping[str, Series], flow: GradientFlow) -> dict[str, object]:
    """A document of plain JSON values: what is not known yet is absent, and a non-finite number is null."""
    document: dict[str, object] = {"run": summary.run, "status": summary.status, "steps": summary.step}
    for field in _SUMMARY_FIELDS:
        value = getattr(summary, field)
        if value not in (None, (), ""):
            document[field] = _plain(value)
    document["scalars"] = {name: _points(series) for name, series in scalars.items()}
    if flow.boundaries:
        document["gradient_flow"] = {
            "boundaries": list(flow.boundaries),
            "steps": flow.steps.tolist(),
            "boundary_norms": [[_number(norm) for norm in row] for row in flow.boundary_norms.tolist()],
        }
    return document


def _points(series: Series) -> list[list[float | None]]:
    steps, values = series.steps.tolist(), series.values.tolist()
    return [[step, _number(value)] for step, value in zip(steps, values, strict=True)]


def _number(value: float) -> float | None:
    """JSON (RFC 8259) knows no nan and no infinity."""
    return value if math.isfinite(value) else None


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return _number(value) if isinstance(value, float) else value
