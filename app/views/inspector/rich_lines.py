"""Shows lines of rich text that can be selected, such as formulas with raised and lowered signs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
_LINE = '<p style="margin: 0 0 {gap}px 0">{text}</p>'


class RichLines(QLabel):
    """Lines of rich text, one a paragraph, that can be selected; made again only where they change."""

    def __init__(self, name: str, gap: int, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(_SELECTABLE)
        self.setWordWrap(True)
        self._gap = gap
        self._lines: tuple[str, ...] = ()
        self._heights: dict[int, int] = {}
        if role:
            self.setProperty("role", role)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that are shown."""
        return self._lines

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these lines and no others."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._heights.clear()
            self.setText("".join(_LINE.format(gap=self._gap, text=line) for line in self._lines))

    def heightForWidth(self, width: int) -> int:
        """Return the height at `width`, laid out once: a layout asks often, and rich text is slow to answer."""
        if width not in self._heights:
            self._heights[width] = super().heightForWidth(width)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(max(self.width(), 1), self.heightForWidth(max(self.width(), 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.heightForWidth(max(self.width(), 1)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._heights.clear()
