"""Lists the networks that differ from the first ResNets in stem and shortcut: -C, -D, -S and -T."""

from __future__ import annotations

from typing import Final

from resnet_core.configuration.preset_catalog.figures import counted, imagenet_accuracies
from resnet_core.configuration.preset_catalog.networks import LETTERS, Recipe, entry, imagenet
from resnet_core.configuration.preset_catalog.papers import GUO_2019, HE_T_2018, WIGHTMAN_2019
from resnet_core.configuration.preset_catalog.records import Paper, Preset
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

TABLE_5 = "He T. et al. 2018, Table 5"
PAPERS: Final[dict[str, Paper]] = {"C": HE_T_2018, "D": HE_T_2018, "S": GUO_2019, "T": WIGHTMAN_2019}
DEPTHS: Final = {"C": (50, 101, 152), "D": (18, 26, 34, 50, 101, 152, 200), "S": (50, 101, 152), "T": (10, 14, 26, 50)}
#: Those that the GluonCV of Guo et al. 2019 calls v1c, v1d and v1s.
GLUON: Final = (50, 101, 152)
ACCURACIES: Final = {"C": (76.87, 93.48), "D": (77.16, 93.52)}


def presets() -> list[Preset]:
    """Return the networks by letter, then by depth."""
    return [_variant(depth, letter) for letter, depths in DEPTHS.items() for depth in depths]


_FAMILY = N_("Family", "ResNet-C, -D, -S and -T")


def _variant(depth: int, letter: str) -> Preset:
    small = letter.lower()
    gluon = (f"gluon_resnet{depth}_v1{small}",) if depth in GLUON and letter != "T" else ()
    in_table = depth == 50 and letter in ACCURACIES
    return entry(
        f"ResNet-{depth}-{letter}", _FAMILY, PAPERS[letter], _recipe(depth, letter), f"resnet{depth}{small}", *gluon,
        accuracies=imagenet_accuracies(TABLE_5, *ACCURACIES[letter]) if in_table else (),
        printed=counted(TABLE_5, "25", "4.3", parameters_by="truncates") if in_table else (),
    )  # fmt: skip


def _recipe(depth: int, letter: str) -> Recipe:
    return imagenet(depth, *LETTERS[letter])
