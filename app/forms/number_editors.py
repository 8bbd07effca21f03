"""Edits a whole number, or one with decimals, in a box that keeps its arrows to the declared bounds."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QWidget

from app.forms.field_kinds import inherited, is_optional
from app.services.fonts import number_font
from resnet_core.configuration.fields import FieldFacts

_FAR = 2_000_000_000
"""How far a person can type; the configuration's own bounds answer with a message, not with silence."""
_DECIMALS = 6


class IntegerEditor(QSpinBox):
    """A whole number. Its arrows keep to the bounds; what is typed may lie beyond them, to be told why not.

    One number may be shown as a word: `word` stands for the least value, and an optional field has a place below
    its least value that says "inherited" and means None. Emptying the box chooses the word.
    """

    committed = Signal(object)

    def __init__(self, facts: FieldFacts, parent: QWidget | None = None, word: str = "") -> None:
        super().__init__(parent)
        self._facts, self._optional = facts, is_optional(facts)
        self._low = int(facts.minimum) if facts.minimum is not None else -_FAR + 1
        self._high = int(facts.maximum) if facts.maximum is not None else _FAR
        self._word = inherited() if self._optional else word
        self._word_value = self._low - 1 if self._optional else self._low
        self.setRange(-_FAR, _FAR)
        _dress(self, facts)
        self.valueChanged.connect(lambda _number: self.committed.emit(self.entered()))

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setValue(self._word_value if value is None else int(value))

    def entered(self) -> int | None:
        """Return what the box says, typed or stepped to."""
        self.interpretText()
        return None if self._optional and self.value() == self._word_value else self.value()

    def stepBy(self, steps: int) -> None:
        low = self._word_value if self._optional else self._low
        self.setValue(min(max(self.value() + steps, low), self._high))
        self.selectAll()

    def textFromValue(self, value: int) -> str:
        return self._word if self._is_word(value) else super().textFromValue(value)

    def valueFromText(self, text: str) -> int:
        return self._word_value if self._spells_word(text) else super().valueFromText(text)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Return whether `text` is a number, or the word, or may become one of them."""
        if self._spells_word(text):
            return QValidator.State.Acceptable, text, position
        if self._word and self._word.startswith(self._bare(text)):
            return QValidator.State.Intermediate, text, position
        return super().validate(text, position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the form

    def sizeHint(self) -> QSize:
        return QSize(_width(self, self._word), _height(self))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _is_word(self, value: int) -> bool:
        return bool(self._word) and value == self._word_value

    def _spells_word(self, text: str) -> bool:
        return bool(self._word) and self._bare(text) in ("", self._word)

    def _bare(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip()


class DecimalEditor(QDoubleSpinBox):
    """A number with decimals, as many as it has; typed values may lie beyond the bounds, as in IntegerEditor."""

    committed = Signal(object)

    def __init__(self, facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low = facts.minimum if facts.minimum is not None else -_FAR
        self._high = facts.maximum if facts.maximum is not None else _FAR
        self.setRange(-_FAR, _FAR)
        self._decimals = _decimals_for(facts.minimum)
        self.setDecimals(self._decimals)
        self.setSingleStep(0.1 if self._high > 1 or self._low < 0 else 0.05)
        _dress(self, facts)
        self.valueChanged.connect(self.committed.emit)

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self):
            self.setValue(float(value))

    def entered(self) -> float:
        """Return what the box says, typed or stepped to."""
        self.interpretText()
        return self.value()

    def stepBy(self, steps: int) -> None:
        self.setValue(min(max(self.value() + steps * self.singleStep(), self._low), self._high))
        self.selectAll()

    def textFromValue(self, value: float) -> str:
        language = QLocale(self.locale())
        language.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        text = language.toString(value, "f", self._decimals)
        return text.rstrip("0").rstrip(language.decimalPoint()) or "0"

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the form

    def sizeHint(self) -> QSize:
        return QSize(_width(self, ""), _height(self))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _decimals_for(least: float | None) -> int:
    """Return how many decimals a number needs whose least value is not 0 but very small."""
    return max(_DECIMALS, math.ceil(-math.log10(least))) if least is not None and least > 0 else _DECIMALS


def _dress(box: QSpinBox | QDoubleSpinBox, facts: FieldFacts) -> None:
    box.setKeyboardTracking(False)
    box.setFont(number_font(box.font().pointSizeF()))
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if facts.unit:
        box.setSuffix(f" {facts.unit}")


def _width(box: QAbstractSpinBox, word: str) -> int:
    """Return the room for eight figures or the word, and for the arrows where there are any."""
    metrics = box.fontMetrics()
    arrows = 0 if box.buttonSymbols() == QAbstractSpinBox.ButtonSymbols.NoButtons else 22
    return max(metrics.horizontalAdvance("0" * 8), metrics.horizontalAdvance(word) + 16) + arrows


def _height(box: QAbstractSpinBox) -> int:
    """Return the height of a combo box; the style's own for a number cuts descending letters of its unit."""
    return box.fontMetrics().height() + 8
