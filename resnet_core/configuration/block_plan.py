"""Works out what each block of a configuration is: its channels, convolutions, shortcut and place, before any size."""

from __future__ import annotations

from typing import Literal, NamedTuple

from resnet_core.configuration.block_sections import (
    ActivationConfig,
    AntiAliasingConfig,
    AttentionConfig,
    AttentionKind,
    BlockConfig,
    BlockKind,
    InitializationConfig,
    NormConfig,
    RegularizationConfig,
    ShortcutConfig,
    ShortcutOption,
)

ShortcutKind = Literal["identity", "projection", "zero_pad", "none"]

#: The kernel sizes of a kind's own residual branch (He et al. 2015, figure 5).
KIND_KERNELS: dict[BlockKind, tuple[int, ...]] = {"basic": (3, 3), "bottleneck": (1, 3, 1)}


class BlockPlan(NamedTuple):
    """One block as the configuration decides it, before any tensor has a size.

    `inner_channels` is the width of the k x k convolutions of a Bottleneck (Basic: `out_channels`). `pooled` is
    true where the shortcut is average-pooled before its projection. `first_dilation` is that of the convolution
    that carries the stride, `dilation` that of the others. `drop_chance` is the chance that stochastic depth
    drops the branch.
    """

    id: str
    stage: int
    position: int
    kind: BlockKind
    shortcut: ShortcutKind
    in_channels: int
    inner_channels: int
    out_channels: int
    stride: int
    groups: int
    kernels: tuple[int, ...]
    dilation: int = 1
    first_dilation: int = 1
    pooled: bool = False
    attention: AttentionKind = "none"
    drop_chance: float = 0.0

    @property
    def is_custom(self) -> bool:
        """Whether the branch is neither 3x3, 3x3 nor 1x1, 3x3, 1x1."""
        return self.kernels != KIND_KERNELS[self.kind]

    @property
    def pads_channels(self) -> bool:
        """Whether the shortcut gives the block's output channels that are zero."""
        return self.shortcut == "zero_pad" and self.out_channels > self.in_channels

    def begins_at_zero(self, initialization: InitializationConfig) -> bool:
        """Return whether zero-init, where a scheme leaves room for it, makes this block's branch begin at F(x) = 0.

        With ReLU, channels that are padded with zeros and to which the branch adds none stay zero, as the gradient does
        not pass: they are dead from the first step on.
        """
        return initialization.zero_init_residual and (initialization.zero_init_padded or not self.pads_channels)


class BlockStyle(NamedTuple):
    """Everything besides its plan that decides a block's layers: the sections of a configuration that blocks share."""

    block: BlockConfig
    shortcut: ShortcutConfig
    norm: NormConfig
    activation: ActivationConfig
    attention: AttentionConfig
    anti_aliasing: AntiAliasingConfig
    regularization: RegularizationConfig
    initialization: InitializationConfig


class ConvolutionPlan(NamedTuple):
    """One convolution of a residual branch."""

    in_channels: int
    out_channels: int
    kernel: int
    stride: int
    dilation: int
    groups: int


def branch_convolutions(plan: BlockPlan, block: BlockConfig) -> tuple[ConvolutionPlan, ...]:
    """Return the convolutions of a residual branch, in order.

    Basic: each has `out_channels`. Bottleneck: all but the last have `inner_channels`, those between the first and
    the last are grouped. The stride stands in the first k x k with k > 1, or in the first of all.
    """
    last = len(plan.kernels) - 1
    strided = 0 if block.stride_in == "1x1" else _first_wide(plan.kernels)
    found, channels = [], plan.in_channels
    for place, kernel in enumerate(plan.kernels):
        out_channels = plan.out_channels if place == last else plan.inner_channels
        if plan.kind == "bottleneck" and place == 0 and last > 0 and block.halve_first:
            out_channels //= 2
        groups = plan.groups if 0 < place < last else 1
        stride = plan.stride if place == strided else 1
        dilation = plan.first_dilation if place <= strided else plan.dilation
        found.append(ConvolutionPlan(channels, out_channels, kernel, stride, dilation if kernel > 1 else 1, groups))
        channels = out_channels
    return tuple(found)


def shortcut_kind(option: ShortcutOption, changes: bool) -> ShortcutKind:
    """Return what the shortcut of a block is under `option`, where its dimensions change or not (He 2015, 3.3)."""
    if option == "none":
        return "none"
    if option == "C" or (option in ("B", "D") and changes):
        return "projection"
    return "zero_pad" if changes else "identity"


def parse_block_id(block: str) -> tuple[int, int]:
    """Return (stage number from 1, index from 0) of a block id such as `layer3.1`."""
    stage, index = block.removeprefix("layer").split(".")
    return int(stage), int(index)


def _first_wide(kernels: tuple[int, ...]) -> int:
    return next((place for place, kernel in enumerate(kernels) if kernel > 1), 0)
