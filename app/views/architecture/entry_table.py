"""Shows a list of equal entries, the stages or the overrides, as a table that is edited in place."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.forms.choice_editor import ChoiceEditor
from app.forms.field_editors import FieldEditor, compact, make_editor
from app.services.fonts import number_font
from app.services.theme import Theme
from app.views.architecture.entry_model import EntryTableModel, Index
from app.views.architecture.form_fields import FormTable
from app.views.architecture.form_model import FormModel
from app.wording import field_label

CELL_PADDING = 4
_WIDEST = {"block": "layer3.10", "kernels": "1,3,1", "attention": "CBAM", "kind": "Bottleneck", "shortcut": "inherited"}
"""What a column of texts must have room for."""


class EntryDelegate(QStyledItemDelegate):
    """Edits a cell with the editor of its field; a choice is taken as soon as it is made."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, EntryTableModel)
        field = model.field(index)
        editor = make_editor(field.facts, field.name, parent)
        compact(editor)
        if isinstance(editor, ChoiceEditor):
            editor.activated.connect(lambda _place: self._take(editor))
            QTimer.singleShot(0, editor, lambda: self._unfold(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, FieldEditor)
        editor.show_value(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QAbstractSpinBox | QLineEdit):
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, FieldEditor)
        model.setData(index, editor.entered())

    def _unfold(self, editor: ChoiceEditor) -> None:
        """Open the list of choices at once, unless the choice was made by the key that opened the cell."""
        if editor.isVisible() and editor.hasFocus():
            editor.showPopup()

    def _take(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)


class EntryHeader(QHeaderView):
    """Column headers as plain text over a hairline, close together, since the panel is narrow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setMinimumSectionSize(20)
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.9)
        self.setFont(small)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802 - Qt's name
        colors, model = self._theme.colors, self.model()
        side = model.headerData(section, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        inner = rect.adjusted(CELL_PADDING, 0, -CELL_PADDING, 0)
        text = str(model.headerData(section, self.orientation()))
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.save()
        painter.fillRect(rect, QColor(colors.window))
        painter.setPen(QColor(colors.hairline))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(QColor(colors.muted))
        painter.drawText(inner, side, text)
        painter.restore()


class EntryTable(QTableView):
    """The table, as high as its rows; Enter edits, Delete asks for the current entry to go, Insert for another one."""

    removal_wanted = Signal()
    addition_wanted = Signal()

    def __init__(self, form: FormModel, table: FormTable, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{table.name}_table")
        self.setHorizontalHeader(EntryHeader(theme, self))
        self.entries = EntryTableModel(form, table, theme, self)
        self.setModel(self.entries)
        self.setItemDelegate(EntryDelegate(self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.DoubleClicked | triggers.SelectedClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setWordWrap(False)
        self.part = table
        self._widths: list[int] = []
        self._set_up_headers(table)
        self.entries.modelReset.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Delete:
            self.removal_wanted.emit()
        elif key == Qt.Key.Key_Insert:
            self.addition_wanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._can_edit():
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keys at a cell: the current one, or the first."""
        if not self.currentIndex().isValid() and self.entries.rowCount():
            self.setCurrentIndex(self.entries.index(0, 0))
        super().focusInEvent(event)

    def show_columns(self) -> None:
        """Show the columns there always are, and those in which an entry has something of its own."""
        for column, facts in enumerate(self.part.columns):
            hidden = not self.part.is_usual(facts) and self.entries.is_usual(column)
            if hidden != self.isColumnHidden(column):
                self.setColumnHidden(column, hidden)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(160, self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.maximumHeight())

    def _can_edit(self) -> bool:
        """Whether there is a current cell that can be edited, and is not yet: Enter reaches the table after it too."""
        current = self.currentIndex()
        editable = bool(self.entries.flags(current) & Qt.ItemFlag.ItemIsEditable) if current.isValid() else False
        return editable and self.state() != QAbstractItemView.State.EditingState

    def _set_up_headers(self, table: FormTable) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + 8)
        rows.setSectionsClickable(True)
        columns.setHighlightSections(False)
        rows.setFont(columns.font())
        rows.setFixedWidth(columns.fontMetrics().horizontalAdvance("0") + 12)
        metrics = QFontMetrics(number_font(self.font().pointSizeF()))
        for place, facts in enumerate(table.columns):
            title = columns.fontMetrics().horizontalAdvance(field_label(facts)) + 2 * CELL_PADDING + 2
            widest = metrics.horizontalAdvance(_WIDEST.get(facts.name, "0000")) + 2 * CELL_PADDING
            self._widths += [max(title, widest)]
            columns.resizeSection(place, self._widths[place])
        columns.setStretchLastSection(True)

    def _fit(self) -> None:
        """Be as high as the rows, and the scroll bar where the columns are wider than the panel."""
        columns = range(self.entries.columnCount())
        needed = sum(self._widths[column] for column in columns if not self.isColumnHidden(column))
        room = self.width() - self.verticalHeader().width()
        rows = self.entries.rowCount()
        height = self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar().sizeHint().height() if needed > room else 0
        if self.height() != height + bar + 2 or self.maximumHeight() != height + bar + 2:
            self.setFixedHeight(height + bar + 2)
