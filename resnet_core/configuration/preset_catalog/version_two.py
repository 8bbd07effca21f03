"""Lists timm's ResNetV2 (pre-activation, the stride in the 3x3) and the networks of Big Transfer."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import counted, imagenet_accuracies
from resnet_core.configuration.preset_catalog.networks import BLOCKS, LETTERS, WIDTHS, Change, entry, imagenet, stacked
from resnet_core.configuration.preset_catalog.papers import HE_2016, KOLESNIKOV_2019
from resnet_core.configuration.preset_catalog.records import Accuracy, Preset, PrintedCount
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

PREACTIVATED: Change = {"block": {"activation_order": "pre"}, "shortcut": {"projection_norm": False}}
GROUPED: Change = {"norm": {"kind": "group"}}
STANDARDIZED: Change = {"norm": {"kind": "group", "standardize": True}}
VARIANTS: Final = ((18, ""), (18, "D"), (34, ""), (34, "D"), (50, ""), (50, "D"), (50, "T"), (101, ""), (101, "D"),
                   (152, ""), (152, "D"))  # fmt: skip
#: Depth and widen factor.
TRANSFER: Final = ((50, 1), (50, 3), (101, 1), (101, 3), (152, 2), (152, 4))


def presets() -> list[Preset]:
    """Return the networks with BatchNorm, one with GroupNorm, and those of Big Transfer."""
    return [*_batch_normalized(), _group_normalized(), *_transfer()]


_FAMILY = N_("Family", "ResNetV2")
_TRANSFER_FAMILY = N_("Family", "Big Transfer (BiT)")


def _batch_normalized() -> list[Preset]:
    return [
        entry(
            "-".join(filter(None, ("ResNetV2", str(depth), letter))), _FAMILY, HE_2016,
            imagenet(depth, *LETTERS[letter], PREACTIVATED), f"resnetv2_{depth}{letter.lower()}",
        )
        for depth, letter in VARIANTS
    ]  # fmt: skip


def _group_normalized() -> Preset:
    recipe = imagenet(50, *LETTERS["D"], PREACTIVATED, GROUPED)
    return entry("ResNetV2-50-D-GN", _FAMILY, HE_2016, recipe, "resnetv2_50d_gn")


def _transfer() -> list[Preset]:
    """GroupNorm, standardised weights, and every channel count times the factor, the stem's too."""
    found = []
    for depth, factor in TRANSFER:
        stem: Change = {"stem": {"width": 64 * factor}}
        name = f"resnetv2_{depth}x{factor}_bit"
        recipe = stacked(BLOCKS[depth], PREACTIVATED, STANDARDIZED, stem, widths=[width * factor for width in WIDTHS])
        found.append(
            entry(
                f"BiT-R{depth}x{factor}", _TRANSFER_FAMILY, KOLESNIKOV_2019, recipe,
                name, f"{name}m", f"{name}m_in21k", *_other_names(depth, factor),
                accuracies=_accuracies(depth, factor), printed=_printed(depth, factor),
            )
        )  # fmt: skip
    return found


def _other_names(depth: int, factor: int) -> tuple[str, ...]:
    if (depth, factor) == (50, 1):
        return ("resnetv2_50x1_bit_distilled",)
    if (depth, factor) == (152, 2):
        return ("resnetv2_152x2_bit_teacher", "resnetv2_152x2_bit_teacher_384")
    return ()


def _accuracies(depth: int, factor: int) -> tuple[Accuracy, ...]:
    released = "Kolesnikov et al. 2019, released models"
    if (depth, factor) == (50, 1):
        return (
            *imagenet_accuracies(released, 80.68, protocol="trained first on ImageNet-21k"),
            *imagenet_accuracies("Beyer et al. 2021 (arXiv 2106.05237)", 82.8, protocol="distilled from R152x2"),
        )
    if (depth, factor) == (152, 2):
        return imagenet_accuracies(released, 85.15, protocol="trained first on ImageNet-21k")
    return ()


def _printed(depth: int, factor: int) -> tuple[PrintedCount, ...]:
    if (depth, factor) == (152, 4):
        return counted("Kolesnikov et al. 2019", "928", parameters_by="without_head")
    return ()
