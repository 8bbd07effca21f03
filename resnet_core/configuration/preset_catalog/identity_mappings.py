"""Lists the networks of He et al. 2016: pre-activation, and the three other orders of figure 4."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import cifar_errors, counted, imagenet_errors
from resnet_core.configuration.preset_catalog.networks import Change, cifar, entry, imagenet
from resnet_core.configuration.preset_catalog.papers import HE_2016
from resnet_core.configuration.preset_catalog.records import Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

TABLE_2 = "He et al. 2016, Table 2"
TABLE_4 = "He et al. 2016, Table 4"
TABLE_5 = "He et al. 2016, Table 5"
WIDE_TABLE_8 = "Zagoruyko and Komodakis 2016, Table 8"

#: Name, value of the field, and the errors of 110 and 164 layers on CIFAR-10 (table 2, figure 4 b to d).
ORDERS: Final = (
    ("BN after addition", "bn_after_add", 8.17, 6.50),
    ("ReLU before addition", "relu_before_add", 7.84, 6.14),
    ("ReLU-only pre-activation", "relu_pre", 6.71, 5.91),
)
STRIDE_FIRST: Change = {"block": {"stride_in": "1x1"}}
PROJECTED: Change = {"shortcut": {"option": "B"}}
#: Before the addition of a pre-activation network nothing is normalised, the projection neither.
BARE: Change = {"shortcut": {"projection_norm": False}}


def presets() -> list[Preset]:
    """Return the pre-activation networks, then the other orders."""
    return [*_preactivation(), *_other_orders()]


_FAMILY = N_("Family", "Pre-activation")


def _order(value: str) -> Change:
    return {"block": {"activation_order": value}}


def _preactivation() -> list[Preset]:
    pre, deep = _order("pre"), (PROJECTED, STRIDE_FIRST)
    return [
        entry("PreResNet-56", _FAMILY, HE_2016, cifar(9, pre, BARE)),
        entry(
            "PreResNet-110", _FAMILY, HE_2016, cifar(18, pre, BARE),
            accuracies=cifar_errors(TABLE_2, 6.37),
        ),
        entry(
            "PreResNet-164", _FAMILY, HE_2016, cifar(18, pre, BARE, *deep, kind="bottleneck"),
            accuracies=cifar_errors(TABLE_4, 5.46, 24.33), printed=counted(TABLE_4, "1.7"),
        ),
        entry(
            "PreResNet-1001", _FAMILY, HE_2016, cifar(111, pre, BARE, *deep, kind="bottleneck"),
            accuracies=cifar_errors(TABLE_4, 4.92, 22.71),
            printed=counted(TABLE_4, "10.2", parameters_by="without_norm"),
        ),
        entry(
            "PreResNet-200", _FAMILY, HE_2016, imagenet(200, pre, BARE),
            accuracies=(
                *imagenet_errors(TABLE_5, 20.7, 5.3, "320×320 crop"), *imagenet_errors(WIDE_TABLE_8, 21.66, 5.79)
            ),
            printed=counted(WIDE_TABLE_8, "64.7"),
        ),
    ]  # fmt: skip


def _other_orders() -> list[Preset]:
    found = []
    for title, value, basic, bottleneck in ORDERS:
        order = _order(value)
        found += [
            entry(
                f"ResNet-110 ({title})", _FAMILY, HE_2016, cifar(18, order),
                accuracies=cifar_errors(TABLE_2, basic),
            ),
            entry(
                f"ResNet-164 ({title})", _FAMILY, HE_2016,
                cifar(18, order, PROJECTED, STRIDE_FIRST, kind="bottleneck"),
                accuracies=cifar_errors(TABLE_2, bottleneck),
            ),
        ]  # fmt: skip
    return found
