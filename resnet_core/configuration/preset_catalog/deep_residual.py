"""Lists the networks of He et al. 2015, with their plain twins, and the post-activation networks of the same shape."""

from __future__ import annotations

from resnet_core.configuration.preset_catalog.figures import (
    cifar_errors,
    counted,
    imagenet_accuracies,
    imagenet_errors,
    torchvision,
)
from resnet_core.configuration.preset_catalog.networks import Change, cifar, entry, imagenet
from resnet_core.configuration.preset_catalog.papers import HE_2015, HE_2016, WIGHTMAN_2019, WU_2018
from resnet_core.configuration.preset_catalog.records import Agreement, Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

TABLE_1 = "He et al. 2015, Table 1"
TABLE_2 = "He et al. 2015, Table 2"
TABLE_3 = "He et al. 2015, Table 3"
TABLE_6 = "He et al. 2015, Table 6"
TEN_CROPS = "10 crops"
#: Others who printed the same networks.
PRE_TABLE_3, PRE_TABLE_4 = "He et al. 2016, Table 3", "He et al. 2016, Table 4"
WIDE_TABLE_5 = "Zagoruyko and Komodakis 2016, Table 5"
WIDE_TABLE_7 = "Zagoruyko and Komodakis 2016, Table 7"
WIDE_TABLE_8 = "Zagoruyko and Komodakis 2016, Table 8"
NEXT_TABLE_1, NEXT_TABLE_3 = "Xie et al. 2016, Table 1", "Xie et al. 2016, Table 3"
TRICKS_TABLE_5 = "He T. et al. 2018, Table 5"

PLAIN: Change = {"shortcut": {"option": "none"}}
ZERO_PADDED: Change = {"shortcut": {"option": "A"}}
ALL_PROJECTED: Change = {"shortcut": {"option": "C"}}
PROJECTED: Change = {"shortcut": {"option": "B"}}
STRIDE_FIRST: Change = {"block": {"stride_in": "1x1"}}

IMAGENET_DEPTHS = (18, 34, 50, 101, 152)
CIFAR_DEPTHS = (20, 32, 44, 56, 110, 1202)


def presets() -> list[Preset]:
    """Return the networks for ImageNet, then those for CIFAR, then the plain ones."""
    return [*_imagenet(), *_options(), *_of_2015(), *_later(), *_cifar(), *_cifar_bottlenecks(), *_plain()]


_IMAGENET = N_("Family", "ImageNet ResNet")
_CIFAR = N_("Family", "CIFAR ResNet")


