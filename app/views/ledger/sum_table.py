"""Shows rows of words and exact numbers as a table that is wholly in sight, its numbers aligned by digit."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.services.fonts import number_font
from app.services.theme import Theme, ThemeColors
from resnet_core.export.table_text import TextTable, table_as_tsv

Index = QModelIndex | QPersistentModelIndex
ROW_PADDING, PADDING = 6, 5
MORE = "▾"
"""Behind a cell that can be changed."""
LEAST_WORDS = 150
"""The words of a row may be cut down to that before a column is left out."""
MOST_WIDTH = 460
"""A table asks for no more room than that, so that it has a place beside the docks of a small window."""


class SumRow(NamedTuple):
    """One row: the key it stands for, its cells, and how it looks.

    `counted` ticks its box; None: it has none. A `quiet` row is muted, a `strong` one is a total, a `good` one agrees.
    """

    key: str
    cells: tuple[str, ...]
    tooltip: str = ""
    counted: bool | None = None
    quiet: bool = False
    strong: bool = False
    good: bool = False


class SumModel(QAbstractTableModel):
    """The rows and their header; `ticked` carries the key of a row and whether its box was ticked."""

    ticked = Signal(str, bool)

    def __init__(self, header: tuple[str, ...], words: frozenset[int], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.header, self._words, self._theme = header, words, theme
        self._numbers = number_font(parent.font().pointSizeF())
        self._strong = QFont(self._numbers)
        self._strong.setBold(True)
        self.rows: tuple[SumRow, ...] = ()

    def show(self, rows: tuple[SumRow, ...]) -> None:
        """Show other rows; the selection stays where their number does."""
        if len(rows) != len(self.rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        self.rows = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.header) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.header)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let a box be ticked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        ticks = index.column() == 0 and self.rows[index.row()].counted is not None
        return flags | Qt.ItemFlag.ItemIsUserCheckable if ticks else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, look or tick."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[column]
        if role == Qt.ItemDataRole.FontRole:
            return self._strong if row.strong else self._numbers
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._ink(row, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(column) | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip or None
        if role == Qt.ItemDataRole.CheckStateRole and column == 0 and row.counted is not None:
            return Qt.CheckState.Checked if row.counted else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell of a tick; the rows change when the state does."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.ticked.emit(self.rows[index.row()].key, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name, aligned as its cells are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section) | Qt.AlignmentFlag.AlignVCenter
        return self.header[section] if role == Qt.ItemDataRole.DisplayRole else None

    def _ink(self, row: SumRow, column: int) -> str:
        colors = self._theme.colors
        if row.good and column == len(self.header) - 1:
            return colors.good
        return colors.muted if row.quiet else colors.text

    def _side(self, column: int) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignLeft if column in self._words else Qt.AlignmentFlag.AlignRight


class HairlineDelegate(QStyledItemDelegate):
    """Paints a hairline under each row, and none of the frames that mark a single cell."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row's ground, the cell within it, then the line."""
        inner = QStyleOptionViewItem(option)
        rect, colors = QRect(inner.rect), self._theme.colors
        if inner.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.selection))
        inner.state &= ~(QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
        inner.rect = rect.adjusted(PADDING, 0, -PADDING, 0)
        super().paint(painter, inner, index)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(colors.hairline))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room of the cell and of the space around it."""
        return super().sizeHint(option, index) + QSize(2 * PADDING, 0)


class SumTable(QTableView):
    """The table; `chosen` carries the key of a row that was clicked or entered, and the column.

    One of its columns of words takes the room that is left, and is cut with an ellipsis where there is none. Where room
    is short the columns `optional` are left out, the first of them first.
    """

    chosen = Signal(str, int)

    def __init__(
        self,
        header: tuple[str, ...],
        words: frozenset[int],
        theme: Theme,
        parent: QWidget | None = None,
        *,
        stretched: int = 0,
        optional: tuple[int, ...] = (),
    ) -> None:
        super().__init__(parent)
        self._stretched, self._optional = stretched, optional
        self._widths: tuple[int, ...] = ()
        self.sums = SumModel(header, words, theme, self)
        self.setModel(self.sums)
        self.setItemDelegate(HairlineDelegate(theme, self))
        self._set_up()
        self.clicked.connect(self._choose)
        copy = QAction(self.tr("Copy Table"), self)
        copy.triggered.connect(self.copy_text)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        theme.changed.connect(self._adopt_colors)
        self._adopt_colors(theme.colors)

    def show_rows(self, rows: tuple[SumRow, ...]) -> None:
        """Show other rows, the table as high as they are and each column as wide as its widest cell."""
        self.sums.show(rows)
        columns = range(self.sums.columnCount())
        for column in columns:
            self.setColumnHidden(column, False)  # a hidden one does not tell how wide it would be
        header = self.horizontalHeader()
        self._widths = tuple(max(self.sizeHintForColumn(place), header.sectionSizeHint(place)) for place in columns)
        for column in columns:
            if column != self._stretched:
                self.setColumnWidth(column, self._widths[column])
        least = sum(width for column, width in enumerate(self._widths) if column not in self._optional)
        self.setMinimumWidth(min(least, MOST_WIDTH))
        height = len(rows) * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(header.sizeHint().height() + height + 2)
        self._leave_out_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave columns out, or bring them back."""
        super().resizeEvent(event)
        self._leave_out_columns()

    def _leave_out_columns(self) -> None:
        if not self._widths:
            return
        words = self._widths[self._stretched]
        needed = sum(self._widths) - words + min(words, LEAST_WORDS)
        for column in self._optional:
            hidden = needed > self.viewport().width()
            self.setColumnHidden(column, hidden)
            needed -= self._widths[column] if hidden else 0

    def copy_text(self) -> str:
        """Put the whole table on the clipboard, for a spreadsheet; return the text."""
        rows = tuple(tuple(cell.strip(f" {MORE}") for cell in row.cells) for row in self.sums.rows)
        text = table_as_tsv(TextTable(self.sums.header, rows))
        QGuiApplication.clipboard().setText(text)
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current row with Enter, copy the table with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_text()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _adopt_colors(self, colors: ThemeColors) -> None:
        outline_boxes(self, colors)
        self.viewport().update()

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.sums.rows[index.row()].key, index.column())

    def _set_up(self) -> None:
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(8)
        rows.setDefaultSectionSize(self.fontMetrics().height() + ROW_PADDING)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(self._stretched, QHeaderView.ResizeMode.Stretch)


def outline_boxes(widget: QWidget, colors: ThemeColors) -> None:
    """Let the tick boxes of `widget` be seen in the dark: the style draws their outline as a darker window colour."""
    palette = widget.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(colors.muted))
    widget.setPalette(palette)
