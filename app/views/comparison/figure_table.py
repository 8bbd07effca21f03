"""Shows rows of figures as a small table that is wholly in sight, its numbers aligned by digit."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableView,
    QWidget,
)

from app.services.fonts import number_font
from app.services.theme import Theme, ThemeColors
from app.views.comparison.side_style import difference_color

_PADDING, _ROW_PADDING, _MOST_HEADER = 7, 2, 120
Index = QModelIndex | QPersistentModelIndex


class FigureRow(NamedTuple):
    """One row: what it stands for, its cells (the first `texts` of a table are words), a tooltip, signs by cell.

    A cell with a sign other than 0 is a difference: warm where it is more, cool where it is less.
    """

    id: str
    cells: tuple[str, ...]
    tooltip: str = ""
    signs: tuple[int, ...] = ()


class FigureModel(QAbstractTableModel):
    """The rows and their header."""

    def __init__(self, words: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = words
        self.header: tuple[str, ...] = ()
        self.shown_header: tuple[str, ...] = ()
        self.rows: tuple[FigureRow, ...] = ()
        self.highlighted = ""

    def show(self, header: tuple[str, ...], rows: tuple[FigureRow, ...]) -> None:
        """Show other rows; the table is built anew only where its size is another."""
        same_size = len(header) == len(self.header) and len(rows) == len(self.rows)
        if not same_size:
            self.beginResetModel()
        self.header, self.rows = header, rows
        if not same_size:
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.header)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return a cell's text or its row's tooltip."""
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.cells[index.column()]
        return row.tooltip if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | Qt.AlignmentFlag | None:
        """Return a column's name; the tooltip has it whole where it is cut."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section < self.words else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignBottom
        if role == Qt.ItemDataRole.DisplayRole and section < len(self.shown_header):
            return self.shown_header[section]
        return self.header[section] if role == Qt.ItemDataRole.ToolTipRole else None


class FigureTable(QTableView):
    """The table; `row_chosen` carries the id of a clicked row. The sets of columns in `optional` make way in turn."""

    row_chosen = Signal(str)

    def __init__(
        self, words: int, theme: Theme, parent: QWidget | None = None, optional: tuple[frozenset[int], ...] = ()
    ) -> None:
        super().__init__(parent)
        self.figures = FigureModel(words, self)
        self.setModel(self.figures)
        self._theme, self._numbers = theme, number_font(self.font().pointSizeF())
        self._number_metrics, self._word_metrics = QFontMetrics(self._numbers), QFontMetrics(self.font())
        self._optional = optional
        self._widths: tuple[int, ...] = ()
        self._set_up()
        self.clicked.connect(lambda index: self.row_chosen.emit(self.figures.rows[index.row()].id))
        theme.changed.connect(lambda _colors: self.viewport().update())

    def show_rows(self, header: tuple[str, ...], rows: tuple[FigureRow, ...]) -> None:
        """Show other rows, each column as wide as its widest cell."""
        self.figures.show(header, rows)
        widths = tuple(self._width_of(place) for place in range(len(header)))
        if widths != self._widths:
            self._widths = widths
            self._share_width()
            self.updateGeometry()
        self.figures.shown_header = tuple(map(self._elided, header, widths))
        self.viewport().update()
        self.horizontalHeader().viewport().update()

    def highlight(self, id: str) -> None:
        """Highlight the row of `id`."""
        if id != self.figures.highlighted:
            self.figures.highlighted = id
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Return exactly the room of every row and column."""
        return QSize(sum(self._widths) + 2, self._rows_height())

    def minimumSizeHint(self) -> QSize:
        """Return the same without the columns that may make way."""
        optional = frozenset().union(*self._optional)
        needed = sum(width for place, width in enumerate(self._widths) if place not in optional)
        return QSize(needed + 2, self._rows_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the optional columns where there is no room for all."""
        super().resizeEvent(event)
        self._share_width()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint every cell in one go: asking a delegate cell by cell costs several times more."""
        painter = QPainter(self.viewport())
        colors = self._theme.colors
        right = self.columnViewportPosition(self._last_shown()) + self.columnWidth(self._last_shown())
        for place, row in enumerate(self.figures.rows):
            top, height = self.rowViewportPosition(place), self.rowHeight(place)
            if row.id and row.id == self.figures.highlighted:
                painter.fillRect(0, top, right, height, QColor(colors.selection))
            painter.fillRect(0, top + height - 1, right, 1, QColor(colors.hairline))
        for column in range(len(self.figures.header)):
            if not self.isColumnHidden(column):
                self._paint_column(painter, column, colors)
        painter.end()

    def _paint_column(self, painter: QPainter, column: int, colors: ThemeColors) -> None:
        """Paint words to the left and cut where they must be, figures to the right, differences in their colour."""
        is_word = column < self.figures.words
        painter.setFont(self.font() if is_word else self._numbers)
        left, width = self.columnViewportPosition(column) + _PADDING, self.columnWidth(column) - 2 * _PADDING
        flags = (Qt.AlignmentFlag.AlignLeft if is_word else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter
        for place, row in enumerate(self.figures.rows):
            text, sign = row.cells[column], row.signs[column] if column < len(row.signs) else 0
            if is_word:
                text = self._word_metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            quiet = text.startswith("±0") or (is_word and column > 0)
            ink = difference_color(colors, sign) if sign else colors.muted if quiet else colors.text
            painter.setPen(QColor(ink))
            painter.drawText(QRect(left, self.rowViewportPosition(place), width, self.rowHeight(place)), flags, text)

    def _last_shown(self) -> int:
        return max((c for c in range(len(self.figures.header)) if not self.isColumnHidden(c)), default=0)

    def _set_up(self) -> None:
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 2 * _ROW_PADDING)
        self.verticalHeader().setMinimumSectionSize(8)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setTextElideMode(Qt.TextElideMode.ElideNone)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)

    def _rows_height(self) -> int:
        rows = len(self.figures.rows) * self.verticalHeader().defaultSectionSize()
        return rows + self.horizontalHeader().sizeHint().height() + 2

    def _width_of(self, place: int) -> int:
        words = place < self.figures.words
        metrics = self._word_metrics if words else self._number_metrics
        cells = max((metrics.horizontalAdvance(row.cells[place]) for row in self.figures.rows), default=0)
        lines = self.figures.header[place].split("\n")
        header = min(max(map(self.fontMetrics().horizontalAdvance, lines)), _MOST_HEADER)
        return max(cells, header) + 2 * _PADDING + 2

    def _elided(self, name: str, width: int) -> str:
        """Return a column's name with each of its lines cut to the column."""
        metrics, room = self.fontMetrics(), width - 2 * _PADDING
        return "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room) for line in name.split("\n"))

    def _share_width(self) -> None:
        """Show as many columns as fit; the first one gives way where that is not enough."""
        room, hidden = self.viewport().width(), frozenset[int]()
        for optional in self._optional:
            if sum(width for place, width in enumerate(self._widths) if place not in hidden) > room:
                hidden |= optional
        rest = room - sum(width for place, width in enumerate(self._widths) if place not in hidden)
        for place, width in enumerate(self._widths):
            self.setColumnHidden(place, place in hidden)
            self.setColumnWidth(place, max(width + min(rest, 0), 40) if place == 0 else width)
