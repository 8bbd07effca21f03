"""Holds a list of equal entries, the stages or the overrides, as the cells of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.forms.field_kinds import holds, holds_sizes
from app.forms.fix_offers import value_text
from app.services.fonts import number_font
from app.services.theme import Theme
from app.state.architecture_document import FieldPath
from app.views.architecture.field_words import place_text
from app.views.architecture.form_fields import FormField, FormTable
from app.views.architecture.form_model import FormModel
from app.wording import choice_label, field_help, field_label, paper_name
from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig
from resnet_core.configuration.block_plan import KIND_KERNELS
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.validation import Problem

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
NOTHING = "–"
"""What a cell shows whose field means nothing in this architecture."""


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

    def first_value(self, row: int) -> Any:
        """Return what stands in the first column of `row`: of an override, the block it names."""
        return self._form.value((self._table.name, row, self._table.columns[0].name))

    def problems(self) -> tuple[Problem, ...]:
        """Return every problem of the table as a whole and of its cells."""
        if not self._form.problems:
            return ()
        paths = [(self._table.name,), *(self.path(cell) for cell in self._cells())]
        return tuple(problem for path in paths for problem in self._form.problems_at(path))

    def problem_text(self) -> str:
        """Return every problem in the table, one a line, each after the place it stands at."""
        if not self._form.problems:
            return ""
        lines = [self._form.problem_at((self._table.name,))]
        for cell in self._cells():
            path, text = self.path(cell), self._form.problem_at(self.path(cell))
            here = any(problem.path == path for problem in self._form.problems_at(path))
            lines.append(f"{place_text(path)}: {text}" if here else text)
        return "\n".join(dict.fromkeys(line for line in lines if line))

    def is_usual(self, column: int) -> bool:
        """Return whether every entry has the declared default in `column`, so that it need not be looked at."""
        facts = self._table.columns[column]
        paths = [self.path(self.index(row, column)) for row in range(self._count)]
        return all(self._form.value(path) == facts.default and not self._form.problems_at(path) for path in paths)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._table.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if self._form.applies(self.path(index)) else Qt.ItemFlag(0)
        return super().flags(index) | editable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        field = self.field(index)
        value = self._form.value(field.path)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown(field, value) if self._form.applies(field.path) else NOTHING
        if role == Qt.ItemDataRole.EditRole:
            return value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(field.facts)
        if role == Qt.ItemDataRole.FontRole:
            return number_font(self._point_size()) if _is_number(field.facts) else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(field, value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._form.problem_at(field.path) or _help(field, value)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        field = self.field(index)
        return self._form.set_value(field.path, value, self._form.step_text(field, value))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return self._row_header(section, role)
        facts = self._table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return field_label(facts)
        if role == Qt.ItemDataRole.ToolTipRole:
            return field_help(facts)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(facts)
        return None

    def _row_header(self, row: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return str(row + 1)
        if role == Qt.ItemDataRole.ToolTipRole and self._table.name == "stages":
            stage = f"layer{row + 1}"
            return ", ".join(name for name in (stage, paper_name(self._form.config, stage)) if name)
        return None

    def _shown(self, field: FormField, value: Any) -> str:
        """Return a value in short; of a stage that has none of its own, what holds for it instead."""
        place = field.path[1]
        if value in (None, ()) and self._table.name == "stages" and isinstance(place, int):
            value = _holding(self._form.config, self._form.config.stages[place], field.facts.name)
        return value_text(field.facts, value)

    def _cells(self) -> Iterator[QModelIndex]:
        for row in range(self._count):
            yield from (self.index(row, column) for column in range(len(self._table.columns)))

    def _ink(self, field: FormField, value: Any) -> QColor | None:
        if self._form.problem_at(field.path):
            return QColor(self._theme.colors.warning)
        own = value not in (None, ()) and self._form.applies(field.path)
        return None if own else QColor(self._theme.colors.muted)

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


def _holding(config: ArchitectureConfig, stage: StageConfig, name: str) -> Any:
    """Return what the kind of a stage or the network says where the stage itself says nothing."""
    if name == "kernels":
        return KIND_KERNELS[stage.kind]
    return config.attention.kind if name == "attention" else getattr(config.block, name, None)


def _is_number(facts: FieldFacts) -> bool:
    return holds(facts, int) or holds_sizes(facts)


def _side(facts: FieldFacts) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if facts.type is int else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _help(field: FormField, value: Any) -> str:
    if field.facts.choices and value is not None:
        return choice_label(field.facts, str(value))
    return field_help(field.facts)
