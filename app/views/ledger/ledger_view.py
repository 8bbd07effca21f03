"""Shows how the open network is counted under any convention, and which published figure that equals."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.services.engine_service import EngineService
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.counting_state import CountingState
from app.state.engine_state import EngineState
from app.state.selection_state import SelectionState
from app.state.verified_state import VerifiedState
from app.views.ledger.convention_bar import ConventionBar
from app.views.ledger.ledger_rows import (
    COUNTED_AS,
    applicable_switches,
    figure_rows,
    match_line,
    step_rows,
    term_rows,
)
from app.views.ledger.ledger_words import rule_text
from app.views.ledger.sum_table import SumTable
from resnet_core.analysis.convention_switches import rules_of, usual_rule
from resnet_core.analysis.conventions import MULTIPLY_ADDS, convention
from resnet_core.analysis.counted_terms import TERMS, Term
from resnet_core.analysis.ledger_steps import explain
from resnet_core.analysis.published_figures import published_figures

WIDE, NARROW = 1180, 620


class LedgerView(QWidget):
    """The ledger. While it is hidden it only notes that it is out of date."""

    def __init__(
        self,
        document: ArchitectureDocument,
        counting: CountingState,
        verified: VerifiedState,
        selection: SelectionState,
        engine: EngineState,
        service: EngineService,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_view")
        self._document, self._counting, self._verified = document, counting, verified
        self._selection, self._engine, self._service = selection, engine, service
        self._stale = True
        self.bar = ConventionBar(counting, theme, self)
        self.terms = SumTable(
            (self.tr("Term"), self.tr("Elements"), self.tr("Counted as"), self.tr("Amount"),
             self.tr("Sum so far")),
            frozenset({0, 2}), theme, self, optional=(4, 1),
        )  # fmt: skip
        self.steps = SumTable((self.tr("From our count"), self.tr("Amount")), frozenset({0}), theme, self)
        self.figures = SumTable(
            (self.tr("Figure"), self.tr("By"), self.tr("This count")), frozenset({1, 2}), theme, self, stretched=1,
        )  # fmt: skip
        self.nothing_published = QLabel(self)
        self.check_button = QPushButton(self)
        self._name_parts()
        self._lay_out()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while it was hidden."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the tables beside one another where there is room."""
        super().resizeEvent(event)
        wide = event.size().width() >= WIDE
        self.bar.stack(event.size().width() < NARROW)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._columns.direction() != direction:
            self._columns.setDirection(direction)
            self._columns.setStretch(0, 3 if wide else 0)
            self._columns.setStretch(1, 2 if wide else 1)

    def _note_change(self, *_facts: object) -> None:
        self._stale = True
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        self._stale = False
        snapshot = self._document.snapshot
        found = explain(snapshot.graph, MULTIPLY_ADDS, self._counting.convention)
        verdict = self._verified.verdict_of(snapshot.config)
        rows = figure_rows(published_figures(snapshot.config), verdict, found.end)
        steps = step_rows(found)
        self.bar.show_count(found, applicable_switches(snapshot.graph, found.start), match_line(rows))
        self.terms.show_rows(term_rows(found.end))
        self.steps.show_rows(steps)
        self.steps.setVisible(bool(steps))
        self.figures.show_rows(rows)
        self.figures.setVisible(bool(rows))
        self.nothing_published.setVisible(not rows)
        self._refresh_engine()

    def _refresh_engine(self) -> None:
        checking = self._engine.progress.kind == "check" and self._engine.busy
        self.check_button.setText(
            self.tr("Checking…") if checking else self.tr("Check with fvcore, torchinfo and torch")
        )
        ready = self._engine.phase != "unavailable"
        self.check_button.setEnabled(ready and not self._engine.busy)
        self.check_button.setToolTip("" if ready else self._engine.text)

    def _choose_rule(self, key: str, column: int) -> None:
        """Offer the ways there are to count a term, where the pointer or the row is."""
        term = next((term for term in TERMS if term == key), None)
        if column != COUNTED_AS or term is None:
            return
        menu = self.rule_menu(term)
        place = self.terms.visualRect(self.terms.currentIndex().siblingAtColumn(COUNTED_AS))
        menu.popup(self.terms.viewport().mapToGlobal(place.bottomLeft()))

    def rule_menu(self, term: Term) -> QMenu:
        """Return a menu of the ways to count `term`, the one in force ticked."""
        menu = QMenu(self)
        menu.setObjectName("ledger_rules")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        now = self._counting.convention.rules.get(term)
        for rule in (*rules_of(term), None):
            action = menu.addAction(rule_text(rule))
            action.setCheckable(True)
            action.setChecked(rule == now)
            action.triggered.connect(lambda _checked, rule=rule: self._counting.count_term(term, rule))
        return menu

    def _tick(self, key: str, counted: bool) -> None:
        term = next(term for term in TERMS if term == key)
        self._counting.count_term(term, usual_rule(term) if counted else None)

    def _choose_figure(self, key: str, _column: int) -> None:
        self._counting.choose(convention(key))

    def _select_layer(self, key: str, _column: int) -> None:
        if key in self._document.snapshot.graph.node_by_id:
            self._selection.select(key)

    def _name_parts(self) -> None:
        names = {
            "ledger_terms": (self.terms, self.tr("Terms of the count")),
            "ledger_steps": (self.steps, self.tr("Steps from our count to this one")),
            "ledger_figures": (self.figures, self.tr("Published figures")),
            "ledger_check": (self.check_button, self.tr("Have the network counted by other counters")),
        }
        for name, (widget, text) in names.items():
            widget.setObjectName(name)
            widget.setAccessibleName(text)
        self.figures.setToolTip(self.tr("Click a figure to count as it was counted"))
        self.nothing_published.setObjectName("ledger_nothing_published")
        self.nothing_published.setProperty("role", "muted")
        self.nothing_published.setWordWrap(True)
        self.nothing_published.setText(
            self.tr(
                "Nobody is known to have printed the multiply-adds of exactly this network. Have it counted by others, "
                "and their totals stand here."
            )
        )

    def _lay_out(self) -> None:
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._columns.setSpacing(20)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(20)
        right.setSpacing(6)
        left.addWidget(self.terms)
        left.addWidget(self.steps)
        left.addStretch(1)
        for widget in (self._heading(self.tr("Figures to match")), self.figures, self.nothing_published):
            right.addWidget(widget)
        right.addWidget(self.check_button, 0, Qt.AlignmentFlag.AlignLeft)
        right.addStretch(1)
        self._columns.addLayout(left)
        self._columns.addLayout(right, 1)
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(14, 12, 14, 12)
        inner.setSpacing(14)
        inner.addWidget(self.bar)
        inner.addLayout(self._columns, 1)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def _heading(self, text: str) -> QLabel:
        heading = QLabel(text, self)
        heading.setProperty("role", "heading")
        return heading

    def _connect(self) -> None:
        for changed in (self._document.changed, self._counting.changed, self._verified.changed):
            changed.connect(self._note_change)
        self._engine.changed.connect(self._refresh_engine)
        self.terms.chosen.connect(self._choose_rule)
        self.terms.sums.ticked.connect(self._tick)
        self.figures.chosen.connect(self._choose_figure)
        self.steps.chosen.connect(self._select_layer)
        self.check_button.clicked.connect(self._service.check)
