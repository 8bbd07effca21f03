"""Paints the rows of the layer table and sizes its columns."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.services.fonts import number_font
from app.services.theme import Theme
from app.views.layer_table.layer_model import LayerTableModel
from app.views.layer_table.table_columns import COLUMNS, Column
from app.views.layer_table.table_rows import Row
from resnet_core.number_text import exact, exact_difference, scientific

PADDING = 8
ROW_PADDING = 5
_ZEROS, _ONES = ("0", "±0"), ("1",)
"""What is nothing to look at: no count, no dilation."""


class CostTable(QTableView):
    """The table itself; `copy_wanted` asks for the selected rows on the clipboard, `laid_out` tells of moved columns.

    It paints its cells in one go, straight from the model: a delegate is called a cell, and asks eight roles each time.
    """

    copy_wanted = Signal()
    laid_out = Signal()

    def __init__(self, model: LayerTableModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._theme = model, theme
        self._sized_by_hand: set[int] = set()
        self._sizing = False
        self._numbers = number_font(self.font().pointSizeF())
        self.setHorizontalHeader(QuietHeader(theme, self))
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self._set_up_headers()
        model.modelReset.connect(self.fit_columns)
        theme.changed.connect(lambda _colors: self.viewport().update())

    @property
    def numbers(self) -> QFont:
        """The font of the figures."""
        return self._numbers

    @property
    def sum_font(self) -> QFont:
        """The font of the sums under the table."""
        font = QFont(self._numbers)
        font.setBold(True)
        return font

    def sum_text(self, column: Column) -> str:
        """Return what stands under a column, or an empty text."""
        total = self._model.total(column)
        return "" if total is None else _number_text(total, column)

    def fit_columns(self) -> None:
        """Make each column as wide as its widest text, known from its largest number, not from every cell."""
        self._sizing = True
        try:
            for place in range(self._model.columnCount()):
                if place not in self._sized_by_hand:
                    self.horizontalHeader().resizeSection(place, self._width_of(COLUMNS[place]))
        finally:
            self._sizing = False
        self.laid_out.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_numbers"):
            self._numbers = number_font(self.font().pointSizeF())
            self._fit_rows()
            self.fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.laid_out.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        height = self.verticalHeader().defaultSectionSize()
        offset = self.verticalOffset()
        first = max((event.rect().top() + offset) // height, 0)
        stop = min((event.rect().bottom() + offset) // height + 1, len(self._model.rows))
        painter = QPainter(self.viewport())
        painter.setFont(self._numbers)
        self._paint_selection(painter, first, stop)
        header = self.horizontalHeader()
        for place in range(self._model.columnCount()):
            left, width = header.sectionViewportPosition(place), header.sectionSize(place)
            visible = left + width > event.rect().left() and left <= event.rect().right()
            if visible and not header.isSectionHidden(place):
                inner = QRect(left + PADDING, first * height - offset, width - 2 * PADDING, height)
                self._paint_column(painter, COLUMNS[place], self._model.rows[first:stop], inner)
        painter.end()

    def _paint_selection(self, painter: QPainter, first: int, stop: int) -> None:
        height = self.verticalHeader().defaultSectionSize()
        color, width, offset = QColor(self._theme.colors.selection), self.viewport().width(), self.verticalOffset()
        for chosen in self.selectionModel().selection().toList():
            top, bottom = max(chosen.top(), first), min(chosen.bottom() + 1, stop)
            if bottom > top:
                painter.fillRect(0, top * height - offset, width, (bottom - top) * height, color)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            painter.setPen(QColor(self._theme.colors.accent))
            painter.drawRect(0, current.row() * height - offset, width - 1, height - 1)

    def _paint_column(self, painter: QPainter, column: Column, rows: Sequence[Row], cell: QRect) -> None:
        """Paint the cells of `rows` one under the other, the first at `cell`."""
        metrics = painter.fontMetrics()
        ink, pale = QColor(self._theme.colors.text), QColor(self._theme.colors.muted)
        baseline = cell.top() + (cell.height() + metrics.ascent() - metrics.descent()) // 2
        text_of, left_bound = self._model.text, column.role == "text"
        muted: bool | None = None
        for row in rows:
            text = text_of(row, column)
            if (
                is_muted := column.key == "kind" or text in (_ONES if column.key == "dilation" else _ZEROS)
            ) is not muted:
                muted = is_muted
                painter.setPen(pale if muted else ink)
            width = metrics.horizontalAdvance(text)
            if width > cell.width():
                text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, cell.width()) if left_bound else "…"
                width = metrics.horizontalAdvance(text)
            painter.drawText(cell.left() if left_bound else cell.right() + 1 - width, baseline, text)
            baseline += cell.height()

    def _set_up_headers(self) -> None:
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        header.sortIndicatorChanged.connect(self._model.sort)
        header.sectionResized.connect(self._note_size)
        header.sectionMoved.connect(lambda *_: self.laid_out.emit())
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.laid_out.emit())
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._fit_rows()

    def _fit_rows(self) -> None:
        height = QFontMetrics(self._numbers).height() + ROW_PADDING
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height)

    def _note_size(self, section: int) -> None:
        if not self._sizing:
            self._sized_by_hand.add(section)
        self.laid_out.emit()

    def _width_of(self, column: Column) -> int:
        numbers = QFontMetrics(self._numbers)
        header = QFontMetrics(self.horizontalHeader().font())
        titles = max(header.horizontalAdvance(line) for line in self._model.header(column).split("\n"))
        arrow = header.horizontalAdvance(ARROWS[True])
        widest = max(numbers.horizontalAdvance(text) for text in self._widest_texts(column))
        total = QFontMetrics(self.sum_font).horizontalAdvance(self.sum_text(column))
        return max(titles + arrow, widest, total if column.key != "id" else 0) + 2 * PADDING + 1

    def _widest_texts(self, column: Column) -> list[str]:
        """Return candidates for the widest cell of a column, of all rows, so that a filter moves nothing."""
        rows = self._model.all_rows
        if not rows:
            return [""]
        if column.role in ("count", "optional", "difference"):
            return [_number_text(self._model.largest(column), column)]
        if column.role == "measured":
            return [WIDEST_MEASURED]
        if column.key == "id":
            longest = len(max(map(attrgetter("id"), rows), key=len))
            return list({row.id for row in rows if len(row.id) > longest - 2})[:20]
        return list({self._model.text(row, column) for row in self._model.one_of_each(column)})


WIDEST_MEASURED = scientific(8.88e-25, 3)
"""As wide as a measured number gets: it changes while a run is live, and the columns do not."""


def _number_text(number: int, column: Column) -> str:
    return exact_difference(number, 0) if column.role == "difference" else exact(number)


ARROWS = {False: " ▴", True: " ▾"}
"""What follows the header of the column that is sorted by, ascending or descending."""


class QuietHeader(QHeaderView):
    """Column headers as plain text over a hairline; a third click on one gives the order of depth back."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSortIndicatorShown(True)
        self.setSortIndicatorClearable(True)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setMinimumSectionSize(24)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802 - Qt's name
        colors = self._theme.colors
        sorted_by = self.sortIndicatorSection() == section
        model = self.model()
        text = str(model.headerData(section, self.orientation()))
        if sorted_by:
            text += ARROWS[self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder]
        painter.save()
        painter.fillRect(rect, QColor(colors.window))
        painter.setPen(QColor(colors.hairline))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.right(), rect.top() + 4, rect.right(), rect.bottom() - 4)
        painter.setPen(QColor(colors.accent if sorted_by else colors.muted))
        side = model.headerData(section, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        painter.drawText(rect.adjusted(PADDING, 3, -PADDING, -3), side, text)
        painter.restore()
