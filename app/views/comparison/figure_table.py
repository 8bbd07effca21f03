"""Shows rows of figures as a small table that is wholly in sight, its numbers aligned by digit."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.services.fonts import number_font
from app.services.theme import Theme
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


class _Painter(QStyledItemDelegate):
    """Paints header-like words to the left, figures to the right, differences in their colour."""

    def __init__(self, model: FigureModel, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._model, self._theme = model, theme
        self.numbers = number_font(table.font().pointSizeF())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, place = self._model.rows[index.row()], index.column()
        colors, rect = self._theme.colors, QRect(option.rect)
        if row.id and row.id == self._model.highlighted:
            painter.fillRect(rect, QColor(colors.selection))
        painter.setPen(QColor(colors.hairline))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        is_word = place < self._model.words
        painter.setFont(option.font if is_word else self.numbers)
        sign = row.signs[place] if place < len(row.signs) else 0
        text = row.cells[place]
        quiet = text in ("±0", "±0 %") or (is_word and place > 0)
        painter.setPen(QColor(difference_color(colors, sign) if sign else colors.muted if quiet else colors.text))
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        flags = Qt.AlignmentFlag.AlignLeft if is_word else Qt.AlignmentFlag.AlignRight
        if is_word:
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, flags | Qt.AlignmentFlag.AlignVCenter, text)


class FigureTable(QTableView):
    """The table; `row_chosen` carries the id of a clicked row. The sets of columns in `optional` make way in turn."""

    row_chosen = Signal(str)

    def __init__(
        self, words: int, theme: Theme, parent: QWidget | None = None, optional: tuple[frozenset[int], ...] = ()
    ) -> None:
        super().__init__(parent)
        self.figures = FigureModel(words, self)
        self.setModel(self.figures)
        self._delegate = _Painter(self.figures, theme, self)
        self.setItemDelegate(self._delegate)
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
        metrics = QFontMetrics(self.font() if words else QFont(self._delegate.numbers))
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
