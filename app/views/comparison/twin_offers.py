"""Offers what an architecture is best compared with: twins that differ in one thing, and sets of three."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.wording import kind_text, problems_text
from resnet_core.configuration.architecture_config import ArchitectureConfig, ShortcutOption
from resnet_core.configuration.presets import find_preset, preset
from resnet_core.configuration.twins import is_plain, other_kind, plain_twin, with_kind, with_option, with_order
from resnet_core.configuration.validation import ConfigurationError

translate = QCoreApplication.translate
OFFER_KEYS = ("kind", "shortcut", "orders", "options")
_OPTIONS: tuple[ShortcutOption, ...] = ("A", "B", "C")


class TwinOffer(NamedTuple):
    """What the button says, what the undo step is called, and what stands beside the open architecture.

    The last of `configs` is opened, those before it are pinned. Where there are none, `problem` says why.
    """

    key: str
    text: str
    undo_text: str
    configs: tuple[ArchitectureConfig, ...]
    problem: str = ""

    @property
    def is_set(self) -> bool:
        """Whether more than two would stand one under the other."""
        return len(self.configs) > 1


def twin_offers(config: ArchitectureConfig) -> tuple[TwinOffer, ...]:
    """Return the twin with the other kind of block, the one without shortcuts (of a plain network: with them), the
    set of both activation orders and none, and the set of the shortcuts A, B and C.
    """
    return _kind_offer(config), _shortcut_offer(config), _orders_offer(config), _options_offer(config)


def _kind_offer(config: ArchitectureConfig) -> TwinOffer:
    kind = kind_text(other_kind(config))
    return _offer(
        "kind",
        translate("Comparison", "Pin this and open its {kind} twin").format(kind=kind),
        translate("Comparison", "Open the {kind} twin").format(kind=kind),
        lambda: (with_kind(config, other_kind(config)),),
    )


def _shortcut_offer(config: ArchitectureConfig) -> TwinOffer:
    if not is_plain(config):
        return _offer(
            "shortcut",
            translate("Comparison", "Compare with its plain twin"),
            translate("Comparison", "Open the plain twin"),
            lambda: (plain_twin(config),),
        )
    twin = _residual_twin(config)
    return TwinOffer(
        "shortcut",
        translate("Comparison", "Compare with its residual twin"),
        translate("Comparison", "Open the residual twin"),
        (twin,) if twin is not None else (),
        "" if twin is not None else _no_residual_twin(),
    )


def _orders_offer(config: ArchitectureConfig) -> TwinOffer:
    """Offer post-activation, pre-activation and plain beside one another, whichever of them is open."""
    text = translate("Comparison", "Compare post-activation, pre-activation and plain")
    undo_text = translate("Comparison", "Open one of three orders")
    if is_plain(config):
        twin = _residual_twin(config)
        if twin is None:
            return TwinOffer("orders", text, undo_text, (), _no_residual_twin())
        return _offer("orders", text, undo_text, lambda: (twin, with_order(twin, "pre")))
    if config.block.activation_order == "pre":
        return _offer("orders", text, undo_text, lambda: _with_plain(with_order(config, "post")))
    return _offer("orders", text, undo_text, lambda: (with_order(config, "pre"), plain_twin(config)))


def _with_plain(config: ArchitectureConfig) -> tuple[ArchitectureConfig, ArchitectureConfig]:
    return config, plain_twin(config)


def _options_offer(config: ArchitectureConfig) -> TwinOffer:
    """Offer the three shortcuts of He et al. 2015, table 3: padded, projected where shapes change, all projected."""
    text = translate("Comparison", "Compare the shortcuts A, B and C")
    undo_text = translate("Comparison", "Open one of three shortcuts")
    others = tuple(option for option in _OPTIONS if option != config.shortcut.option)
    if len(others) == len(_OPTIONS):
        problem = translate("Comparison", "Its shortcuts are none of the three.")
        return TwinOffer("options", text, undo_text, (), problem)
    return _offer("options", text, undo_text, lambda: tuple(with_option(config, option) for option in others))


def _residual_twin(config: ArchitectureConfig) -> ArchitectureConfig | None:
    """Return the published network that `config` is the plain control of."""
    found = find_preset(config.name.replace("Plain-", "ResNet-", 1))
    twin = preset(found.name) if found else None
    return twin if twin is not None and plain_twin(twin) == config else None


def _no_residual_twin() -> str:
    return translate("Comparison", "It has no shortcuts, and no published twin that has.")


def _offer(key: str, text: str, undo_text: str, make: Callable[[], tuple[ArchitectureConfig, ...]]) -> TwinOffer:
    try:
        return TwinOffer(key, text, undo_text, make())
    except ConfigurationError as error:
        return TwinOffer(key, text, undo_text, (), problems_text(error.problems))
