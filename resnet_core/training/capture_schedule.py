"""Decides which steps are captured, and tells from the durations of the steps what capturing costs."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

FIRST_STEPS = 10
"""Steps 0 to this one are all captured: what goes wrong at the beginning goes wrong within a few updates."""

BUDGET = 0.02
"""The most time that capturing may add to training without it."""

AIM = 0.8 * BUDGET
"""What the period is chosen for: below the budget, as measurements on a machine that does other work are not exact."""

LEAST_EVERY, MOST_EVERY = 2, 1_000
"""Bounds of a chosen period; below 2 there would be no step left to compare with."""

WARM_UP_STEPS = 3
"""The first steps of a session reserve memory and choose kernels; they are left out of the measurement."""

NEIGHBOURS = 4
"""A captured step is held against the median of as many steps without capture before it, and as many after it."""

FEWEST = 8
"""Captured steps that must have been compared before a number is told or a period chosen."""

MOST_KEPT = 128
"""Newest measurements that count, as a machine's load changes."""

WITHOUT_MEASUREMENT = 15
"""The period where none can be chosen: a session that goes on and does not know its predecessor's, or a device whose
steps could not be timed within `PATIENCE` steps. It is what a captured step's extra of 30 % would need."""

PATIENCE = 100

SOON = 4
"""New measurements after which a period is chosen anew at first: one from few of them is cautious."""

TOLERANCE = 0.2
"""A period that is off by less than this share stays, as long as the budget is kept."""


class CaptureCost(NamedTuple):
    """What capturing costs, from `captured` captured steps and their neighbours.

    Every `every`-th step is captured, `automatic` if that was chosen from the measurement. A step takes `plain_s`
    seconds without capture and `captured_s` with it (medians); `share` of the time is spent on capturing at that
    period, `share_so_far` in this session up to now, which has steps 0 to `FIRST_STEPS` in it.
    """

    every: int
    automatic: bool
    captured: int
    plain_s: float
    captured_s: float
    share: float
    share_so_far: float


class CaptureSchedule:
    """Which steps are captured: 0 to `FIRST_STEPS`, then every `every`-th, or for 0 as many as the budget allows.

    What a step computes never depends on it. Steps are asked for and noted in order; notes may come late, as those of a
    GPU do. Until there are enough of them, nothing is captured after the first steps.
    """

    def __init__(self, every: int = 0) -> None:
        """`every` is the recipe's period; 0: chosen by what a captured step is measured to cost."""
        self._given = every
        self._chosen = 0
        self._next_decision = FEWEST
        self._last_captured = 0
        self._costs = _CapturedSteps()

    @property
    def every(self) -> int:
        """The period in use; 0 where none was chosen yet."""
        return self._given or self._chosen

    def go_on(self, every: int) -> None:
        """Begin with the period that an earlier session had, 0 for none, until this one has measured its own."""
        self._chosen = every or WITHOUT_MEASUREMENT

    def is_due(self, step: int) -> bool:
        """Return whether `step` is to be captured."""
        if step <= FIRST_STEPS:
            return True
        if self._given:
            return step % self._given == 0
        if not self._chosen and step > FIRST_STEPS + PATIENCE:
            self._chosen = WITHOUT_MEASUREMENT
        return self._chosen > 0 and step - self._last_captured >= self._chosen

    def captured(self, step: int) -> None:
        """Remember that `step` is captured."""
        self._last_captured = step

    def note(self, seconds: float, *, captured: bool) -> None:
        """Take in how long the next step took."""
        self._costs.note(seconds, captured=captured)
        if not self._given and self._costs.seen >= self._next_decision:
            self._next_decision += min(max(SOON, self._costs.seen // 2), MOST_KEPT // 2)
            self._choose()

    def cost(self) -> CaptureCost | None:
        """Return what is known of the cost; None until enough steps were compared."""
        costs = self._costs
        if costs.seen < FEWEST or not self.every:
            return None
        plain_s, extra = costs.plain_s, costs.extra
        share = extra / (self.every + extra)
        return CaptureCost(
            every=self.every,
            automatic=not self._given,
            captured=costs.seen,
            plain_s=plain_s,
            captured_s=plain_s * (1 + extra),
            share=share,
            share_so_far=costs.count * plain_s * extra / costs.total_s,
        )

    def _choose(self) -> None:
        """Take the shortest period that keeps to `AIM`; an old one that is near it stays."""
        best = min(MOST_EVERY, max(LEAST_EVERY, math.ceil(self._costs.extra_at_most / AIM)))
        fits = self._chosen > 0 and self._costs.extra / self._chosen <= BUDGET
        if not (fits and abs(best - self._chosen) <= TOLERANCE * self._chosen):
            self._chosen = best


class _CapturedSteps:
    """How much longer captured steps took than their neighbours, as a share; a step waits for those after it."""

    def __init__(self) -> None:
        self.seen = 0
        self.count = 0
        self.total_s = 0.0
        self._steps = 0
        self._extras: deque[float] = deque(maxlen=MOST_KEPT)
        self._plain: deque[float] = deque(maxlen=MOST_KEPT)
        self._waiting: deque[_Waiting] = deque(maxlen=MOST_KEPT)  # where every step is captured nothing comes after

    def note(self, seconds: float, *, captured: bool) -> None:
        self._steps += 1
        self.total_s += seconds
        self.count += captured
        if self._steps <= WARM_UP_STEPS or seconds <= 0:  # 0: the device's clock did not see the step
            return
        if captured:
            self._waiting.append(_Waiting(seconds, tuple(self._plain)[-NEIGHBOURS:], []))
            return
        self._plain.append(seconds)
        for one in self._waiting:
            one.after.append(seconds)
        while self._waiting and len(self._waiting[0].after) == NEIGHBOURS:
            self._compare(self._waiting.popleft())

    @property
    def plain_s(self) -> float:
        """Median seconds of a step without capture."""
        return statistics.median(self._plain)

    @property
    def extra(self) -> float:
        """How much longer a captured step takes, as a share of one without; never below 0."""
        return max(0.0, statistics.median(self._extras))

    @property
    def extra_at_most(self) -> float:
        """`extra` and its standard error: that of a median, 1.25 sigma / sqrt(n), sigma from the median deviation."""
        middle = statistics.median(self._extras)
        spread = 1.4826 * statistics.median(abs(extra - middle) for extra in self._extras)
        return max(0.0, middle + 1.2533 * spread / math.sqrt(len(self._extras)))

    def _compare(self, one: _Waiting) -> None:
        neighbours: Sequence[float] = (*one.before, *one.after)
        self._extras.append(one.seconds / statistics.median(neighbours) - 1)
        self.seen += 1


class _Waiting(NamedTuple):
    seconds: float
    before: tuple[float, ...]
    after: list[float]
