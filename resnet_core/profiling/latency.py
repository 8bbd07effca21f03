"""Measures how long a network's pass takes, whole and layer by layer, on one device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch

from resnet_core.analysis.latency import Latency, LatencyConditions, PassTimes, latency_of, spread_of
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.fitting import training_problems
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.profiling.pass_bench import HookCosts, PassBench, TimedPass
from resnet_core.profiling.pass_memory import refuse_pass
from resnet_core.training.devices import library_versions, list_devices, resolve_device
from resnet_core.verification.memory_refusal import refuse_step

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
    With 0 threads all cores and one thread are compared, and the faster is taken, as in training. A pass is forward
    alone, in evaluation mode; with `training` it is forward and backward, in training mode, without the update.
    """

    batch: int = 1
    device: str = "auto"
    repeats: int = 0
    threads: int = 0
    training: bool = False
    seed: int = 0


class Measuring(NamedTuple):
    """How far a measurement is: passes done and to do (0: not known yet), and what is done now."""

    done: int
    total: int
    part: str


def measure_latency(
    config: ArchitectureConfig, request: LatencyRequest = LatencyRequest()  # noqa: B008 - an immutable value
) -> Iterator[Measuring | Latency]:
    """Build the network of `config`, measure its pass and yield how far it is, at the end the Latency.

    On random images, in float32. Passes with and without hooks take turns, so that what else the machine does falls on
    both. Whoever stops asking ends the measurement; torch then has as many threads as before. Raises
    ConfigurationError, before anything is built, where a number is out of bounds, the device is absent, a pass does
    not fit into its memory, or the network cannot be trained with so few images.
    """
    _refuse_numbers(request)
    device, graph = resolve_device(request.device), build_graph(config)
    _refuse_pass(graph, request, device)
    yield Measuring(0, 0, N_("Progress", "building the network"))
    with _threads_kept():
        bench = PassBench(graph, request.batch, device, request.seed, training=request.training)
        yield Measuring(0, 0, N_("Progress", "warming up"))
        pass_s = _warm_up(bench, _thread_choices(request, device))
        repeats = request.repeats or _affordable(pass_s)
        costs = bench.hook_costs()
        whole_ms: list[float] = []
        passes: list[TimedPass] = []
        for done in range(repeats):
            yield Measuring(done, repeats, N_("Progress", "timing every layer"))
            whole_ms.append(bench.pass_ms())
            passes.append(bench.timed_pass(costs))
        conditions = _conditions(graph, request, device, repeats)
        yield latency_of(graph, conditions, _times(bench.ids, whole_ms, passes, costs))


def _warm_up(bench: PassBench, thread_choices: Sequence[int]) -> float:
    """Make passes until none is the first of anything, with the faster threads from then on; return seconds a pass."""
    typical: dict[int, float] = {}
    for threads in thread_choices:
        torch.set_num_threads(threads)
        typical[threads] = _typical_pass_s(bench)
        if typical[threads] > PATIENCE_S:
            break
    best = min(typical, key=typical.__getitem__)
    torch.set_num_threads(best)
    bench.timed_pass(HookCosts(0.0))
    return typical[best]


def _typical_pass_s(bench: PassBench) -> float:
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


def _times(
    ids: tuple[str, ...], whole_ms: list[float], passes: list[TimedPass], costs: HookCosts
) -> PassTimes:
    """Return the medians of all passes; a layer's time is its forward and its backward together."""
    forward = zip(*(timed.forward_ms for timed in passes), strict=True)
    backward = list(zip(*(timed.backward_ms for timed in passes), strict=True))
    sums = [
        tuple(map(sum, zip(ahead, backward[place], strict=True))) if backward else ahead
        for place, ahead in enumerate(forward)
    ]
    return PassTimes(
        whole=spread_of(whole_ms),
        hooked_ms=spread_of(timed.whole_ms for timed in passes).median_ms,
        hook_cost_ms=costs.forward_ms,
        layers=tuple((id, spread_of(times)) for id, times in zip(ids, sums, strict=True)),
        backward_hook_cost_ms=costs.backward_ms,
        backward=tuple((id, spread_of(times).median_ms) for id, times in zip(ids, backward, strict=False)),
    )


def _conditions(graph: Graph, request: LatencyRequest, device: torch.device, repeats: int) -> LatencyConditions:
    return LatencyConditions(
        device=str(device),
        device_name=_device_name(device),
        batch=request.batch,
        input=graph.nodes[0].output_shape,
        training=request.training,
        threads=torch.get_num_threads(),
        repeats=repeats,
        versions=library_versions(),
    )


def _device_name(device: torch.device) -> str:
    """Return the name of a GPU; the CPU's name in the list of devices is that of another number of threads."""
    names = {described.id: described.name for described in list_devices()}
    return "CPU" if device.type == "cpu" else names.get(str(device), "")


def _refuse_pass(graph: Graph, request: LatencyRequest, device: torch.device) -> None:
    """Raise ConfigurationError where the pass does not fit, or BatchNorm would see a single value."""
    if not request.training:
        refuse_pass(graph, request.batch, device, ("batch",))
        return
    problems = training_problems(graph.config, TrainingConfig(batch_size=request.batch))
    if problems:
        raise ConfigurationError(problem._replace(path=("batch",)) for problem in problems)
    refuse_step(graph, MemoryRecipe(request.batch, "sgd"), device, place=("batch",))


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
