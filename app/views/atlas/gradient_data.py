"""Holds what the gradient tracks show: a run's norms, the step that is looked at, and the range of all of them."""

from __future__ import annotations

import numpy as np

from app.state.runs_state import FloatArray, ShownRun
from app.views.atlas.gradient_pyramid import GradientPyramid
from resnet_core.runs.run_events import LIVE_STATUSES


class GradientData:
    """The run of the open architecture as the gradient tracks need it; both read the same one."""

    def __init__(self) -> None:
        self.run: ShownRun | None = None
        self.step: int | None = None
        self.pyramid = GradientPyramid()

    def set_run(self, run: ShownRun | None) -> None:
        """Show a run, or what it has gained."""
        self.run = run
        self.pyramid.update(run)

    def set_step(self, step: int | None) -> None:
        """Look at one step; None follows the newest."""
        self.step = step

    @property
    def has_rows(self) -> bool:
        """Whether anything has been captured."""
        return self.run is not None and self.pyramid.count > 0

    @property
    def row(self) -> int:
        """The number of the capture that is looked at: the newest not after the step."""
        steps = self.pyramid.steps
        if self.step is None:
            return len(steps) - 1
        return max(int(np.searchsorted(steps, self.step, side="right")) - 1, 0)

    @property
    def shown_step(self) -> int:
        """The step of the capture that is looked at."""
        return int(self.pyramid.steps[self.row])

    @property
    def last_step(self) -> int:
        """The step at the end of the time axis: while a run is live the last it will have, then the last captured."""
        captured = int(self.pyramid.steps[-1])
        if self.run is not None and self.run.summary.status in LIVE_STATUSES and self.run.summary.total_steps:
            return max(captured, self.run.summary.total_steps - 1)
        return captured

    def norms(self) -> FloatArray:
        """Return the norms [N+1] of the capture that is looked at."""
        assert self.run is not None
        return self.run.boundary_norms[self.row]
