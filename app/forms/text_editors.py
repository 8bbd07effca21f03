"""Edits a text in a line, or a yes or no in a check box."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from resnet_core.configuration.fields import FieldFacts


class TextEditor(QLineEdit):
    """A text, taken when Enter is pressed or the field is left."""

    committed = Signal(object)

    def __init__(self, _facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(60)
        self.editingFinished.connect(self._commit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone; a text that is being typed stays where the cursor is."""
        if self.text() != str(value):
            self.setText(str(value))
            self.setCursorPosition(0)
        self.setModified(False)

    def entered(self) -> Any:
        """Return what is typed."""
        return self.text()

    def _commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.committed.emit(self.entered())


class SwitchEditor(QCheckBox):
    """Yes or no."""

    committed = Signal(object)

    def __init__(self, _facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self.committed.emit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setChecked(bool(value))

    def entered(self) -> bool:
        """Return whether it is ticked."""
        return self.isChecked()
