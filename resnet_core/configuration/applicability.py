"""Tells which fields mean nothing in an architecture, so that a form need not show them."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.block_plan import KIND_KERNELS


def inapplicable(config: ArchitectureConfig) -> frozenset[str]:
    """Return the dotted paths of the fields whose value changes nothing in `config`.

    A stage's field is named with its position: `stages.1.groups`.
    """
    return frozenset(
        [
            *_of_stages(config),
            *_of_blocks(config),
            *_of_shortcuts(config),
            *_of_layers(config),
            *_of_head(config),
            *_of_initialization(config),
        ]
    )


def _of_stages(config: ArchitectureConfig) -> Iterator[str]:
    for position, stage in enumerate(config.stages):
        if stage.kind == "basic" and not _overridden_to_bottleneck(config, position):
            yield from (f"stages.{position}.groups", f"stages.{position}.base_width")


def _overridden_to_bottleneck(config: ArchitectureConfig, position: int) -> bool:
    prefix = f"layer{position + 1}."
    return any(entry.kind == "bottleneck" and entry.block.startswith(prefix) for entry in config.overrides)


def _of_blocks(config: ArchitectureConfig) -> Iterator[str]:
    kinds = {stage.kind for stage in config.stages} | {entry.kind for entry in config.overrides}
    if "bottleneck" not in kinds:
        yield from ("block.expansion", "block.groups", "block.base_width", "block.halve_first")
    if all(_first_is_wide(config, position) for position in range(len(config.stages))):
        yield "block.stride_in"


def _first_is_wide(config: ArchitectureConfig, position: int) -> bool:
    """Whether both stride placements mean the same convolution in every block of the stage."""
    stage = config.stages[position]
    prefix = f"layer{position + 1}."
    chosen = [stage.kernels or KIND_KERNELS[stage.kind]]
    for entry in config.overrides:
        if entry.block.startswith(prefix):
            chosen.append(entry.kernels or stage.kernels or KIND_KERNELS[entry.kind or stage.kind])
    return all(kernels[0] > 1 or max(kernels) == 1 for kernels in chosen)


def _of_shortcuts(config: ArchitectureConfig) -> Iterator[str]:
    plans = list(config.block_plans())
    if all(plan.shortcut != "projection" for plan in plans):
        yield from ("shortcut.projection_norm", "shortcut.strided_kernel")
    elif all(plan.shortcut != "projection" or plan.stride == 1 or plan.pooled for plan in plans):
        yield "shortcut.strided_kernel"
    if config.norm.kind == "none":
        yield "shortcut.projection_norm"
    if all(plan.shortcut == "none" for plan in plans):
        yield from ("shortcut.branch_scale", "shortcut.shortcut_scale", "regularization.stochastic_depth")
        yield "initialization.zero_init_residual"
    if not config.initialization.zero_init_residual or not any(plan.pads_channels for plan in plans):
        yield "initialization.zero_init_padded"
    attentions = {plan.attention for plan in plans} - {"none"}
    if not attentions:
        yield "attention.placement"
    if not attentions & {"se", "cbam"}:
        yield from ("attention.reduction", "attention.rounding")
    if "se" not in attentions:
        yield "attention.layers"
    if all(plan.stride == 1 for plan in plans):
        yield "anti_aliasing.kind"


def _of_layers(config: ArchitectureConfig) -> Iterator[str]:
    if config.norm.kind != "group":
        yield "norm.groups"
    if config.activation.kind == "identity" or config.block.activation_order not in ("post", "bn_after_add"):
        yield "activation.after_addition"


def _of_head(config: ArchitectureConfig) -> Iterator[str]:
    if not config.head.classes:
        yield "head.dropout"
    if config.head.pool == "none":
        yield "head.features"


def _of_initialization(config: ArchitectureConfig) -> Iterator[str]:
    if config.initialization.scheme in ("fixup", "skipinit"):
        yield from ("initialization.zero_init_residual", "initialization.zero_init_padded")
