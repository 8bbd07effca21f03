"""Times the backward pass by layer: every step back belongs to the layer whose forward recorded it.

Autograd records a layer's forward as nodes, from the layer's output back to its inputs, with one more for each
parameter whose gradient is kept. Each node is stamped before and after it computes. On one device they are computed
one after another, so that no time is counted twice; adding up the gradients of a branch and its shortcut lies between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.autograd.graph import Node

from resnet_core.profiling.layer_clock import Clock, clock_of


class LayerEnds(NamedTuple):
    """What a layer's forward recorded: the node that made its output, and those that made its inputs."""

    output: Node | None
    inputs: tuple[Node | None, ...]


class BackwardSteps(NamedTuple):
    """The nodes of all layers under a clock; `places` says of each node which layer it belongs to."""

    clock: Clock
    places: tuple[int, ...]

    def read_ms(self, layers: int, empty_ms: float = 0.0) -> list[float]:
        """Return what each of `layers` took, with `empty_ms` taken off every node."""
        sums = [0.0] * layers
        for place, taken in zip(self.places, self.clock.read_ms(), strict=True):
            sums[place] += max(0.0, taken - empty_ms)
        return sums


@contextmanager
def recorded_ends(modules: Sequence[nn.Module]) -> Iterator[list[LayerEnds]]:
    """Note the ends of each of `modules` as they are called, by place."""
    ends = [LayerEnds(None, ())] * len(modules)

    def noting(place: int) -> Any:
        def note(_module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            ends[place] = LayerEnds(output.grad_fn, tuple(tensor.grad_fn for tensor in inputs))

        return note

    handles = [module.register_forward_hook(noting(place)) for place, module in enumerate(modules)]
    try:
        yield ends
    finally:
        for handle in handles:
            handle.remove()


def clock_steps(ends: Sequence[LayerEnds], device: torch.device) -> BackwardSteps:
    """Put every node between the ends of a layer under a clock, until the backward pass has used them up."""
    found = [(place, node) for place, layer in enumerate(ends) for node in _between(layer)]
    clock = clock_of(device, len(found))
    for number, (_, node) in enumerate(found):
        before, after = clock.stamps(number)
        node.register_prehook(before)
        node.register_hook(after)
    return BackwardSteps(clock, tuple(place for place, _ in found))


def empty_step_ms(device: torch.device, calls: int = 200) -> float:
    """Return what a clock shows of a step back that passes its gradient on, the median of `calls`."""
    times: list[float] = []
    for _ in range(2):  # the first round warms up
        x = torch.zeros(1, device=device, requires_grad=True)
        ends, y = [], x
        for _ in range(calls):
            y, before = y.view(1), y
            ends.append(LayerEnds(y.grad_fn, (before.grad_fn,)))
        steps = clock_steps(ends[1:], device)  # the first one hands its gradient to x
        y.backward()
        times = steps.clock.read_ms()
    return sorted(times)[len(times) // 2]


def _between(ends: LayerEnds) -> list[Node]:
    """Return the nodes from a layer's output back to its inputs, the parameters' among them."""
    known = {id(node) for node in ends.inputs if node is not None}
    found, waiting = [], [ends.output]
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in known:
            continue
        known.add(id(node))
        found.append(node)
        waiting += [source for source, _ in node.next_functions]
    return found
