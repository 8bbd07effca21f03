"""Says what can be counted of a layer: the terms it adds to a count, and how many elements of each kind a term has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from resnet_core.analysis.layer_cost import counts_of
from resnet_core.architecture.graph import Node
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

Term = Literal[
    "conv",
    "linear",
    "channel_conv",
    "blur_pool",
    "bias",
    "first_sum",
    "batch_norm",
    "group_norm",
    "layer_norm",
    "weight_standardization",
    "relu",
    "leaky_relu",
    "gelu",
    "silu",
    "elu",
    "sigmoid",
    "max_pool",
    "local_average_pool",
    "average_pool",
    "gate_pool",
    "global_max_pool",
    "mean",
    "sum_rows",
    "channel_mean",
    "channel_max",
    "add",
    "multiply",
    "scale",
    "scalar_bias",
]
Basis = Literal["macs", "outputs", "inputs", "ends", "windows", "parameters", "weights", "filters"]

TERMS: Final[tuple[Term, ...]] = get_args(Term)

#: What a term is called; the window translates these under the context "Term".
TERM_NAMES: Final[Mapping[Term, str]] = MappingProxyType(
    {
        "conv": N_("Term", "convolutions"),
        "linear": N_("Term", "linear layers"),
        "channel_conv": N_("Term", "channel convolutions"),
        "blur_pool": N_("Term", "blur-pools"),
        "bias": N_("Term", "biases"),
        "first_sum": N_("Term", "sums of a filter without a bias"),
        "batch_norm": N_("Term", "BatchNorm"),
        "group_norm": N_("Term", "GroupNorm"),
        "layer_norm": N_("Term", "LayerNorm"),
        "weight_standardization": N_("Term", "weight standardisation"),
        "relu": N_("Term", "ReLU"),
        "leaky_relu": N_("Term", "LeakyReLU"),
        "gelu": N_("Term", "GELU"),
        "silu": N_("Term", "SiLU"),
        "elu": N_("Term", "ELU"),
        "sigmoid": N_("Term", "sigmoid"),
        "max_pool": N_("Term", "max pool"),
        "local_average_pool": N_("Term", "local average pool"),
        "average_pool": N_("Term", "global average pool"),
        "gate_pool": N_("Term", "attention's average pool"),
        "global_max_pool": N_("Term", "global max pool"),
        "mean": N_("Term", "mean of two tensors"),
        "sum_rows": N_("Term", "sum of rows (CBAM)"),
        "channel_mean": N_("Term", "channel mean (CBAM)"),
        "channel_max": N_("Term", "channel maximum (CBAM)"),
        "add": N_("Term", "residual additions"),
        "multiply": N_("Term", "attention products"),
        "scale": N_("Term", "scale factors"),
        "scalar_bias": N_("Term", "scalar biases"),
    }
)

#: What is counted of a term; the window translates these under the context "Basis".
BASIS_NAMES: Final[Mapping[Basis, str]] = MappingProxyType(
    {
        "macs": N_("Basis", "multiply-add"),
        "outputs": N_("Basis", "output element"),
        "inputs": N_("Basis", "input element"),
        "ends": N_("Basis", "input and output element"),
        "windows": N_("Basis", "element in a window"),
        "parameters": N_("Basis", "parameter, once an image"),
        "weights": N_("Basis", "weight, once an image"),
        "filters": N_("Basis", "filter"),
    }
)

_WEIGHTED = frozenset({"conv", "linear"})
#: Layers that only move tensors, or do nothing once trained.
_IDLE = frozenset({"input", "output", "zero_pad", "stack", "concat", "dropout", "drop_path", "flatten"})
_READERS = frozenset(
    {"max_pool", "local_average_pool", "average_pool", "gate_pool", "global_max_pool", "channel_mean", "channel_max"}
)


def terms_of(node: Node) -> Iterator[Term]:
    """Yield the terms that a layer adds to a count in evaluation mode; none where it only moves tensors."""
    kind = node.kind
    if kind in _IDLE:
        return
    if kind == "average_pool" and node.path == "gate":
        yield "gate_pool"
        return
    yield kind  # type: ignore[misc]  # every kind that is left is a term
    if kind in _WEIGHTED:
        # A bias is the addition that the first product of each sum lacks.
        yield "bias" if node.operation.bias else "first_sum"
        if node.operation.standardized:
            yield "weight_standardization"


def elements_of(node: Node, basis: Basis) -> int:
    """Return how many of `basis` a layer has for one image.

    `ends` are input and output elements together; `windows` the elements of all windows of a pooling, output times k²;
    `weights` the parameters but the bias; `filters` the k x k planes of a convolution, Cin/groups·Cout.
    """
    if basis == "outputs":
        return node.output_shape.elements
    if basis == "inputs":
        return node.input_shape.elements
    if basis == "ends":
        return node.input_shape.elements + node.output_shape.elements
    if basis == "windows":
        return node.output_shape.elements * node.operation.kernel**2
    parameters, macs, _ = counts_of(node)
    if basis == "macs":
        return macs
    if basis == "parameters":
        return parameters
    weights = parameters - node.output_shape.channels * node.operation.bias
    return weights if basis == "weights" else weights // node.operation.kernel**2


def natural_basis(term: Term) -> Basis:
    """Return what a term is measured in where a convention says nothing of it."""
    if term in ("conv", "linear", "channel_conv", "blur_pool"):
        return "macs"
    if term == "first_sum":
        return "filters"
    if term == "weight_standardization":
        return "weights"
    return "inputs" if term in _READERS or term == "sum_rows" else "outputs"
