"""Chooses one of a field's declared values from a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from app.forms.field_kinds import inherited, is_optional
from app.wording import choice_label, field_help, short_choice
from resnet_core.configuration.fields import FieldFacts


class ChoiceEditor(QComboBox):
    """One of the declared choices; an optional field can be left as the whole has it."""

    committed = Signal(object)

    def __init__(self, facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if is_optional(facts):
            self.addItem(inherited(), None)
        for value in facts.choices:
            self.addItem(choice_label(facts, value), value)
        self.activated.connect(self._choose)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(value))

    def entered(self) -> Any:
        """Return the choice that is shown."""
        return self.currentData()

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list, wide enough for its longest choice."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 12)
        super().showPopup()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Have the tooltip tell the whole choice, above the field's help, where the box has no room for it."""
        whole = [self.currentText()] if self._shown() != self.currentText() else []
        self.setToolTip("\n".join([*whole, field_help(self._facts)]))
        super().enterEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the choice in full, or only the name that opens it where there is no room for it."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._shown()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the form

    def _choose(self, place: int) -> None:
        self.committed.emit(self.itemData(place))

    def _shown(self) -> str:
        """Return what of the current choice there is room for."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 3
        text, metrics = self.currentText(), self.fontMetrics()
        if metrics.horizontalAdvance(text) > room:
            text = metrics.elidedText(short_choice(text), Qt.TextElideMode.ElideRight, room)
        return text
