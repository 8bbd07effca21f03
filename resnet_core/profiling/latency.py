"""Measures how long a network's forward pass takes, whole and layer by layer, on one device."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import nn

from resnet_core.analysis.latency import Latency, LatencyConditions, PassTimes, latency_of, spread_of
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.profiling.layer_clock import LayerClock, clocked, empty_layer_ms, layer_clock
from resnet_core.profiling.pass_memory import refuse_pass
from resnet_core.training.devices import library_versions, list_devices, resolve_device, synchronize

WARM_UPS, MOST_WARM_UPS = 2, 15
WARM_UP_S = 0.3
FEWEST_REPEATS, MOST_REPEATS = 5, 50
TARGET_S = 10.0
"""Where the repeats are left open, as many as fit into this time; a repeat is a pass without hooks and one with."""

PATIENCE_S = 1.5  # a pass that takes longer is timed once, and threads are not compared
_BOUNDS = {"batch": (1, 65_536), "repeats": (0, 10_000), "threads": (0, 1024)}


class LatencyRequest(NamedTuple):
    """What to measure with.

    `device` is what `training.devices.resolve_device` takes. With 0 repeats as many are made as fit into some seconds.
    With 0 threads all cores and one thread are compared, and the faster is taken, as in training.
    """

    batch: int = 1
    device: str = "auto"
    repeats: int = 0
    threads: int = 0
    seed: int = 0


class Measuring(NamedTuple):
    """How far a measurement is: passes done and to do (0: not known yet), and what is done now."""

    done: int
    total: int
    part: str


def measure_latency(
    config: ArchitectureConfig, request: LatencyRequest = LatencyRequest()  # noqa: B008 - an immutable value
) -> Iterator[Measuring | Latency]:
    """Build the network of `config`, measure its forward pass and yield how far it is, at the end the Latency.

    In evaluation mode, in float32, on random images, without gradients. Passes with and without hooks take turns, so
    that what else the machine does falls on both. Whoever stops asking ends the measurement; torch then has as many
    threads as before. Raises ConfigurationError, before anything is built, where a number is out of bounds, the device
    is absent, or a pass does not fit into its memory.
    """
    _refuse_numbers(request)
    device, graph = resolve_device(request.device), build_graph(config)
    refuse_pass(graph, request.batch, device, ("batch",))
    yield Measuring(0, 0, N_("Progress", "building the network"))
    with _threads_kept():
        bench = _bench(graph, request, device)
        yield Measuring(0, 0, N_("Progress", "warming up"))
        pass_s = _warm_up(bench, _thread_choices(request, device))
        repeats = request.repeats or _affordable(pass_s)
        whole_ms: list[float] = []
        hooked_ms: list[float] = []
        rows: list[list[float]] = []
        for done in range(repeats):
            yield Measuring(done, repeats, N_("Progress", "timing every layer"))
            whole_ms.append(bench.pass_ms())
            hooked, row = bench.timed_pass_ms()
            hooked_ms.append(hooked)
            rows.append(row)
        yield _summed_up(graph, bench, request, (whole_ms, hooked_ms, rows))


class _Bench(NamedTuple):
    """A network on its device, the images it is given, and the clock of its layers."""

    model: ResNet
    layers: tuple[tuple[str, nn.Module], ...]
    images: torch.Tensor
    clock: LayerClock
    device: torch.device

    def pass_ms(self) -> float:
        """Return what a forward pass takes, from its call until the device has done it."""
        synchronize(self.device)
        began = time.perf_counter()
        with torch.inference_mode():
            self.model(self.images)
        synchronize(self.device)
        return 1e3 * (time.perf_counter() - began)

    def timed_pass_ms(self) -> tuple[float, list[float]]:
        """Return what a forward pass with hooks takes, and each of its layers."""
        with clocked([module for _, module in self.layers], self.clock):
            whole = self.pass_ms()
        return whole, self.clock.read_ms()


def _bench(graph: Graph, request: LatencyRequest, device: torch.device) -> _Bench:
    with device:
        model = build_model(graph.config, seed=request.seed).eval()
    generator = torch.Generator().manual_seed(request.seed)
    images = torch.randn(request.batch, *graph.nodes[0].output_shape, generator=generator).to(device)
    layers = tuple((node.id, model.get_submodule(node.id)) for node in graph.nodes[1:-1])
    return _Bench(model, layers, images, layer_clock(device, len(layers)), device)


def _warm_up(bench: _Bench, thread_choices: Sequence[int]) -> float:
    """Make passes until none is the first of anything, with the faster threads from then on; return seconds a pass."""
    typical: dict[int, float] = {}
    for threads in thread_choices:
        torch.set_num_threads(threads)
        typical[threads] = _typical_pass_s(bench)
        if typical[threads] > PATIENCE_S:
            break
    best = min(typical, key=typical.__getitem__)
    torch.set_num_threads(best)
    bench.timed_pass_ms()
    return typical[best]


def _typical_pass_s(bench: _Bench) -> float:
    """Return the median of some passes; the first one, which warms up, counts only if it is slow as it is."""
    taken_s = [bench.pass_ms() / 1e3]
    if taken_s[0] < PATIENCE_S:
        taken_s.clear()
        while len(taken_s) < WARM_UPS or (sum(taken_s) < WARM_UP_S and len(taken_s) < MOST_WARM_UPS):
            taken_s.append(bench.pass_ms() / 1e3)
    return spread_of(taken_s).median_ms


def _thread_choices(request: LatencyRequest, device: torch.device) -> tuple[int, ...]:
    """Return the thread counts to compare: all cores, and 1, which small layers often run faster on."""
    if request.threads:
        return (request.threads,)
    most = torch.get_num_threads()
    return (most, 1) if device.type == "cpu" and most > 1 else (most,)


def _affordable(pass_s: float) -> int:
    return min(MOST_REPEATS, max(FEWEST_REPEATS, int(TARGET_S / (2 * pass_s))))


def _summed_up(
    graph: Graph, bench: _Bench, request: LatencyRequest, passes: tuple[list[float], list[float], list[list[float]]]
) -> Latency:
    """Return the medians of all passes, with what the hooks show of nothing taken off every layer."""
    whole_ms, hooked_ms, rows = passes
    empty_ms = empty_layer_ms(bench.device)
    times = zip(*rows, strict=True)
    spreads = [spread_of(max(0.0, taken - empty_ms) for taken in row) for row in times]
    conditions = LatencyConditions(
        device=str(bench.device),
        device_name=_device_name(bench.device),
        batch=request.batch,
        input=graph.nodes[0].output_shape,
        threads=torch.get_num_threads(),
        repeats=len(rows),
        versions=library_versions(),
    )
    layers = tuple((id, spread) for (id, _), spread in zip(bench.layers, spreads, strict=True))
    found = PassTimes(spread_of(whole_ms), spread_of(hooked_ms).median_ms, empty_ms, layers)
    return latency_of(graph, conditions, found)


def _device_name(device: torch.device) -> str:
    """Return the name of a GPU; the CPU's name in the list of devices is that of another number of threads."""
    names = {described.id: described.name for described in list_devices()}
    return "CPU" if device.type == "cpu" else names.get(str(device), "")


def _refuse_numbers(request: LatencyRequest) -> None:
    problems = []
    for field, (least, most) in _BOUNDS.items():
        value = getattr(request, field)
        if value < least:
            problems.append(Problem((field,), "minimum", {"value": value, "bound": least}))
        if value > most:
            problems.append(Problem((field,), "maximum", {"value": value, "bound": most}))
    if problems:
        raise ConfigurationError(problems)


@contextmanager
def _threads_kept() -> Iterator[None]:
    """Give back the number of threads that torch had, as it is the whole process's."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
