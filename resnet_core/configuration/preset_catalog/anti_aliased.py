"""Lists the networks that blur or average before they subsample (Zhang 2019), as timm builds them."""

from __future__ import annotations

from typing import Any, Final

from resnet_core.configuration.preset_catalog.networks import (
    LETTERS,
    SE,
    Change,
    cardinality,
    entry,
    imagenet,
    stacked,
)
from resnet_core.configuration.preset_catalog.papers import WIGHTMAN_2019, ZHANG_2019
from resnet_core.configuration.preset_catalog.records import Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

BLURRED: Final[Change] = {"anti_aliasing": {"kind": "blur"}, "stem": {"pool": "blur"}}
AVERAGED: Final[Change] = {"anti_aliasing": {"kind": "average"}, "stem": {"pool": "average"}}


def presets() -> list[Preset]:
    """Return the networks with blur-pool, those with average-pool, and the latter with squeeze-and-excitation."""
    return [*_plain("Blur", BLURRED), *_plain("AA", AVERAGED), *_squeezed()]


_FAMILY = N_("Family", "Anti-aliased")


def _plain(title: str, change: Change) -> list[Preset]:
    rows = ((18, ""),) if title == "Blur" else ((34, "D"),)
    return [
        entry(
            "-".join(filter(None, ("ResNet", title, str(depth), letter))), _FAMILY, ZHANG_2019,
            imagenet(depth, *LETTERS[letter], change), f"resnet{title.lower()}{depth}{letter.lower()}",
        )
        for depth, letter in (*rows, (50, ""), (50, "D"), (101, "D"))
    ]  # fmt: skip


def _squeezed() -> list[Preset]:
    deep, next_block = LETTERS["D"], cardinality(32, 8)
    wide_stem: dict[str, Any] = {"stem": {"width": 128}}
    return [
        entry("SE-ResNet-AA-50-D", _FAMILY, WIGHTMAN_2019, imagenet(50, *deep, AVERAGED, SE), "seresnetaa50d"),
        entry(
            "SE-ResNeXt-AA-101-D-32x8d", _FAMILY, WIGHTMAN_2019, imagenet(101, *deep, AVERAGED, next_block, SE),
            "seresnextaa101d_32x8d",
        ),
        entry(
            "SE-ResNeXt-AA-201-D-32x8d", _FAMILY, WIGHTMAN_2019,
            stacked((3, 24, 36, 4), *deep, wide_stem, AVERAGED, next_block, SE), "seresnextaa201d_32x8d",
        ),
    ]  # fmt: skip
