"""Shows every count of the open architecture as a table that can be sorted, filtered, summed and copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState, block_of
from app.views.layer_table.cost_table import CostTable
from app.views.layer_table.layer_model import LayerTableModel
from app.views.layer_table.measured_flow import measured_flow
from app.views.layer_table.table_columns import COLUMNS, MEASURED
from app.views.layer_table.table_rows import LEVELS, Level, Row, covers
from app.views.layer_table.totals_footer import TotalsFooter
from resnet_core.export.table_text import TextTable, table_as_csv, table_as_markdown, table_as_tsv
from resnet_core.number_text import compact_difference, exact

TableForm = Literal["tsv", "csv", "markdown"]
_WRITERS: Mapping[TableForm, Callable[[TextTable], str]] = MappingProxyType(
    {"tsv": table_as_tsv, "csv": table_as_csv, "markdown": table_as_markdown}
)


class LayerTableView(QWidget):
    """The layer table. While it is hidden it only notes that it is out of date."""

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        pinned: PinnedState,
        runs: RunsState,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("layer_table_view")
        self._document, self._selection, self._pinned, self._theme = document, selection, pinned, theme
        self._runs = runs
        self._hidden_by_hand: set[int] = set()
        self._stale = True
        self._applying = False
        self.model = LayerTableModel(self)
        self.table = CostTable(self.model, theme, self)
        self.footer = TotalsFooter(self.table, self.model, theme, self)
        self.filter_box = QLineEdit(self)
        self.level_buttons = QButtonGroup(self)
        self._lay_out()
        self._listen()
        self._adopt_colors()

    def focus_filter(self) -> None:
        """Put the cursor into the filter, its text selected."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def set_level(self, level: Level) -> None:
        """Make a row stand for a layer, a block or a stage."""
        self.level_buttons.button(LEVELS.index(level)).setChecked(True)

    def copy_table(self, form: TableForm = "tsv", selected_only: bool = False) -> str:
        """Put the shown rows, or the selected of them, on the clipboard; return the text."""
        rows = self._selected_rows() if selected_only else None
        text = _WRITERS[form](self.model.as_text_table(rows))
        QGuiApplication.clipboard().setText(text)
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.focus_filter()
        elif event.key() == Qt.Key.Key_Escape and self.filter_box.text():
            self.filter_box.clear()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._top_line())
        layout.addWidget(self.table, 1)
        layout.addWidget(self.footer)
        self.table.setObjectName("layer_table")
        self.table.setAccessibleName(self.tr("Layers of the architecture"))

    def _top_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(8, 8, 8, 8)
        self.filter_box.setObjectName("layer_table_filter")
        self.filter_box.setAccessibleName(self.tr("Filter the rows"))
        self.filter_box.setPlaceholderText(self.tr("Filter: layer3, kind:conv, stage:layer3"))
        self.filter_box.setToolTip(
            self.tr("Every word must be in a row's id or kind; kind:, id:, stage: and block: look in that place alone.")
        )
        self.filter_box.setClearButtonEnabled(True)
        line.addWidget(self.filter_box, 1)
        names = {"layers": self.tr("Layers"), "blocks": self.tr("Blocks"), "stages": self.tr("Stages")}
        for number, level in enumerate(LEVELS):
            button = QToolButton(self)
            button.setText(names[level])
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setObjectName(f"layer_table_level_{level}")
            button.setAccessibleName(self.tr("One row a unit of: {level}").format(level=names[level]))
            self.level_buttons.addButton(button, number)
            line.addWidget(button)
        self.level_buttons.button(0).setChecked(True)
        return line

    def _listen(self) -> None:
        self._document.changed.connect(self._on_changed)
        self._pinned.changed.connect(self._on_changed)
        self._selection.changed.connect(self._on_selected_elsewhere)
        for signal in (self._runs.advanced, self._runs.current_changed, self._runs.shown_changed):
            signal.connect(self._on_measured)
        self._selection.step_changed.connect(self._on_measured)
        self._theme.changed.connect(self._adopt_colors)
        self.filter_box.textChanged.connect(self.model.set_filter)
        self.level_buttons.idToggled.connect(self._on_level)
        self.model.modelReset.connect(self._after_reset)
        self.table.selectionModel().selectionChanged.connect(self._on_selected_here)
        self.table.copy_wanted.connect(lambda: self.copy_table("tsv", selected_only=True))
        for widget in (self.table, self.table.horizontalHeader()):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._offer_copies)
        self.table.horizontalHeader().customContextMenuRequested.connect(self._offer_columns)

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._refresh()
        else:
            self._stale = True

    def _refresh(self) -> None:
        self._stale = False
        self.model.show(self._document.snapshot, self._pinned.reference)
        self._show_measured()

    @Slot()
    def _on_measured(self) -> None:
        if not self._stale and self.isVisible():
            self._show_measured()
        else:
            self._stale = True

    def _show_measured(self) -> None:
        """Show what the run of this network measured at the step that is looked at; without one its columns go."""
        graph = self._document.snapshot.graph
        self.model.show_measured(measured_flow(self._runs.run_for(graph), graph, self._selection.step))
        for place in MEASURED:
            hidden = self.model.measured is None or place in self._hidden_by_hand
            if self.table.isColumnHidden(place) != hidden:
                self.table.setColumnHidden(place, hidden)
                self.footer.update()

    def _on_level(self, number: int, checked: bool) -> None:
        if checked:
            self.model.set_level(LEVELS[number])

    def _after_reset(self) -> None:
        self.footer.show_totals(self._totals_label())
        self.footer.setToolTip(self._left_out())
        self._show_selection()

    def _totals_label(self) -> str:
        shown, all_rows = len(self.model.rows), len(self.model.all_rows)
        if shown == all_rows:
            return self.tr("Total of {count} rows").format(count=exact(all_rows))
        return self.tr("Sum of {shown} of {count} rows").format(shown=exact(shown), count=exact(all_rows))

    def _left_out(self) -> str:
        """Return what the differences do not show: rows that only the reference has."""
        rows = self.model.only_in_reference()
        if not rows or self.model.reference is None:
            return ""
        text = self.tr("{count} rows only {name} has are in no difference here: {parameters} parameters, {macs} MACs")
        return text.format(
            count=exact(len(rows)),
            name=self.model.reference.config.name,
            parameters=compact_difference(0, sum(row.parameters for row in rows)),
            macs=compact_difference(0, sum(row.macs for row in rows)),
        )

    @Slot(str)
    def _on_selected_elsewhere(self, _id: str) -> None:
        if self.isVisible() and not self._applying and not self._stale:
            self._show_selection()

    def _show_selection(self) -> None:
        """Highlight the rows of what is selected and scroll to the first of them."""
        places = self._places_of(self._selection.selected)
        chosen = QItemSelection()
        for place in places:
            chosen.select(self.model.index(place, 0), self.model.index(place, 0))
        self._applying = True
        try:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().select(chosen, flags)
            if places:
                first = self.model.index(places[0], 0)
                self.table.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
                self._bring_into_view(places)
        finally:
            self._applying = False

    def _bring_into_view(self, places: Sequence[int]) -> None:
        """Scroll only if a selected row is out of sight, and then so that the first stands a third down."""
        height = self.table.verticalHeader().defaultSectionSize()
        top, room = self.table.verticalOffset(), self.table.viewport().height()
        first, last = places[0] * height, places[-1] * height + height
        if first < top or last > top + room:
            fits = last - first <= room
            lead = min(room // 3, room - (last - first)) // height * height if fits else 0
            self.table.verticalScrollBar().setValue(first - lead)

    def _places_of(self, selected: str) -> list[int]:
        if not selected:
            return []
        graph = self._document.snapshot.graph
        block = block_of(graph, selected)
        node = graph.node_by_id.get(selected)
        stage = node.stage if node else graph.block_by_id[block].stage if block else ""
        by_level = {"layers": ("", ""), "blocks": (block, "" if block else stage), "stages": ("", stage)}
        wanted = by_level[self.model.level]
        return [place for place, row in enumerate(self.model.rows) if covers(row, selected, *wanted)]

    @Slot()
    def _on_selected_here(self) -> None:
        rows = self._selected_rows()
        if self._applying or not rows:
            return
        current = self.table.currentIndex()
        row = self.model.rows[current.row()] if current.isValid() else rows[0]
        graph = self._document.snapshot.graph
        if row.id not in graph.node_by_id and row.id not in graph.block_by_id:
            return  # a stage, the stem or the head as a whole: the shared selection knows blocks and layers
        self._applying = True
        try:
            self._selection.select(row.id)
        finally:
            self._applying = False

    def _selected_rows(self) -> Sequence[Row]:
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[place] for place in places]

    def _offer_copies(self, position: QPoint) -> None:
        menu = self.copy_menu()
        menu.exec(self.table.viewport().mapToGlobal(position))
        menu.deleteLater()

    def copy_menu(self) -> QMenu:
        """Return a new menu of every way to copy; the caller shows and deletes it."""
        menu = QMenu(self)
        names = {"tsv": self.tr("tab-separated text"), "csv": self.tr("CSV"), "markdown": self.tr("Markdown")}
        patterns = {True: self.tr("Copy selected rows as {form}"), False: self.tr("Copy all shown rows as {form}")}
        for selected_only, pattern in patterns.items():
            for form, name in names.items():
                action = menu.addAction(pattern.format(form=name))
                action.setEnabled(not selected_only or self.table.selectionModel().hasSelection())
                action.triggered.connect(
                    lambda _checked=False, form=form, only=selected_only: self.copy_table(form, only)
                )
            menu.addSeparator()
        return menu

    def _offer_columns(self, position: QPoint) -> None:
        """Let a person hide and show columns; the first always stays."""
        header = self.table.horizontalHeader()
        menu = QMenu(self)
        for column in self.model.columns[1:]:
            place = COLUMNS.index(column)
            action = menu.addAction(self.model.header(column).replace("\n", " "))
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(place))
            action.toggled.connect(lambda shown, place=place: self._show_column(place, shown))
        menu.exec(header.mapToGlobal(position))
        menu.deleteLater()

    def _show_column(self, place: int, shown: bool) -> None:
        self._hidden_by_hand = self._hidden_by_hand - {place} if shown else self._hidden_by_hand | {place}
        self.table.setColumnHidden(place, not shown)
        self.footer.update()

    def _adopt_colors(self) -> None:
        colors = self._theme.colors
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(colors.canvas))
        self.table.setPalette(palette)
        self.table.viewport().update()
