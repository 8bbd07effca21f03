"""Offers the edits of a block and of a stage as menus, each with its key and with what it would cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.views.atlas.atlas_edits import AtlasEdits
from app.views.atlas.edit_keys import key_text
from app.views.atlas.edit_words import cost_text, offer_text, refusal_text
from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.edit_counts import edit_counts
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edit_offers import EditOffer, block_offers, stage_offers
from resnet_core.configuration.key_edits import KeyEditName
from resnet_core.configuration.validation import ConfigurationError

translate = QCoreApplication.translate

MOST_LAYERS_AT_ONCE = 1_000
"""Above so many layers an edit is counted when the pointer is on it, not before the menu opens."""

_BLOCK_KEYS: Mapping[str, KeyEditName] = MappingProxyType({
    "add_block": "add_block", "remove_block": "remove_block", "kind_basic": "kind", "kind_bottleneck": "kind",
})  # fmt: skip
_STAGE_KEYS: Mapping[str, KeyEditName] = MappingProxyType({
    "kind_basic": "stage_kind", "kind_bottleneck": "stage_kind", "double_width": "wider", "halve_width": "narrower",
    "stride_1": "stride", "stride_2": "stride",
})  # fmt: skip


def add_edits(menu: QMenu, edits: AtlasEdits, block: str) -> None:
    """Add the menus of `block` and of its stage to `menu`."""
    submenu = menu.addMenu(translate("Atlas", "Edit block %1").replace("%1", block))
    submenu.setObjectName("atlas_edit_block")
    offers = block_offers(edits.config, block)
    _fill(submenu, edits, block, (offers, {**_BLOCK_KEYS, **_next_shortcut(edits, block, offers)}))
    add_stage_edits(menu, edits, block.partition(".")[0])
    menu.addSeparator()


def add_stage_edits(menu: QMenu, edits: AtlasEdits, stage: str) -> None:
    """Add the menu of `stage` to `menu`."""
    submenu = menu.addMenu(translate("Atlas", "Edit stage %1").replace("%1", stage))
    submenu.setObjectName("atlas_edit_stage")
    fill_stage_edits(submenu, edits, stage)


def fill_stage_edits(menu: QMenu, edits: AtlasEdits, stage: str) -> None:
    """Add the edits of `stage` to `menu` itself, for where the stage's own name was asked."""
    _fill(menu, edits, stage, (stage_offers(edits.config, stage), _STAGE_KEYS))


def _next_shortcut(edits: AtlasEdits, block: str, offers: Iterable[EditOffer]) -> dict[str, KeyEditName]:
    """Return which of the offered shortcuts the key of the next one leads to."""
    road = next(edit for edit in edits.offered_of(block) if edit.name == "shortcut")
    with suppress(ConfigurationError):
        following = road.make()
        for offer in offers:
            if offer.group == "shortcut" and offer.make() == following:
                return {offer.name: "shortcut"}
    return {}


def _fill(
    menu: QMenu, edits: AtlasEdits, subject: str, offered: tuple[Iterable[EditOffer], Mapping[str, KeyEditName]]
) -> None:
    menu.setToolTipsVisible(True)
    report = edits.report
    counted_now = len(report.layers) <= MOST_LAYERS_AT_ONCE
    group, (offers, keys) = "", offered
    for offer in offers:
        if group and offer.group != group:
            menu.addSeparator()
        group = offer.group
        name = offer_text(offer)
        text = f"{name}  ({key_text(keys[offer.name])})" if offer.name in keys else name
        action = menu.addAction(text)
        action.setObjectName(f"atlas_{offer.name}")
        try:
            edited = offer.make()
        except ConfigurationError as refused:
            action.setEnabled(False)
            action.setToolTip(refusal_text(refused))
            continue
        action.setEnabled(edited != edits.config)
        title = translate("Atlas", "%1: %2").replace("%1", subject).replace("%2", name)
        action.triggered.connect(partial(_make, edits, edited, title))
        if counted_now:
            _tell_cost(action, report, edited, text)
        else:
            action.hovered.connect(partial(_tell_cost, action, report, edited, text))


def _make(edits: AtlasEdits, edited: ArchitectureConfig, text: str, _checked: bool = False) -> None:
    edits.make(lambda: edited, text)


def _tell_cost(action: QAction, report: CostReport, edited: ArchitectureConfig, text: str) -> None:
    """Put the cost where a menu shows shortcuts: right-aligned, in a column of its own."""
    action.setText(f"{text}\t{cost_text(edit_counts(report, edited))}")