def _imagenet() -> list[Preset]:
    """As torchvision builds them: projections where the shape changes (option B), the stride in the 3x3."""
    return [
        entry(
            "ResNet-18", _IMAGENET, HE_2015, imagenet(18),
            "resnet18", "WRN-18-1.0", "gluon_resnet18_v1b", "ssl_resnet18", "swsl_resnet18",
            accuracies=imagenet_errors(WIDE_TABLE_7, 30.4, 10.93),
            printed=(
                *counted(TABLE_1, macs="1.8"), *counted(WIDE_TABLE_7, "11.7"), *torchvision("11.689512", "1.814")
            ),
        ),
        entry(
            "ResNet-34", _IMAGENET, HE_2015, imagenet(34),
            "resnet34", "ResNet-34 (option B)", "WRN-34-1.0", "gluon_resnet34_v1b", "tv_resnet34",
            accuracies=(
                *imagenet_errors(TABLE_3, 24.52, 7.46, TEN_CROPS), *imagenet_errors(WIDE_TABLE_7, 26.77, 8.67)
            ),
            printed=(
                *counted(TABLE_1, macs="3.6", macs_by="truncates"), *counted(WIDE_TABLE_7, "21.8"),
                *torchvision("21.797672", "3.664"),
            ),
        ),
        entry(
            "ResNet-50", _IMAGENET, HE_2015, imagenet(50),
            "resnet50", "ResNet-50-B", "resnet50b", "gluon_resnet50_v1b", "tv_resnet50", "ssl_resnet50",
            "swsl_resnet50",
            accuracies=(
                *imagenet_errors(WIDE_TABLE_8, 24.01, 7.02),
                *imagenet_errors(NEXT_TABLE_3, 23.9),
                *imagenet_accuracies(TRICKS_TABLE_5, 76.66, 93.28),
                *imagenet_accuracies("Wightman et al. 2021, abstract", 80.4, protocol="recipe A1, 600 epochs"),
            ),
            printed=(
                *counted(TABLE_1, macs="3.8", macs_by="stride_2015"),
                *counted(WIDE_TABLE_8, "25.6"),
                *counted(NEXT_TABLE_1, "25.5", "4.1", parameters_by="without_norm"),
                *counted(TRICKS_TABLE_5, "25", "4.1", parameters_by="truncates"),
                *torchvision("25.557032", "4.089"),
            ),
        ),
        entry(
            "ResNet-101", _IMAGENET, HE_2015, imagenet(101), "resnet101", "gluon_resnet101_v1b", "tv_resnet101",
            accuracies=(*imagenet_errors(WIDE_TABLE_8, 22.44, 6.21), *imagenet_errors(NEXT_TABLE_3, 22.0, 6.0)),
            printed=(
                *counted(TABLE_1, macs="7.6", macs_by="stride_2015"),
                *counted(WIDE_TABLE_8, "44.5"),
                *counted(NEXT_TABLE_3, "44", "7.8", parameters_by="truncates"),
                *torchvision("44.54916", "7.801"),
            ),
        ),
        entry(
            "ResNet-152", _IMAGENET, HE_2015, imagenet(152), "resnet152", "gluon_resnet152_v1b", "tv_resnet152",
            accuracies=imagenet_errors(WIDE_TABLE_8, 22.16, 6.16),
            printed=(
                *counted(TABLE_1, macs="11.3", macs_by="stride_2015"),
                *counted(WIDE_TABLE_8, "60.2"),
                *torchvision("60.192808", "11.514"),
            ),
        ),
    ]  # fmt: skip


def _options() -> list[Preset]:
    """The other shortcuts of section 3.3; option B is torchvision's."""
    return [
        entry(
            "ResNet-18 (option A)", _IMAGENET, HE_2015, imagenet(18, ZERO_PADDED),
            accuracies=imagenet_errors(TABLE_2, 27.88, protocol=TEN_CROPS), printed=counted(TABLE_1, macs="1.8"),
        ),
        entry(
            "ResNet-34 (option A)", _IMAGENET, HE_2015, imagenet(34, ZERO_PADDED),
            accuracies=imagenet_errors(TABLE_3, 25.03, 7.76, TEN_CROPS), printed=counted(TABLE_1, macs="3.6"),
        ),
        entry(
            "ResNet-34 (option C)", _IMAGENET, HE_2015, imagenet(34, ALL_PROJECTED),
            accuracies=imagenet_errors(TABLE_3, 24.19, 7.40, TEN_CROPS),
        ),
    ]  # fmt: skip


def _of_2015() -> list[Preset]:
    """The paper's own bottlenecks, with the stride in the first 1x1."""
    return [
        entry(
            "ResNet-50 (2015)", _IMAGENET, HE_2015, imagenet(50, STRIDE_FIRST), "ResNet-50 v1",
            accuracies=(
                *imagenet_errors(TABLE_3, 22.85, 6.71, TEN_CROPS), *imagenet_accuracies(TRICKS_TABLE_5, 76.21, 92.97)
            ),
            printed=(
                *counted(TABLE_1, macs="3.8", macs_by="truncates"),
                *counted(TRICKS_TABLE_5, "25", "3.8", "truncates", "truncates"),
            ),
        ),
        entry(
            "ResNet-101 (2015)", _IMAGENET, HE_2015, imagenet(101, STRIDE_FIRST), "ResNet-101 v1",
            accuracies=imagenet_errors(TABLE_3, 21.75, 6.05, TEN_CROPS), printed=counted(TABLE_1, macs="7.6"),
        ),
        entry(
            "ResNet-152 (2015)", _IMAGENET, HE_2015, imagenet(152, STRIDE_FIRST), "ResNet-152 v1",
            accuracies=imagenet_errors(TABLE_3, 21.43, 5.71, TEN_CROPS), printed=counted(TABLE_1, macs="11.3"),
        ),
    ]  # fmt: skip


