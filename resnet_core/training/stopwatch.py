"""Measures how long a run trained, its pauses left out and its earlier sessions counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Runs from the moment it is made, beginning at `already_s` seconds."""

    def __init__(self, already_s: float = 0.0) -> None:
        self._origin = time.perf_counter() - already_s

    @property
    def elapsed_s(self) -> float:
        """Seconds on the watch."""
        return time.perf_counter() - self._origin

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Stand still inside the `with`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._origin += time.perf_counter() - began
