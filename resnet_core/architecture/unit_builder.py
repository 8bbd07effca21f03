"""Puts the layers of one unit together, name by name, as the configuration says what a norm or activation is."""

from __future__ import annotations

from typing import Final

from resnet_core.architecture.layers import ENTRY, PLAIN, Layer, NodeKind, NodePath, Operation, Unit
from resnet_core.configuration.architecture_config import ActivationKind, NormKind
from resnet_core.configuration.block_plan import BlockStyle

_NORMS: Final[dict[NormKind, NodeKind]] = {"batch": "batch_norm", "group": "group_norm", "layer": "layer_norm"}
_ACTIVATIONS: Final[dict[ActivationKind, NodeKind]] = {
    "relu": "relu", "leaky_relu": "leaky_relu", "gelu": "gelu", "silu": "silu", "elu": "elu",
}  # fmt: skip


class UnitBuilder:
    """A unit under construction: each method adds a layer that reads `source` and returns the new layer's name.

    A step that the configuration leaves out (norm none, activation identity) adds nothing and returns `source`.
    """

    def __init__(self, style: BlockStyle, channels: int) -> None:
        """`channels` are those of the tensor the unit reads."""
        self.style = style
        self._layers: list[Layer] = []
        self._channels = {ENTRY: channels}
        norm = style.norm.kind
        self.fixup = style.initialization.scheme == "fixup"
        self._bias = norm == "none" and not self.fixup
        self._norm_kind = _NORMS.get(norm)
        self._activation_kind = _ACTIVATIONS.get(style.activation.kind)

    def unit(self, output: str, silencer: str = "") -> Unit:
        """Return what has been built."""
        return Unit(tuple(self._layers), output, silencer)

    def channels_of(self, name: str) -> int:
        """Return the channels that the layer `name` puts out."""
        return self._channels[name]

    def has(self, name: str) -> bool:
        """Whether a layer of that name has been added."""
        return name in self._channels

    def add(
        self,
        name: str,
        kind: NodeKind,
        *sources: str,
        channels: int | None = None,
        operation: Operation = PLAIN,
        path: NodePath = "main",
    ) -> str:
        """Add a layer; it puts out `channels`, or as many as it reads."""
        read = self._channels[sources[0]]
        put_out = read if channels is None else channels
        self._layers.append(Layer(name, kind, sources, read, put_out, operation, path))
        self._channels[name] = put_out
        return name

    def conv(
        self,
        name: str,
        source: str,
        channels: int,
        kernel: int,
        stride: int = 1,
        *,
        dilation: int = 1,
        groups: int = 1,
        path: NodePath = "main",
    ) -> str:
        """Add a convolution that keeps the map's size but for its stride; it has a bias only where no norm follows."""
        operation = Operation(
            kernel,
            stride,
            dilation * (kernel // 2),
            groups,
            self._bias,
            dilation,
            self.style.norm.standardize,
        )
        return self.add(name, "conv", source, channels=channels, operation=operation, path=path)

    def norm(self, suffix: str, source: str, *, name: str = "", path: NodePath = "main") -> str:
        """Add the norm `bn{suffix}` (`norm{suffix}` for another than BatchNorm), or one of the given `name`."""
        kind = self._norm_kind
        if kind is None:
            return source
        prefix = "bn" if kind == "batch_norm" else "norm"
        operation = Operation(groups=self.style.norm.groups) if kind == "group_norm" else PLAIN
        return self.add(name or f"{prefix}{suffix}", kind, source, operation=operation, path=path)

    def activation(self, suffix: str, source: str, *, name: str = "") -> str:
        """Add the activation `relu{suffix}` (`act{suffix}` for another than ReLU), or one of the given `name`."""
        kind = self._activation_kind
        if kind is None:
            return source
        prefix = "relu" if kind == "relu" else "act"
        return self.add(name or f"{prefix}{suffix}", kind, source)

    def scalar_bias(self, name: str, source: str) -> str:
        """Add Fixup's scalar bias; nothing under another scheme."""
        return self.add(name, "scalar_bias", source, operation=Operation(learned=True)) if self.fixup else source

    def scale(self, name: str, source: str, factor: float, *, learned: bool = False, path: NodePath = "main") -> str:
        """Add a multiplication with `factor`; nothing where it is the constant 1."""
        if factor == 1.0 and not learned:
            return source
        return self.add(name, "scale", source, operation=Operation(factor=factor, learned=learned), path=path)

    def thin_out(self, name: str, source: str, stride: int, *, path: NodePath = "main") -> str:
        """Add the anti-aliased stride: a 3x3 blur, or an average over `stride` x `stride`."""
        if self.style.anti_aliasing.kind == "blur":
            return self.blur(name, source, stride, path=path)
        return self.average(name, source, stride, path=path)

    def blur(self, name: str, source: str, stride: int, *, path: NodePath = "main") -> str:
        """Add a blur-pool: the filter (1 2 1) x (1 2 1) / 16 at every `stride`-th pixel (Zhang 2019, 1904.11486)."""
        return self.add(name, "blur_pool", source, operation=Operation(3, stride, 1), path=path)

    def average(self, name: str, source: str, stride: int, *, path: NodePath = "main") -> str:
        """Add an average over `stride` x `stride` pixels; what hangs over the edge is not counted."""
        return self.add(name, "local_average_pool", source, operation=Operation(stride, stride), path=path)
