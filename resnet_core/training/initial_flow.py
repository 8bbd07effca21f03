"""Measures how the gradient flows through a network as it begins: one forward and one backward pass, no update."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from resnet_core.analysis.gradient_profile import branch_layers, growth_per_layer
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.training_config import RunConfig
from resnet_core.model.resnet import build_model
from resnet_core.training.batches import Batches
from resnet_core.training.datasets import TensorDataSet
from resnet_core.training.gradient_probe import GradientProbe


def initial_flow(run: RunConfig, data: TensorDataSet, device: torch.device) -> dict[str, Any]:
    """Return the document of a probe: train mode, mean cross-entropy of the first batch of `data`, unshifted.

    `boundary_norms` are ||dLoss/dx||_2 at the N+1 `boundaries`; a block's `parameter_gradient_norm` is the L2 norm over
    all its parameters; `growth_per_layer` is that of `analysis.gradient_profile`, over `layers` convolutions. A norm
    that is no number is None; `growth_per_layer` is absent where no such rate exists.
    """
    training = run.training.model_copy(update={"max_shift": 0})
    graph = build_graph(run.architecture)
    model = build_model(run.architecture, seed=training.seed).to(device)
    images_NCHW, labels_N = Batches(data, training, device).batch(0)
    probe = GradientProbe(tuple(model.blocks.values()), device)
    with probe.capturing(0):
        loss = F.cross_entropy(model(images_NCHW), labels_N)
        loss.backward()
    (norms,) = probe.rows(1)
    layers = branch_layers(graph)
    document = {
        "name": graph.name,
        "data": training.data,
        "batch": training.batch_size,
        "seed": training.seed,
        "device": str(device),
        "input": list(images_NCHW.shape[1:]),
        "loss": _number(loss.item()),
        "boundaries": list(graph.boundaries),
        "boundary_norms": [_number(norm) for norm in norms],
        "blocks": [
            {"id": id, "parameter_gradient_norm": _number(parameter_gradient_norm(block))}
            for id, block in model.blocks.items()
        ],
        "layers": layers,
    }
    growth = growth_per_layer(norms, layers)
    return document if growth is None else {**document, "growth_per_layer": growth}


def parameter_gradient_norm(module: nn.Module) -> float:
    """Return the L2 norm over the gradients of all parameters of `module`, summed in double precision."""
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    precise = torch.float32 if gradients and gradients[0].device.type == "mps" else torch.float64
    norms = [torch.linalg.vector_norm(gradient, dtype=precise) for gradient in gradients]
    return float(torch.linalg.vector_norm(torch.stack(norms))) if norms else 0.0


def _number(value: float) -> float | None:
    """JSON (RFC 8259) knows no nan and no infinity."""
    return value if math.isfinite(value) else None
