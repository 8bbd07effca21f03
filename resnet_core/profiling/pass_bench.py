"""Runs a network's pass on its device, and times it whole or layer by layer: forward alone, or forward and backward."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple

import torch
from torch import nn

from resnet_core.architecture.graph import Graph
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.profiling.backward_clock import clock_steps, empty_step_ms, recorded_ends
from resnet_core.profiling.layer_clock import clock_of, clocked, empty_layer_ms
from resnet_core.training.devices import synchronize
from resnet_core.verification.measured_build import loss_of


class HookCosts(NamedTuple):
    """What the hooks show of nothing: of a layer's forward, and of one step back (0 where there is none)."""

    forward_ms: float
    backward_ms: float = 0.0


class TimedPass(NamedTuple):
    """What a pass with hooks took, and each layer of it forward and backward (empty where there is no backward)."""

    whole_ms: float
    forward_ms: list[float]
    backward_ms: list[float]


class PassBench:
    """A network on its device with the images it is given.

    Without `training` it is in evaluation mode and no gradients are recorded. With it, it is in training mode, and a
    pass is forward, loss and backward; no update is made, and torch's random numbers stay as they are.
    """

    def __init__(self, graph: Graph, batch: int, device: torch.device, seed: int, *, training: bool) -> None:
        with device:
            self._model: ResNet = build_model(graph.config, seed=seed).train(training)
        generator = torch.Generator().manual_seed(seed)
        self._images_NCHW = torch.randn(batch, *graph.nodes[0].output_shape, generator=generator).to(device)
        self.ids = tuple(node.id for node in graph.nodes[1:-1])
        self._layers: list[nn.Module] = [self._model.get_submodule(id) for id in self.ids]
        self.device, self._training = device, training

    def pass_ms(self) -> float:
        """Return what a pass takes, from its call until the device has done it."""
        self._model.zero_grad(set_to_none=True)
        with self._mode():
            return self._taken_ms(self._step)

    def timed_pass(self, costs: HookCosts) -> TimedPass:
        """Return what a pass with hooks takes, and each of its layers with `costs` taken off."""
        self._model.zero_grad(set_to_none=True)
        with self._mode():
            return self._timed_step(costs) if self._training else self._timed_forward(costs)

    def hook_costs(self) -> HookCosts:
        """Measure what the hooks show of nothing."""
        with self._mode():
            return HookCosts(empty_layer_ms(self.device), empty_step_ms(self.device) if self._training else 0.0)

    def _step(self) -> None:
        output = self._model(self._images_NCHW)
        if self._training:
            loss_of(output).backward()

    def _timed_forward(self, costs: HookCosts) -> TimedPass:
        clock = clock_of(self.device, len(self._layers))
        with clocked(self._layers, clock):
            whole = self._taken_ms(self._step)
        return TimedPass(whole, _without(clock.read_ms(), costs.forward_ms), [])

    def _timed_step(self, costs: HookCosts) -> TimedPass:
        """Time forward and loss first, then put the nodes they recorded under a clock, then time backward."""
        clock = clock_of(self.device, len(self._layers))
        losses: list[torch.Tensor] = []
        with clocked(self._layers, clock), recorded_ends(self._layers) as ends:
            forward = self._taken_ms(lambda: losses.append(loss_of(self._model(self._images_NCHW))))
        steps = clock_steps(ends, self.device)
        ends.clear()
        backward = self._taken_ms(losses.pop().backward)
        backward_ms = steps.read_ms(len(self._layers), costs.backward_ms)
        return TimedPass(forward + backward, _without(clock.read_ms(), costs.forward_ms), backward_ms)

    def _taken_ms(self, work: Callable[[], None]) -> float:
        synchronize(self.device)
        began = time.perf_counter()
        work()
        synchronize(self.device)
        return 1e3 * (time.perf_counter() - began)

    @contextmanager
    def _mode(self) -> Iterator[None]:
        """Record gradients or not, and give back the random state that dropping layers uses up."""
        cuda = [self.device] if self.device.type == "cuda" else []
        kept: AbstractContextManager[None] = nullcontext()
        if self._training:
            kept = torch.random.fork_rng(devices=cuda)
        with kept, torch.inference_mode(not self._training):
            yield


def _without(times_ms: list[float], cost_ms: float) -> list[float]:
    return [max(0.0, taken - cost_ms) for taken in times_ms]
