"""Heads the comparison: what is compared with what, what differs in one line, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from app.state.architecture_document import Snapshot


class ComparisonHeader(QWidget):
    """Both names, the swap, twins and copy buttons, and the line that says what differs."""

    reference_chosen = Signal(int)
    swap_wanted = Signal()
    twin_wanted = Signal(str)
    text_wanted = Signal()
    image_wanted = Signal()

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
        twins = self.tr("Compare the open architecture with a twin")
        self.twins = self._button("comparison_twins", self.tr("Twins ▾"), twins)
        self.copy = self._button("comparison_copy", self.tr("Copy ▾"), self.tr("Copy the comparison"))
        self.line = QLabel(self)
        self.line.setObjectName("comparison_line")
        self.line.setWordWrap(True)
        self._lay_out()
        self._fill_menus()

    def show_names(self, pinned: tuple[Snapshot, ...], other: Snapshot, line: str) -> None:
        """Show the pins (the first is the reference), the open architecture and what differs."""
        names = [snapshot.config.name for snapshot in pinned]
        if names != [self.pins.itemText(place) for place in range(self.pins.count())]:
            self.pins.clear()
            self.pins.addItems(names)
        self.pins.setCurrentIndex(0)
        self.open_name.setText(other.config.name)
        self.open_name.setToolTip(other.config.name)
        self.line.setText(line)

    def name_twins(self, texts: dict[str, tuple[str, bool]]) -> None:
        """Name the entries of the twins' menu, each with whether there is such a twin."""
        for key, (text, there) in texts.items():
            self.twin_actions[key].setText(text)
            self.twin_actions[key].setEnabled(there)

    def _lay_out(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        reference = QLabel(self.tr("Reference"), self)
        reference.setProperty("role", "muted")
        reference.setBuddy(self.pins)
        against = QLabel(self.tr("Open"), self)
        against.setProperty("role", "muted")
        for widget in (reference, self.pins, self.swap, against, self.open_name):
            names.addWidget(widget)
        names.addStretch(1)
        names.addWidget(self.twins)
        names.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 2)
        layout.setSpacing(5)
        layout.addLayout(names)
        layout.addWidget(self.line)

    def _fill_menus(self) -> None:
        self.copy_menu, self.twins_menu = QMenu(self.copy), QMenu(self.twins)
        copies, twins = self.copy_menu, self.twins_menu
        for name, text, signal in (
            ("comparison_copy_text", self.tr("Copy as text (Markdown)"), self.text_wanted),
            ("comparison_copy_image", self.tr("Copy as image"), self.image_wanted),
        ):
            copies.addAction(text, signal.emit).setObjectName(name)
        self.twin_actions = {
            key: twins.addAction("", partial(self.twin_wanted.emit, key)) for key in ("kind", "shortcut")
        }
        self.copy.clicked.connect(partial(_open_under, self.copy, copies))
        self.twins.clicked.connect(partial(_open_under, self.twins, twins))

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
