"""Shows a list of equal entries, the stages or the overrides, as a table that is edited in place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
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
from app.forms.field_kinds import holds_sizes, inherited
from app.forms.sizes_editor import nothing_chosen, sizes_text
from app.services.fonts import number_font
from app.services.theme import Theme
from app.state.architecture_document import FieldPath
from app.views.architecture.form_fields import FormField, FormTable
from app.views.architecture.form_model import FormModel
from app.wording import choice_label, field_help, field_label, paper_name, short_choice

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
CELL_PADDING = 4


class EntryTableModel(QAbstractTableModel):
    """The entries of one list of the configuration, cell by cell; an edit goes to the document at once."""

    def __init__(self, form: FormModel, table: FormTable, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form, self._table, self._theme = form, table, theme
        self._count = len(form.value((table.name,)))
        form.changed.connect(self._on_changed)
        theme.changed.connect(self._repaint)

    def field(self, index: Index) -> FormField:
        """Return the field that a cell shows."""
        return FormField(self.path(index), self._table.columns[index.column()])

    def path(self, index: Index) -> FieldPath:
        """Return where a cell's value stands in the configuration."""
        return (self._table.name, index.row(), self._table.columns[index.column()].name)

    def problems(self) -> str:
        """Return every problem in the table, one a line, each after the place it stands at."""
        lines = [self._form.problem_at((self._table.name,))]
        for row in range(self._count):
            for column, facts in enumerate(self._table.columns):
                text = self._form.problem_at(self.path(self.index(row, column)))
                if text:
                    place = self.tr("{label} in row {row}").format(label=field_label(facts), row=row + 1)
                    lines.append(f"{place}: {text}")
        return "\n".join(line for line in lines if line)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._table.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        field = self.field(index)
        value = self._form.value(field.path)
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(field, value)
        if role == Qt.ItemDataRole.EditRole:
            return value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if field.facts.type is int else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return number_font(self._point_size()) if field.facts.type is int else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(field, value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._form.problem_at(field.path) or _help(field, value)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        field = self.field(index)
        text = self.tr("{label} of {entry}: {value}").format(
            label=field_label(field.facts), entry=self._entry_name(index.row()), value=_shown(field, value)
        )
        return self._form.set_value(field.path, value, text)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return self._row_header(section, role)
        facts = self._table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return field_label(facts)
        if role == Qt.ItemDataRole.ToolTipRole:
            return field_help(facts)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if facts.type is int else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _row_header(self, row: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return str(row + 1)
        if role == Qt.ItemDataRole.ToolTipRole and self._table.name == "stages":
            stage = f"layer{row + 1}"
            return ", ".join(name for name in (stage, paper_name(self._form.config, stage)) if name)
        return None

    def _entry_name(self, row: int) -> str:
        if self._table.name == "stages":
            return f"layer{row + 1}"
        return str(self._form.value((self._table.name, row, self._table.columns[0].name)))

    def _ink(self, field: FormField, value: Any) -> QColor | None:
        if self._form.problem_at(field.path):
            return QColor(self._theme.colors.warning)
        return QColor(self._theme.colors.muted) if value is None else None

    def _point_size(self) -> float:
        parent = self.parent()
        return parent.font().pointSizeF() if isinstance(parent, QWidget) else 9.0

    def _on_changed(self) -> None:
        count = len(self._form.value((self._table.name,)))
        if count == self._count:
            self._repaint()
            return
        self.beginResetModel()
        self._count = count
        self.endResetModel()

    def _repaint(self) -> None:
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, self.columnCount() - 1))


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
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, FieldEditor)
        editor.show_value(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QAbstractSpinBox | QLineEdit):
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, FieldEditor)
        model.setData(index, editor.entered())

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
    """The table, as high as its rows; Delete asks for the current entry to go."""

    removal_wanted = Signal()
    resized = Signal()

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
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setWordWrap(False)
        self._set_up_headers(table)
        self.entries.modelReset.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.removal_wanted.emit()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(160, self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.maximumHeight())

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
            widest = "0000" if facts.type is int else "layer3.10"
            columns.resizeSection(place, max(title, metrics.horizontalAdvance(widest) + 2 * CELL_PADDING))
        columns.setStretchLastSection(True)

    def _fit(self) -> None:
        rows = self.entries.rowCount()
        height = self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(height + 2)
        self.resized.emit()


def _shown(field: FormField, value: Any) -> str:
    if holds_sizes(field.facts):
        return sizes_text(value) or nothing_chosen(field.facts)
    if value is None:
        return inherited()
    if field.facts.choices:
        return short_choice(choice_label(field.facts, str(value)))
    return str(value)


def _help(field: FormField, value: Any) -> str:
    if field.facts.choices and value is not None:
        return choice_label(field.facts, str(value))
    return field_help(field.facts)
