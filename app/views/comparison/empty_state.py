"""Says what to do where there is nothing to compare with, and does it with one click."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.architecture_document import Snapshot, analyzed
from app.views.comparison.canvas_page import CanvasPage
from app.views.comparison.compared import compared_pair
from app.views.comparison.difference_words import difference_line
from app.views.comparison.twin_offers import OFFER_KEYS, TwinOffer, twin_offers

_WIDTH = 520


class EmptyState(CanvasPage):
    """Offers with what each would show; `accepted` carries a TwinOffer, `pin_wanted` asks to pin what is open."""

    accepted = Signal(object)
    pin_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("comparison_empty_state")
        self.headline = QLabel(self)
        self.headline.setProperty("role", "heading")
        self.explanation = QLabel(self)
        self.explanation.setProperty("role", "muted")
        self.buttons = {key: QPushButton(self) for key in OFFER_KEYS}
        self.previews = {key: QLabel(self) for key in self.buttons}
        self._offers: dict[str, TwinOffer] = {}
        for key, button in self.buttons.items():
            button.setObjectName(f"comparison_twin_{key}")
            button.clicked.connect(lambda _checked=False, key=key: self.accepted.emit(self._offers[key]))
        self.buttons["kind"].setProperty("accent", True)
        self.pin_button = QPushButton(self.tr("Only pin this"), self)
        self.pin_button.setObjectName("comparison_pin")
        self.pin_button.setAccessibleName(self.tr("Pin the open architecture as the reference"))
        self.pin_button.clicked.connect(self.pin_wanted)
        self._lay_out()

    def show_offers(self, snapshot: Snapshot, is_reference: bool) -> None:
        """Offer the twins of `snapshot`; `is_reference` tells that it is the pinned one, alone with itself."""
        name = snapshot.config.name
        if is_reference:
            self.headline.setText(self.tr("{name} is the pinned reference itself").format(name=name))
            self.explanation.setText(
                self.tr("Open another architecture on the left, edit this one, or compare it at once:")
            )
        else:
            self.headline.setText(self.tr("Nothing is pinned to compare {name} with").format(name=name))
            self.explanation.setText(
                self.tr(
                    "Pin an architecture, then open another one: they stand here one under the other, aligned by "
                    "stage and block, with what differs between them. Or compare at once:"
                )
            )
        self.pin_button.setVisible(not is_reference)
        for offer in twin_offers(snapshot.config):
            self._show_offer(snapshot, offer)

    def _show_offer(self, snapshot: Snapshot, offer: TwinOffer) -> None:
        self._offers[offer.key] = offer
        button, preview = self.buttons[offer.key], self.previews[offer.key]
        button.setText(offer.text)
        button.setAccessibleName(offer.text)
        button.setEnabled(bool(offer.configs))
        if not offer.configs:
            preview.setText(offer.problem)
        elif offer.is_set:
            names = ", ".join(config.name for config in (snapshot.config, *offer.configs))
            preview.setText(self.tr("Three one under the other: {names}.").format(names=names))
        else:
            preview.setText(difference_line(compared_pair(snapshot, analyzed(offer.configs[0]))))

    def _lay_out(self) -> None:
        column = QWidget(self)
        column.setFixedWidth(_WIDTH)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        for label in (self.headline, self.explanation, *self.previews.values()):
            label.setWordWrap(True)
        inner.addWidget(self.headline)
        inner.addWidget(self.explanation)
        for key, button in self.buttons.items():
            inner.addSpacing(12)
            inner.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            inner.addWidget(self.previews[key])
            self.previews[key].setProperty("role", "muted")
        inner.addSpacing(12)
        inner.addWidget(self.pin_button, 0, Qt.AlignmentFlag.AlignLeft)
        # Stretches, not an alignment: only so the labels are asked how high they are at the column's width.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(column)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(middle)
        layout.addStretch(3)
