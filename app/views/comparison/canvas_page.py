"""Gives a page the ground that tracks are painted on, whatever style sheet the window wears."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.services.theme import Theme


class CanvasPage(QWidget):
    """A page in the colour of the canvas."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(lambda _colors: self.update())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the page."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.colors.canvas))
        painter.end()
