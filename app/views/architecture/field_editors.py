"""Makes the editor that fits a field's declaration: a number, a switch, a choice or a text."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QCoreApplication, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from app.services.fonts import number_font
from app.services.theme import ThemeColors
from app.views.architecture.form_fields import FormField
from app.wording import choice_label, field_help, field_label

_FAR = 2_000_000_000
"""How far a person can type; the configuration's own bounds answer with a message, not with silence."""


class IntegerEditor(QSpinBox):
    """A whole number. Its arrows keep to the bounds; what is typed may lie beyond them, to be told why not."""

    committed = Signal(object)

    def __init__(self, field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = field.facts
        self.setRange(-_FAR, _FAR)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(number_font(self.font().pointSizeF()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if field.facts.unit:
            self.setSuffix(f" {field.facts.unit}")
        self.valueChanged.connect(self.committed.emit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setValue(int(value))

    def stepBy(self, steps: int) -> None:
        target = self.value() + steps
        low = self._facts.minimum if self._facts.minimum is not None else -_FAR
        high = self._facts.maximum if self._facts.maximum is not None else _FAR
        self.setValue(int(min(max(target, low), high)))
        self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the form

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("0" * 8), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class DecimalEditor(QDoubleSpinBox):
    """A number with decimals; typed values may lie beyond the bounds, as in IntegerEditor."""

    committed = Signal(object)

    def __init__(self, field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(-_FAR, _FAR)
        self.setDecimals(4)
        self.setSingleStep(0.1)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if field.facts.unit:
            self.setSuffix(f" {field.facts.unit}")
        self.valueChanged.connect(self.committed.emit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setValue(float(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the form


class SwitchEditor(QCheckBox):
    """Yes or no."""

    committed = Signal(object)

    def __init__(self, _field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self.committed.emit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setChecked(bool(value))


class ChoiceEditor(QComboBox):
    """One of the declared choices; an optional field can be left as the whole has it."""

    committed = Signal(object)

    def __init__(self, field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if field.optional:
            self.addItem(inherited(), None)
        for value in field.facts.choices:
            self.addItem(choice_label(field.facts, value), value)
        self.activated.connect(lambda place: self.committed.emit(self.itemData(place)))

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        self.setCurrentIndex(self.findData(value))
        self.setToolTip(self.currentText())

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list, wide enough for its longest choice."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 12)
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the choice in full, or without its remark in brackets where there is no room for it."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 6
        text, metrics = self.currentText(), self.fontMetrics()
        if metrics.horizontalAdvance(text) > room:
            text = metrics.elidedText(re.split(r" \(|（", text)[0], Qt.TextElideMode.ElideRight, room)
        option.currentText = text
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the form


class TextEditor(QLineEdit):
    """A text, taken when Enter is pressed or the field is left."""

    committed = Signal(object)

    def __init__(self, _field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(60)
        self.editingFinished.connect(self._commit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone; a text that is being typed stays where the cursor is."""
        if self.text() != str(value):
            self.setText(str(value))
            self.setCursorPosition(0)
        self.setModified(False)

    def _commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.committed.emit(self.text())


FieldEditor = IntegerEditor | DecimalEditor | SwitchEditor | ChoiceEditor | TextEditor


def make_editor(field: FormField, parent: QWidget | None = None) -> FieldEditor:
    """Return the editor for `field`, with its name, help and accessible name set."""
    editor = _kind_of_editor(field)(field, parent)
    editor.setObjectName("field_" + "_".join(str(part) for part in field.path))
    editor.setAccessibleName(field_label(field.facts))
    editor.setAccessibleDescription(field_help(field.facts))
    editor.setToolTip(field_help(field.facts))
    return editor


def mark(editor: QWidget, refused: bool, colors: ThemeColors) -> None:
    """Paint an editor in the colour of a refused value, or in its parent's."""
    if refused:
        palette = QPalette()
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(role, QColor(colors.warning))
        editor.setPalette(palette)
    elif editor.testAttribute(Qt.WidgetAttribute.WA_SetPalette):
        editor.setPalette(QPalette())


def inherited() -> str:
    """Return what an optional field shows that is left as the whole has it."""
    return QCoreApplication.translate("ArchitectureForm", "inherited")


def _kind_of_editor(field: FormField) -> type[FieldEditor]:
    if field.facts.choices:
        return ChoiceEditor
    if field.facts.type is bool:
        return SwitchEditor
    if field.facts.type is int:
        return IntegerEditor
    return DecimalEditor if field.facts.type is float else TextEditor
