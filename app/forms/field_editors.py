"""Makes the editor that fits a field's declaration: a number, a switch, a choice, a list of sizes or a text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from app.forms.choice_editor import ChoiceEditor
from app.forms.field_kinds import holds, holds_sizes
from app.forms.number_editors import DecimalEditor, IntegerEditor
from app.forms.sizes_editor import SizesEditor
from app.forms.text_editors import SwitchEditor, TextEditor
from app.services.theme import ThemeColors
from app.wording import field_help, field_label
from resnet_core.configuration.fields import FieldFacts

FieldEditor = IntegerEditor | DecimalEditor | SwitchEditor | ChoiceEditor | SizesEditor | TextEditor
"""Every editor has a signal `committed(value)`, and `show_value(value)` and `entered()`."""


def make_editor(facts: FieldFacts, name: str, parent: QWidget | None = None, word: str = "") -> FieldEditor:
    """Return the editor for a field, with its object name, help and accessible name set.

    A whole number shows `word` in place of its least value, where `word` is given.
    """
    editor = _editor(facts, parent, word)
    introduce(editor, facts, name)
    return editor


def introduce(editor: QWidget, facts: FieldFacts, name: str) -> None:
    """Give an editor its object name, and its field's label and help to those who point at it or hear it."""
    editor.setObjectName(name)
    editor.setAccessibleName(field_label(facts))
    editor.setToolTip(field_help(facts))
    for tell in (editor.setAccessibleDescription, editor.setWhatsThis):
        tell(explanation(facts))


def explanation(facts: FieldFacts) -> str:
    """Return what F1 says of a field: its help, and its formula on a line of its own."""
    return "\n".join(part for part in (field_help(facts), facts.formula) if part)


def compact(editor: QWidget) -> None:
    """Take the arrows off a number, for a narrow place; its keys stay."""
    if isinstance(editor, QAbstractSpinBox):
        editor.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)


def mark(editor: QWidget, refused: bool, colors: ThemeColors) -> None:
    """Paint an editor in the colour of a refused value, or in its parent's."""
    if refused:
        palette = QPalette()
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(role, QColor(colors.warning))
        editor.setPalette(palette)
    elif editor.testAttribute(Qt.WidgetAttribute.WA_SetPalette):
        editor.setPalette(QPalette())


def _editor(facts: FieldFacts, parent: QWidget | None, word: str) -> FieldEditor:
    if facts.choices:
        return ChoiceEditor(facts, parent)
    if holds_sizes(facts):
        return SizesEditor(facts, parent)
    if holds(facts, bool):
        return SwitchEditor(facts, parent)
    if holds(facts, int):
        return IntegerEditor(facts, parent, word)
    return DecimalEditor(facts, parent) if holds(facts, float) else TextEditor(facts, parent)
