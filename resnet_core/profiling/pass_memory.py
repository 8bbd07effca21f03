"""Refuses a forward pass that cannot fit into a device's memory before the network is built."""

from __future__ import annotations

import torch

from resnet_core.analysis.memory_fit import forward_fit, pass_problem
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.validation import ConfigurationError, Path
from resnet_core.verification.memory_probe import free_bytes


def refuse_pass(graph: Graph, batch: int, device: torch.device, place: Path) -> None:
    """Raise ConfigurationError, at `place`, where a forward pass of `batch` images needs more than `device` has left.

    It says the least that is needed, what there is, and the largest batch that would fit. Where the device does not
    tell what it has left, nothing is refused.
    """
    free = free_bytes(device)
    if free is None:
        return
    problem = pass_problem(forward_fit(graph, batch, free), str(device), place)
    if problem is not None:
        raise ConfigurationError([problem])
