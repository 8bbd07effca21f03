"""Collects what each step measures on the device, and turns it into events a batch of steps at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import NamedTuple

from resnet_core.runs.run_events import GradientCaptured, RunEvent, StepCompleted
from resnet_core.training.learner import Learner

CAPACITY = 10
"""Most steps between two readings of the device."""

DRAIN_PERIOD_S = 0.2
"""Longest time, in seconds, between two readings, as long as a step is shorter."""


class _PendingStep(NamedTuple):
    step: int
    rate: float
    elapsed_s: float
    capture_row: int | None


class Measurements:
    """The steps made since the device was last read; reading waits for it, so it is done once for several steps."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self._pending: list[_PendingStep] = []
        self._captures = 0
        self._last_drain = time.monotonic()
        self.diverged_at: int | None = None

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

    @property
    def due(self) -> bool:
        """Whether it is time to read the device."""
        return len(self._pending) >= CAPACITY or time.monotonic() - self._last_drain >= DRAIN_PERIOD_S

    def drain(self) -> Iterator[RunEvent]:
        """Read the device once and yield what the pending steps measured; the first loss that is not finite is kept."""
        pending, self._pending = self._pending, []
        captures, self._captures = self._captures, 0
        self._last_drain = time.monotonic()
        if not pending:
            return
        losses, accuracies = self._learner.read(len(pending))
        captured = self._learner.capture.rows(captures) if captures else []
        for step, loss, accuracy in zip(pending, losses, accuracies, strict=True):
            if self.diverged_at is None and not math.isfinite(loss):
                self.diverged_at = step.step
            if step.capture_row is not None:
                yield GradientCaptured(step.step, *captured[step.capture_row])
            yield StepCompleted(step.step, loss, accuracy, step.rate, step.elapsed_s)
