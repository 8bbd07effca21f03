"""Declares the architecture of a residual network as one immutable, validated value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from resnet_core.configuration.fields import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.fields import FrozenConfig, chosen, setting
from resnet_core.configuration.validation import Problem, refuse

BlockKind = Literal["basic", "bottleneck"]
ShortcutOption = Literal["A", "B", "C", "none"]
ActivationOrder = Literal["post", "pre"]
StemKind = Literal["imagenet", "cifar"]
StridePlacement = Literal["1x1", "3x3"]

Facts = Mapping[str, str | int | float]

MOST_STAGES = 8
MOST_BLOCKS = 2_000
MOST_CHANNELS = 32_768
BLOCK_ID_PATTERN = r"^layer[1-8]\.(0|[1-9][0-9]{0,3})$"

BLOCK_KINDS = {
    "basic": N_("Choice", "Basic (3×3, 3×3)"),
    "bottleneck": N_("Choice", "Bottleneck (1×1, 3×3, 1×1)"),
}
SHORTCUT_OPTIONS = {
    "A": N_("Choice", "A · identity, zero-padded where dimensions change"),
    "B": N_("Choice", "B · identity, projection where dimensions change"),
    "C": N_("Choice", "C · projection everywhere"),
    "none": N_("Choice", "none · plain network"),
}


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
        help=N_("Field", "ImageNet: 7×7 stride 2, then 3×3 max-pool stride 2. CIFAR: one 3×3 stride 1."),
        choices={
            "imagenet": N_("Choice", "ImageNet (7×7 /2 + max-pool)"),
            "cifar": N_("Choice", "CIFAR (3×3)"),
        },
    )
    width: int = setting(
        64,
        label=N_("Field", "Stem width"),
        help=N_("Field", "Channels the stem puts out."),
        minimum=1,
        maximum=8192,
    )


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
    kind: BlockKind = chosen(
        "basic",
        label=N_("Field", "Kind"),
        help=N_("Field", "The residual branch of the stage's blocks."),
        choices=BLOCK_KINDS,
    )


class BlockConfig(FrozenConfig):
    """What all blocks share."""

    expansion: int = setting(
        4,
        label=N_("Field", "Expansion"),
        help=N_("Field", "A Bottleneck puts out its stage's width times this (He et al. 2015: 4)."),
        minimum=1,
        maximum=16,
    )
    groups: int = setting(
        1,
        label=N_("Field", "Cardinality"),
        help=N_("Field", "Groups of the 3×3 convolution of a Bottleneck (ResNeXt: 32)."),
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
        minimum=1,
        maximum=1024,
    )
    activation_order: ActivationOrder = chosen(
        "post",
        label=N_("Field", "Activation order"),
        help=N_("Field", "Where BatchNorm and ReLU stand: after each convolution (2015) or before it (2016)."),
        choices={
            "post": N_("Choice", "post-activation (2015)"),
            "pre": N_("Choice", "pre-activation (2016)"),
        },
    )
    stride_in: StridePlacement = chosen(
        "3x3",
        label=N_("Field", "Stride in"),
        help=N_("Field", "The convolution of a Bottleneck that carries the stride."),
        choices={"3x3": N_("Choice", "3×3 (torchvision)"), "1x1": N_("Choice", "first 1×1 (2015 paper)")},
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
        help=N_("Field", "BatchNorm after a projection's 1×1 convolution."),
    )


class HeadConfig(FrozenConfig):
    """The layers after the last block: global average pooling and one linear layer."""

    classes: int = setting(
        1000,
        label=N_("Field", "Classes"),
        help=N_("Field", "Outputs of the linear layer."),
        minimum=1,
        maximum=100_000,
    )


class InitializationConfig(FrozenConfig):
    """How the weights begin: Kaiming normal, fan-out (He et al. 2015, arXiv 1502.01852), BatchNorm at 1 and 0."""

    zero_init_residual: bool = setting(
        False,
        label=N_("Field", "Zero-init residual"),
        help=N_(
            "Field",
            "Begin each branch at F(x) = 0: its last BatchNorm (pre-activation: last convolution) starts at zero.",
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


class BlockPlan(NamedTuple):
    """One block as the configuration decides it, before any tensor has a size.

    `inner_channels` is the width of the 3x3 convolution (Basic: `out_channels`).
    """

    id: str
    stage: int
    position: int
    kind: BlockKind
    shortcut: Literal["identity", "projection", "zero_pad", "none"]
    in_channels: int
    inner_channels: int
    out_channels: int
    stride: int
    groups: int


class ArchitectureConfig(FrozenConfig):
    """A residual network, whole: H(x) = F(x) + x, block by block.

    Raises pydantic's ValidationError where a field or their combination cannot be; `config_file` and `edits` turn it
    into a ConfigurationError that names each place.
    """

    name: str = setting("Untitled", label=N_("Field", "Name"), help=N_("Field", "What the architecture is called."))
    input: InputConfig = InputConfig()
    stem: StemConfig = StemConfig()
    stages: Annotated[tuple[StageConfig, ...], Field(min_length=1, max_length=MOST_STAGES)]
    block: BlockConfig = BlockConfig()
    shortcut: ShortcutConfig = ShortcutConfig()
    head: HeadConfig = HeadConfig()
    initialization: InitializationConfig = InitializationConfig()
    overrides: tuple[BlockOverride, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> ArchitectureConfig:
        problems = [*self._total_problems(), *self._override_problems(), *self._group_problems()]
        refuse(problems or self._channel_problems())
        return self

    def stage_channels(self, stage: StageConfig) -> int:
        """Return the channels every block of `stage` puts out: width times expansion (Basic: 1)."""
        return stage.width * (self.block.expansion if stage.kind == "bottleneck" else 1)

    def block_plans(self) -> Iterator[BlockPlan]:
        """Yield the plan of every block, first to last."""
        overrides = {override.block: override for override in self.overrides}
        channels = self.stem.width
        for number, stage in enumerate(self.stages, start=1):
            out_channels = self.stage_channels(stage)
            for index in range(stage.blocks):
                plan = self._plan(number, index, channels, overrides.get(f"layer{number}.{index}"))
                channels = out_channels
                yield plan

    def _plan(self, number: int, index: int, channels: int, override: BlockOverride | None) -> BlockPlan:
        stage = self.stages[number - 1]
        kind = (override and override.kind) or stage.kind
        option = (override and override.shortcut) or self.shortcut.option
        out_channels = self.stage_channels(stage)
        stride = stage.stride if index == 0 else 1
        changes = stride != 1 or channels != out_channels
        groups = self.block.groups if kind == "bottleneck" else 1
        inner = out_channels
        if kind == "bottleneck":
            inner = out_channels // self.block.expansion * self.block.base_width // 64 * groups
        shortcut = shortcut_kind(option, changes)
        id = f"layer{number}.{index}"
        return BlockPlan(id, number, index, kind, shortcut, channels, inner, out_channels, stride, groups)

    def _total_problems(self) -> Iterator[Problem]:
        total = sum(stage.blocks for stage in self.stages)
        if total > MOST_BLOCKS:
            yield Problem(("stages",), "blocks_total", {"count": total, "bound": MOST_BLOCKS})

    def _override_problems(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for position, override in enumerate(self.overrides):
            path = ("overrides", position, "block")
            stage, index = parse_block_id(override.block)
            if stage > len(self.stages) or index >= self.stages[stage - 1].blocks:
                last = f"layer{len(self.stages)}.{self.stages[-1].blocks - 1}"
                facts: Facts = {"block": override.block, "stage_count": len(self.stages), "last": last}
                yield Problem(path, "override_unknown_block", facts)
            if override.block in seen:
                yield Problem(path, "override_twice", {"block": override.block})
            if override.kind is None and override.shortcut is None:
                yield Problem(path, "override_empty", {"block": override.block})
            seen.add(override.block)

    def _group_problems(self) -> Iterator[Problem]:
        kinds = {stage.kind for stage in self.stages} | {override.kind for override in self.overrides}
        if "bottleneck" in kinds:
            return
        for name, default in (("groups", 1), ("base_width", 64)):
            value = getattr(self.block, name)
            if value != default:
                yield Problem(("block", name), "groups_without_bottleneck", {"value": value, "default": default})

    def _channel_problems(self) -> list[Problem]:
        problems: list[Problem] = []
        for plan in self.block_plans():
            path = ("stages", plan.stage - 1, "width")
            widest = max(plan.inner_channels, plan.out_channels)
            if plan.inner_channels < 1:
                problems.append(Problem(path, "inner_width", {"block": plan.id, "channels": plan.inner_channels}))
            if widest > MOST_CHANNELS:
                facts: Facts = {"block": plan.id, "channels": widest, "bound": MOST_CHANNELS}
                problems.append(Problem(path, "too_wide", facts))
            if plan.shortcut == "zero_pad" and plan.out_channels < plan.in_channels:
                sizes: Facts = {"block": plan.id, "channels_in": plan.in_channels, "channels_out": plan.out_channels}
                problems.append(Problem(path, "zero_pad_shrinks", sizes))
            if problems:
                break
        return problems


def shortcut_kind(option: ShortcutOption, changes: bool) -> Literal["identity", "projection", "zero_pad", "none"]:
    """Return what the shortcut of a block is under `option`, where its dimensions change or not (He 2015, 3.3)."""
    if option == "none":
        return "none"
    if option == "C" or (option == "B" and changes):
        return "projection"
    return "zero_pad" if changes else "identity"


def parse_block_id(block: str) -> tuple[int, int]:
    """Return (stage number from 1, index from 0) of a block id such as `layer3.1`."""
    stage, index = block.removeprefix("layer").split(".")
    return int(stage), int(index)
