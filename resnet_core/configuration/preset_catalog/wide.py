"""Lists the networks of Zagoruyko and Komodakis 2016, and torchvision's wide bottlenecks."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import cifar_errors, counted, imagenet_errors, torchvision
from resnet_core.configuration.preset_catalog.networks import Change, Recipe, cifar, entry, imagenet
from resnet_core.configuration.preset_catalog.papers import ZAGORUYKO_2016
from resnet_core.configuration.preset_catalog.records import Accuracy, Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

PAPER = "Zagoruyko and Komodakis 2016"
WHITENED, SCALED = "ZCA whitening", "mean and standard deviation"
PREACTIVATED: Change = {
    "block": {"activation_order": "pre"},
    "shortcut": {"option": "B", "projection_norm": False},
}
#: Depth, widen factor, printed parameters, errors on CIFAR-10 and CIFAR-100 (table 4).
TABLE_4: Final = (
    (28, 10, "36.5", 4.17, 20.50),
    (40, 1, "0.6", 6.85, 30.89),
    (40, 2, "2.2", 5.33, 26.04),
    (40, 4, "8.9", 4.97, 22.89),
    (28, 12, "52.5", 4.33, 20.43),
    (22, 10, "26.8", 4.44, 20.75),
    (16, 8, "11.0", 4.81, 22.07),
)
#: The same networks with another preparation of the images (table 5).
TABLE_5: Final = {(28, 10): (4.00, 19.25), (40, 4): (4.53, 21.18), (16, 8): (4.27, 20.43)}
#: Depth, widen factor, errors (table 6, without dropout); no parameters are printed.
TABLE_6: Final = ((16, 4, 5.02, 24.03), (52, 1, 6.43, 29.89))
#: Depth, widen factor, printed parameters, top-1 and top-5 error (table 7); factor 1 is ResNet-18 and ResNet-34.
TABLE_7: Final = ((18, 2, "45.6", 25.58, 8.06), (18, 3, "101.8", 24.06, 7.33), (34, 2, "86.0", 23.39, 7.00))


def presets() -> list[Preset]:
    """Return the networks for CIFAR, then those for ImageNet."""
    return [*_cifar(), *_imagenet(), *_bottlenecks()]


_FAMILY = N_("Family", "Wide ResNet")


def _cifar() -> list[Preset]:
    """Depth 6n + 4: the paper counts the three projections, but not the linear layer."""
    printed = [
        entry(
            f"WRN-{depth}-{widen}", _FAMILY, ZAGORUYKO_2016, _wide(depth, widen),
            accuracies=(*cifar_errors(f"{PAPER}, Table 4", ten, hundred, WHITENED), *_scaled(depth, widen)),
            printed=counted(f"{PAPER}, Table 4", parameters),
        )
        for depth, widen, parameters, ten, hundred in TABLE_4
    ]  # fmt: skip
    others = [
        entry(
            f"WRN-{depth}-{widen}", _FAMILY, ZAGORUYKO_2016, _wide(depth, widen),
            accuracies=cifar_errors(f"{PAPER}, Table 6", ten, hundred, SCALED),
        )
        for depth, widen, ten, hundred in TABLE_6
    ]  # fmt: skip
    return printed + others


def _scaled(depth: int, widen: int) -> tuple[Accuracy, ...]:
    errors = TABLE_5.get((depth, widen))
    return cifar_errors(f"{PAPER}, Table 5", *errors, protocol=SCALED) if errors else ()


def _wide(depth: int, widen: int) -> Recipe:
    return cifar((depth - 4) // 6, PREACTIVATED, {"block": {"widen": float(widen)}})


def _imagenet() -> list[Preset]:
    """Widened stages behind a stem of 64 channels: only so do the printed parameters come out."""
    return [
        entry(
            f"WRN-{depth}-{widen}.0", _FAMILY, ZAGORUYKO_2016, imagenet(depth, {"block": {"widen": float(widen)}}),
            accuracies=imagenet_errors(f"{PAPER}, Table 7", top1, top5),
            printed=counted(f"{PAPER}, Table 7", parameters),
        )
        for depth, widen, parameters, top1, top5 in TABLE_7
    ]  # fmt: skip


def _bottlenecks() -> list[Preset]:
    double: Change = {"block": {"base_width": 128}}
    return [
        entry(
            "Wide-ResNet-50-2", _FAMILY, ZAGORUYKO_2016, imagenet(50, double),
            "wide_resnet50_2", "WRN-50-2-bottleneck", "WRN-50-2",
            accuracies=imagenet_errors(f"{PAPER}, Table 8", 21.9, 6.03),
            printed=(*counted(f"{PAPER}, Table 8", "68.9"), *torchvision("68.88324", "11.398")),
        ),
        entry(
            "Wide-ResNet-101-2", _FAMILY, ZAGORUYKO_2016, imagenet(101, double), "wide_resnet101_2",
            printed=torchvision("126.886696", "22.753"),
        ),
    ]  # fmt: skip
