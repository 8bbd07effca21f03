"""Shows the step that is looked at as a number that can be typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox, QWidget

from app.services.fonts import number_font
from resnet_core.number_text import exact


class StepBox(QSpinBox):
    """The number; `step_wanted` carries one that was typed, `moved_by` how many captures on the arrow keys ask for."""

    step_wanted = Signal(int)
    moved_by = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_step")
        self.setFont(number_font(self.font().pointSizeF()))
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setKeyboardTracking(False)
        self.editingFinished.connect(self._tell)
        self._shown = 0

    def set_range(self, first: int, last: int) -> None:
        """Take the steps that can be asked for."""
        self.blockSignals(True)
        self.setRange(first, last)
        self.blockSignals(False)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(exact(max(last, 999))) + 18)

    def show_step(self, step: int) -> None:
        """Show a step; nothing is told of it."""
        self._shown = step
        self.blockSignals(True)
        self.setValue(step)
        self.blockSignals(False)

    def stepBy(self, steps: int) -> None:
        """Ask for another capture: not every step is one."""
        self.moved_by.emit(steps)

    def textFromValue(self, value: int) -> str:
        """Return a step with its thousands apart."""
        return exact(value)

    def valueFromText(self, text: str) -> int:
        """Return a step typed with or without marks between thousands."""
        return int("".join(figure for figure in text if figure.isdigit()) or self._shown)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Take any digits while one types; what is beyond the ends is brought back to them."""
        figures = [figure for figure in text if figure.isdigit()]
        if len(figures) > 9 or any(not (figure.isdigit() or figure in ", ") for figure in text):
            return QValidator.State.Invalid, text, position
        good = bool(figures) and self.minimum() <= int("".join(figures)) <= self.maximum()
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """Return the end that is nearest to what was typed."""
        return exact(min(max(self.valueFromText(text), self.minimum()), self.maximum()))

    def _tell(self) -> None:
        wanted = self.value()
        self.show_step(self._shown)  # until a view has gone there
        if wanted != self._shown:
            self.step_wanted.emit(wanted)
