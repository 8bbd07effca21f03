"""Lists the networks of Xie et al. 2016 and their successors: bottlenecks whose 3x3 convolution is grouped."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import (
    cifar_errors,
    counted,
    imagenet_accuracies,
    imagenet_errors,
    torchvision,
)
from resnet_core.configuration.preset_catalog.networks import (
    LETTERS,
    Change,
    Recipe,
    cardinality,
    cifar,
    entry,
    imagenet,
)
from resnet_core.configuration.preset_catalog.papers import HE_T_2018, MAHAJAN_2018, XIE_2016
from resnet_core.configuration.preset_catalog.records import Accuracy, Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

TABLE_1, TABLE_3, TABLE_4, TABLE_7 = (f"Xie et al. 2016, Table {number}" for number in (1, 3, 4, 7))
SEMI = "Yalniz et al. 2019 (arXiv 1905.00546), released models"
SEMI_PROTOCOL = "trained first on 940 M tagged images"
PROJECTED: Change = {"shortcut": {"option": "B"}}


def presets() -> list[Preset]:
    """Return the networks of the paper, larger ones, and those for CIFAR."""
    return [*_fifty(), *_hundred_and_one(), *_larger(), *_cifar()]


_FAMILY = N_("Family", "ResNeXt")


def _next(depth: int, groups: int, base_width: int, letter: str = "") -> Recipe:
    return imagenet(depth, *LETTERS[letter], cardinality(groups, base_width))


def _fifty() -> list[Preset]:
    """The trade between cardinality and width at equal cost (table 3)."""
    return [
        entry(
            "ResNeXt-50-32x4d", _FAMILY, XIE_2016, _next(50, 32, 4),
            "resnext50_32x4d", "gluon_resnext50_32x4d", "tv_resnext50_32x4d", "ssl_resnext50_32x4d",
            "swsl_resnext50_32x4d",
            accuracies=imagenet_errors(TABLE_3, 22.2),
            printed=(*counted(TABLE_1, "25.0", "4.2"), *torchvision("25.028904", "4.23")),
        ),
        entry(
            "ResNeXt-50-2x40d", _FAMILY, XIE_2016, _next(50, 2, 40),
            accuracies=imagenet_errors(TABLE_3, 23.0), printed=counted(TABLE_3, macs="4.1"),
        ),
        entry(
            "ResNeXt-50-4x24d", _FAMILY, XIE_2016, _next(50, 4, 24),
            accuracies=imagenet_errors(TABLE_3, 22.6), printed=counted(TABLE_3, macs="4.1", macs_by="truncates"),
        ),
        entry(
            "ResNeXt-50-8x14d", _FAMILY, XIE_2016, _next(50, 8, 14),
            accuracies=imagenet_errors(TABLE_3, 22.3), printed=counted(TABLE_3, macs="4.1", macs_by="approximate"),
        ),
        entry("ResNeXt-50-D-32x4d", _FAMILY, HE_T_2018, _next(50, 32, 4, "D"), "resnext50d_32x4d"),
    ]  # fmt: skip


def _hundred_and_one() -> list[Preset]:
    equal: Final = counted(TABLE_3, macs="7.8", macs_by="approximate")
    return [
        entry(
            "ResNeXt-101-32x4d", _FAMILY, XIE_2016, _next(101, 32, 4),
            "resnext101_32x4d", "gluon_resnext101_32x4d", "ssl_resnext101_32x4d", "swsl_resnext101_32x4d",
            accuracies=(*imagenet_errors(TABLE_4, 21.2, 5.6), *_semi(83.4, 96.8)),
            printed=(*equal, *counted("Xie et al. 2016, Fig. 5", "44")),
        ),
        entry(
            "ResNeXt-101-2x40d", _FAMILY, XIE_2016, _next(101, 2, 40),
            accuracies=imagenet_errors(TABLE_3, 21.7), printed=equal,
        ),
        entry(
            "ResNeXt-101-4x24d", _FAMILY, XIE_2016, _next(101, 4, 24),
            accuracies=imagenet_errors(TABLE_3, 21.4), printed=equal,
        ),
        entry(
            "ResNeXt-101-8x14d", _FAMILY, XIE_2016, _next(101, 8, 14),
            accuracies=imagenet_errors(TABLE_3, 21.3), printed=equal,
        ),
        entry(
            "ResNeXt-101-2x64d", _FAMILY, XIE_2016, _next(101, 2, 64),
            accuracies=imagenet_errors(TABLE_4, 20.7, 5.5), printed=counted(TABLE_4, macs="15"),
        ),
        entry(
            "ResNeXt-101-64x4d", _FAMILY, XIE_2016, _next(101, 64, 4), "resnext101_64x4d", "gluon_resnext101_64x4d",
            accuracies=imagenet_errors(TABLE_4, 20.4, 5.3),
            printed=(*counted(TABLE_4, macs="15"), *torchvision("83.455272", "15.46")),
        ),
    ]  # fmt: skip


def _semi(top1: float, top5: float) -> tuple[Accuracy, ...]:
    return imagenet_accuracies(SEMI, top1, top5, SEMI_PROTOCOL)


def _larger() -> list[Preset]:
    """Four widths for hashtags by the thousand million; 32x8d is torchvision's too."""
    return [
        entry(
            "ResNeXt-101-32x8d", _FAMILY, MAHAJAN_2018, _next(101, 32, 8),
            "resnext101_32x8d", "ig_resnext101_32x8d", "ssl_resnext101_32x8d", "swsl_resnext101_32x8d",
            accuracies=_semi(84.3, 97.2),
            printed=(
                *torchvision("88.791336", "16.414"), *counted(SEMI, "88", "16", parameters_by="truncates"),
            ),
        ),
        entry(
            "ResNeXt-101-32x16d", _FAMILY, MAHAJAN_2018, _next(101, 32, 16),
            "resnext101_32x16d", "ig_resnext101_32x16d", "ssl_resnext101_32x16d", "swsl_resnext101_32x16d",
            accuracies=_semi(84.8, 97.4),
            printed=counted(SEMI, macs="36"),
        ),
        entry(
            "ResNeXt-101-32x32d", _FAMILY, MAHAJAN_2018, _next(101, 32, 32),
            "resnext101_32x32d", "ig_resnext101_32x32d",
        ),
        entry("ResNeXt-101-32x48d", _FAMILY, MAHAJAN_2018, _next(101, 32, 48), "ig_resnext101_32x48d"),
    ]  # fmt: skip


def _cifar() -> list[Preset]:
    """Original units, as the authors' released code has them; the first version of the paper pre-activated them."""
    return [
        entry(
            f"ResNeXt-29-{groups}x64d", _FAMILY, XIE_2016,
            cifar(3, PROJECTED, cardinality(groups, 64), kind="bottleneck", widths=(64, 128, 256), stem=64),
            accuracies=cifar_errors(TABLE_7, *errors),
            printed=counted(TABLE_7, parameters, parameters_by="rounds" if groups == 8 else "truncates"),
        )
        for groups, parameters, errors in ((8, "34.4", (3.65, 17.77)), (16, "68.1", (3.58, 17.31)))
    ]  # fmt: skip
