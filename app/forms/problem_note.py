"""Says under a field what is wrong with it, and offers what would mend it as one click each."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from resnet_core.configuration.validation import Fix

WARNING_SIGN = "⚠ "


class Offer(NamedTuple):
    """Changes that together mend what is wrong, and the words on their button: "Set Norm groups to 16"."""

    fixes: tuple[Fix, ...]
    text: str


class FixButton(QPushButton):
    """A button that gives way where the form is narrow: what its words have no room for is told by its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "fix")
        self.setAutoDefault(True)  # Enter presses it, as Space does
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show `text`."""
        self.setText(text)
        self.setToolTip(text)
        self.setAccessibleName(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """Return the words as far as there is room for them."""
        missing = self.sizeHint().width() - self.width()
        if missing <= 0:  # lengths of text in whole pixels may be too short by a part of one
            return self.text()
        room = self.fontMetrics().horizontalAdvance(self.text()) - missing
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.shown_text()
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()


class ProblemNote(QWidget):
    """What is wrong and what would work; takes no room while nothing is. `chosen` carries the Offer that was taken.

    Its buttons come after the widget `after` when Tab is pressed.
    """

    chosen = Signal(object)

    def __init__(self, name: str, after: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._after = after
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(1)
        self.label = QLabel(self)
        self.label.setObjectName(f"problem_{name}")
        self.label.setWordWrap(True)
        self.label.setProperty("role", "warning")
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(self.label)
        self._name = name
        self._offers: tuple[Offer, ...] = ()
        self.buttons: list[FixButton] = []
        self.setVisible(False)

    def show_problem(self, text: str, offers: tuple[Offer, ...] = ()) -> None:
        """Show `text` and a button an offer; an empty text hides both."""
        self.label.setText(WARNING_SIGN + text if text else "")
        if offers != self._offers:
            self._offers = offers
            self._fill_buttons()
        self.setVisible(bool(text))

    def _fill_buttons(self) -> None:
        while len(self.buttons) < len(self._offers):
            self.buttons.append(self._button(len(self.buttons)))
        for place, button in enumerate(self.buttons):
            offered = place < len(self._offers)
            button.setVisible(offered)
            if offered:
                button.say(self._offers[place].text)

    def _button(self, place: int) -> FixButton:
        button = FixButton(self)
        button.setObjectName(f"fix_{self._name}_{place}")
        button.clicked.connect(lambda: self.chosen.emit(self._offers[place]))
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        QWidget.setTabOrder(self.buttons[-1] if self.buttons else self._after, button)
        return button
