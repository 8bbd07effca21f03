"""Writes the events of a training into its run folder, and tells a listener how far it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from resnet_core.process.failures import one_line
from resnet_core.process.messages import JobPhase, Notice, Progress, StatusReported
from resnet_core.process.time_left import TimeLeft
from resnet_core.runs.run_events import (
    CaptureCostMeasured,
    CheckpointWritten,
    GradientCaptured,
    RunEvent,
    RunFinished,
    RunStarted,
    StatusChanged,
    StepCompleted,
)
from resnet_core.runs.run_store import RunStore
from resnet_core.training.control import TrainingControl
from resnet_core.training.loop import divergence_line, skipped_line

Report = Progress | StatusReported | Notice
Listener = Callable[[Report], None]

REPORT_PERIOD_S = 0.2
COMMIT_PERIOD_S = 0.1
HEARTBEAT_PERIOD_S = 1.0


class RunLength(NamedTuple):
    """How long a run is, as far as it is known before it starts."""

    total_steps: int = 0
    steps_per_epoch: int = 0


class RunRecorder:
    """The one way from the training loop to the disk.

    Steps are committed several at a time, at most `COMMIT_PERIOD_S` late or with the step that follows; everything else
    at once. While the run is paused the loop is held here, so that the folder's heartbeat goes on.
    """

    def __init__(
        self,
        store: RunStore,
        control: TrainingControl,
        listener: Listener,
        length: RunLength = RunLength(),  # noqa: B008 - an immutable value
    ) -> None:
        """`length` is that of a run that is resumed; another one tells it itself when it starts."""
        self._store = store
        self._control = control
        self._listener = listener
        self._waiting: list[RunEvent] = []
        self._committed_at = 0.0
        self._reported_at = 0.0
        self._step = 0
        self._elapsed_s = 0.0
        self._paused = False
        self._diverged = False
        self._loss_scale: float | None = None
        self._total_steps = length.total_steps
        self._time_left = TimeLeft(*length)

    def record(self, begin: Callable[[], Iterator[RunEvent]], step: int = 0) -> RunFinished:
        """Write all events of the training that `begin` begins at `step`; return the last one.

        An error, of `begin` too, is recorded as the run's end, then raised.
        """
        end = RunFinished("failed", step, 0.0, "the training ended without saying how")
        try:
            self._take(StatusChanged("preparing", step))
            for event in begin():
                self._take(event)
                if isinstance(event, RunFinished):
                    end = event
        except Exception as error:
            self._fail(error)
            raise
        return end

    def _take(self, event: RunEvent) -> None:
        self._waiting.append(event)
        match event:
            case GradientCaptured() | CaptureCostMeasured():
                return  # a step follows, or the end
            case StepCompleted():
                self._step_made(event)
                if time.monotonic() - self._committed_at < COMMIT_PERIOD_S:
                    return
            case RunStarted(total_steps=total_steps, steps_per_epoch=steps_per_epoch):
                self._total_steps = total_steps
                self._time_left = TimeLeft(total_steps, steps_per_epoch)
            case StatusChanged(status=status):
                self._paused = status == "paused"
        self._commit()
        self._report(event)
        if self._paused:
            self._hold()

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._store.record_many(waiting)
        self._committed_at = time.monotonic()

    def _step_made(self, event: StepCompleted) -> None:
        self._step, self._elapsed_s = event.step + 1, event.elapsed_s
        self._time_left.note(event.step, event.elapsed_s)
        if not self._diverged and not math.isfinite(event.train_loss):
            self._diverged = True
            self._store.log(divergence_line(event.step))
            self._listener(Notice(divergence_line(event.step)))
        if self._loss_scale is not None and event.loss_scale is not None and event.loss_scale < self._loss_scale:
            line = skipped_line(event.step - 1, event.loss_scale)
            self._store.log(line)
            self._listener(Notice(line))
        self._loss_scale = event.loss_scale

    def _report(self, event: RunEvent) -> None:
        match event:
            case StatusChanged(status=status, step=step):
                self._store.log(f"{status} after {step} steps")
                self._tell_status(StatusReported(str(self._store.folder), status, step))
            case RunFinished(status=status, step=step, message=message):
                self._store.log(f"{status} after {step} steps{': ' if message else ''}{message}")
                self._tell_status(StatusReported(str(self._store.folder), status, step, message))
            case CheckpointWritten(relative_path=path):
                self._store.log(f"wrote {path}")
            case RunStarted(notes=notes):
                for note in notes:
                    self._store.log(note)
            case StepCompleted() if time.monotonic() - self._reported_at >= REPORT_PERIOD_S:
                self._tell_progress("training")

    def _tell_status(self, report: StatusReported) -> None:
        self._step = report.step
        self._listener(report)
        phases: dict[str, JobPhase] = {"preparing": "preparing", "running": "training", "paused": "paused"}
        if report.status in phases:
            self._tell_progress(phases[report.status])

    def _tell_progress(self, phase: JobPhase) -> None:
        self._reported_at = time.monotonic()
        self._listener(Progress(phase, self._step, self._total_steps, self._time_left.seconds))

    def _hold(self) -> None:
        while self._control.on_hold:
            self._store.heartbeat()
            self._control.wait_while_paused(HEARTBEAT_PERIOD_S)

    def _fail(self, error: Exception) -> None:
        """Keep what was measured and say why it ended; where the disk itself refuses, nothing more can be written."""
        end = RunFinished("failed", self._step, self._elapsed_s, one_line(error))
        try:
            self._waiting.append(end)
            self._commit()
            self._report(end)
        except Exception as second:
            error.add_note(f"and the run's end could not be written: {second}")
