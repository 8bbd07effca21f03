"""Reads from a run's scalars what capturing its gradients cost, as it was last measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from resnet_core.runs.run_records import Float64Array, Int64Array


class Scalar(Protocol):
    """One scalar over time."""

    @property
    def steps(self) -> Int64Array:
        """The steps [S], ascending."""

    @property
    def values(self) -> Float64Array:
        """The values [S]."""


class RecordedCost(NamedTuple):
    """What `run_events.CaptureCostMeasured` told last; `budget` is None where the recipe gave the period `every`."""

    every: int
    share: float
    share_so_far: float
    plain_s: float
    captured_s: float
    budget: float | None


def recorded_cost(scalars: Mapping[str, Scalar]) -> RecordedCost | None:
    """Return the cost, or None where it was not measured: too few steps, none without capture, an older version."""
    measured = ("capture_every", "capture_share", "capture_share_so_far", "plain_step_s", "captured_step_s")
    if not all(name in scalars and len(scalars[name].values) for name in measured):
        return None
    every, share, so_far, plain_s, captured_s = (float(scalars[name].values[-1]) for name in measured)
    budget = scalars.get("capture_budget")
    chosen = budget is not None and len(budget.steps) > 0 and budget.steps[-1] == scalars["capture_every"].steps[-1]
    chosen_for = float(budget.values[-1]) if budget is not None and chosen else None
    return RecordedCost(round(every), share, so_far, plain_s, captured_s, chosen_for)
