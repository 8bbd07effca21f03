"""Finds an action or a preset by a few of its letters and takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

WIDTH, HEIGHT, FROM_TOP = 560, 420, 64
PLACE_ROLE = Qt.ItemDataRole.UserRole
HINT_ROLE = Qt.ItemDataRole.UserRole + 1
ModelIndex = QModelIndex | QPersistentModelIndex
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class PaletteEntry(NamedTuple):
    """One thing the palette offers: what it says, what stands beside it, and what taking it does."""

    text: str
    hint: str
    take: Callable[[], object]


def match_score(query: str, text: str) -> int | None:
    """Return how well `query` fits `text` (more is better), or None where its letters are not all there in order.

    Letters at the start of a word and letters that follow each other count more; a shorter text wins a tie.
    """
    score, position, previous = 0, 0, -2
    low = text.lower()
    for letter in query.lower():
        if letter.isspace():
            continue
        found = low.find(letter, position)
        if found < 0:
            return None
        starts_word = found == 0 or not low[found - 1].isalnum()
        score += 1 + (6 if found == previous + 1 else 0) + (4 if starts_word else 0)
        previous, position = found, found + 1
    return score * 100 - len(text)


class _HintedRows(QStyledItemDelegate):
    """Rows with some air, their hint muted at the right edge."""

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), option.fontMetrics.height() + 9)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        edge = option.rect.adjusted(0, 0, -8, 0)
        painter.drawText(
            edge, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index.data(HINT_ROLE) or "")
        )
        painter.restore()


class CommandPalette(QFrame):
    """A list over the window that narrows as one types; Enter takes the chosen entry, Escape leaves."""

    def __init__(self, entries: Callable[[], Iterable[PaletteEntry]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("command_palette")
        self._entries, self._window = entries, parent
        self._offered: tuple[PaletteEntry, ...] = ()
        self._before: QWidget | None = None
        self._query, self._list = QLineEdit(), QListWidget()
        self._query.setObjectName("command_query")
        self._query.setPlaceholderText(self.tr("Type an action or an architecture"))
        self._query.setAccessibleName(self.tr("Command"))
        self._query.installEventFilter(self)
        self._query.textChanged.connect(self._narrow)
        self._list.setObjectName("command_list")
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setItemDelegate(_HintedRows(self._list))
        self._list.itemClicked.connect(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._query)
        layout.addWidget(self._list)
        self.hide()

    def open(self) -> None:
        """Show the palette with everything that can be done now."""
        self._before = self.window().focusWidget()
        self._offered = tuple(self._entries())
        self._query.clear()
        self._narrow("")
        window = self._window
        width = min(WIDTH, window.width() - 32)
        self.setGeometry((window.width() - width) // 2, FROM_TOP, width, min(HEIGHT, window.height() - 96))
        self.show()
        self.raise_()
        self._query.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keys that mean the list reach it while the line has the focus."""
        if watched is self._query and event.type() == QEvent.Type.FocusOut:
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in _MOVES:
            self._list.keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self._list.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            return super().eventFilter(watched, event)
        return True

    def _narrow(self, query: str) -> None:
        scored = [(match_score(query, entry.text), place) for place, entry in enumerate(self._offered)]
        found = [(score, place) for score, place in scored if score is not None]
        if query.strip():
            found.sort(key=lambda entry: (-entry[0], entry[1]))
        self._list.clear()
        for _, place in found:
            entry = self._offered[place]
            item = QListWidgetItem(entry.text)
            item.setData(PLACE_ROLE, place)
            item.setData(HINT_ROLE, entry.hint)
            self._list.addItem(item)
        if not found:
            nothing = QListWidgetItem(self.tr("No action and no architecture has these letters in this order."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(nothing)
        self._list.setCurrentRow(0)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is None or not item.flags():
            return
        entry = self._offered[item.data(PLACE_ROLE)]
        self._leave()
        entry.take()

    def _leave(self) -> None:
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()
