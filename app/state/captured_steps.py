"""Holds the captured steps of the run that is looked at, what is wrong in them, and goes from one to another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.state.architecture_document import ArchitectureDocument
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from resnet_core.analysis.flow_alerts import AlertKind
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.runs.run_events import LIVE_STATUSES


class RunAlert(NamedTuple):
    """What went wrong first of its kind in a run: at which capture and step, and at which block or layer."""

    kind: AlertKind
    row: int
    step: int
    place: str


class CapturedSteps(QObject):
    """The captures of the run that views show: that of the open architecture, else the one that is looked at.

    `changed` tells that there are others, or none; `moved` that another one is looked at. Where views look is
    `SelectionState.step`, which this sets and follows.
    """

    changed = Signal()
    moved = Signal()

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        runs: RunsState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._selection, self._runs = document, selection, runs
        self._run: ShownRun | None = None
        self._is_of_open = False
        self._flow = FlowData()
        document.changed.connect(lambda _snapshot: self._take_run())
        runs.advanced.connect(self._take_news)
        runs.current_changed.connect(self._take_run)
        runs.shown_changed.connect(self._take_run)
        selection.step_changed.connect(self._take_step)

    @property
    def run(self) -> ShownRun | None:
        """The run whose captures these are."""
        return self._run

    @property
    def count(self) -> int:
        """How many captures there are."""
        return self._flow.count

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each capture [count], ascending."""
        return self._run.gradient_steps if self._run is not None else np.empty(0, np.int64)

    @property
    def row(self) -> int:
        """The number of the capture that is looked at; -1 where there is none."""
        return self._flow.row if self.count else -1

    @property
    def step(self) -> int:
        """The step of the capture that is looked at."""
        return self._flow.shown_step

    @property
    def is_live(self) -> bool:
        """Whether more may come."""
        return self._run is not None and self._run.summary.status in LIVE_STATUSES

    @property
    def follows_newest(self) -> bool:
        """Whether the newest capture is looked at, whichever that is."""
        return self._selection.step is None

    @property
    def is_of_open_architecture(self) -> bool:
        """Whether the run trains what is open; else only curves and comparisons follow its steps."""
        return self._is_of_open

    @property
    def alerts(self) -> tuple[RunAlert, ...]:
        """What first exploded, vanished or was no number, by the L2 norms, in order of time."""
        if self._run is None:
            return ()
        places = _places(self._run)
        return tuple(
            RunAlert(alert.kind, alert.row, int(self.steps[alert.row]), places[alert.boundary])
            for alert in sorted(self._flow.alerts("gradient_norm"), key=lambda alert: alert.row)
        )

    def go_to_row(self, row: int) -> None:
        """Look at a capture by its number, the nearest there is; the last one of a live run is followed."""
        if self.count:
            row = min(max(row, 0), self.count - 1)
            follows = self.is_live and row == self.count - 1
            self._selection.set_step(None if follows else int(self.steps[row]))

    def go_by(self, rows: int) -> None:
        """Look at a capture so many further on, or back."""
        if self.count:
            self.go_to_row(self.row + rows)

    def go_to_step(self, step: int) -> None:
        """Look at the newest capture that is not after `step`."""
        if self.count:
            self.go_to_row(self._flow.row_at(step))

    def follow_newest(self) -> None:
        """Look at the newest capture, also when newer ones come."""
        self._selection.set_step(None)

    def show_alert(self, alert: RunAlert) -> None:
        """Look at the step of an alert and select its block."""
        self._selection.set_step(alert.step)
        self._selection.select(alert.place)

    def _take_news(self, key: str) -> None:
        if self._run is None or key == self._run.key:
            self._take_run()

    def _take_run(self) -> None:
        own = self._runs.run_for(self._document.snapshot.graph)
        run = own or self._runs.current
        if run is self._run and (own is not None) is self._is_of_open:
            return
        row = self.row
        self._run, self._is_of_open = run, own is not None
        self._flow.set_run(run)
        self._flow.set_step(self._selection.step)
        self.changed.emit()
        if self.row != row:
            self.moved.emit()

    def _take_step(self, step: int | None) -> None:
        self._flow.set_step(step)
        self.moved.emit()


def _places(run: ShownRun) -> tuple[str, ...]:
    """Return the id of the block that each boundary is the input of, and that of the last boundary itself."""
    stages = enumerate(run.architecture.stages, start=1)
    blocks = (f"layer{number}.{place}" for number, stage in stages for place in range(stage.blocks))
    return (*blocks, run.boundaries[-1])
