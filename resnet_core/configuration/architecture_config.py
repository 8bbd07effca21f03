"""Declares the architecture of a residual network as one immutable, validated value."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import model_validator

from resnet_core.configuration.architecture_problems import architecture_problems
from resnet_core.configuration.block_plan import (
    KIND_KERNELS,
    BlockPlan,
    BlockStyle,
    parse_block_id,
    shortcut_kind,
)
from resnet_core.configuration.block_sections import (
    ActivationConfig,
    ActivationKind,
    ActivationOrder,
    AntiAliasingConfig,
    AttentionConfig,
    AttentionKind,
    BlockConfig,
    BlockKind,
    BlockOverride,
    InitializationConfig,
    NormConfig,
    NormKind,
    RegularizationConfig,
    ShortcutConfig,
    ShortcutOption,
)
from resnet_core.configuration.fields import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.fields import FrozenConfig, setting
from resnet_core.configuration.network_sections import (
    MOST_BLOCKS,
    MOST_STAGES,
    HeadConfig,
    InputConfig,
    StageConfig,
    Stages,
    StemConfig,
)
from resnet_core.configuration.validation import refuse

__all__ = [
    "MOST_BLOCKS",
    "MOST_STAGES",
    "ActivationConfig",
    "ActivationKind",
    "ActivationOrder",
    "AntiAliasingConfig",
    "ArchitectureConfig",
    "AttentionConfig",
    "AttentionKind",
    "BlockConfig",
    "BlockKind",
    "BlockOverride",
    "BlockPlan",
    "HeadConfig",
    "InitializationConfig",
    "InputConfig",
    "NormConfig",
    "NormKind",
    "RegularizationConfig",
    "ShortcutConfig",
    "ShortcutOption",
    "StageConfig",
    "StemConfig",
    "parse_block_id",
]


class ArchitectureConfig(FrozenConfig):
    """A residual network, whole: H(x) = F(x) + x, block by block.

    Raises pydantic's ValidationError where a field or their combination cannot be; `config_file` and `edits` turn it
    into a ConfigurationError that names each place.
    """

    name: str = setting("Untitled", label=N_("Field", "Name"), help=N_("Field", "What the architecture is called."))
    input: InputConfig = InputConfig()
    stem: StemConfig = StemConfig()
    stages: Stages
    block: BlockConfig = BlockConfig()
    shortcut: ShortcutConfig = ShortcutConfig()
    norm: NormConfig = NormConfig()
    activation: ActivationConfig = ActivationConfig()
    attention: AttentionConfig = AttentionConfig()
    anti_aliasing: AntiAliasingConfig = AntiAliasingConfig()
    regularization: RegularizationConfig = RegularizationConfig()
    head: HeadConfig = HeadConfig()
    initialization: InitializationConfig = InitializationConfig()
    overrides: tuple[BlockOverride, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> ArchitectureConfig:
        refuse(architecture_problems(self))
        return self

    def stage_width(self, stage: StageConfig) -> int:
        """Return the channels of `stage` before expansion, the widen factor applied."""
        return int(stage.width * self.block.widen)

    def stage_channels(self, stage: StageConfig) -> int:
        """Return the channels every block of `stage` puts out: width times expansion (Basic: 1)."""
        return self.stage_width(stage) * (self.block.expansion if stage.kind == "bottleneck" else 1)

    @property
    def style(self) -> BlockStyle:
        """What all blocks share."""
        return BlockStyle(
            self.block,
            self.shortcut,
            self.norm,
            self.activation,
            self.attention,
            self.anti_aliasing,
            self.regularization,
            self.initialization,
        )

    def block_plans(self) -> Iterator[BlockPlan]:
        """Yield the plan of every block, first to last."""
        overrides = {override.block: override for override in self.overrides}
        total = sum(stage.blocks for stage in self.stages)
        rate, passed = self.regularization.stochastic_depth, 0
        channels, dilation = self.stem.width, self.stages[0].dilation
        for number, stage in enumerate(self.stages, start=1):
            usual: BlockPlan | None = None
            for index in range(stage.blocks):
                passed += 1
                chance = rate * passed / total
                id = f"layer{number}.{index}"
                override = overrides.get(id)
                if index > 1 and override is None and usual is not None:
                    yield usual._replace(id=id, position=index, drop_chance=chance)
                    continue
                plan = self._plan(number, index, channels, dilation, override)._replace(drop_chance=chance)
                yield plan
                if index and override is None:
                    usual = plan
                channels, dilation = plan.out_channels, stage.dilation

    def _plan(
        self, number: int, index: int, channels: int, dilation: int, override: BlockOverride | None
    ) -> BlockPlan:
        stage, block = self.stages[number - 1], self.block
        base_width = stage.base_width or block.base_width
        kind = (override and override.kind) or stage.kind
        option = (override and override.shortcut) or self.shortcut.option
        out_channels = self.stage_channels(stage)
        stride = stage.stride if index == 0 else 1
        shortcut = shortcut_kind(option, stride != 1 or channels != out_channels)
        groups = (stage.groups or block.groups) if kind == "bottleneck" else 1
        inner = out_channels
        if kind == "bottleneck":
            inner = out_channels // block.expansion * base_width // 64 * groups
        return BlockPlan(
            id=f"layer{number}.{index}",
            stage=number,
            position=index,
            kind=kind,
            shortcut=shortcut,
            in_channels=channels,
            inner_channels=inner,
            out_channels=out_channels,
            stride=stride,
            groups=groups,
            kernels=_kernels(stage, kind, override),
            dilation=stage.dilation,
            first_dilation=dilation if index == 0 else stage.dilation,
            pooled=option == "D" and shortcut == "projection" and stride > 1,
            attention=(override and override.attention) or stage.attention or self.attention.kind,
        )


def _kernels(stage: StageConfig, kind: BlockKind, override: BlockOverride | None) -> tuple[int, ...]:
    """Return the kernel sizes of a block: its own, its stage's, or those of its kind."""
    if override is not None and override.kernels is not None:
        return override.kernels or KIND_KERNELS[kind]
    return stage.kernels or KIND_KERNELS[kind]
