"""Declares the parts of an architecture that are chosen for its residual blocks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from resnet_core.configuration.fields import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.fields import FrozenConfig, chosen, listed, setting

BlockKind = Literal["basic", "bottleneck"]
ShortcutOption = Literal["A", "B", "C", "D", "none"]
ActivationOrder = Literal["post", "bn_after_add", "relu_before_add", "relu_pre", "pre"]
StridePlacement = Literal["1x1", "3x3"]
NormKind = Literal["batch", "group", "layer", "none"]
ActivationKind = Literal["relu", "leaky_relu", "gelu", "silu", "elu", "identity"]
AttentionKind = Literal["none", "se", "eca", "cbam"]
AttentionPlacement = Literal["end", "inner", "pre", "post", "identity"]
AntiAliasingKind = Literal["none", "blur", "average"]
InitializationScheme = Literal["kaiming_fan_out", "kaiming_fan_in", "xavier", "orthogonal", "fixup", "skipinit"]

Kernels = tuple[Annotated[int, Field(strict=True, ge=1, le=15)], ...]

BLOCK_ID_PATTERN = r"^layer[1-8]\.(0|[1-9][0-9]{0,3})$"

BLOCK_KINDS = {
    "basic": N_("Choice", "Basic (3×3, 3×3)"),
    "bottleneck": N_("Choice", "Bottleneck (1×1, 3×3, 1×1)"),
}
SHORTCUT_OPTIONS = {
    "A": N_("Choice", "A · identity, zero-padded where dimensions change"),
    "B": N_("Choice", "B · identity, projection where dimensions change"),
    "C": N_("Choice", "C · projection everywhere"),
    "D": N_("Choice", "D · as B, average-pooled before the projection (ResNet-D)"),
    "none": N_("Choice", "none · plain network"),
}
ATTENTION_KINDS = {
    "none": N_("Choice", "none"),
    "se": N_("Choice", "SE (squeeze-and-excitation)"),
    "eca": N_("Choice", "ECA (efficient channel attention)"),
    "cbam": N_("Choice", "CBAM (channel and spatial attention)"),
}


class BlockConfig(FrozenConfig):
    """The residual branch that all blocks share."""

    expansion: int = setting(
        4,
        label=N_("Field", "Expansion"),
        help=N_("Field", "A Bottleneck puts out its stage's width times this (He et al. 2015: 4)."),
        formula="C_out = width · expansion",
        minimum=1,
        maximum=16,
    )
    groups: int = setting(
        1,
        label=N_("Field", "Cardinality"),
        help=N_("Field", "Groups of the 3×3 convolution of a Bottleneck (ResNeXt: 32)."),
        formula="weights = k² · C_in/groups · C_out",
        minimum=1,
        maximum=1024,
    )
    base_width: int = setting(
        64,
        label=N_("Field", "Base width"),
        help=N_(
            "Field",
            "Channels a group in a stage of width 64: the 3×3 of a Bottleneck has width·base/64·groups.",
        ),
        formula="C_inner = ⌊width · base / 64⌋ · groups",
        minimum=1,
        maximum=1024,
    )
    widen: float = setting(
        1.0,
        label=N_("Field", "Widen factor"),
        help=N_("Field", "Multiplies the width of every stage, not of the stem (Wide ResNet's k; WRN-28-10: 10)."),
        formula="width' = ⌊width · k⌋",
        minimum=0.125,
        maximum=64.0,
    )
    activation_order: ActivationOrder = chosen(
        "post",
        label=N_("Field", "Activation order"),
        help=N_(
            "Field",
            "Where normalisation, activation and addition stand: the five orders of He et al. 2016, figure 4.",
        ),
        choices={
            "post": N_("Choice", "post-activation (2015)"),
            "bn_after_add": N_("Choice", "BN after addition"),
            "relu_before_add": N_("Choice", "ReLU before addition"),
            "relu_pre": N_("Choice", "ReLU-only pre-activation"),
            "pre": N_("Choice", "pre-activation (2016)"),
        },
    )
    stride_in: StridePlacement = chosen(
        "3x3",
        label=N_("Field", "Stride in"),
        help=N_("Field", "The convolution that carries the stride: the first k×k, or the branch's first of all."),
        choices={"3x3": N_("Choice", "3×3 (torchvision)"), "1x1": N_("Choice", "first 1×1 (2015 paper)")},
    )
    halve_first: bool = setting(
        False,
        label=N_("Field", "Halved first 1×1"),
        help=N_("Field", "The first convolution of a Bottleneck has half the inner channels (SENet-154)."),
        formula="C_in → C_inner/2 → C_inner → C_out",
    )


class ShortcutConfig(FrozenConfig):
    """The way round each block."""

    option: ShortcutOption = chosen(
        "B",
        label=N_("Field", "Shortcut"),
        help=N_("Field", "What the shortcut does where the dimensions change (He et al. 2015, section 3.3)."),
        choices=SHORTCUT_OPTIONS,
    )
    projection_norm: bool = setting(
        True,
        label=N_("Field", "BN on projections"),
        help=N_("Field", "A norm after a projection's convolution."),
    )
    strided_kernel: StridePlacement = chosen(
        "1x1",
        label=N_("Field", "Strided projection"),
        help=N_("Field", "Kernel of a projection with a stride: a 1×1 skips three of four pixels, a 3×3 sees them."),
        choices={"1x1": N_("Choice", "1×1"), "3x3": N_("Choice", "3×3 (SENet-154)")},
    )
    branch_scale: float = setting(
        1.0,
        label=N_("Field", "Branch scale"),
        help=N_("Field", "A constant the branch is multiplied with before the addition."),
        formula="H(x) = a·F(x) + b·x",
        minimum=-10.0,
        maximum=10.0,
    )
    shortcut_scale: float = setting(
        1.0,
        label=N_("Field", "Shortcut scale"),
        help=N_("Field", "A constant the shortcut is multiplied with: below 1 it fades with depth (He et al. 2016)."),
        formula="H(x) = a·F(x) + b·x",
        minimum=-10.0,
        maximum=10.0,
    )


class NormConfig(FrozenConfig):
    """The normalisation after (or before) each convolution."""

    kind: NormKind = chosen(
        "batch",
        label=N_("Field", "Norm"),
        help=N_("Field", "What is normalised over: the batch, groups of channels, all channels of a pixel, nothing."),
        choices={
            "batch": N_("Choice", "BatchNorm"),
            "group": N_("Choice", "GroupNorm"),
            "layer": N_("Choice", "LayerNorm (over channels)"),
            "none": N_("Choice", "none"),
        },
        formula="y = γ·(x − μ)/σ + β",
    )
    groups: int = setting(
        32,
        label=N_("Field", "Norm groups"),
        help=N_("Field", "Groups of a GroupNorm; they must divide every channel count (Wu and He 2018: 32)."),
        minimum=1,
        maximum=8192,
    )
    standardize: bool = setting(
        False,
        label=N_("Field", "Weight standardisation"),
        help=N_("Field", "Each filter is brought to mean 0 and variance 1 before it is used (Qiao et al. 2019; BiT)."),
        formula="ŵ = (w − mean(w)) / std(w)",
    )


class ActivationConfig(FrozenConfig):
    """The non-linearity."""

    kind: ActivationKind = chosen(
        "relu",
        label=N_("Field", "Activation"),
        help=N_("Field", "The non-linearity between convolutions; identity leaves the network linear."),
        choices={
            "relu": N_("Choice", "ReLU"),
            "leaky_relu": N_("Choice", "LeakyReLU (0.01)"),
            "gelu": N_("Choice", "GELU"),
            "silu": N_("Choice", "SiLU (Swish)"),
            "elu": N_("Choice", "ELU"),
            "identity": N_("Choice", "identity (none)"),
        },
    )
    after_addition: bool = setting(
        True,
        label=N_("Field", "After the addition"),
        help=N_("Field", "An activation on the sum; without it the shortcut path is clear from end to end."),
    )


class AttentionConfig(FrozenConfig):
    """What lets a block weigh its channels (and pixels) by what it sees."""

    kind: AttentionKind = chosen(
        "none",
        label=N_("Field", "Attention"),
        help=N_("Field", "SE: Hu et al. 2017. ECA: Wang et al. 2019. CBAM: Woo et al. 2018."),
        choices=ATTENTION_KINDS,
        formula="y = x · σ(W₂·relu(W₁·mean(x)))",
    )
    reduction: int = setting(
        16,
        label=N_("Field", "Reduction"),
        help=N_("Field", "The squeezed layer has the channels divided by this."),
        formula="C_squeezed = C / r",
        minimum=1,
        maximum=256,
    )
    rounding: int = setting(
        8,
        label=N_("Field", "Rounding"),
        help=N_("Field", "Squeezed channels are rounded to a multiple of this, and are no fewer; 1 rounds down only."),
        minimum=1,
        maximum=64,
    )
    layers: Literal["conv", "linear"] = chosen(
        "conv",
        label=N_("Field", "Squeezed layers"),
        help=N_("Field", "The two squeezed layers as 1×1 convolutions or as linear layers: the same arithmetic."),
        choices={"conv": N_("Choice", "1×1 convolutions"), "linear": N_("Choice", "linear layers")},
    )
    placement: AttentionPlacement = chosen(
        "end",
        label=N_("Field", "Placement"),
        help=N_("Field", "Where in the block the attention stands (Hu et al. 2019, integration strategies)."),
        choices={
            "end": N_("Choice", "end of the branch"),
            "inner": N_("Choice", "after the k×k convolution"),
            "pre": N_("Choice", "before the branch"),
            "post": N_("Choice", "after the addition"),
            "identity": N_("Choice", "on the shortcut"),
        },
    )


class AntiAliasingConfig(FrozenConfig):
    """What keeps a strided branch from aliasing."""

    kind: AntiAliasingKind = chosen(
        "none",
        label=N_("Field", "Anti-aliasing"),
        help=N_("Field", "A strided convolution runs at stride 1 and is thinned out by a filter (Zhang 2019)."),
        choices={
            "none": N_("Choice", "none"),
            "blur": N_("Choice", "blur-pool (1 2 1)"),
            "average": N_("Choice", "average-pool"),
        },
    )


class RegularizationConfig(FrozenConfig):
    """What is dropped at random in training."""

    dropout: float = setting(
        0.0,
        label=N_("Field", "Dropout"),
        help=N_("Field", "Share of values set to zero before the branch's last convolution (Wide ResNet: 0.3)."),
        minimum=0.0,
        maximum=0.95,
    )
    stochastic_depth: float = setting(
        0.0,
        label=N_("Field", "Stochastic depth"),
        help=N_("Field", "Chance that the last block's branch is dropped; it grows linearly from the first block on."),
        formula="p_l = l/L · p",
        minimum=0.0,
        maximum=0.95,
    )


class InitializationConfig(FrozenConfig):
    """How the weights begin."""

    scheme: InitializationScheme = chosen(
        "kaiming_fan_out",
        label=N_("Field", "Initialisation"),
        help=N_(
            "Field",
            "Kaiming: He et al. 2015. Fixup (Zhang et al. 2019) needs no norm, and adds scalar biases and scales. "
            "SkipInit (De and Smith 2020): a learnt scale of 0 at the end of each branch.",
        ),
        choices={
            "kaiming_fan_out": N_("Choice", "Kaiming, fan-out"),
            "kaiming_fan_in": N_("Choice", "Kaiming, fan-in"),
            "xavier": N_("Choice", "Xavier"),
            "orthogonal": N_("Choice", "orthogonal"),
            "fixup": N_("Choice", "Fixup"),
            "skipinit": N_("Choice", "SkipInit"),
        },
        formula="σ² = 2/fan (Kaiming), 2/(fan_in + fan_out) (Xavier)",
    )
    zero_init_residual: bool = setting(
        False,
        label=N_("Field", "Zero-init residual"),
        help=N_(
            "Field",
            "Begin each branch at F(x) = 0: its last norm (or, where none follows, its last convolution) starts at "
            "zero.",
        ),
        formula="F(x) = 0, so H(x) = x",
    )
    zero_init_padded: bool = setting(
        True,
        label=N_("Field", "Zero-init where padded"),
        help=N_(
            "Field",
            "Also of blocks whose shortcut pads with zeros (A). Behind a ReLU the added channels then stay 0 for good: "
            "no gradient passes there.",
        ),
    )


class BlockOverride(FrozenConfig):
    """One block that differs from its stage; it keeps the channels it takes and puts out."""

    block: Annotated[str, StringConstraints(pattern=BLOCK_ID_PATTERN)] = Field(
        title=N_("Field", "Block"),
        description=N_("Field", "The block's id: layer3.1 is the second block of the third stage."),
    )
    kind: BlockKind | None = chosen(
        None,
        label=N_("Field", "Kind"),
        help=N_("Field", "The block's own kind, or its stage's."),
        choices=BLOCK_KINDS,
    )
    shortcut: ShortcutOption | None = chosen(
        None,
        label=N_("Field", "Shortcut"),
        help=N_("Field", "The block's own shortcut, or the network's."),
        choices=SHORTCUT_OPTIONS,
    )
    kernels: Kernels | None = listed(
        None,
        label=N_("Field", "Kernels"),
        help=N_("Field", "The kernel sizes of the block's own branch, or its stage's."),
        most=5,
    )
    attention: AttentionKind | None = chosen(
        None,
        label=N_("Field", "Attention"),
        help=N_("Field", "The block's own attention, or its stage's."),
        choices=ATTENTION_KINDS,
    )

    @property
    def changes_nothing(self) -> bool:
        """Whether the block is as its stage has it."""
        return self.kind is None and self.shortcut is None and self.kernels is None and self.attention is None
