"""Holds what the tracks of a run show: its norms, the step that is looked at, and the range of all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resnet_core.drawing.tracks.norm_pyramid import NormPyramid
from resnet_core.drawing.tracks.run_flow import RunFlow
from resnet_core.runs.run_events import LIVE_STATUSES


class FlowData:
    """The run of the open architecture as its tracks need it; all read the same one."""

    def __init__(self) -> None:
        self.run: RunFlow | None = None
        self.step: int | None = None
        self.pyramid = NormPyramid()

    def set_run(self, run: RunFlow | None) -> None:
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

    def quantity(self, name: str) -> NDArray[np.float64] | None:
        """Return a block quantity of every captured step [S, N], or None where the run has none of that name."""
        rows = self.run.block_quantities.get(name) if self.run is not None else None
        return rows if rows is not None and len(rows) else None

    def norms(self) -> NDArray[np.float64]:
        """Return the norms [N+1] of the capture that is looked at."""
        assert self.run is not None
        norms: NDArray[np.float64] = self.run.boundary_norms[self.row]
        return norms
