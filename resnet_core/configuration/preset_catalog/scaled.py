"""Lists the ResNet-RS of Bello et al. 2021, each at the image size it was published with."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import counted, imagenet_accuracies
from resnet_core.configuration.preset_catalog.networks import AVERAGE_DOWN, DEEP, Change, entry, stacked
from resnet_core.configuration.preset_catalog.papers import BELLO_2021
from resnet_core.configuration.preset_catalog.records import Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

TABLE = "Bello et al. 2021, table of models"
#: Depth, blocks a stage, image size, top-1 accuracy, parameters, operations (two a multiply-add).
ROWS: Final = (
    (50, (3, 4, 6, 3), 160, 78.8, "36", "4.6"),
    (101, (3, 4, 23, 3), 192, 81.2, "64", "12"),
    (152, (3, 8, 36, 3), 256, 83.0, "87", "31"),
    (200, (3, 24, 36, 3), 256, 83.4, "93", "40"),
    (270, (4, 29, 53, 4), 256, 83.8, "130", "54"),
    (350, (4, 36, 72, 4), 256, 84.0, "164", "69"),
    (420, (4, 44, 87, 4), 320, 84.4, "192", "128"),
)
#: A strided convolution instead of the max-pool, and a squeeze to a quarter of the channels.
CONVOLVED_POOL: Change = {"stem": {"pool": "conv"}}
QUARTERED: Change = {"attention": {"kind": "se", "reduction": 4}}


def presets() -> list[Preset]:
    """Return the networks, smallest first."""
    return [
        entry(
            f"ResNet-RS-{depth}", _FAMILY, BELLO_2021,
            stacked(blocks, DEEP, CONVOLVED_POOL, AVERAGE_DOWN, QUARTERED, size=size), f"resnetrs{depth}",
            accuracies=imagenet_accuracies(TABLE, top1, protocol=f"{size}×{size}"),
            printed=counted(TABLE, parameters, operations, macs_by="doubled"),
        )
        for depth, blocks, size, top1, parameters, operations in ROWS
    ]  # fmt: skip


_FAMILY = N_("Family", "ResNet-RS")
