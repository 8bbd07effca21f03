"""Declares the parts of an architecture that are chosen for the network as a whole: input, stem, stages and head."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from resnet_core.configuration.block_sections import (
    ATTENTION_KINDS,
    BLOCK_KINDS,
    AttentionKind,
    BlockKind,
    Kernels,
)
from resnet_core.configuration.fields import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.fields import FrozenConfig, chosen, listed, setting

StemKind = Literal["imagenet", "cifar", "deep", "tiered"]
StemPool = Literal["max", "none", "conv", "blur", "average", "stride"]
HeadPool = Literal["average", "max", "average_max", "none"]

MOST_STAGES = 8
MOST_BLOCKS = 2_000


class InputConfig(FrozenConfig):
    """The image that goes in: C x H x W."""

    channels: int = setting(
        3,
        label=N_("Field", "Channels"),
        help=N_("Field", "Colour channels of the image."),
        minimum=1,
        maximum=1024,
    )
    height: int = setting(
        224,
        label=N_("Field", "Height"),
        help=N_("Field", "Image height."),
        unit="px",
        minimum=1,
        maximum=4096,
    )
    width: int = setting(
        224, label=N_("Field", "Width"), help=N_("Field", "Image width."), unit="px", minimum=1, maximum=4096
    )


class StemConfig(FrozenConfig):
    """The layers before the first block."""

    kind: StemKind = chosen(
        "imagenet",
        label=N_("Field", "Stem"),
        help=N_(
            "Field",
            "ImageNet: one 7×7 of stride 2. CIFAR: one 3×3. Deep (ResNet-C, -D, -S) and tiered: three 3×3, the first "
            "of stride 2.",
        ),
        choices={
            "imagenet": N_("Choice", "ImageNet (7×7 /2)"),
            "cifar": N_("Choice", "CIFAR (3×3)"),
            "deep": N_("Choice", "deep (3×3 /2, 3×3, 3×3)"),
            "tiered": N_("Choice", "tiered (deep, widening)"),
        },
        formula="deep: w/2, w/2, w · tiered: 3·⌊w/8⌋, w/2, w",
    )
    width: int = setting(
        64,
        label=N_("Field", "Stem width"),
        help=N_("Field", "Channels the stem puts out."),
        minimum=1,
        maximum=8192,
    )
    pool: StemPool = chosen(
        "max",
        label=N_("Field", "Stem pool"),
        help=N_("Field", "What halves the map once more before the first stage. A CIFAR stem has none by default."),
        choices={
            "max": N_("Choice", "max-pool (3×3 /2)"),
            "none": N_("Choice", "none"),
            "conv": N_("Choice", "strided convolution (ResNet-RS)"),
            "blur": N_("Choice", "max-pool, then blur-pool /2"),
            "average": N_("Choice", "average-pool (2×2 /2)"),
            "stride": N_("Choice", "stride 2 in the last convolution"),
        },
    )

    @model_validator(mode="before")
    @classmethod
    def _usual_pool(cls, data: Any) -> Any:
        """A CIFAR stem that says nothing of its pool has none, as its paper (He et al. 2015, section 4.2)."""
        if isinstance(data, dict) and "pool" not in data and data.get("kind") == "cifar":
            return {**data, "pool": "none"}
        return data


class StageConfig(FrozenConfig):
    """Blocks that work at one resolution; the first of them carries the stride."""

    blocks: int = setting(
        label=N_("Field", "Blocks"),
        help=N_("Field", "Residual blocks in the stage."),
        minimum=1,
        maximum=MOST_BLOCKS,
    )
    width: int = setting(
        label=N_("Field", "Width"),
        help=N_(
            "Field",
            "Channels before expansion: a Basic block puts out as many, a Bottleneck expansion times as many.",
        ),
        minimum=1,
        maximum=8192,
    )
    stride: int = setting(
        1,
        label=N_("Field", "Stride"),
        help=N_("Field", "Stride of the stage's first block."),
        minimum=1,
        maximum=4,
    )
    dilation: int = setting(
        1,
        label=N_("Field", "Dilation"),
        help=N_(
            "Field",
            "Holes in the k×k kernels: stride traded for dilation keeps the map large. The first block keeps the "
            "dilation of the stage before.",
        ),
        formula="k_eff = dilation·(k − 1) + 1",
        minimum=1,
        maximum=64,
    )
    kind: BlockKind = chosen(
        "basic",
        label=N_("Field", "Kind"),
        help=N_("Field", "The residual branch of the stage's blocks."),
        choices=BLOCK_KINDS,
    )
    kernels: Kernels = listed(
        (),
        label=N_("Field", "Kernels"),
        help=N_(
            "Field",
            "Kernel sizes of the branch's convolutions, one to five, odd: 3, 1, 3 is WRN's B(3,1,3). Empty: the "
            "kind's own.",
        ),
        most=5,
    )
    groups: int | None = setting(
        None,
        label=N_("Field", "Groups"),
        help=N_("Field", "The stage's own cardinality, or the network's."),
        minimum=1,
        maximum=1024,
    )
    base_width: int | None = setting(
        None,
        label=N_("Field", "Base width"),
        help=N_("Field", "The stage's own base width, or the network's."),
        minimum=1,
        maximum=1024,
    )
    attention: AttentionKind | None = chosen(
        None,
        label=N_("Field", "Attention"),
        help=N_("Field", "The stage's own attention, or the network's."),
        choices=ATTENTION_KINDS,
    )


class HeadConfig(FrozenConfig):
    """The layers after the last block: global pooling and one linear layer."""

    classes: int = setting(
        1000,
        label=N_("Field", "Classes"),
        help=N_("Field", "Outputs of the linear layer; 0 leaves it out, so that the network puts out features."),
        minimum=0,
        maximum=100_000,
    )
    pool: HeadPool = chosen(
        "average",
        label=N_("Field", "Pooling"),
        help=N_(
            "Field",
            "How the last map becomes a vector. None: a backbone that puts out the maps C2 to C5 as a dictionary.",
        ),
        choices={
            "average": N_("Choice", "average"),
            "max": N_("Choice", "max"),
            "average_max": N_("Choice", "mean of average and max"),
            "none": N_("Choice", "none · feature maps"),
        },
    )
    features: int = setting(
        0,
        label=N_("Field", "Head features"),
        help=N_("Field", "Channels of a 1×1 convolution, norm and activation before the pooling; 0 leaves it out."),
        minimum=0,
        maximum=32_768,
    )
    dropout: float = setting(
        0.0,
        label=N_("Field", "Head dropout"),
        help=N_("Field", "Share of the pooled features set to zero in training."),
        minimum=0.0,
        maximum=0.95,
    )


Stages = Annotated[tuple[StageConfig, ...], Field(min_length=1, max_length=MOST_STAGES)]
