"""Compares a built model with its graph layer by layer and names every difference."""

from __future__ import annotations

import torch

from resnet_core.analysis.layer_cost import macs_of, parameters_of
from resnet_core.architecture.graph import Graph, Node
from resnet_core.model.resnet import ResNet
from resnet_core.verification.meta_copy import meta_copy
from resnet_core.verification.observed_layers import ObservedLayer, observe
from resnet_core.verification.verification_report import LayerMismatch, MismatchKind


def graph_mismatches(model: ResNet, graph: Graph) -> tuple[LayerMismatch, ...]:
    """Return where `model` differs from `graph`: order, kinds, wiring, shapes, parameters, MACs; empty if nowhere.

    A copy of the model without memory is run; the model itself is not touched.
    """
    shape = graph.nodes[0].output_shape
    seen = observe(meta_copy(model), torch.empty(1, *shape, device="meta")).layers
    nodes = [node for node in graph.nodes if node.kind not in ("input", "output")]
    if [layer.id for layer in seen] != [node.id for node in nodes]:
        return _different_order([node.id for node in nodes], [layer.id for layer in seen])
    return tuple(found for node, layer in zip(nodes, seen, strict=True) for found in _differences(node, layer))


def _different_order(expected: list[str], found: list[str]) -> tuple[LayerMismatch, ...]:
    """Return one mismatch a position at which another layer was called; an empty text stands for none."""
    length = max(len(expected), len(found))
    pairs = zip(expected + [""] * (length - len(expected)), found + [""] * (length - len(found)), strict=True)
    return tuple(LayerMismatch(ours or theirs, "id", ours, theirs) for ours, theirs in pairs if ours != theirs)


def _differences(node: Node, layer: ObservedLayer) -> list[LayerMismatch]:
    pairs: tuple[tuple[MismatchKind, object, object], ...] = (
        ("kind", node.kind, layer.kind),
        ("inputs", node.inputs, layer.inputs),
        ("input_shape", node.input_shape, layer.input_shape),
        ("output_shape", node.output_shape, layer.output_shape),
        ("parameters", parameters_of(node), layer.parameters),
        ("macs", macs_of(node), layer.macs),
    )
    return [LayerMismatch(node.id, what, _text(ours), _text(theirs)) for what, ours, theirs in pairs if ours != theirs]


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
