"""Stamps the time before and after each of many steps: by the host's clock on the CPU, by events on other devices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import nn

from resnet_core.training.devices import synchronize

Stamp = Callable[..., None]


class Clock(Protocol):
    """Times steps, each known by its place. The stamps take whatever a hook is called with."""

    def stamps(self, place: int) -> tuple[Stamp, Stamp]:
        """Return what is to be called before and after the step at `place`."""

    def read_ms(self) -> list[float]:
        """Return what each step took last, in milliseconds; waits until the device has done it."""


class HostClock:
    """Reads the CPU's clock, which is the truth where the CPU computes."""

    def __init__(self, size: int) -> None:
        self._began, self._ended = [0] * size, [0] * size

    def stamps(self, place: int) -> tuple[Stamp, Stamp]:
        """Return what notes the time, with as little around it as there can be."""
        began, ended, now = self._began, self._ended, time.perf_counter_ns

        def before(*_hooked: Any) -> None:
            began[place] = now()

        def after(*_hooked: Any) -> None:
            ended[place] = now()

        return before, after

    def read_ms(self) -> list[float]:
        """Return the differences."""
        return [(ended - began) / 1e6 for began, ended in zip(self._began, self._ended, strict=True)]


class DeviceClock:
    """Puts events into the device's own queue, so that nothing waits for anything during the pass.

    Where the device is faster than the host can launch, a step's time holds its wait for the launch.
    """

    def __init__(self, device: torch.device, size: int) -> None:
        self._device = device
        kind: Any = torch.cuda.Event if device.type == "cuda" else torch.mps.Event
        self._events = [(kind(enable_timing=True), kind(enable_timing=True)) for _ in range(size)]

    def stamps(self, place: int) -> tuple[Stamp, Stamp]:
        """Return what records the two events of `place`."""
        first, last = self._events[place]

        def before(*_hooked: Any) -> None:
            first.record()

        def after(*_hooked: Any) -> None:
            last.record()

        return before, after

    def read_ms(self) -> list[float]:
        """Return what lies between the events."""
        synchronize(self._device)
        return [first.elapsed_time(last) for first, last in self._events]


def clock_of(device: torch.device, size: int) -> Clock:
    """Return a clock for `size` steps that `device` computes."""
    return HostClock(size) if device.type == "cpu" else DeviceClock(device, size)


@contextmanager
def clocked(modules: Sequence[nn.Module], clock: Clock) -> Iterator[None]:
    """Have `clock` time the forward of each of `modules`, for a while."""
    handles = []
    for place, module in enumerate(modules):
        before, after = clock.stamps(place)
        handles += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def empty_layer_ms(device: torch.device, calls: int = 200) -> float:
    """Return what a clock shows of a layer that does nothing, the median of `calls`."""
    clock = clock_of(device, calls)
    layers = [nn.Identity() for _ in range(calls)]
    x = torch.zeros(1, device=device)
    with clocked(layers, clock):
        for _ in range(2):  # the first round warms up
            for layer in layers:
                layer(x)
            times = clock.read_ms()
    return sorted(times)[calls // 2]
