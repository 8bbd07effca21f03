"""Lists the networks with efficient channel attention (Wang et al. 2019): the paper's own and timm's."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import counted, imagenet_accuracies
from resnet_core.configuration.preset_catalog.networks import (
    AVERAGE_DOWN,
    ECA,
    LETTERS,
    cardinality,
    entry,
    imagenet,
    stacked,
)
from resnet_core.configuration.preset_catalog.papers import WANG_2019
from resnet_core.configuration.preset_catalog.records import Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

RELEASED = "Wang et al. 2019, released models"
#: Depth, accuracies, and parameters as printed, in units of 2^20 (but for 152 layers: 57.41, where 57.404 would be it).
ROWS: Final = ((50, 77.48, 93.68, "24.37"), (101, 78.65, 94.34, "42.49"), (152, 78.92, 94.55, ""))


def presets() -> list[Preset]:
    """Return the networks of the paper, then timm's ResNets, then its ResNeXts."""
    return [*_of_2019(), *_resnets(), *_resnexts()]


_FAMILY = N_("Family", "Efficient channel attention")


def _of_2019() -> list[Preset]:
    return [
        entry(
            f"ECA-ResNet-{depth}", _FAMILY, WANG_2019, imagenet(depth, ECA), f"ECA-Net{depth}",
            accuracies=imagenet_accuracies(RELEASED, top1, top5),
            printed=counted(RELEASED, parameters, parameters_by="binary"),
        )
        for depth, top1, top5, parameters in ROWS
    ]  # fmt: skip


def _resnets() -> list[Preset]:
    rows = ((26, "T"), (50, "D"), (50, "T"), (101, "D"), (200, "D"), (269, "D"))
    found = [
        entry(
            f"ECA-ResNet-{depth}-{letter}", _FAMILY, WANG_2019, imagenet(depth, *LETTERS[letter], ECA),
            f"ecaresnet{depth}{letter.lower()}",
        )
        for depth, letter in rows
    ]  # fmt: skip
    light = stacked((1, 1, 11, 3), AVERAGE_DOWN, ECA)
    return [*found, entry("ECA-ResNet-Light", _FAMILY, WANG_2019, light, "ecaresnetlight")]


def _resnexts() -> list[Preset]:
    return [
        entry(
            f"ECA-ResNeXt-{depth}-T-32x4d", _FAMILY, WANG_2019,
            imagenet(depth, *LETTERS["T"], cardinality(32, 4), ECA), f"ecaresnext{depth}t_32x4d",
        )
        for depth in (26, 50)
    ]  # fmt: skip
