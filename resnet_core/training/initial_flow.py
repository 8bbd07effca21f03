"""Measures how the gradient flows through a network as it begins: one forward and one backward pass, no update."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from resnet_core.analysis.branch_share import branch_shares, effective_depth
from resnet_core.analysis.gradient_profile import branch_layers, growth_per_layer, path_length_shares
from resnet_core.architecture.graph import Block, Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.training_config import RunConfig
from resnet_core.model.resnet import build_model
from resnet_core.training.batches import Batches
from resnet_core.training.datasets import TensorDataSet
from resnet_core.training.flow_capture import CapturedRow, FlowCapture

_LEFT_OUT = frozenset({"update_ratio"})
"""Nothing is updated."""
_OF_SHORTCUTS = frozenset({"shortcut_norm", "branch_shortcut_cosine", "branch_variance", "branch_stream_ratio"})
"""What a plain block, which adds nothing, does not have."""


def initial_flow(run: RunConfig, data: TensorDataSet, device: torch.device) -> dict[str, Any]:
    """Return the document of a probe: train mode, mean cross-entropy of the first batch of `data`, unshifted.

    `boundary_norms` are ||dLoss/dx||_2 at the N+1 `boundaries`; `blocks` hold the quantities of
    `run_events.BLOCK_QUANTITIES` but the update's, those that a block has; `layer_gradients` hold the norm over each
    layer's own parameters. `growth_per_layer` and `path_length_shares` are those of `analysis.gradient_profile`, the
    first over `layers` convolutions; `effective_depth` is the sum of the branches' shares. A number that is none is
    None; what follows from such a number is absent.
    """
    training = run.training.model_copy(update={"max_shift": 0})
    graph = build_graph(run.architecture)
    model = build_model(run.architecture, seed=training.seed).to(device)
    images_NCHW, labels_N = Batches(data, training, device).batch(0)
    capture = FlowCapture(tuple(model.blocks.values()), device, model=model)
    with capture.capturing(0):
        loss = F.cross_entropy(model(images_NCHW), labels_N)
        loss.backward()
    (row,) = capture.rows(1)
    return {
        "name": graph.name,
        "data": training.data,
        "batch": training.batch_size,
        "seed": training.seed,
        "device": str(device),
        "input": list(images_NCHW.shape[1:]),
        "loss": _number(loss.item()),
        "boundaries": list(graph.boundaries),
        "boundary_norms": [_number(norm) for norm in row.boundary_norms],
        "blocks": _block_documents(graph, row),
        "layer_gradients": _layer_documents(row),
        "layers": branch_layers(graph),
        **_conclusions(graph, row),
    }


def _block_documents(graph: Graph, row: CapturedRow) -> list[dict[str, Any]]:
    """One document a block, with what such a block has."""
    documents: list[dict[str, Any]] = []
    for number, block in enumerate(graph.blocks):
        left_out = _LEFT_OUT | _missing(graph, block)
        there = {name: values[number] for name, values in row.block_quantities.items() if name not in left_out}
        documents.append({"id": block.id, **{name: _number(value) for name, value in there.items()}})
    return documents


def _missing(graph: Graph, block: Block) -> frozenset[str]:
    """The quantities that a block does not have."""
    nodes = graph.nodes_of(block)
    found = set(_OF_SHORTCUTS) if block.plan.shortcut == "none" else set[str]()
    if not any(node.kind == "relu" and node.path != "gate" for node in nodes):
        found.add("dead_fraction")
    if not any(node.kind == "batch_norm" for node in nodes):
        found.add("norm_drift")
    return frozenset(found)


def _layer_documents(row: CapturedRow) -> list[dict[str, Any]]:
    norms = zip(row.layers, row.layer_quantities["gradient_norm"], strict=True)
    return [{"id": id, "gradient_norm": _number(norm)} for id, norm in norms]


def _conclusions(graph: Graph, row: CapturedRow) -> dict[str, Any]:
    """What follows from the norms, as far as they are numbers."""
    found: dict[str, Any] = {}
    growth = growth_per_layer(row.boundary_norms, branch_layers(graph))
    if growth is not None:
        found["growth_per_layer"] = growth
    branch_N, shortcut_N = (np.array(row.block_quantities[name]) for name in ("branch_norm", "shortcut_norm"))
    has_shortcut_N = np.array([block.plan.shortcut != "none" for block in graph.blocks])
    shares_N = np.where(has_shortcut_N, branch_shares(branch_N, shortcut_N), 1.0)
    if np.isfinite(shares_N).all():
        found["effective_depth"] = effective_depth(shares_N, has_shortcut_N)
        found["path_length_shares"] = path_length_shares(shares_N).tolist()
    return found


def _number(value: float) -> float | None:
    """JSON (RFC 8259) knows no nan and no infinity."""
    return value if math.isfinite(value) else None
