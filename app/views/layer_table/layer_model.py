"""Offers the rows of a snapshot to Qt's table: sorted, filtered, at one level, with differences to a reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, cast

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.state.architecture_document import Snapshot
from app.views.layer_table.measured_flow import MeasuredFlow
from app.views.layer_table.table_columns import (
    COLUMNS,
    MEASURED,
    ROW_HEADERS,
    WITHOUT_REFERENCE,
    Column,
    sort_key,
)
from app.views.layer_table.table_rows import (
    GroupRow,
    Level,
    Row,
    dilation_of,
    kernel_of,
    row_filter,
    rows_at,
    rows_by_id,
)
from app.wording import block_facts, block_kind_text, block_text, kind_text, layer_text
from resnet_core.analysis.layer_cost import mac_formula, parameter_formula
from resnet_core.architecture.graph import Graph
from resnet_core.export.table_text import Cell, TextTable, plain_shape
from resnet_core.number_text import exact, exact_difference, scientific, shape_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_DERIVED: Mapping[str, Callable[[Graph, Row], str | int | None]] = MappingProxyType(
    {"kernel": kernel_of, "dilation": dilation_of}
)


class LayerTableModel(QAbstractTableModel):
    """The table's content. It sorts and filters itself: a proxy in Python would call back for every comparison."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._reference: Snapshot | None = None
        self._level: Level = "layers"
        self._filter = ""
        self._sorted_by: tuple[int, bool] | None = None
        self._all: Sequence[Row] = ()
        self._rows: Sequence[Row] = ()
        self._theirs: dict[str, Row] = {}
        self._differences: dict[str, tuple[int, int]] = {}
        self._totals: dict[str, int | None] = {}
        self._measured: MeasuredFlow | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that are shown, in the order they are shown in."""
        return self._rows

    @property
    def all_rows(self) -> Sequence[Row]:
        """Every row of the level, without the filter, in the order of depth."""
        return self._all

    @property
    def reference(self) -> Snapshot | None:
        """What the differences are shown against; None shows none."""
        return self._reference

    @property
    def level(self) -> Level:
        """What one row stands for."""
        return self._level

    @property
    def measured(self) -> MeasuredFlow | None:
        """What the columns of a run show; None shows none."""
        return self._measured

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns there are something in."""
        without_run = self._measured is None
        return tuple(
            column for column in COLUMNS[: self.columnCount()] if not (without_run and column.role == "measured")
        )

    @property
    def batch(self) -> int:
        """The images that the kept bytes are for."""
        return self._snapshot.report.memory.batch if self._snapshot else 1

    def show(self, snapshot: Snapshot, reference: Snapshot | None) -> None:
        """Show another architecture, or the same against another reference; sorting and filter stay."""
        self._snapshot = snapshot
        self._reference = reference if reference and reference.config != snapshot.config else None
        self._reset()

    def show_measured(self, measured: MeasuredFlow | None) -> None:
        """Show what a run measured; the order of the rows follows where they are sorted by it."""
        if measured == self._measured:
            return
        self._measured = measured
        if self._sorted_by and self._sorted_by[0] in MEASURED:
            order = self._arranged()
            if [row.id for row in order] != [row.id for row in self._rows]:
                self._arrange()
                return
        if self._rows:
            self.dataChanged.emit(self.index(0, MEASURED[0]), self.index(len(self._rows) - 1, MEASURED[-1]))

    def set_level(self, level: Level) -> None:
        """Make a row stand for a layer, a block or a stage."""
        if level != self._level:
            self._level = level
            self._reset()

    def set_filter(self, text: str) -> None:
        """Show only the rows that `text` asks for (see `row_filter`)."""
        if text != self._filter:
            self._filter = text
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by a column; -1 is the order of depth."""
        chosen = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        if chosen != self._sorted_by:
            self._sorted_by = chosen
            self._arrange()

    def total(self, column: Column) -> int | None:
        """Return what the footer says of the shown rows: a sum, of the receptive field the largest, else None."""
        if column.key not in self._totals:
            self._totals[column.key] = self._total(column)
        return self._totals[column.key]

    def largest(self, column: Column) -> int:
        """Return the number farthest from 0 in a column of numbers, over all rows of the level."""
        if column.role == "difference":
            return max(self._values(self._all, column), key=abs, default=0)
        if column.key == "dilation" and self._snapshot is not None:
            return max(stage.dilation for stage in self._snapshot.config.stages)
        return max(self._values(self._all, column), default=0)

    def one_of_each(self, column: Column) -> Sequence[Row]:
        """Return rows of the level in which every text of a column occurs, as few as are found at once."""
        if self._level == "layers" and column.key == "kernel" and self._snapshot is not None:
            nodes = self._snapshot.graph.nodes
            makes = {(node.kind, node.operation): row for node, row in zip(nodes, self._all, strict=True)}
            return tuple(makes.values())
        if self._level == "layers" or column.role == "shape":
            read = attrgetter(column.field)
            return tuple({read(row): row for row in self._all}.values())
        return self._all

    def only_in_reference(self) -> tuple[Row, ...]:
        """Return the reference's rows of this level that have no counterpart here, so that no difference shows them."""
        mine = {row.id for row in self._all}
        return tuple(row for id, row in self._theirs.items() if id not in mine)

    def is_new(self, row: Row) -> bool:
        """Return whether the reference has no row of this id."""
        return self._reference is not None and row.id not in self._theirs

    def text(self, row: Row, column: Column) -> str:
        """Return what stands in a cell."""
        if column.role == "count":
            return f"{getattr(row, column.field):,}"  # what `exact` gives; no count is negative
        if column.role == "shape":
            return shape_text(getattr(row, column.field))
        if column.role == "difference":
            return exact_difference(self._difference(row, column), 0)
        value = self._read(row, column)
        if column.role == "measured":
            return "" if value is None or math.isnan(value) else scientific(value, 3)
        return value if isinstance(value, str) else "" if value is None else exact(value)

    def as_text_table(self, rows: Sequence[Row] | None = None) -> TextTable:
        """Return `rows`, or all that are shown, as plain values for the clipboard; shapes as `64x112x112`."""
        columns = self.columns
        header = tuple(self.header(column).replace("\n", " ") for column in columns)
        shown = self._rows if rows is None else rows
        return TextTable(header, tuple(tuple(self._cell(row, column) for column in columns) for row in shown))

    def header(self, column: Column) -> str:
        """Return the header of a column; the first is named after what a row stands for."""
        text = column.header
        if column.key == "id":
            text = ROW_HEADERS[self._level]
        return QCoreApplication.translate("LayerTable", text)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS) if self._reference else WITHOUT_REFERENCE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(self._rows[index.row()], COLUMNS[index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(COLUMNS[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(self._rows[index.row()], COLUMNS[index.column()])
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.header(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._header_help(column)
        return None

    def _reset(self) -> None:
        self.beginResetModel()
        self._all = rows_at(self._snapshot, self._level) if self._snapshot else ()
        self._theirs = dict(rows_by_id(self._reference, self._level))
        self._differences = self._compared()
        if self._sorted_by and self._sorted_by[0] >= self.columnCount():
            self._sorted_by = None
        self._rows = self._arranged()
        self.endResetModel()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._rows = self._arranged()
        self.endResetModel()

    def _arranged(self) -> Sequence[Row]:
        self._totals = {}
        rows = self._all
        if self._filter.strip():
            matches = row_filter(self._filter, kind_text)
            rows = [row for row in rows if matches(row)]
        if self._sorted_by:
            place, descending = self._sorted_by
            rows = sorted(rows, key=self._sort_key(COLUMNS[place]), reverse=descending)
        return rows

    def _sort_key(self, column: Column) -> Callable[[Row], Any]:
        if column.role == "difference":
            return lambda row: self._difference(row, column)
        derived = column.key in _DERIVED or column.role == "measured"
        return sort_key(column, partial(self._read, column=column) if derived else attrgetter(column.field))

    def _read(self, row: Row, column: Column) -> Any:
        """Return what a column shows of a row; what no row holds is looked up in the graph."""
        if column.key == "kind":
            return self._kind(row)
        if column.role == "measured":
            return self._measured.values[column.field].get(row.id) if self._measured else None
        if column.key in _DERIVED and self._snapshot is not None:
            return _DERIVED[column.key](self._snapshot.graph, row)
        return getattr(row, column.field)

    def _total(self, column: Column) -> int | None:
        if column.key == "receptive_field":
            return max(self._values(self._rows, column), default=None)
        return sum(self._values(self._rows, column)) if column.sums else None

    def _values(self, rows: Sequence[Row], column: Column) -> Iterator[int]:
        if column.role == "difference":
            return (self._difference(row, column) for row in rows)
        if column.field == "flops":
            return (2 * macs for macs in map(attrgetter("macs"), rows))
        return map(attrgetter(column.field), rows)

    def _difference(self, row: Row, column: Column) -> int:
        more = self._differences.get(row.id)
        return more[column.field == "macs"] if more else 0

    def _compared(self) -> dict[str, tuple[int, int]]:
        """Return by id how many parameters and MACs a row has more than the reference's; the whole if it has none."""
        if self._reference is None:
            return {}
        nothing = (0, 0)
        theirs = {id: (row.parameters, row.macs) for id, row in self._theirs.items()}
        pairs = ((row, theirs.get(row.id, nothing)) for row in self._all)
        return {row.id: (row.parameters - there[0], row.macs - there[1]) for row, there in pairs}

    def _cell(self, row: Row, column: Column) -> Cell:
        if column.role == "difference":
            return self._difference(row, column)
        if column.role == "shape":
            return plain_shape(getattr(row, column.field))
        value = self._read(row, column)
        return f"{value:.6g}" if isinstance(value, float) else cast(Cell, value)

    def _kind(self, row: Row) -> str:
        if not isinstance(row, GroupRow) or row.plan is None:
            return kind_text(row.kind)
        name = block_kind_text(row.plan)
        return f"{row.blocks} × {name}" if row.blocks > 1 else name

    def _tool_tip(self, row: Row, column: Column) -> str | None:
        if column.key in ("id", "kind") and self._snapshot is not None:
            return self._what(row)
        if column.role == "difference" and self._reference and self.is_new(row):
            return self.tr("{name} has no {id}: the whole count is the difference").format(
                name=self._reference.config.name, id=row.id
            )
        return self.text(row, column) if column.role in ("text", "shape") else None

    def _what(self, row: Row) -> str:
        """Return what a row computes, with its formulas where there are any."""
        assert self._snapshot is not None
        node = self._snapshot.graph.node_by_id.get(row.id)
        if node is not None:
            formulas = (parameter_formula(node), mac_formula(node))
            patterns = self.tr("parameters: {formula}"), self.tr("MACs: {formula}")
            lines = [
                pattern.format(formula=formula) for pattern, formula in zip(patterns, formulas, strict=True) if formula
            ]
            return "\n".join((row.id, layer_text(node), *lines))
        if isinstance(row, GroupRow) and row.plan is not None:
            return "\n".join((row.id, ", ".join((block_text(row.plan), *block_facts(row.plan)))))
        return row.id

    def _header_help(self, column: Column) -> str:
        help = QCoreApplication.translate("LayerTable", column.help)
        if column.key == "saved_bytes":
            images = self.tr("Batch: {batch}.").format(batch=exact(self.batch))
            return f"{help} {images}"
        if column.role == "measured" and self._measured:
            where = self.tr("Step {step} of {run}.").format(step=exact(self._measured.step), run=self._measured.run)
            return f"{help} {where}"
        if column.role == "difference" and self._reference:
            reference = self.tr("Reference: {name}.").format(name=self._reference.config.name)
            return f"{help} {reference}"
        return help


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column.role == "text" else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
