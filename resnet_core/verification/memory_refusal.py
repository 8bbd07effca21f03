"""Refuses what cannot fit into a device's memory before anything is allocated on it."""

from __future__ import annotations

import torch

from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.memory_fit import BATCH_PATH, fits, gigabytes, memory_problem
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.validation import ConfigurationError, Parameter, Path, Problem
from resnet_core.verification.memory_probe import free_bytes


def refuse_step(
    graph: Graph, recipe: MemoryRecipe, device: torch.device, *, place: Path = BATCH_PATH, held_bytes: int = 0
) -> None:
    """Raise ConfigurationError where a forward and backward pass needs more than `device` has left.

    It says the least that is needed, what there is, and the largest batch that would fit. `held_bytes` of what is
    needed are on the device already. Where the device does not tell what it has left, nothing is refused.
    """
    free = free_bytes(device)
    if free is None:
        return
    problem = memory_problem(fits(graph, recipe, free + held_bytes, loop="none"), str(device), place)
    if problem is not None:
        raise ConfigurationError([problem])


def refuse_weights(size_bytes: int, device: torch.device) -> None:
    """Raise ConfigurationError where the network's weights alone need more than `device` has left."""
    free = free_bytes(device)
    if free is not None and size_bytes > free:
        sizes = {"needed": gigabytes(size_bytes), "available": gigabytes(free)}
        facts: dict[str, Parameter] = {"device": str(device), **sizes}
        raise ConfigurationError([Problem(("architecture",), "memory_weights", facts)])
