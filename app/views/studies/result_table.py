"""Shows what was found as a table whose cells can be copied."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.services.fonts import number_font
from app.views.studies.figure_words import said
from resnet_core.export.table_text import TextTable, table_as_tsv

ModelIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_NUMERIC = frozenset("0123456789−-+.,·⁰¹²³⁴⁵⁶⁷⁸⁹⁻ %e∞<>×")


class _TableModel(QAbstractTableModel):
    """The cells as texts; what reads as a number stands at the right."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = TextTable((), ())

    def show(self, table: TextTable) -> None:
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: ModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.table.header)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self.table.rows[index.row()][index.column()]
        text = "" if cell is None else str(cell)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            numeric = bool(text) and set(text) <= _NUMERIC
            side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return said(self.table.header[section])
        return None


class ResultTable(QTableView):
    """A row is `chosen` with its first cell, which may be a block."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_table")
        self.setAccessibleName(self.tr("What was found, as a table"))
        self._model = _TableModel(self)
        self.setModel(self._model)
        self.setFont(number_font(self.font().pointSizeF()))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setMinimumHeight(200)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 5)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().currentRowChanged.connect(self._choose)

    def show_table(self, table: TextTable) -> None:
        """Show another table."""
        if table != self._model.table:
            self._model.show(table)
            self.resizeColumnsToContents()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows, or all, with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            table = self._model.table
            rows = sorted({index.row() for index in self.selectedIndexes()})
            chosen = tuple(table.rows[row] for row in rows) or table.rows
            QGuiApplication.clipboard().setText(table_as_tsv(TextTable(table.header, chosen)))
        else:
            super().keyPressEvent(event)

    def _choose(self, current: ModelIndex, _before: ModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(str(self._model.table.rows[current.row()][0]))
