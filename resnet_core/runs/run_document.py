"""Turns what a run measured into the one JSON document that `train` and `runs show` print."""

import math
from collections.abc import Mapping
from typing import Final

from resnet_core.runs.run_records import Float64Array, GradientFlow, RunSummary, Series

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
        document["gradient_flow"] = _flow_document(flow)
    return document


def _flow_document(flow: GradientFlow) -> dict[str, object]:
    """One row a step; with the quantities of blocks, where there are any, under their own names, and those of layers
    under theirs in a document of its own.
    """
    document: dict[str, object] = {
        "boundaries": list(flow.boundaries),
        "steps": flow.steps.tolist(),
        "boundary_norms": _rows(flow.boundary_norms),
    }
    if flow.block_quantities:
        document["blocks"] = list(flow.blocks)
        document |= {name: _rows(values_SN) for name, values_SN in flow.block_quantities.items()}
    if flow.layer_quantities:
        rows = {name: _rows(values_SL) for name, values_SL in flow.layer_quantities.items()}
        document["layers"] = {"ids": list(flow.layers), **rows}
    return document


def _rows(values: Float64Array) -> list[list[float | None]]:
    return [[_number(value) for value in row] for row in values.tolist()]


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
