"""Collects what each step measures on the device, and turns it into events a batch of steps at a time."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from resnet_core.runs.run_events import CaptureCostMeasured, GradientCaptured, RunEvent, StepCompleted
from resnet_core.training.capture_schedule import BUDGET, CaptureSchedule
from resnet_core.training.learner import Learner
from resnet_core.training.read_back import Host, ReadBack, read_back
from resnet_core.training.step_clock import step_clock

CAPACITY = 10
"""Most steps whose numbers are sent from the device together."""

DRAIN_PERIOD_S = 0.2
"""Longest time, in seconds, from one sending to the next, as long as a step is shorter."""


class _PendingStep(NamedTuple):
    step: int
    rate: float
    elapsed_s: float
    capture_row: int | None


class _Batch(NamedTuple):
    steps: tuple[_PendingStep, ...]
    captures: int


class Measurements:
    """The steps whose numbers are still on the device, or on their way from it; several steps are sent together.

    `schedule` says which steps are captured; it learns from `clock`, which times each step, what that costs.
    """

    def __init__(self, learner: Learner, schedule: CaptureSchedule) -> None:
        self._learner = learner
        self.schedule = schedule
        self.clock = step_clock(learner.device)
        self._read_back: ReadBack[_Batch] = read_back(learner.device)
        self._untimed: deque[bool] = deque()
        self._told_every = 0
        self._pending: list[_PendingStep] = []
        self._captures = 0
        self._last_drain = time.monotonic()
        self.diverged_at: int | None = None
        self.skipped_steps = 0

    @property
    def row(self) -> int:
        """The row of the learner's buffers that the next step's loss belongs into."""
        return len(self._pending)

    @property
    def capture_row(self) -> int:
        """The row of the probe's buffer that the next capture belongs into."""
        return self._captures

    def add(self, step: int, rate: float, elapsed_s: float, *, captured: bool) -> None:
        """Note that `step` was made, its numbers standing in `row` and, where `captured`, in `capture_row`."""
        self._pending.append(_PendingStep(step, rate, elapsed_s, self._captures if captured else None))
        self._captures += captured
        self._untimed.append(captured)
        if captured:
            self.schedule.captured(step)

    @property
    def due(self) -> bool:
        """Whether it is time to send."""
        return len(self._pending) >= CAPACITY or time.monotonic() - self._last_drain >= DRAIN_PERIOD_S

    def drain(self, *, wait: bool = False) -> Iterator[RunEvent]:
        """Send what is pending and yield what has arrived; with `wait` all of it, which waits for the device."""
        if self._pending:
            batch = _Batch(tuple(self._pending), self._captures)
            self._read_back.send(batch, self._learner.buffers(captured=batch.captures > 0))
            self._pending, self._captures = [], 0
        self._last_drain = time.monotonic()
        arrived: list[_Batch] = []
        for batch, host in self._read_back.arrived(wait=wait):
            arrived.append(batch)
            yield from self._events(batch, host)
        self._note_durations()
        if arrived and (self.schedule.every != self._told_every or any(batch.captures for batch in arrived)):
            yield from self._cost(arrived[-1].steps[-1].step)

    def _events(self, batch: _Batch, host: Host) -> list[RunEvent]:
        """Return what some steps measured, read from the host at once; the first loss that is not finite is kept."""
        count = len(batch.steps)
        losses, accuracies = self._learner.read(count, host)
        updates = self._learner.measured(count, host)
        captured = self._learner.capture.rows(batch.captures, host) if batch.captures else []
        events: list[RunEvent] = []
        for step, loss, accuracy, update in zip(batch.steps, losses, accuracies, updates, strict=True):
            self.skipped_steps += update.skipped
            if self.diverged_at is None and not math.isfinite(loss):
                self.diverged_at = step.step
            if step.capture_row is not None:
                events.append(GradientCaptured(step.step, *captured[step.capture_row]))
            events.append(StepCompleted(step.step, loss, accuracy, step.rate, step.elapsed_s, *update[:3]))
        return events

    def _note_durations(self) -> None:
        """Tell the schedule of the steps whose durations are known by now."""
        for seconds in self.clock.durations():
            self.schedule.note(seconds, captured=self._untimed.popleft())

    def _cost(self, step: int) -> Iterator[CaptureCostMeasured]:
        cost = self.schedule.cost()
        if cost is not None:
            self._told_every = cost.every
            shares = (cost.share, cost.share_so_far, cost.plain_s, cost.captured_s)
            yield CaptureCostMeasured(step, cost.every, *shares, BUDGET if cost.automatic else None)
