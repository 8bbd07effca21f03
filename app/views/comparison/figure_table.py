"""Shows rows of figures as a small table that is wholly in sight, its numbers aligned by digit."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from app.services.fonts import number_font
from app.services.theme import Theme, ThemeColors
from app.views.comparison.comparison_colors import difference_color

_PADDING, _ROW_PADDING, _MOST_HEADER, _MOST_SHORT_HEADER, _MOST_WORD = 7, 2, 120, 84, 210
Index = QModelIndex | QPersistentModelIndex


class FigureRow(NamedTuple):
    """One row: what it stands for, its cells (the first ones of a table are words), a tooltip, signs by cell.

    A cell with a sign other than 0 is a difference: warm where it is more, cool where it is less. `short` has the same
    cells with fewer digits, for where room is short.
    """

    id: str
    cells: tuple[str, ...]
    tooltip: str = ""
    signs: tuple[int, ...] = ()
    short: tuple[str, ...] = ()


class Variant(NamedTuple):
    """How a table is shown: which columns are left out, and whether its figures have fewer digits."""

    hidden: frozenset[int] = frozenset()
    short: bool = False


WHOLE = Variant()


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
    """The table; `row_chosen` carries the id of a clicked row."""

    row_chosen = Signal(str)

    def __init__(self, words: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = FigureModel(words, self)
        self.setModel(self.figures)
        self._theme, self._numbers = theme, number_font(self.font().pointSizeF())
        self._number_metrics, self._word_metrics = QFontMetrics(self._numbers), QFontMetrics(self.font())
        self._variant = WHOLE
        self._widths: dict[bool, tuple[int, ...]] = {False: (), True: ()}
        self._set_up()
        self.clicked.connect(lambda index: self.row_chosen.emit(self.figures.rows[index.row()].id))
        theme.changed.connect(lambda _colors: self.viewport().update())

    @property
    def variant(self) -> Variant:
        """How the table is shown."""
        return self._variant

    def show_rows(self, header: tuple[str, ...], rows: tuple[FigureRow, ...]) -> None:
        """Take other rows; `show_variant` then lays them out."""
        self.figures.show(header, rows)
        whole = tuple(self._width_of(place, short=False) for place in range(len(header)))
        has_short = any(row.short for row in rows)
        self._widths = {
            False: whole,
            True: tuple(self._width_of(place, short=True) for place in range(len(header))) if has_short else whole,
        }
        self.viewport().update()
        self.horizontalHeader().viewport().update()

    def width_in(self, variant: Variant) -> int:
        """Return the room a variant takes."""
        return sum(width for place, width in enumerate(self._widths[variant.short]) if place not in variant.hidden)

    def show_variant(self, variant: Variant) -> None:
        """Lay the rows out in one of their variants, each column as wide as its widest cell."""
        self._variant = variant
        widths = self._widths[variant.short]
        for place, width in enumerate(widths):
            self.setColumnHidden(place, place in variant.hidden)
            self.setColumnWidth(place, width)
        self.figures.shown_header = tuple(map(self._elided, self.figures.header, widths))
        self.setFixedSize(self.width_in(variant), self._rows_height())

    def highlight(self, id: str) -> None:
        """Highlight the row of `id`."""
        if id != self.figures.highlighted:
            self.figures.highlighted = id
            self.viewport().update()

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
            cells = row.short if self._variant.short and row.short else row.cells
            text, sign = cells[column], row.signs[column] if column < len(row.signs) else 0
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

    def _width_of(self, place: int, *, short: bool) -> int:
        metrics = self._word_metrics if place < self.figures.words else self._number_metrics
        texts = ((row.short or row.cells)[place] if short else row.cells[place] for row in self.figures.rows)
        cells = max(map(metrics.horizontalAdvance, texts), default=0)
        if place < self.figures.words:
            cells = min(cells, _MOST_WORD)
        lines = self.figures.header[place].split("\n")
        most = _MOST_SHORT_HEADER if short else _MOST_HEADER
        header = min(max(map(self.fontMetrics().horizontalAdvance, lines)), most)
        return max(cells, header) + 2 * _PADDING + 2

    def _elided(self, name: str, width: int) -> str:
        """Return a column's name with each of its lines cut to the column."""
        metrics, room = self.fontMetrics(), width - 2 * _PADDING
        return "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room) for line in name.split("\n"))
