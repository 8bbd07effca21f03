"""Turns a table of blocks and a few named changes into the function that builds a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockKind
from resnet_core.configuration.preset_catalog.records import Accuracy, Paper, Preset, PrintedCount

#: A change to some sections of a configuration: {"stem": {"kind": "deep"}}.
Change = Mapping[str, Mapping[str, Any]]
#: Makes the network of a name.
Recipe = Callable[[str], ArchitectureConfig]

#: Blocks a stage, by the depth in the network's name (He et al. 2015, table 1; 14, 26, 200 and 269 by the same rule).
BLOCKS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType(
    {
        10: (1, 1, 1, 1),
        14: (1, 1, 1, 1),
        18: (2, 2, 2, 2),
        26: (2, 2, 2, 2),
        34: (3, 4, 6, 3),
        50: (3, 4, 6, 3),
        101: (3, 4, 23, 3),
        152: (3, 8, 36, 3),
        200: (3, 24, 36, 3),
        269: (3, 30, 48, 8),
    }
)
BASIC_DEPTHS: Final = frozenset({10, 18, 34})

DEEP: Final[Change] = {"stem": {"kind": "deep"}}
TIERED: Final[Change] = {"stem": {"kind": "tiered"}}
AVERAGE_DOWN: Final[Change] = {"shortcut": {"option": "D"}}
SE: Final[Change] = {"attention": {"kind": "se"}}
ECA: Final[Change] = {"attention": {"kind": "eca"}}

#: What the letter after the depth stands for (He T. et al. 2018: C, D; GluonCV: S; timm: T).
LETTERS: Final[Mapping[str, tuple[Change, ...]]] = MappingProxyType(
    {
        "": (),
        "C": (DEEP,),
        "D": (DEEP, AVERAGE_DOWN),
        "S": ({"stem": {"kind": "deep", "width": 128}},),
        "T": (TIERED, AVERAGE_DOWN),
    }
)

WIDTHS: Final = (64, 128, 256, 512)


def imagenet(depth: int, *changes: Change, **others: Any) -> Recipe:
    """Return the recipe of an ImageNet network of a known depth, changed by `changes`; `others` as for `stacked`."""
    kind: BlockKind = "basic" if depth in BASIC_DEPTHS else "bottleneck"
    return stacked(BLOCKS[depth], *changes, kind=kind, **others)


def stacked(
    blocks: tuple[int, ...],
    *changes: Change,
    kind: BlockKind | tuple[BlockKind, ...] = "bottleneck",
    widths: Iterable[int] = WIDTHS,
    size: int = 224,
    classes: int = 1000,
    cardinalities: tuple[tuple[int, int], ...] = (),
) -> Recipe:
    """Return the recipe of a network with `blocks` in its stages, for images of `size` by `size` pixels.

    The first stage keeps the size of the map, the others halve it. `kind` is that of all stages, or of each.
    `cardinalities` gives each stage groups and a base width of its own.
    """
    start: Change = {"input": {"height": size, "width": size}, "head": {"classes": classes}}
    kinds = (kind,) * len(blocks) if isinstance(kind, str) else kind
    stages = [
        {"blocks": count, "width": width, "stride": 1 if place == 0 else 2, "kind": own}
        for place, (count, width, own) in enumerate(zip(blocks, widths, kinds, strict=True))
    ]
    if cardinalities:
        for stage, (groups, base_width) in zip(stages, cardinalities, strict=True):
            stage |= {"groups": groups, "base_width": base_width}
    return partial(_build, stages, (start, *changes))


def cifar(
    blocks: int, *changes: Change, kind: BlockKind = "basic", widths: Iterable[int] = (16, 32, 64), stem: int = 16
) -> Recipe:
    """Return the recipe of a CIFAR network: three stages of `blocks`, zero-padded shortcuts unless changed."""
    start: Change = {"stem": {"kind": "cifar", "width": stem}, "shortcut": {"option": "A"}}
    return stacked((blocks,) * 3, start, *changes, kind=kind, widths=widths, size=32, classes=10)


def cardinality(groups: int, base_width: int) -> Change:
    """Return the change that makes ResNeXt's `groups`x`base_width`d block."""
    return {"block": {"groups": groups, "base_width": base_width}}


def entry(
    name: str,
    family: str,
    paper: Paper,
    recipe: Recipe,
    *aliases: str,
    accuracies: tuple[Accuracy, ...] = (),
    printed: tuple[PrintedCount, ...] = (),
) -> Preset:
    """Return the preset `name`; nothing is built yet."""
    return Preset(name, family, paper, partial(recipe, name), aliases, accuracies, printed)


def _build(stages: list[dict[str, Any]], changes: tuple[Change, ...], name: str) -> ArchitectureConfig:
    data: dict[str, Any] = {"name": name, "stages": stages}
    for change in changes:
        for section, fields in change.items():
            data[section] = {**data.get(section, {}), **fields}
    return ArchitectureConfig.model_validate(data)
