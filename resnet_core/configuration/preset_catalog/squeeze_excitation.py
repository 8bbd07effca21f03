"""Lists the networks of Hu et al. 2017 and their successors: ResNets and ResNeXts with squeeze-and-excitation."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import imagenet_errors
from resnet_core.configuration.preset_catalog.networks import (
    DEEP,
    LETTERS,
    SE,
    Change,
    cardinality,
    entry,
    imagenet,
)
from resnet_core.configuration.preset_catalog.papers import HU_2017
from resnet_core.configuration.preset_catalog.records import Accuracy, Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

RELEASED = "Hu et al. 2017, released models"
STRIDE_FIRST: Change = {"block": {"stride_in": "1x1"}}
#: The channels divided by 16 as they are, not rounded to a multiple of 8.
UNROUNDED: Change = {"attention": {"rounding": 1}}
#: Top-1 and top-5 error of the models that the authors released.
ERRORS: Final = {50: (22.37, 6.36), 101: (21.75, 5.72), 152: (21.34, 5.54)}
NEXT_ERRORS: Final = {50: (20.97, 5.54), 101: (19.81, 4.96)}


def presets() -> list[Preset]:
    """Return the ResNets, those of the paper, the ResNeXts, and the network that won ILSVRC 2017."""
    return [*_resnets(), *_of_2017(), *_resnexts(), _senet()]


_FAMILY = N_("Family", "Squeeze-and-excitation")


def _resnets() -> list[Preset]:
    """As timm builds them, with the stride in the 3x3."""
    rows = ((18, ""), (34, ""), (50, ""), (101, ""), (152, ""), (50, "T"), (152, "D"), (200, "D"), (269, "D"))
    return [
        entry(
            "-".join(filter(None, ("SE-ResNet", str(depth), letter))), _FAMILY, HU_2017,
            imagenet(depth, *LETTERS[letter], SE), f"seresnet{depth}{letter.lower()}",
        )
        for depth, letter in rows
    ]  # fmt: skip


def _of_2017() -> list[Preset]:
    """The authors' own, with the stride in the first 1x1 of a bottleneck.

    timm's legacy models of 18 and 34 layers have one more ReLU before the squeeze; it changes no count.
    """
    return [
        entry(
            f"SE-ResNet-{depth} (2017)", _FAMILY, HU_2017,
            imagenet(depth, SE, UNROUNDED, *((STRIDE_FIRST,) if depth >= 50 else ())), f"legacy_seresnet{depth}",
            accuracies=imagenet_errors(RELEASED, *ERRORS[depth]) if depth in ERRORS else (),
        )
        for depth in (18, 34, 50, 101, 152)
    ]  # fmt: skip


def _resnexts() -> list[Preset]:
    rows = (
        (50, "", 32, 4, ("gluon_seresnext50_32x4d", "legacy_seresnext50_32x4d")),
        (101, "", 32, 4, ("gluon_seresnext101_32x4d", "legacy_seresnext101_32x4d")),
        (101, "", 64, 4, ("gluon_seresnext101_64x4d",)),
        (101, "", 32, 8, ()),
        (101, "D", 32, 8, ()),
        (26, "", 32, 4, ("legacy_seresnext26_32x4d",)),
        (26, "D", 32, 4, ()),
        (26, "T", 32, 4, ("seresnext26tn_32x4d",)),
    )
    return [
        entry(
            "-".join(filter(None, ("SE-ResNeXt", str(depth), letter, f"{groups}x{width}d"))), _FAMILY, HU_2017,
            imagenet(depth, *LETTERS[letter], cardinality(groups, width), SE),
            f"seresnext{depth}{letter.lower()}_{groups}x{width}d", *others,
            accuracies=_released(depth, letter, groups, width),
        )
        for depth, letter, groups, width, others in rows
    ]  # fmt: skip


def _released(depth: int, letter: str, groups: int, width: int) -> tuple[Accuracy, ...]:
    released = depth in NEXT_ERRORS and not letter and (groups, width) == (32, 4)
    return imagenet_errors(RELEASED, *NEXT_ERRORS[depth]) if released else ()


def _senet() -> Preset:
    """ResNeXt-152 of 64x4d with a wider deep stem, halved first 1x1 convolutions and 3x3 strided projections."""
    changes: tuple[Change, ...] = (
        DEEP,
        {"stem": {"width": 128}, "block": {"halve_first": True}, "shortcut": {"strided_kernel": "3x3"}},
        cardinality(64, 4),
        SE,
        {"head": {"dropout": 0.2}},
    )
    return entry(
        "SENet-154", _FAMILY, HU_2017, imagenet(152, *changes), "senet154", "gluon_senet154", "legacy_senet154",
        accuracies=imagenet_errors(RELEASED, 18.68, 4.47),
    )  # fmt: skip
