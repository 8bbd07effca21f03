"""Offers the twins that an architecture is best compared with: of the other kind, and without shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.wording import kind_text, problems_text
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import find_preset, preset
from resnet_core.configuration.twins import is_plain, other_kind, plain_twin, with_kind
from resnet_core.configuration.validation import ConfigurationError

translate = QCoreApplication.translate


class TwinOffer(NamedTuple):
    """One twin: what the button says, what the undo step is called, and the twin, or why there is none."""

    key: str
    text: str
    undo_text: str
    config: ArchitectureConfig | None
    problem: str = ""


def twin_offers(config: ArchitectureConfig) -> tuple[TwinOffer, TwinOffer]:
    """Return the twin with the other kind of block, and the one without shortcuts (of a plain network: with them)."""
    kind = kind_text(other_kind(config))
    by_kind = _offer(
        "kind",
        translate("Comparison", "Pin this and open its {kind} twin").format(kind=kind),
        translate("Comparison", "Open the {kind} twin").format(kind=kind),
        lambda: with_kind(config, other_kind(config)),
    )
    if is_plain(config):
        return by_kind, _residual_offer(config)
    by_shortcut = _offer(
        "shortcut",
        translate("Comparison", "Compare with its plain twin"),
        translate("Comparison", "Open the plain twin"),
        lambda: plain_twin(config),
    )
    return by_kind, by_shortcut


def _residual_offer(config: ArchitectureConfig) -> TwinOffer:
    """Return the published network that `config` is the plain control of."""
    found = find_preset(config.name.replace("Plain-", "ResNet-", 1))
    twin = preset(found.name) if found else None
    known = twin is not None and plain_twin(twin) == config
    return TwinOffer(
        "shortcut",
        translate("Comparison", "Compare with its residual twin"),
        translate("Comparison", "Open the residual twin"),
        twin if known else None,
        "" if known else translate("Comparison", "It has no shortcuts, and no published twin that has."),
    )


def _offer(key: str, text: str, undo_text: str, make: Callable[[], ArchitectureConfig]) -> TwinOffer:
    try:
        return TwinOffer(key, text, undo_text, make())
    except ConfigurationError as error:
        return TwinOffer(key, text, undo_text, None, problems_text(error.problems))
