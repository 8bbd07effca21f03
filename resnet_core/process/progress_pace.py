"""Tells how far a job of many equal parts is, not more often than a person can follow, with the time it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable

from resnet_core.process.messages import Progress

INTERVAL_S = 0.2


class ProgressPace:
    """Passes on what it is told at most 5 times a second; a new part of the job is passed on at once."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._part = ""
        self._began_s = self._told_s = 0.0

    def note(self, done: int, total: int, part: str) -> None:
        """Take in that `done` of `total` (0: not known) of `part` are done."""
        now = time.monotonic()
        if part != self._part:
            self._part, self._began_s = part, now
        elif now - self._told_s < INTERVAL_S:
            return
        self._told_s = now
        left = (now - self._began_s) / done * (total - done) if done and total else None
        self._tell(Progress("working", done, total, left, part))
