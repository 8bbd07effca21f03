"""Finds the run of each of two architectures, whose curves and gradients are then compared."""

from __future__ import annotations

from typing import NamedTuple

from app.state.architecture_document import Snapshot
from app.state.runs_state import RunsState, ShownRun
from app.views.comparison.aligned_pair import AlignedPair, Side
from resnet_core.configuration.architecture_config import ArchitectureConfig


class PairedRuns(NamedTuple):
    """The run of the reference and of the open architecture; None where none is shown."""

    reference: ShownRun | None = None
    open: ShownRun | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the runs there are."""
        return tuple(run.key for run in self if run is not None)

    def of(self, side: Side) -> ShownRun | None:
        """Return the run of one of the two."""
        return self.reference if side == "reference" else self.open


def paired_runs(runs: RunsState, pair: AlignedPair) -> PairedRuns:
    """Return the newest shown run of each architecture, the current one before others."""
    return PairedRuns(_run_of(runs, pair.reference), _run_of(runs, pair.open))


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
