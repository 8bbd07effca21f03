"""Lists the networks that timm alone has: SiLU with a tiered stem (-TS), CLIP's image towers, and its test network."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.networks import (
    AVERAGE_DOWN,
    DEEP,
    LETTERS,
    TIERED,
    WIDTHS,
    Change,
    Recipe,
    entry,
    imagenet,
    stacked,
)
from resnet_core.configuration.preset_catalog.papers import RADFORD_2021, WIGHTMAN_2019
from resnet_core.configuration.preset_catalog.records import Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

#: Attention stands after the 3x3 convolution.
SILU: Final[Change] = {"activation": {"kind": "silu"}, "attention": {"placement": "inner"}}
#: The last convolution of the stem halves the map instead of a pool.
STRIDED_STEM: Final[Change] = {"stem": {"pool": "stride"}}
#: Depth and factor, blocks, stage widths, image size.
TOWERS: Final = (
    ("50", (3, 4, 6, 3), 64, 224),
    ("101", (3, 4, 23, 3), 64, 224),
    ("50x4", (4, 6, 10, 6), 80, 288),
    ("50x16", (6, 8, 18, 8), 96, 384),
    ("50x64", (3, 15, 36, 10), 128, 448),
)


def presets() -> list[Preset]:
    """Return the -TS networks, CLIP's towers, and the test network."""
    return [*_tiered_silu(), *_groups_of_32(), *_towers(), _test_network()]


_FAMILY = N_("Family", "SiLU and tiered stem (-TS)")
_CLIP_FAMILY = N_("Family", "CLIP image towers")
_OWN_FAMILY = N_("Family", "For tests")


def _tiered_silu() -> list[Preset]:
    rows = (
        ("ResNet-32-TS", "none", 0, "resnet32ts"),
        ("ResNet-33-TS", "none", 1280, "resnet33ts"),
        ("SE-ResNet-33-TS", "se", 1280, "seresnet33ts"),
        ("ECA-ResNet-33-TS", "eca", 1280, "eca_resnet33ts"),
    )
    return [
        entry(name, _FAMILY, WIGHTMAN_2019, _tiered(attention, features), alias)
        for name, attention, features, alias in rows
    ]


def _groups_of_32() -> list[Preset]:
    """Grouped by 32 channels in every stage, and yet as wide as a plain bottleneck: twice the groups each time."""
    rows = (
        ("ResNeXt-26-TS", "none", "resnext26ts"),
        ("SE-ResNeXt-26-TS", "se", "seresnext26ts"),
        ("ECA-ResNeXt-26-TS", "eca", "eca_resnext26ts"),
    )
    cardinalities = tuple((width // 32, 64 * 32 // width) for width in WIDTHS)
    return [
        entry(
            name, _FAMILY, WIGHTMAN_2019,
            imagenet(26, TIERED, SILU, {"attention": {"kind": attention}}, cardinalities=cardinalities), alias,
        )
        for name, attention, alias in rows
    ]  # fmt: skip


def _tiered(attention: str, features: int) -> Recipe:
    own: Change = {"attention": {"kind": attention}, "head": {"features": features}}
    return stacked((2, 3, 3, 2), TIERED, STRIDED_STEM, SILU, own, widths=(64, 128, 384, 384))


def _towers() -> list[Preset]:
    """With plain average pooling instead of CLIP's attention pooling: the backbone, no classes."""
    return [
        entry(f"CLIP-ResNet-{name}", _CLIP_FAMILY, RADFORD_2021, _tower(blocks, width, size), f"resnet{name}_clip_gap")
        for name, blocks, width, size in TOWERS
    ]


def _tower(blocks: tuple[int, ...], width: int, size: int) -> Recipe:
    thinned: Change = {"stem": {"width": width, "pool": "average"}, "anti_aliasing": {"kind": "average"}}
    widths = (width, 2 * width, 4 * width, 8 * width)
    return stacked(blocks, DEEP, AVERAGE_DOWN, thinned, widths=widths, size=size, classes=0)


def _test_network() -> Preset:
    """The small network of timm's own tests: 32 channels, kinds of block mixed."""
    recipe = stacked(
        (1, 1, 1, 1), *LETTERS["D"], {"stem": {"width": 32}},
        kind=("basic", "basic", "bottleneck", "basic"), widths=(32, 48, 48, 96), size=160,
    )  # fmt: skip
    return entry("Test-ResNet", _OWN_FAMILY, WIGHTMAN_2019, recipe, "test_resnet")
