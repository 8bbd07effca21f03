"""Describes the layers of a network before they have sizes: kind, operation and what they read, by name."""

from __future__ import annotations

from typing import Literal, NamedTuple

NodeKind = Literal[
    "input",
    "conv",
    "channel_conv",
    "linear",
    "batch_norm",
    "group_norm",
    "layer_norm",
    "relu",
    "leaky_relu",
    "gelu",
    "silu",
    "elu",
    "sigmoid",
    "max_pool",
    "local_average_pool",
    "blur_pool",
    "average_pool",
    "global_max_pool",
    "zero_pad",
    "add",
    "multiply",
    "mean",
    "stack",
    "sum_rows",
    "concat",
    "channel_mean",
    "channel_max",
    "dropout",
    "drop_path",
    "scale",
    "scalar_bias",
    "flatten",
    "output",
]
NodePath = Literal["main", "shortcut", "gate"]

NORM_KINDS = frozenset({"batch_norm", "group_norm", "layer_norm"})
ACTIVATION_KINDS = frozenset({"relu", "leaky_relu", "gelu", "silu", "elu", "sigmoid"})

ENTRY = ""
"""Names, inside a unit, the tensor that the unit reads."""


class Operation(NamedTuple):
    """What a layer computes with; fields that mean nothing to its kind keep their default.

    `groups` are those of a convolution or of a GroupNorm. `factor` is what `scale` multiplies with, or the share
    that `dropout` and `drop_path` drop. `learned` tells a scale that is a parameter from a constant one.
    """

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    groups: int = 1
    bias: bool = False
    dilation: int = 1
    standardized: bool = False
    factor: float = 1.0
    learned: bool = False


PLAIN = Operation()


class Layer(NamedTuple):
    """One layer of a unit; `inputs` are names of earlier layers of the unit or `ENTRY`, the main path first.

    `path` tells the branch and trunk (`main`) from the way round (`shortcut`) and from what computes an
    attention's weights (`gate`).
    """

    name: str
    kind: NodeKind
    inputs: tuple[str, ...]
    in_channels: int
    out_channels: int
    operation: Operation = PLAIN
    path: NodePath = "main"


class Unit(NamedTuple):
    """A stem, block or head: its layers in execution order and the name of the one that puts out its result.

    `silencer` is the layer of a block's branch whose weights at zero make F(x) = 0; empty where there is none.
    """

    layers: tuple[Layer, ...]
    output: str
    silencer: str = ""
