"""Offers the edits of the block and the stage under the pointer, each with what it would cost, as two menus."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.state.architecture_document import ArchitectureDocument
from app.wording import problems_text
from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.edit_cost import edit_cost
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edit_offers import EditOffer, block_offers, stage_offers
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.number_text import compact_difference

translate = QCoreApplication.translate

MOST_LAYERS_AT_ONCE = 1_000
"""Above so many layers an edit is counted when the pointer is on it, not before the menu opens."""


def add_edits(menu: QMenu, document: ArchitectureDocument, block: str) -> None:
    """Add the menus of `block` and of its stage to `menu`."""
    stage, config = block.partition(".")[0], document.config
    for name, title, offers in (
        ("block", translate("Atlas", "Edit block %1").replace("%1", block), block_offers(config, block)),
        ("stage", translate("Atlas", "Edit stage %1").replace("%1", stage), stage_offers(config, stage)),
    ):
        submenu = menu.addMenu(title)
        submenu.setObjectName(f"atlas_edit_{name}")
        submenu.setToolTipsVisible(True)
        _fill(submenu, document, offers)
    menu.addSeparator()


def offer_text(offer: EditOffer) -> str:
    """Return an edit in the language in force: "Make it Basic (3×3, 3×3)"."""
    words = {
        name: translate("Choice", value) if isinstance(value, str) else value
        for name, value in offer.parameters.items()
    }
    return translate("EditOffer", offer.text).format(**words)


def cost_text(before: CostReport, edited: ArchitectureConfig) -> str:
    """Return what an edit costs: "+1.18 M params, +231 M MACs"."""
    cost = edit_cost(before, edited)
    line = translate("Atlas", "%1 params, %2 MACs")
    return line.replace("%1", compact_difference(cost.parameters, 0)).replace("%2", compact_difference(cost.macs, 0))


def _fill(menu: QMenu, document: ArchitectureDocument, offers: Iterable[EditOffer]) -> None:
    report = document.snapshot.report
    counted_now = len(report.layers) <= MOST_LAYERS_AT_ONCE
    group = ""
    for offer in offers:
        if group and offer.group != group:
            menu.addSeparator()
        group = offer.group
        text = offer_text(offer)
        action = menu.addAction(text)
        action.setObjectName(f"atlas_{offer.name}")
        try:
            edited = offer.make()
        except ConfigurationError as refused:
            action.setEnabled(False)
            action.setToolTip(problems_text(refused.problems))
            continue
        action.setEnabled(edited != document.config)
        action.triggered.connect(partial(_make, document, edited, text))
        if counted_now:
            _tell_cost(action, report, edited, text)
        else:
            action.hovered.connect(partial(_tell_cost, action, report, edited, text))


def _make(document: ArchitectureDocument, edited: ArchitectureConfig, text: str, _checked: bool = False) -> None:
    document.replace(edited, text)


def _tell_cost(action: QAction, report: CostReport, edited: ArchitectureConfig, text: str) -> None:
    """Put the cost where a menu shows shortcuts: right-aligned, in a column of its own."""
    action.setText(f"{text}\t{cost_text(report, edited)}")
