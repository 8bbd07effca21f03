"""Finds the run of each compared architecture, whose curves and gradients are then laid over one another."""

from __future__ import annotations

from app.state.architecture_document import Snapshot
from app.state.runs_state import RunsState, ShownRun
from app.views.comparison.compared import Compared
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.drawing.comparison.gradient_profiles_track import CapturedNorms

MemberRuns = tuple[ShownRun | None, ...]
"""A run an architecture; None where none is shown."""


def member_runs(runs: RunsState, compared: Compared) -> MemberRuns:
    """Return the newest shown run of each architecture, the current one before others."""
    return tuple(_run_of(runs, snapshot) for snapshot in compared.members)


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


def _run_of(runs: RunsState, snapshot: Snapshot) -> ShownRun | None:
    """Return the run that trains this very architecture: two edits of one name may have the same boundaries."""
    fitting = runs.run_for(snapshot.graph)
    candidates = (fitting, *reversed(runs.shown))
    return next((run for run in candidates if run is not None and _trains(run, snapshot.config)), None)


def _trains(run: ShownRun, config: ArchitectureConfig) -> bool:
    """Return whether `run` trains a copy of `config` that differs at most in what fitting to data changes."""
    fitted = run.architecture.model_copy(
        update={"input": config.input, "head": config.head, "initialization": config.initialization}
    )
    return fitted == config
