"""Says which tensors each kind of layer keeps for the backward pass, as autograd does, and in which precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from resnet_core.architecture.graph import Graph, Node, NodeKind

Precision = Literal["float32", "mixed", "bfloat16"]
"""`mixed`: float32 weights under autocast to bfloat16 or float16 (Micikevicius et al. 2017, arXiv 1710.03740), with the
rules of torch's autocast on the CPU; `bfloat16`: weights, buffers and tensors all in bfloat16."""

FLOAT_BYTES = 4
HALF_BYTES = 2
INDEX_BYTES = 8

#: Layers whose backward needs what they read: all of their inputs.
SAVES_INPUTS: frozenset[NodeKind] = frozenset(
    {
        "conv", "channel_conv", "linear", "batch_norm", "group_norm", "layer_norm", "leaky_relu", "gelu", "silu",
        "elu", "max_pool", "global_max_pool", "local_average_pool", "blur_pool", "channel_max", "multiply",
    }
)  # fmt: skip
#: Layers whose backward needs what they put out.
SAVES_OUTPUT: frozenset[NodeKind] = frozenset({"relu", "sigmoid", "channel_max"})
#: Layers that keep something besides in one precision throughout; a standardised convolution does too.
KEEPS_BESIDE: frozenset[NodeKind] = frozenset(
    {
        "batch_norm", "group_norm", "layer_norm", "max_pool", "global_max_pool", "blur_pool", "dropout", "drop_path",
    }
)  # fmt: skip
#: Layers whose output is another view of what they read.
VIEWS: frozenset[NodeKind] = frozenset({"flatten", "output"})
#: Layers that autocast computes in half precision, from half-precision copies of what they read and of their weights.
COMPUTES_IN_HALF: frozenset[NodeKind] = frozenset({"conv", "channel_conv", "linear", "blur_pool"})


class Bytes(NamedTuple):
    """Bytes that do not depend on the batch, and bytes an image."""

    fixed: int = 0
    image: int = 0


class Widths(NamedTuple):
    """Bytes of one element: of the tensor a layer reads, of what it computes with, and of statistics."""

    read: int
    computed: int
    statistic: int


FLOAT32 = Widths(FLOAT_BYTES, FLOAT_BYTES, FLOAT_BYTES)
BFLOAT16 = Widths(HALF_BYTES, HALF_BYTES, HALF_BYTES)


def saves_scaled(node: Node) -> bool:
    """Return whether the layer is a learnt scale, whose factor's gradient needs what it reads."""
    return node.kind == "scale" and node.operation.learned


def kept_beside(node: Node, widths: Widths) -> Bytes:
    """Return what a layer keeps for backward besides its inputs and its output: statistics, indices, masks, copies.

    In mixed precision a layer that computes in half keeps a half-precision copy of a float32 input (every reader its
    own), and a standardised or fixed filter. Copies of plain weights are counted by `weight_copy_bytes`.
    """
    rule = _BESIDE.get(node.kind)
    return rule(node, widths) if rule else _NOTHING


def casts_input(kind: NodeKind, widths: Widths) -> bool:
    """Return whether the layer keeps a copy of its input in another precision, and not the input itself.

    Convolutions and linear layers read half precision; a mirrored border is made in float32.
    """
    if kind == "blur_pool":
        return widths.read < widths.statistic
    return kind in COMPUTES_IN_HALF and widths.computed < widths.read


def mixed_widths(graph: Graph) -> dict[str, int]:
    """Return the bytes of an element of each node's output under autocast.

    Convolutions and linear layers put out half precision; a learnt scalar is float32 and makes the sum or product so;
    an addition, multiplication or concatenation takes the wider of its inputs; every other layer keeps what it reads.
    """
    widths: dict[str, int] = {}
    for node in graph.nodes:
        if node.kind == "input" or node.operation.learned:
            widths[node.id] = FLOAT_BYTES
        elif node.kind in COMPUTES_IN_HALF:
            widths[node.id] = HALF_BYTES
        else:
            widths[node.id] = max(widths[source] for source in node.inputs)
    return widths


def widths_in_mixed(node: Node, outputs: Mapping[str, int]) -> Widths:
    """Return the element sizes at `node` under autocast, from those of all outputs."""
    read = outputs[node.inputs[0]] if node.inputs else FLOAT_BYTES
    return Widths(read, HALF_BYTES if node.kind in COMPUTES_IN_HALF else read, FLOAT_BYTES)


def weights_of(node: Node) -> int:
    """Return the number of weights of a convolution or linear layer, biases left out; 0 for any other layer."""
    if node.kind == "conv":
        operation = node.operation
        return node.output_shape[0] * (node.input_shape[0] // operation.groups) * operation.kernel**2
    if node.kind == "linear":
        return node.output_shape[0] * node.input_shape[0]
    return node.operation.kernel if node.kind == "channel_conv" else 0


_NOTHING = Bytes()
_Rule = Callable[[Node, Widths], Bytes]


def _statistics_a_channel(node: Node, widths: Widths) -> Bytes:
    """Mean and inverse deviation of the batch, one each a channel."""
    return Bytes(2 * widths.statistic * node.output_shape[0])


def _statistics_a_group(node: Node, widths: Widths) -> Bytes:
    return Bytes(0, 2 * widths.statistic * node.operation.groups)


def _statistics_a_pixel(node: Node, widths: Widths) -> Bytes:
    _, height, width = node.output_shape
    return Bytes(0, 2 * widths.statistic * height * width)


def _indices(node: Node, _widths: Widths) -> Bytes:
    return Bytes(0, INDEX_BYTES * node.output_shape.elements)


def _mask(node: Node, widths: Widths) -> Bytes:
    return Bytes(0, widths.read * node.output_shape.elements)


def _mask_of_images(_node: Node, widths: Widths) -> Bytes:
    return Bytes(0, widths.read)


def _copy(node: Node, widths: Widths) -> Bytes:
    return Bytes(0, widths.computed * node.input_shape.elements if casts_input(node.kind, widths) else 0)


def _convolution(node: Node, widths: Widths) -> Bytes:
    """A standardised filter W' = (W - m) / s keeps 1 / s, W - m and W'."""
    copy = _copy(node, widths)
    if not node.operation.standardized:
        return copy
    weights = weights_of(node)
    centred = widths.statistic * (node.output_shape[0] + weights)
    return copy._replace(fixed=centred + widths.computed * weights)


def _blur(node: Node, widths: Widths) -> Bytes:
    """The bordered map; under autocast also the map in float32, if it was not, and the filter in half precision."""
    channels, height, width = node.input_shape
    bordered = widths.computed * channels * (height + 2) * (width + 2)
    copy = widths.statistic * node.input_shape.elements if casts_input("blur_pool", widths) else 0
    filters = widths.computed * channels * node.operation.kernel**2 if widths.computed < widths.statistic else 0
    return Bytes(filters, bordered + copy)


_BESIDE: Mapping[NodeKind, _Rule] = MappingProxyType(
    {
        "conv": _convolution,
        "channel_conv": _copy,
        "linear": _copy,
        "batch_norm": _statistics_a_channel,
        "group_norm": _statistics_a_group,
        "layer_norm": _statistics_a_pixel,
        "max_pool": _indices,
        "global_max_pool": _indices,
        "blur_pool": _blur,
        "dropout": _mask,
        "drop_path": _mask_of_images,
    }
)
