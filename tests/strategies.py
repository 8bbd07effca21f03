"""Draws random residual networks: every field of the architecture, in combinations that are valid by construction."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    BlockOverride,
    HeadConfig,
    InitializationConfig,
    InputConfig,
    ShortcutConfig,
    StageConfig,
    StemConfig,
)

KINDS = st.sampled_from(("basic", "bottleneck"))
OPTIONS = st.sampled_from(("A", "B", "C", "none"))
SIZES = st.one_of(st.integers(1, 9), st.integers(10, 40))


@st.composite
def architectures(draw: st.DrawFn) -> ArchitectureConfig:
    """A small network; where zero padding occurs anywhere, the stages never lose channels."""
    option = draw(OPTIONS)
    expansion = draw(st.integers(1, 4))
    plans = draw(st.lists(st.tuples(st.integers(1, 3), KINDS), min_size=1, max_size=4))
    overrides = _overrides(draw, plans)
    grows = option == "A" or any(override.shortcut == "A" for override in overrides)
    stem_width = draw(st.integers(1, 12))
    stages: list[StageConfig] = []
    channels = stem_width
    for blocks, kind in plans:
        # A basic block overridden to a bottleneck needs at least `expansion` channels to divide.
        own_expansion = expansion if kind == "bottleneck" else 1
        least = -(-channels // own_expansion) if grows else 1
        width = max(least, draw(st.integers(1, 12)), expansion if kind == "basic" else 1)
        stages.append(StageConfig(blocks=blocks, width=width, stride=draw(st.integers(1, 4)), kind=kind))
        channels = width * own_expansion
    return ArchitectureConfig(
        name=draw(st.text(max_size=12)),
        input=InputConfig(channels=draw(st.integers(1, 4)), height=draw(SIZES), width=draw(SIZES)),
        stem=StemConfig(kind=draw(st.sampled_from(("imagenet", "cifar"))), width=stem_width),
        stages=tuple(stages),
        block=_block(draw, expansion, {kind for _, kind in plans} | {entry.kind for entry in overrides}),
        shortcut=ShortcutConfig(option=option, projection_norm=draw(st.booleans())),
        head=HeadConfig(classes=draw(st.integers(1, 12))),
        initialization=InitializationConfig(zero_init_residual=draw(st.booleans())),
        overrides=overrides,
    )


def _overrides(draw: st.DrawFn, plans: list[tuple[int, Any]]) -> tuple[BlockOverride, ...]:
    ids = [f"layer{number}.{index}" for number, (blocks, _) in enumerate(plans, 1) for index in range(blocks)]
    chosen = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
    changes = st.tuples(st.none() | KINDS, st.none() | OPTIONS).filter(any)
    drawn = [(block, *draw(changes)) for block in chosen]
    return tuple(BlockOverride(block=block, kind=kind, shortcut=shortcut) for block, kind, shortcut in drawn)


def _block(draw: st.DrawFn, expansion: int, kinds: set[Any]) -> BlockConfig:
    # Cardinality and base width mean something to bottlenecks only; a base width of 64 or more keeps every
    # 3x3 convolution at one channel or more, however narrow the stage.
    bottleneck = "bottleneck" in kinds
    return BlockConfig(
        expansion=expansion,
        groups=draw(st.sampled_from((1, 2, 3, 4, 8))) if bottleneck else 1,
        base_width=draw(st.sampled_from((64, 80, 128))) if bottleneck else 64,
        activation_order=draw(st.sampled_from(("post", "pre"))),
        stride_in=draw(st.sampled_from(("3x3", "1x1"))),
    )
