"""Times layers by a stamp before and one after each forward: the host's clock on the CPU, events on other devices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import nn

from resnet_core.training.devices import synchronize

Before = Callable[[nn.Module, Any], None]
After = Callable[[nn.Module, Any, Any], None]


class LayerClock(Protocol):
    """Times `size` layers of one pass after another; a layer is named by its place."""

    def hooks(self, place: int) -> tuple[Before, After]:
        """Return what is to be called before and after the forward of the layer at `place`."""

    def read_ms(self) -> list[float]:
        """Return what each layer of the last pass took, in milliseconds; waits until the device has done it."""


class HostClock:
    """Reads the CPU's clock, which is the truth where the CPU computes."""

    def __init__(self, size: int) -> None:
        self._began, self._ended = [0] * size, [0] * size

    def hooks(self, place: int) -> tuple[Before, After]:
        """Return what notes the time, with as little around it as there can be."""
        began, ended, now = self._began, self._ended, time.perf_counter_ns

        def before(_module: nn.Module, _inputs: Any) -> None:
            began[place] = now()

        def after(_module: nn.Module, _inputs: Any, _output: Any) -> None:
            ended[place] = now()

        return before, after

    def read_ms(self) -> list[float]:
        """Return the differences."""
        return [(ended - began) / 1e6 for began, ended in zip(self._began, self._ended, strict=True)]


class DeviceClock:
    """Puts events into the device's own queue, so that nothing waits for anything during the pass.

    Where the device is faster than the host can launch, a layer's time holds its wait for the launch.
    """

    def __init__(self, device: torch.device, size: int) -> None:
        self._device = device
        kind: Any = torch.cuda.Event if device.type == "cuda" else torch.mps.Event
        self._events = [(kind(enable_timing=True), kind(enable_timing=True)) for _ in range(size)]

    def hooks(self, place: int) -> tuple[Before, After]:
        """Return what records the two events of `place`."""
        first, last = self._events[place]
        return lambda _module, _inputs: first.record(), lambda _module, _inputs, _output: last.record()

    def read_ms(self) -> list[float]:
        """Return what lies between the events."""
        synchronize(self._device)
        return [first.elapsed_time(last) for first, last in self._events]


def layer_clock(device: torch.device, size: int) -> LayerClock:
    """Return the clock for `size` layers that compute on `device`."""
    return HostClock(size) if device.type == "cpu" else DeviceClock(device, size)


@contextmanager
def clocked(modules: Sequence[nn.Module], clock: LayerClock) -> Iterator[None]:
    """Have `clock` time each of `modules` by its place, for a while."""
    handles = []
    for place, module in enumerate(modules):
        before, after = clock.hooks(place)
        handles += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def empty_layer_ms(device: torch.device, calls: int = 200) -> float:
    """Return what a clock shows of a layer that does nothing, the median of `calls`."""
    clock = layer_clock(device, calls)
    layers = [nn.Identity() for _ in range(calls)]
    x = torch.zeros(1, device=device)
    with clocked(layers, clock):
        for _ in range(2):  # the first round warms up
            for layer in layers:
                layer(x)
            times = clock.read_ms()
    return sorted(times)[calls // 2]
