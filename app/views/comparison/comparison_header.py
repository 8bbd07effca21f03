"""Heads the comparison: what is compared with what, what differs in one line, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from app.views.comparison.compared import Compared
from app.views.comparison.twin_offers import OFFER_KEYS

IMAGE_SCALES = (1.0, 2.0, 4.0)
"""Pixels of a copied image a pixel of the page."""

_LABELS_FROM_PX = 640


class ComparisonHeader(QWidget):
    """The names, what can be done with pins, tracks, twins and copies, and the line that says what differs.

    The menus of pins and tracks are filled by whoever listens to their `aboutToShow`.
    """

    reference_chosen = Signal(int)
    swap_wanted = Signal()
    twin_wanted = Signal(str)
    text_wanted = Signal()
    image_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pins = QComboBox(self)
        self.pins.setObjectName("comparison_reference")
        self.pins.setAccessibleName(self.tr("Reference"))
        self.pins.setToolTip(self.tr("The pinned architecture that differences are shown against."))
        self.pins.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.pins.setMinimumContentsLength(8)
        self.pins.activated.connect(self.reference_chosen)
        exchange = self.tr("Exchange the reference and the open architecture")
        self.swap = self._button("comparison_swap", self.tr("⇄ Swap"), exchange)
        self.swap.clicked.connect(self.swap_wanted)
        self.open_name = NameLabel(self)
        self.open_name.setProperty("role", "heading")
        pins = self.tr("Move, open or remove the compared architectures")
        self.members = self._button("comparison_pins", self.tr("Pins ▾"), pins)
        tracks = self.tr("Choose what is compared along depth")
        self.tracks = self._button("comparison_tracks", self.tr("Tracks ▾"), tracks)
        twins = self.tr("Compare the open architecture with its twins")
        self.twins = self._button("comparison_twins", self.tr("Twins ▾"), twins)
        self.copy = self._button("comparison_copy", self.tr("Copy ▾"), self.tr("Copy the comparison"))
        self.line = QLabel(self)
        self.line.setObjectName("comparison_line")
        self.line.setWordWrap(True)
        self._lay_out()
        self._fill_menus()

    def show_names(self, compared: Compared, pins: int, line: str) -> None:
        """Show the first `pins`, which are pinned, the open architecture and what differs.

        What is open cannot be exchanged with itself.
        """
        self.swap.setEnabled(compared.open > 0)
        names, opened = list(compared.names[:pins]), compared.names[compared.open]
        if names != [self.pins.itemText(place) for place in range(self.pins.count())]:
            self.pins.clear()
            self.pins.addItems(names)
        self.pins.setCurrentIndex(0)
        self.open_name.setText(opened)
        self.open_name.setToolTip(opened)
        self.line.setText(line)

    def name_twins(self, texts: dict[str, tuple[str, bool]]) -> None:
        """Name the entries of the twins' menu, each with whether there is such a twin."""
        for key, (text, there) in texts.items():
            self.twin_actions[key].setText(text)
            self.twin_actions[key].setEnabled(there)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what the names are where there is room for the names alone."""
        super().resizeEvent(event)
        for label in self._labels:
            label.setVisible(self.width() >= _LABELS_FROM_PX)

    def _lay_out(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        reference = QLabel(self.tr("Reference"), self)
        reference.setProperty("role", "muted")
        reference.setBuddy(self.pins)
        against = QLabel(self.tr("Open"), self)
        against.setProperty("role", "muted")
        self._labels = (reference, against)
        for widget in (reference, self.pins, self.swap, against, self.open_name):
            names.addWidget(widget)
        names.addStretch(1)
        for button in (self.members, self.tracks, self.twins, self.copy):
            names.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 2)
        layout.setSpacing(5)
        layout.addLayout(names)
        layout.addWidget(self.line)

    def _fill_menus(self) -> None:
        buttons = (self.members, self.tracks, self.twins, self.copy)
        self.members_menu, self.tracks_menu, self.twins_menu, self.copy_menu = map(QMenu, buttons)
        text = self.copy_menu.addAction(self.tr("Copy as text (Markdown)"), self.text_wanted.emit)
        text.setObjectName("comparison_copy_text")
        pattern = self.tr("Copy as image, {scale} ×")
        for scale in IMAGE_SCALES:
            image = self.copy_menu.addAction(pattern.format(scale=round(scale)), partial(self.image_wanted.emit, scale))
            image.setObjectName(f"comparison_copy_image_{round(scale)}")
        self.twin_actions = {
            key: self.twins_menu.addAction("", partial(self.twin_wanted.emit, key)) for key in OFFER_KEYS
        }
        for button, menu in zip(
            buttons, (self.members_menu, self.tracks_menu, self.twins_menu, self.copy_menu), strict=True
        ):
            button.clicked.connect(partial(_open_under, button, menu))

    def _button(self, name: str, text: str, accessible: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(accessible)
        button.setToolTip(accessible)
        return button


class NameLabel(QLabel):
    """A name that is cut with an ellipsis where room is short."""

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few letters."""
        return QSize(6 * self.fontMetrics().averageCharWidth(), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as much of the name as fits."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


def _open_under(button: QToolButton, menu: QMenu, _checked: bool = False) -> None:
    """Open a menu under its button; a menu of the button's own would paint an arrow over its text."""
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
