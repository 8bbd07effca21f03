"""Forecasts how long a run still takes from how fast its last steps were."""

from __future__ import annotations

from collections import deque

SHORTEST_WINDOW = 20
LONGEST_WINDOW = 200


class TimeLeft:
    """Looks at the steps of about one epoch, so that an evaluation after each is always among what it saw."""

    def __init__(self, total_steps: int, steps_per_epoch: int) -> None:
        self._total_steps = total_steps
        window = min(LONGEST_WINDOW, max(SHORTEST_WINDOW, steps_per_epoch))
        self._seen: deque[tuple[int, float]] = deque(maxlen=window + 1)

    def note(self, step: int, elapsed_s: float) -> None:
        """Take in that update `step` was made after `elapsed_s` seconds of training."""
        self._seen.append((step, elapsed_s))

    @property
    def seconds(self) -> float | None:
        """Seconds until the last step, or None before two steps were seen."""
        if len(self._seen) < 2:
            return None
        (first, began_s), (last, ended_s) = self._seen[0], self._seen[-1]
        return (ended_s - began_s) / (last - first) * (self._total_steps - 1 - last)
