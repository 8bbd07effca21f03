"""Chooses one of a field's declared values from a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QComboBox, QWidget

from app.forms.field_kinds import inherited, is_optional
from app.painting.elided_combo import ElidedCombo
from app.wording import choice_label, field_help, short_choice
from resnet_core.configuration.fields import FieldFacts


class ChoiceEditor(ElidedCombo):
    """One of the declared choices; an optional field can be left as the whole has it."""

    committed = Signal(object)

    def __init__(self, facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
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
        whole = [self.currentText()] if self.shown_text() != self.currentText() else []
        self.setToolTip("\n".join([*whole, field_help(self._facts)]))
        super().enterEvent(event)

    def short_text(self, text: str) -> str:
        """Return only the name that opens a choice."""
        return short_choice(text)

    def _choose(self, place: int) -> None:
        self.committed.emit(self.itemData(place))
