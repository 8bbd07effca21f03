"""Times each step on its device without waiting for it: durations are handed out as they become known."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import torch


class StepClock(Protocol):
    """Times steps one after the other; only `begin` and `end` are called inside a step."""

    def begin(self) -> None:
        """A step begins."""

    def end(self) -> None:
        """The step that began has been handed to the device."""

    def durations(self) -> list[float]:
        """Return the seconds of the steps, in order, that are over and were not handed out before; waits for none."""


def step_clock(device: torch.device) -> StepClock:
    """Return the clock for `device`: events in its stream where it works behind our back, else the wall clock."""
    if device.type == "cuda":
        return EventClock(lambda: torch.cuda.Event(enable_timing=True))
    if device.type == "mps":
        return EventClock(lambda: torch.mps.event.Event(enable_timing=True))
    return WallClock()


class WallClock:
    """For a device that has done its work when a call returns."""

    def __init__(self) -> None:
        self._began = 0.0
        self._durations: list[float] = []

    def begin(self) -> None:
        """A step begins."""
        self._began = time.perf_counter()

    def end(self) -> None:
        """The step is over."""
        self._durations.append(time.perf_counter() - self._began)

    def durations(self) -> list[float]:
        """Return the seconds of the steps since the last call."""
        durations, self._durations = self._durations, []
        return durations


class _Pair(NamedTuple):
    began: Any
    ended: Any


class EventClock:
    """For a device with a stream of its own: a pair of events around each step, read once the device has passed both.

    `make_event` gives an event with `record`, `query` and `elapsed_time` (milliseconds) as `torch.cuda.Event` has them.
    """

    def __init__(self, make_event: Callable[[], Any]) -> None:
        self._make_event = make_event
        self._pairs: deque[_Pair] = deque()
        self._free: list[_Pair] = []
        self._open: _Pair | None = None

    def begin(self) -> None:
        """Put an event before the step."""
        self._open = self._free.pop() if self._free else _Pair(self._make_event(), self._make_event())
        self._open.began.record()

    def end(self) -> None:
        """Put an event behind the step."""
        assert self._open is not None
        self._open.ended.record()
        self._pairs.append(self._open)
        self._open = None

    def durations(self) -> list[float]:
        """Return the seconds of the steps that the device has passed since the last call."""
        found = []
        while self._pairs and self._pairs[0].ended.query():
            pair = self._pairs.popleft()
            found.append(pair.began.elapsed_time(pair.ended) / 1e3)
            self._free.append(pair)
        return found
