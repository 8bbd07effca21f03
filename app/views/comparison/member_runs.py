"""Finds the run of each compared architecture, whose curves and gradients are then laid over one another."""

from __future__ import annotations

from app.state.runs_state import RunsState, ShownRun
from app.views.comparison.compared import Compared
from resnet_core.drawing.comparison.gradient_profiles_track import CapturedNorms

MemberRuns = tuple[ShownRun | None, ...]
"""A run an architecture; None where none is shown."""


def member_runs(runs: RunsState, compared: Compared) -> MemberRuns:
    """Return the newest shown run of each architecture, or the current one."""
    return tuple(runs.run_for(snapshot.graph) for snapshot in compared.members)


def captured_norms(runs: MemberRuns, step: int | None) -> tuple[CapturedNorms | None, ...]:
    """Return the norms of each run's newest capture up to `step` (None: of all)."""
    return tuple(_captured(run, step) for run in runs)


def _captured(run: ShownRun | None, step: int | None) -> CapturedNorms | None:
    if run is None or not len(run.gradient_steps):
        return None
    row = len(run.gradient_steps) - 1
    if step is not None:
        row = max(int(run.gradient_steps.searchsorted(step, side="right")) - 1, 0)
    return CapturedNorms(int(run.gradient_steps[row]), run.boundary_norms[row])
