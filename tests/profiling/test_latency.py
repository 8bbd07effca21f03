"""Holds a measured latency to its graph and to itself: every layer has a time, sums are sums, conditions are stated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd.graph import Node

from resnet_core.analysis.latency import (
    Latency,
    LatencyConditions,
    PassTimes,
    TimeSpread,
    latency_document,
    latency_of,
    read_latency,
    spread_of,
)
from resnet_core.analysis.memory_fit import forward_fit, pass_problem
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import ConfigurationError, in_english
from resnet_core.model.resnet import build_model
from resnet_core.profiling.backward_clock import clock_steps, recorded_ends
from resnet_core.profiling.latency import LatencyRequest, Measuring, measure_latency
from resnet_core.profiling.layer_clock import HostClock, clocked, empty_layer_ms
from resnet_core.profiling.pass_bench import HookCosts, PassBench
from resnet_core.verification.measured_build import loss_of
from resnet_core.verification.memory_probe import free_bytes
from tests.training.tiny_runs import tiny_architecture, tiny_bottleneck

NETWORKS = {
    "basic": tiny_architecture(),
    "pre-activation": tiny_bottleneck("A", "pre"),
    "backbone": with_assignments(
        tiny_bottleneck(),
        ["head.pool=none", "head.classes=0", "attention.kind=cbam", "regularization.stochastic_depth=0.5"],
    ),
}
ONE_THREAD = LatencyRequest(device="cpu", repeats=2, threads=1)


@pytest.fixture
def threads() -> Iterator[int]:
    """Torch's number of threads, made another than that of the measurements."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield 2
    torch.set_num_threads(before)


def measured(config: ArchitectureConfig, request: LatencyRequest = ONE_THREAD) -> tuple[Latency, list[Measuring]]:
    *states, latency = measure_latency(config, request)
    assert isinstance(latency, Latency)
    return latency, [state for state in states if isinstance(state, Measuring)]


@pytest.mark.parametrize("training", [False, True], ids=["forward", "training"])
@pytest.mark.parametrize("name", NETWORKS)
def test_that_every_layer_of_the_graph_has_a_time_and_the_sums_are_theirs(name: str, training: bool) -> None:
    config = NETWORKS[name]
    request = ONE_THREAD._replace(batch=2, training=training)
    graph, (latency, _) = build_graph(config), measured(config, request)
    assert list(latency.layers) == [node.id for node in graph.nodes if node.kind not in ("input", "output")]
    assert all(0 <= low <= median <= high for median, low, high in latency.spreads.values())
    assert list(latency.columns) == ["stem", *(block.id for block in graph.blocks), "head"]
    for block in graph.blocks:
        own = [latency.layers[node.id] for node in graph.nodes_of(block)]
        assert latency.columns[block.id] == pytest.approx(sum(own))
    assert latency.layers_ms == pytest.approx(sum(latency.layers.values()))
    assert latency.whole_ms == pytest.approx(latency.layers_ms + latency.between_ms)
    assert list(latency.backward) == (list(latency.layers) if training else [])
    assert all(latency.backward[id] > 0 for id in latency.backward if ".conv" in id)


@pytest.mark.parametrize("training", [False, True], ids=["forward", "training"])
def test_that_the_layers_of_one_pass_lie_within_that_pass(training: bool) -> None:
    latency, _ = measured(tiny_architecture(), ONE_THREAD._replace(repeats=1, batch=2, training=training))
    assert 0 < latency.layers_ms < latency.hooked_ms
    assert sum(latency.backward.values()) < latency.layers_ms
    assert latency.hook_cost_ms > 0
    assert (latency.backward_hook_cost_ms > 0) == training


def test_that_the_conditions_say_what_was_measured() -> None:
    latency, states = measured(tiny_architecture(), ONE_THREAD._replace(batch=3))
    conditions = latency.conditions
    assert (conditions.device, conditions.device_name, conditions.batch) == ("cpu", "CPU", 3)
    assert (conditions.input, conditions.threads, conditions.repeats) == ((1, 8, 8), 1, 2)
    assert conditions.versions["torch"] == torch.__version__
    assert latency.about == "cpu, batch 3, 1 thread"
    assert [(state.done, state.total) for state in states if state.total] == [(0, 2), (1, 2)]


def test_that_repeats_and_threads_are_chosen_when_they_are_left_open(threads: int) -> None:
    latency, _ = measured(tiny_architecture(), LatencyRequest(device="cpu"))
    assert latency.conditions.repeats == 50
    assert latency.threads in (1, threads)


def test_that_torch_has_its_threads_back_when_a_measurement_is_broken_off(threads: int) -> None:
    passes = measure_latency(tiny_architecture(), ONE_THREAD._replace(repeats=10_000))
    for state in passes:
        if isinstance(state, Measuring) and state.done > 2:
            break
    assert torch.get_num_threads() == 1
    passes.close()  # type: ignore[attr-defined]
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("training", [False, True], ids=["forward", "training"])
def test_that_a_document_brings_back_what_it_was_made_of(training: bool) -> None:
    config = tiny_architecture()
    latency, _ = measured(config, ONE_THREAD._replace(batch=2, training=training))
    document: dict[str, Any] = json.loads(json.dumps(latency_document(build_graph(config), latency), allow_nan=False))
    graph, read = read_latency(document)
    assert graph.config == config
    assert read == latency
    assert document["layers_ms"] == pytest.approx(sum(row["median_ms"] for row in document["layers"]))
    assert document["layers_ms"] == pytest.approx(sum(row["ms"] for row in document["columns"]))


