"""Follows the tensors of a forward pass without gradients and finds the most that are alive at once."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.analysis.memory_timeline import MemoryTimeline, Peak, Span, timeline
from resnet_core.analysis.saved_tensors import (
    HALF_BYTES,
    INDEX_BYTES,
    VIEWS,
    Bytes,
    Precision,
    Widths,
    casts_input,
    weights_of,
)
from resnet_core.analysis.tensor_lifetimes import lifetimes, output_widths, widths_at
from resnet_core.architecture.graph import Graph, Node, NodeKind

#: Layers that pass on what they read when the network is evaluated.
_IDLE_IN_EVALUATION: frozenset[NodeKind] = frozenset({"dropout", "drop_path"})
_OVERWRITES: frozenset[NodeKind] = frozenset({"relu", "add"})


class _Instant(NamedTuple):
    """A moment inside a layer: what it needs for this moment alone, and whether its output exists already."""

    temporary: Bytes
    with_output: bool = True


def forward_peak(graph: Graph, batch: int, *, precision: Precision = "float32", in_place: bool = False) -> Peak:
    """Return the peak of the tensors alive in a forward pass of `batch` images in evaluation mode, and its layer.

    The input image counts, parameters and buffers do not. A tensor is alive until its last reader is done; the input
    of a block and of a stage until the block and the stage are, as the calling functions hold them. Nothing is folded.
    With `in_place` ReLU and addition write over what they read, as in torchvision; our networks do not. What an
    operator takes for itself (reordered copies, workspace) is left out.
    """
    return forward_timeline(graph, precision, in_place=in_place).peak(batch)


def forward_timeline(graph: Graph, precision: Precision = "float32", *, in_place: bool = False) -> MemoryTimeline:
    """Return what is alive at each moment of the forward pass that `forward_peak` describes."""
    views = VIEWS | _IDLE_IN_EVALUATION
    outputs = output_widths(graph, precision)
    moments: list[str] = []
    spans: list[Span] = []
    first_moments: list[int] = []
    last_moments: list[int] = []
    for node in graph.nodes:
        first_moments.append(len(moments))
        for instant in _instants(node, widths_at(node, precision, outputs)):
            spans.append(Span(instant.temporary, len(moments), len(moments)))
            moments.append(node.id)
            if not instant.with_output:
                first_moments[-1] = len(moments)
        last_moments.append(len(moments) - 1)
    if precision == "mixed":
        spans += _weight_copies(graph, first_moments, len(moments) - 1)
    for held in lifetimes(graph, views, _OVERWRITES if in_place else frozenset()):
        node = graph.nodes[held.born]
        size = Bytes(0, outputs[node.id] * node.output_shape.elements)
        spans.append(Span(size, first_moments[held.born], last_moments[held.died]))
    return timeline(moments, spans)


def _instants(node: Node, widths: Widths) -> tuple[_Instant, ...]:
    """Return the moments of one layer with what lives only in them."""
    kind, (channels, height, width) = node.kind, node.output_shape
    if kind == "conv" and node.operation.standardized:
        return _standardized(node, widths)
    if kind in ("conv", "channel_conv", "linear") and casts_input(kind, widths):
        return (_Instant(Bytes(0, widths.computed * node.input_shape.elements)),)
    if kind == "blur_pool":
        return _blurred(node, widths)
    if kind in ("max_pool", "global_max_pool"):
        return (_Instant(Bytes(0, INDEX_BYTES * node.output_shape.elements)),)
    if kind == "group_norm":
        return (_Instant(Bytes(0, 2 * widths.statistic * node.operation.groups)),)
    if kind == "layer_norm":
        return (_Instant(Bytes(0, 2 * widths.statistic * height * width)),)
    if kind == "mean":
        return (_Instant(Bytes(0, widths.computed * channels * height * width)),)
    return (_Instant(Bytes()),)


def _standardized(node: Node, widths: Widths) -> tuple[_Instant, ...]:
    """First W - m, 1 / s and the product, then the product alone, besides m and s each time."""
    channels, weights = node.output_shape[0], weights_of(node)
    cast = widths.computed * node.input_shape.elements if casts_input("conv", widths) else 0
    half = widths.computed * weights if widths.computed < widths.statistic else 0
    return (
        _Instant(Bytes(widths.statistic * (2 * weights + 3 * channels)), with_output=False),
        _Instant(Bytes(widths.statistic * (weights + 2 * channels) + half, cast)),
    )


def _blurred(node: Node, widths: Widths) -> tuple[_Instant, ...]:
    """The bordered map, under autocast first in float32, and then the filter in half precision too."""
    channels, height, width = node.input_shape
    bordered = channels * (height + 2) * (width + 2)
    if widths.computed == widths.statistic:
        return (_Instant(Bytes(0, widths.computed * bordered)),)
    copied = widths.statistic * node.input_shape.elements if casts_input("blur_pool", widths) else 0
    filters = widths.computed * channels * node.operation.kernel**2
    return (
        _Instant(Bytes(0, copied + widths.statistic * bordered), with_output=False),
        _Instant(Bytes(filters, (widths.statistic + widths.computed) * bordered)),
    )


def _weight_copies(graph: Graph, first_moments: list[int], end: int) -> list[Span]:
    """Return the half-precision copies of weights and biases, which autocast holds until the pass is over."""
    return [
        Span(Bytes(HALF_BYTES * (weights_of(node) * (not node.operation.standardized) + biases)), first, end)
        for node, first in zip(graph.nodes, first_moments, strict=True)
        for biases in (node.output_shape[0] if node.operation.bias else 0,)
        if weights_of(node)
    ]
