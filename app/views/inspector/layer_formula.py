"""Writes what one layer computes as a formula, and in a few words over what."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from resnet_core.architecture.graph import Node
from resnet_core.number_text import MINUS, exact

translate = QCoreApplication.translate

_NORM = "y = γ·(x − μ) / √(σ² + ε) + β"
_FORMULAS = {
    "linear": "y = W·x + b",
    "channel_conv": "y<sub>c</sub> = Σ<sub>k</sub> w<sub>k</sub>·x<sub>c+k</sub>",
    "batch_norm": _NORM,
    "group_norm": _NORM,
    "layer_norm": _NORM,
    "relu": "y = max(0, x)",
    "leaky_relu": "y = max(0.01·x, x)",
    "gelu": "y = x·Φ(x)",
    "silu": "y = x·σ(x)",
    "elu": "y = x, e<sup>x</sup> − 1",
    "sigmoid": "y = 1 / (1 + e<sup>−x</sup>)",
    "add": "y = F(x) + s",
    "multiply": "y = x ⊙ s",
    "mean": "y = ½·(a + b)",
    "stack": "y = [a; b]",
    "concat": "y = [a, b]",
    "sum_rows": "y = Σ<sub>i</sub> x<sub>i</sub>",
    "channel_mean": "y = 1/C·Σ<sub>c</sub> x<sub>c</sub>",
    "channel_max": "y = max<sub>c</sub> x<sub>c</sub>",
    "average_pool": "y = 1/HW·Σ<sub>ij</sub> x<sub>ij</sub>",
    "global_max_pool": "y = max<sub>ij</sub> x<sub>ij</sub>",
    "scalar_bias": "y = x + b",
}


class LayerFormula(NamedTuple):
    """A formula as rich text, and what it means here; both may be empty."""

    text: str
    meaning: str


def layer_formula(node: Node) -> LayerFormula:
    """Return what `node` computes from x (and from s, what comes the other way)."""
    return LayerFormula(_formula(node), _meaning(node))


def _formula(node: Node) -> str:
    operation, kind = node.operation, node.kind
    if kind == "conv":
        weight = "Ŵ" if operation.standardized else "W"
        product = f"{weight} ∗ x" if operation.kernel > 1 else f"{weight}·x"
        return f"y = {product} + b" if operation.bias else f"y = {product}"
    if kind == "scale":
        factor = "α" if operation.learned else f"{operation.factor:g}".replace("-", MINUS)
        return f"y = {factor}·x"
    if kind in ("dropout", "drop_path"):
        return f"y = b·x / (1 − {operation.factor:.3g}), b ∈ {{0, 1}}"
    if kind in ("max_pool", "local_average_pool"):
        word = "max" if kind == "max_pool" else "mean"
        return f"y = {word}<sub>{operation.kernel}×{operation.kernel}</sub> x"
    if kind == "blur_pool":
        return "y = (1 2 1)<sup>T</sup>(1 2 1)/16 ∗ x"
    return _FORMULAS.get(kind, "")


def _meaning(node: Node) -> str:
    operation, kind = node.operation, node.kind
    channels, kernel = node.input_shape.channels, operation.kernel
    if kind == "conv":
        return _convolution_meaning(node)
    if kind == "batch_norm":
        return translate("Inspector", "μ and σ² of each channel over the batch and the map; γ and β are learnt.")
    if kind == "group_norm":
        text = translate("Inspector", "μ and σ² of each image over {share} channels and the map; γ and β are learnt.")
        return text.format(share=exact(channels // operation.groups))
    if kind == "layer_norm":
        return translate(
            "Inspector", "μ and σ² of each pixel over its {channels} channels; γ and β are learnt."
        ).format(channels=exact(channels))
    if kind == "channel_conv":
        return translate("Inspector", "One filter of {kernel} weights runs along the channels.").format(kernel=kernel)
    if kind == "drop_path":
        return translate("Inspector", "One draw for a whole image, in training only; at evaluation y = x.")
    if kind == "dropout":
        return translate("Inspector", "One draw for each value, in training only; at evaluation y = x.")
    if kind == "zero_pad":
        text = translate("Inspector", "Every {stride}. pixel each way, and {zeros} channels of zeros behind.")
        return text.format(stride=operation.stride, zeros=exact(node.output_shape.channels - channels))
    if kind == "elu":
        return translate("Inspector", "x where it is positive, else eˣ − 1.")
    return ""


def _convolution_meaning(node: Node) -> str:
    operation, channels = node.operation, node.input_shape.channels
    if operation.kernel == 1 and operation.groups == 1:
        text = translate("Inspector", "Each pixel by itself: {after} sums over its {before} channels.")
        return text.format(after=exact(node.output_shape.channels), before=exact(channels))
    text = translate("Inspector", "{after} filters, each over {before} channels and {kernel} × {kernel} pixels.")
    return text.format(
        after=exact(node.output_shape.channels), before=exact(channels // operation.groups), kernel=operation.kernel
    )
