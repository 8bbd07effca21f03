"""Shows lines of facts and formulas as labels that can be selected, made once and filled again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.services.fonts import number_font
from app.views.inspector.facts import Fact, Formula

Beside = Literal["difference", "muted"]
GAP = 6
LINE_SPACING = 3
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class FactGrid(QWidget):
    """Name on the left, value right-aligned, and beside it a difference or a second value.

    It places its labels itself: what a short value leaves free goes to its own name, which a grid would not allow.
    """

    def __init__(self, name: str, beside: Beside = "difference", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._beside = beside
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self._facts: tuple[Fact, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The lines that are shown."""
        return self._facts

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these lines and no others."""
        if tuple(facts) == self._facts:
            return
        before, self._facts = self._facts, tuple(facts)
        while len(self._rows) < len(facts):
            self._rows.append(self._make_row())
        for place, labels in enumerate(self._rows):
            shown = place < len(facts)
            if shown and facts[place : place + 1] != before[place : place + 1]:
                _fill(labels, facts[place])
            for label in labels:
                label.setVisible(shown)
        self.setFixedHeight(len(facts) * self._line_height())
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._facts:
            self.setFixedHeight(len(self._facts) * self._line_height())
            self._place()

    def _line_height(self) -> int:
        return self.fontMetrics().height() + LINE_SPACING

    def _place(self) -> None:
        height, right = self._line_height(), self.width()
        rows, words = self._rows[: len(self._facts)], self.fontMetrics()
        numbers = QFontMetrics(number_font(self.font().pointSizeF()))
        beside_width = max((numbers.horizontalAdvance(fact.beside) for fact in self._facts), default=0)
        value_right = right - (beside_width + GAP if beside_width else 0)
        for place, ((name, value, beside), fact) in enumerate(zip(rows, self._facts, strict=True)):
            top, width = place * height, numbers.horizontalAdvance(fact.value) + 1
            value.setGeometry(value_right - width, top, width, height)
            beside.setGeometry(right - beside_width, top, beside_width, height)
            room = max(value_right - width - GAP, 0)
            name.setText(words.elidedText(fact.name, Qt.TextElideMode.ElideRight, room))
            name.setGeometry(0, top, room, height)

    def _make_row(self) -> tuple[QLabel, QLabel, QLabel]:
        name, value, beside = QLabel(self), QLabel(self), QLabel(self)
        name.setProperty("role", "muted")
        beside.setProperty("role", self._beside)
        for label in (value, beside):
            label.setFont(number_font(self.font().pointSizeF()))
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setTextInteractionFlags(_SELECTABLE)
        for label in (name, value, beside):
            label.setTextFormat(Qt.TextFormat.PlainText)
        return name, value, beside


class FormulaLines(QLabel):
    """Arithmetic, one line a term; a line too long for its room goes on in the next."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFont(number_font(self.font().pointSizeF()))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(_SELECTABLE)
        self.setWordWrap(True)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that are shown."""
        return tuple(self.text().splitlines())

    def show_formulas(self, formulas: Sequence[Formula]) -> None:
        """Show these lines and no others; the tooltip says whose each is."""
        self.setText("\n".join(formula.text for formula in formulas))
        self.setToolTip("\n".join(f"{formula.text}  ·  {formula.source}" for formula in formulas))


def _fill(labels: tuple[QLabel, QLabel, QLabel], fact: Fact) -> None:
    labels[1].setText(fact.value)
    labels[2].setText(fact.beside)
    labels[1].setAccessibleName(f"{fact.name}: {fact.value} {fact.beside}".rstrip())
    for label in labels:
        label.setToolTip(fact.tip or fact.name)
