"""Shows what a study found: a sentence, figures, a table, and what it offers to the recipe."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.painting.elided_combo import ElidedCombo
from app.painting.elided_label import ElidedLabel
from app.services.theme import Theme, ThemeColors
from app.state.selection_state import SelectionState
from app.state.study_state import StudyResult
from app.state.training_recipe import TrainingRecipe
from app.views.studies.figure_view import FigureView
from app.views.studies.result_table import ResultTable
from app.views.studies.result_words import conditions, offer_text, result_name, taken_text
from app.views.studies.wrapped_label import WrappedLabel
from resnet_core.export.table_text import TextTable, table_as_csv, table_as_tsv
from resnet_core.findings.figures import Figure

_BESIDE_FROM_PX = 900


class ResultView(QWidget):
    """One result, and which others there are of the same study.

    `result_chosen` carries the place of another one among them, `announced` a line on what was done, `failed` a line
    and details on what could not be.
    """

    result_chosen = Signal(int)
    announced = Signal(str)
    failed = Signal(str, str)

    def __init__(
        self, selection: SelectionState, recipe: TrainingRecipe, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("study_result")
        self._selection, self._recipe, self._theme = selection, recipe, theme
        self._result: StudyResult | None = None
        self._drawn: StudyResult | None = None
        self._figures: list[FigureView] = []
        self._offers: dict[str, QPushButton] = {}
        self._results, self._headline, self._conditions = ElidedCombo(), WrappedLabel(), ElidedLabel()
        self._nothing, self._table = QLabel(), ResultTable()
        self._toggle, self._more = QToolButton(), QToolButton()
        self._offer_row, self._grid = QHBoxLayout(), QGridLayout()
        self._columns = 0
        self._name_parts()
        self._lay_out()
        self._connect()

    def show_results(self, results: tuple[StudyResult, ...], shown: StudyResult | None) -> None:
        """Offer `results` and show one of them, or none."""
        with QSignalBlocker(self._results):
            names = [result_name(result) for result in results]
            if names != [self._results.itemText(place) for place in range(self._results.count())]:
                self._results.clear()
                self._results.addItems(names)
            self._results.setCurrentIndex(results.index(shown) if shown is not None else -1)
        self._results.setToolTip(self._results.currentText())
        self._results.setVisible(bool(results))
        self._result = shown
        self._show()

    def show_wait(self, *, running: bool) -> None:
        """Say, where there is no result, how to get one; a study under way needs no word."""
        self._nothing.setText("" if running else self.tr("Nothing was found of this network yet: press Start."))

    def set_colors(self, colors: ThemeColors) -> None:
        """Take the theme's colours."""
        for figure in self._figures:
            figure.set_colors(colors)

    @property
    def figures(self) -> tuple[FigureView, ...]:
        """The figures that are shown."""
        return tuple(view for view in self._figures if not view.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put figures beside each other where there is room."""
        super().resizeEvent(event)
        self._arrange()

    # Showing

    def _show(self) -> None:
        result = self._result
        there = result is not None
        for widget in (self._headline, self._conditions, self._toggle, self._more):
            widget.setVisible(there)
        self._nothing.setVisible(not there)
        self._table.setVisible(there and self._toggle.isChecked())
        if result is None:
            self._show_figures(())
            self._show_offers()
            self._drawn = None
            return
        if result is self._drawn:
            self._show_offers()
            return
        self._drawn = result
        report = result.report
        headline = report.study.headline(report.found, QCoreApplication.translate)
        self._headline.setText(headline.replace(" %", "\N{NO-BREAK SPACE}%"))
        self._conditions.set_text(conditions(report))
        self._table.show_table(report.study.table(report.found))
        self._show_figures(report.study.figures(report.found))
        self._show_offers()

    def _show_figures(self, figures: tuple[Figure, ...]) -> None:
        while len(self._figures) < len(figures):
            self._figures.append(self._new_figure())
            self._columns = 0
        for number, view in enumerate(self._figures):
            view.setVisible(number < len(figures))
            if number < len(figures) and view.figure != figures[number]:
                view.show_figure(figures[number])
                view.mark_block(self._selection.selected)
        self._arrange()

    def _new_figure(self) -> FigureView:
        view = FigureView(self._theme.colors, self)
        view.block_chosen.connect(self._selection.select)
        view.menu_wanted.connect(self._add_copies)
        view.saved.connect(self.announced)
        view.failed.connect(self.failed)
        return view

    def _arrange(self) -> None:
        """Put the figures into one column, or into two where they have room."""
        count = sum(not view.isHidden() for view in self._figures)
        columns = 2 if count > 1 and self.width() >= _BESIDE_FROM_PX else 1
        if columns != self._columns:
            self._columns = columns
            for number, view in enumerate(self._figures):
                self._grid.addWidget(view, *divmod(number, columns))
            for column in range(2):
                self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _show_offers(self) -> None:
        report = self._result.report if self._result is not None else None
        offers = dict(report.study.offers(report.found)) if report is not None else {}
        for field, button in self._offers.items():
            button.setVisible(field in offers)
        for field, value in offers.items():
            if field not in self._offers:
                button = self._offers[field] = QPushButton()
                button.setObjectName(f"study_offer_{field}")
                self._offer_row.addWidget(button)
                button.clicked.connect(partial(self._take_offer, field))
            button = self._offers[field]
            has_it = getattr(self._recipe.config, field) == value
            text = taken_text(field, value) if has_it else offer_text(field, value)
            button.setText(text)
            button.setAccessibleName(text)
            button.setEnabled(not has_it)
            button.setVisible(True)

    # Doing

    def _take_offer(self, field: str) -> None:
        if self._result is None:
            return
        report = self._result.report
        value = report.study.offers(report.found)[field]
        if self._recipe.set_field(field, value):
            self.announced.emit(taken_text(field, value))

    def _add_copies(self, menu: QMenu) -> None:
        """Add what can be copied and saved of the whole result."""
        menu.addSeparator()
        menu.addAction(self.tr("Copy Table"), self.copy_table)
        menu.addAction(self.tr("Save Table as CSV…"), lambda: self._ask_where(".csv", self.tr("Save Table")))
        menu.addAction(self.tr("Save Result as JSON…"), lambda: self._ask_where(".json", self.tr("Save Result")))

    def copy_table(self) -> None:
        """Put the table on the clipboard, for a spreadsheet."""
        QGuiApplication.clipboard().setText(table_as_tsv(self._shown_table()))
        self.announced.emit(self.tr("The table is on the clipboard."))

    def _ask_where(self, suffix: str, title: str) -> None:
        assert self._result is not None
        key = self._result.key
        first = f"{key.study}-{key.run or self._result.report.network.architecture}{suffix}"
        name, _ = QFileDialog.getSaveFileName(self, title, first, f"*{suffix}")
        if name:
            self.save(Path(name) if Path(name).suffix else Path(name).with_suffix(suffix))

    def save(self, path: Path) -> None:
        """Write the table as CSV, or the whole result as a JSON document that the command line writes too."""
        assert self._result is not None
        if path.suffix.lower() == ".json":
            document = self._result.report.as_document()
            text = json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2) + "\n"
        else:
            text = table_as_csv(self._shown_table())
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            line = self.tr("The result could not be written to {path}: {reason}")
            self.failed.emit(line.format(path=path, reason=error.strerror or error), str(error))
        else:
            self.announced.emit(self.tr("Saved {path}").format(path=path))

    def _shown_table(self) -> TextTable:
        assert self._result is not None
        report = self._result.report
        return report.study.table(report.found)

    # Making

    def _connect(self) -> None:
        self._results.activated.connect(self.result_chosen)
        self._toggle.toggled.connect(lambda _on: self._show())
        self._table.chosen.connect(self._select_block)
        self._selection.changed.connect(self._mark_block)
        self._recipe.changed.connect(lambda _config: self._show_offers())

    def _select_block(self, id: str) -> None:
        if any(id in getattr(view.figure, "blocks", ()) for view in self.figures):
            self._selection.select(id)

    def _mark_block(self, id: str) -> None:
        for view in self.figures:
            view.mark_block(id)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._results, 1)
        top.addWidget(self._toggle)
        top.addWidget(self._more)
        self._offer_row.setSpacing(8)
        self._offer_row.addWidget(self._conditions, 1)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self._headline)
        layout.addLayout(self._offer_row)
        layout.addWidget(self._nothing)
        layout.addLayout(self._grid, 1)
        layout.addWidget(self._table)

    def _name_parts(self) -> None:
        self._results.setObjectName("study_results")
        self._results.setAccessibleName(self.tr("Results of this study"))
        self._results.setPlaceholderText(self.tr("results of other networks"))
        self._results.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._results.setMinimumContentsLength(12)
        self._headline.setObjectName("study_headline")
        self._headline.setProperty("role", "heading")
        self._conditions.setObjectName("study_conditions")
        self._conditions.setProperty("role", "muted")
        self._nothing.setObjectName("study_no_result")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setProperty("role", "muted")
        self._toggle.setObjectName("study_table_toggle")
        self._toggle.setText(self.tr("Table"))
        self._toggle.setCheckable(True)
        self._toggle.setToolTip(self.tr("Show what was found as a table"))
        self._more.setObjectName("study_result_menu")
        self._more.setText(self.tr("Copy and Save") + " ▾")
        self._more.setAccessibleName(self.tr("Copy and save what was found"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        self._add_copies(menu)
        menu.removeAction(menu.actions()[0])
        self._more.setMenu(menu)
