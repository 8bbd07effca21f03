"""A combo box whose text ends with an ellipsis where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

_PAD_PX = 3
"""Room that the style leaves at the sides of the text."""


class ElidedCombo(QComboBox):
    """One choice; with an adjust policy that ignores the texts it can be narrower than the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel

    def shown_text(self) -> str:
        """Return what is painted: the choice, or the placeholder where there is none, with an ellipsis if need be."""
        return self._option().currentText

    def short_text(self, text: str) -> str:
        """Return what stands for `text` where there is no room for it, before that is elided."""
        return text

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as the style does, with the shortened text."""
        painter, option = QStylePainter(self), self._option()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Choose by the wheel only with the focus; else what is around scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _option(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        if self.currentIndex() < 0 and self.placeholderText():
            option.palette.setBrush(option.palette.ColorRole.ButtonText, option.palette.placeholderText())
            option.currentText = self.placeholderText()
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - _PAD_PX
        metrics = self.fontMetrics()
        if metrics.horizontalAdvance(option.currentText) > room:
            short = self.short_text(option.currentText)
            option.currentText = metrics.elidedText(short, Qt.TextElideMode.ElideRight, room)
        return option
