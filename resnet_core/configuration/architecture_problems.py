"""Finds what cannot be in an architecture whose fields are each valid alone, and the nearest values that can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, gcd
from typing import TYPE_CHECKING

from resnet_core.configuration.block_plan import BlockPlan, branch_convolutions, parse_block_id
from resnet_core.configuration.network_sections import MOST_BLOCKS
from resnet_core.configuration.validation import Fix, Path, Problem

if TYPE_CHECKING:
    from resnet_core.configuration.architecture_config import ArchitectureConfig

Facts = Mapping[str, str | int | float]

MOST_CHANNELS = 32_768
TIERED_LEAST = 8


def architecture_problems(config: ArchitectureConfig) -> list[Problem]:
    """Return every problem that only shows when fields are read together; empty for a network that can be."""
    problems = [
        *_total_problems(config),
        *_override_problems(config),
        *_kernel_problems(config),
        *_group_problems(config),
        *_stem_problems(config),
        *_head_problems(config),
        *_fixup_problems(config),
    ]
    return problems or list(_channel_problems(config)) or list(_norm_problems(config))


def _total_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    total = sum(stage.blocks for stage in config.stages)
    if total > MOST_BLOCKS:
        yield Problem(("stages",), "blocks_total", {"count": total, "bound": MOST_BLOCKS})


def _override_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, override in enumerate(config.overrides):
        path = ("overrides", position, "block")
        stage, index = parse_block_id(override.block)
        if stage > len(config.stages) or index >= config.stages[stage - 1].blocks:
            last = f"layer{len(config.stages)}.{config.stages[-1].blocks - 1}"
            facts: Facts = {"block": override.block, "stage_count": len(config.stages), "last": last}
            yield Problem(path, "override_unknown_block", facts, (Fix(path, last),))
        if override.block in seen:
            yield Problem(path, "override_twice", {"block": override.block})
        if override.changes_nothing:
            yield Problem(path, "override_empty", {"block": override.block})
        seen.add(override.block)


def _kernel_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    """An even kernel would shift the map by half a pixel, so that branch and shortcut no longer meet."""
    chosen = [(("stages", place, "kernels"), stage.kernels) for place, stage in enumerate(config.stages)]
    chosen += [(("overrides", place, "kernels"), entry.kernels or ()) for place, entry in enumerate(config.overrides)]
    for path, kernels in chosen:
        even = next((kernel for kernel in kernels if kernel % 2 == 0), None)
        if even is not None:
            odd = [kernel - 1 if kernel % 2 == 0 else kernel for kernel in kernels]
            yield Problem(path, "even_kernel", {"kernel": even}, (Fix(path, odd),))


def _group_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    kinds = {stage.kind for stage in config.stages} | {override.kind for override in config.overrides}
    if "bottleneck" in kinds:
        return
    for name, default in (("groups", 1), ("base_width", 64), ("halve_first", False)):
        value = getattr(config.block, name)
        if value != default:
            path = ("block", name)
            facts: Facts = {"value": _plain(value), "default": _plain(default)}
            yield Problem(path, "groups_without_bottleneck", facts, (Fix(path, default),))


def _stem_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    stem, path = config.stem, ("stem", "width")
    if stem.kind == "deep" and stem.width % 2:
        yield Problem(path, "stem_width_even", {"width": stem.width}, (Fix(path, stem.width + 1),))
    if stem.kind == "tiered" and (stem.width % 2 or stem.width < TIERED_LEAST):
        nearest = max(stem.width + stem.width % 2, TIERED_LEAST)
        facts: Facts = {"width": stem.width, "bound": TIERED_LEAST}
        yield Problem(path, "stem_width_tiered", facts, (Fix(path, nearest),))
    if stem.pool == "stride" and stem.kind in ("imagenet", "cifar"):
        pool = ("stem", "pool")
        yield Problem(pool, "stride_pool", {"kind": stem.kind}, (Fix(pool, "max"), Fix(("stem", "kind"), "deep")))


def _head_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    if config.head.pool == "none" and config.head.classes:
        path = ("head", "pool")
        fixes = (Fix(path, "average"), Fix(("head", "classes"), 0))
        yield Problem(path, "classes_without_pool", {"classes": config.head.classes}, fixes)


def _fixup_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    if config.initialization.scheme != "fixup":
        return
    path = ("initialization", "scheme")
    usual = Fix(path, "kaiming_fan_out")
    if config.norm.kind != "none":
        yield Problem(path, "fixup_norm", {"norm": config.norm.kind}, (Fix(("norm", "kind"), "none"), usual))
    if config.block.activation_order != "post":
        facts: Facts = {"order": config.block.activation_order}
        yield Problem(path, "fixup_order", facts, (Fix(("block", "activation_order"), "post"), usual))


def _channel_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    """The first block whose channels cannot be; the others mostly fail for the same reason."""
    for plan in config.block_plans():
        problem = _channel_problem(config, plan)
        if problem is not None:
            yield problem
            return


def _channel_problem(config: ArchitectureConfig, plan: BlockPlan) -> Problem | None:
    path = ("stages", plan.stage - 1, "width")
    widest = max(plan.inner_channels, plan.out_channels)
    if min(plan.inner_channels, plan.out_channels) < 1:
        fix = Fix(path, _least_width(config, plan))
        return Problem(path, "inner_width", {"block": plan.id, "channels": plan.inner_channels}, (fix,))
    if widest > MOST_CHANNELS:
        fix = Fix(path, config.stages[plan.stage - 1].width * MOST_CHANNELS // widest)
        facts: Facts = {"block": plan.id, "channels": widest, "bound": MOST_CHANNELS}
        return Problem(path, "too_wide", facts, (fix,) if fix.value else ())
    if plan.shortcut == "zero_pad" and plan.out_channels < plan.in_channels:
        facts = {"block": plan.id, "channels_in": plan.in_channels, "channels_out": plan.out_channels}
        return Problem(path, "zero_pad_shrinks", facts, (Fix(_shortcut_path(config, plan), "B"),))
    for convolution in branch_convolutions(plan, config.block) if config.block.halve_first else ():
        if convolution.in_channels < 1 or convolution.in_channels % convolution.groups:
            halved = ("block", "halve_first")
            facts = {"block": plan.id, "channels": convolution.in_channels, "groups": convolution.groups}
            return Problem(halved, "halved_groups", facts, (Fix(halved, False),))
    return None


def _least_width(config: ArchitectureConfig, plan: BlockPlan) -> int:
    """Return the least width of the plan's stage at which the block has a channel everywhere."""
    stage = config.stages[plan.stage - 1]
    inner = -(-64 // (stage.base_width or config.block.base_width)) if plan.kind == "bottleneck" else 1
    squeezed = plan.kind == "bottleneck" and stage.kind == "basic"
    channels = inner * (config.block.expansion if squeezed else 1)
    return ceil(channels / config.block.widen)


def _shortcut_path(config: ArchitectureConfig, plan: BlockPlan) -> Path:
    """Return the field that decides the plan's shortcut: the block's own entry, or the network's option."""
    for place, override in enumerate(config.overrides):
        if override.block == plan.id and override.shortcut is not None:
            return ("overrides", place, "shortcut")
    return ("shortcut", "option")


def _norm_problems(config: ArchitectureConfig) -> Iterator[Problem]:
    if config.norm.kind != "group":
        return
    path, groups = ("norm", "groups"), config.norm.groups
    counts = set(normalized_channels(config))
    bad = [count for count in sorted(counts) if count % groups]
    if bad:
        common = gcd(*counts)
        nearest = max(divisor for divisor in range(1, min(common, groups) + 1) if common % divisor == 0)
        yield Problem(path, "norm_groups", {"groups": groups, "channels": bad[0]}, (Fix(path, nearest),))


def normalized_channels(config: ArchitectureConfig) -> Iterator[int]:
    """Yield the channels of every norm that `config` has on its main path and its shortcuts."""
    order, width = config.block.activation_order, config.stem.width
    inner = {"deep": (width // 2, width // 2), "tiered": (3 * (width // 8), width // 2)}.get(config.stem.kind, ())
    yield from inner
    if order != "pre" or config.stem.pool == "conv":
        yield width
    for plan in config.block_plans():
        convolutions = branch_convolutions(plan, config.block)
        yield from (conv.in_channels if order == "pre" else conv.out_channels for conv in convolutions)
        if plan.shortcut == "projection" and config.shortcut.projection_norm:
            yield plan.out_channels
    if order == "pre":
        yield plan.out_channels
    if config.head.features:
        yield config.head.features


def _plain(value: object) -> str | int:
    return str(value).lower() if isinstance(value, bool) else int(str(value))