def _later() -> list[Preset]:
    """Other depths and another norm, of the same shape."""
    groups: Change = {"norm": {"kind": "group"}}
    return [
        entry("ResNet-26", _IMAGENET, WIGHTMAN_2019, imagenet(26), "resnet26"),
        entry(
            "ResNet-200", _IMAGENET, HE_2016, imagenet(200), "resnet200",
            accuracies=imagenet_errors("He et al. 2016, Table 5", 21.8, 6.0, "320×320 crop"),
        ),
        entry(
            "ResNet-50-GN", _IMAGENET, WU_2018, imagenet(50, groups), "resnet50_gn",
            accuracies=imagenet_errors("Wu and He 2018, Table 1", 24.1),
        ),
    ]  # fmt: skip


def _cifar() -> list[Preset]:
    """Depth 6n + 2, zero-padded shortcuts (option A) throughout."""
    rows = {20: (8.75, "0.27"), 32: (7.51, "0.46"), 44: (7.17, "0.66"), 56: (6.97, "0.85")}
    found = [
        entry(
            f"ResNet-{depth}", _CIFAR, HE_2015, cifar((depth - 2) // 6),
            accuracies=cifar_errors(TABLE_6, error), printed=counted(TABLE_6, parameters),
        )
        for depth, (error, parameters) in rows.items()
    ]  # fmt: skip
    deepest = [
        entry(
            "ResNet-110", _CIFAR, HE_2015, cifar(18),
            accuracies=(
                *cifar_errors(TABLE_6, 6.43, protocol="best of 5 runs"), *cifar_errors(PRE_TABLE_3, 6.61)
            ),
            printed=(*counted(TABLE_6, "1.7"), *counted(PRE_TABLE_4, "1.7"), *counted(WIDE_TABLE_5, "1.7")),
        ),
        entry(
            "ResNet-1202", _CIFAR, HE_2015, cifar(200),
            accuracies=cifar_errors(TABLE_6, 7.93),
            printed=(*counted(TABLE_6, "19.4"), *counted(WIDE_TABLE_5, "10.2", parameters_by="slip")),
        ),
    ]  # fmt: skip
    return found + deepest


def _cifar_bottlenecks() -> list[Preset]:
    """The original unit, three convolutions deep, that He et al. 2016 compare pre-activation with."""
    rows: tuple[tuple[int, tuple[float, float], str, Agreement], ...] = (
        (164, (5.93, 25.16), "1.7", "rounds"),
        (1001, (7.61, 27.82), "10.2", "without_norm"),
    )
    return [
        entry(
            f"ResNet-{depth}", _CIFAR, HE_2016, cifar((depth - 2) // 9, PROJECTED, STRIDE_FIRST, kind="bottleneck"),
            accuracies=cifar_errors(PRE_TABLE_3, *errors), printed=counted(PRE_TABLE_4, parameters, parameters_by=by),
        )
        for depth, errors, parameters, by in rows
    ]  # fmt: skip


def _plain() -> list[Preset]:
    family = N_("Family", "Plain twins")
    errors = {
        18: imagenet_errors(TABLE_2, 27.94, protocol=TEN_CROPS),
        34: imagenet_errors(TABLE_3, 28.54, 10.02, TEN_CROPS),
    }
    printed = {18: counted(TABLE_1, macs="1.8"), 34: counted(TABLE_1, macs="3.6")}
    large = [
        entry(
            f"Plain-{depth}", family, HE_2015, imagenet(depth, PLAIN),
            accuracies=errors.get(depth, ()), printed=printed.get(depth, ()),
        )
        for depth in IMAGENET_DEPTHS
    ]  # fmt: skip
    small = [entry(f"Plain-{depth}", family, HE_2015, cifar((depth - 2) // 6, PLAIN)) for depth in CIFAR_DEPTHS]
    return large + small