def test_that_times_of_other_layers_are_refused() -> None:
    conditions = LatencyConditions("cpu", "CPU", 1, (1, 8, 8), False, 1, 1, {})
    spread = TimeSpread(1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="1 layers were given"):
        latency_of(build_graph(tiny_architecture()), conditions, PassTimes(spread, 1.0, 0.0, (("conv1", spread),)))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (LatencyRequest(batch=0), "batch: 0 is too small; the least is 1"),
        (LatencyRequest(repeats=-1), "repeats: -1 is too small"),
        (LatencyRequest(threads=4096), "threads: 4096 is too large; the most is 1024"),
        (LatencyRequest(device="tpu"), "there is no tpu here"),
    ],
)
def test_that_bad_numbers_and_absent_devices_are_refused(request_: LatencyRequest, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        next(measure_latency(tiny_architecture(), request_))


def test_that_a_batch_that_cannot_fit_is_refused_with_the_largest_that_would() -> None:
    if free_bytes(torch.device("cpu")) is None:
        pytest.skip("this system does not tell its free memory")
    config = with_assignments(preset("ResNet-50"), ["input.height=2048", "input.width=2048"])
    for training, what in ((False, "pass"), (True, "step")):
        expected = rf"batch: a {what} of 65536 images needs at least [\d,.]+ GB, and cpu has .*take at most \d+"
        with pytest.raises(ConfigurationError, match=expected):
            next(measure_latency(config, LatencyRequest(batch=65_536, device="cpu", training=training)))


def test_that_a_training_pass_is_refused_when_batch_norm_would_see_one_value() -> None:
    config = with_assignments(tiny_architecture(), ["input.height=1", "input.width=1"])
    with pytest.raises(ConfigurationError, match=r"^batch: .* would normalise a single value"):
        next(measure_latency(config, ONE_THREAD._replace(training=True)))


def test_that_the_largest_batch_fits_and_one_more_does_not() -> None:
    graph = build_graph(preset("ResNet-50"))
    largest = forward_fit(graph, 1, 10**9).largest_batch
    assert forward_fit(graph, largest, 10**9).fits
    assert not forward_fit(graph, largest + 1, 10**9).fits
    problem = pass_problem(forward_fit(graph, 1, 10**6), "cuda:0", ("batch",))
    assert problem is not None and "too little for a single image" in in_english(problem)
    assert pass_problem(forward_fit(graph, largest, 10**9), "cuda:0", ("batch",)) is None


def test_that_the_spread_is_the_median_between_its_quartiles() -> None:
    assert spread_of([3.0]) == (3.0, 3.0, 3.0)
    assert spread_of([4.0, 1.0]) == (2.5, 1.0, 4.0)
    assert spread_of([5.0, 1.0, 3.0, 2.0, 100.0]) == (3.0, 2.0, 5.0)


def test_that_hooks_are_gone_when_the_clock_stops() -> None:
    layers = [nn.ReLU(), nn.ReLU()]
    clock = HostClock(2)
    with clocked(layers, clock):
        for layer in layers:
            layer(torch.ones(1))
    times = clock.read_ms()
    for layer in layers:
        layer(torch.ones(1))
    assert clock.read_ms() == times and min(times) > 0
    assert empty_layer_ms(torch.device("cpu"), 10) > 0


def all_steps(start: Node | None, known: Iterable[Node | None] = ()) -> set[Node]:
    """Every node that a backward pass from `start` computes before it comes to `known`."""
    found: set[Node] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found and node not in known:
            found.add(node)
            waiting += [source for source, _ in node.next_functions]
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_that_every_step_back_belongs_to_one_layer(name: str) -> None:
    model = build_model(NETWORKS[name], seed=0)
    modules = [module for module in model.modules() if not list(module.children())]
    with recorded_ends(modules) as ends:
        loss = loss_of(model(torch.randn(2, 1, 8, 8)))
    of_the_loss = all_steps(loss.grad_fn, [layer.output for layer in ends])
    steps = clock_steps(ends, torch.device("cpu"))
    assert len(steps.places) + len(of_the_loss) == len(all_steps(loss.grad_fn))
    loss.backward()
    assert all(taken > 0 for taken in steps.clock.read_ms())


def test_that_training_passes_leave_torchs_random_numbers_as_they_were() -> None:
    graph = build_graph(NETWORKS["backbone"])
    state = torch.get_rng_state()
    bench = PassBench(graph, 2, torch.device("cpu"), 0, training=True)
    timed = bench.timed_pass(HookCosts(0.0))
    assert sum(timed.forward_ms) + sum(timed.backward_ms) < timed.whole_ms
    assert bench.pass_ms() > 0
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.gpu
def test_that_a_gpu_is_timed_by_its_own_events() -> None:
    latency, _ = measured(tiny_architecture(), LatencyRequest(batch=2, device="auto", repeats=3, training=True))
    assert latency.device != "cpu" and latency.conditions.device_name
    assert all(ms >= 0 for ms in latency.layers.values())
