"""Edits the options of a study in a form built from their declarations; what cannot be is marked where it stands."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.forms.field_editors import FieldEditor, make_editor, mark
from app.forms.field_label import FieldLabel
from app.forms.fix_offers import field_words, offers_of
from app.forms.problem_note import Offer, ProblemNote
from app.services.theme import Theme
from app.state.study_state import StudyState
from app.wording import field_help, field_label, problem_text
from resnet_core.configuration.fields import FieldFacts, field_facts
from resnet_core.configuration.validation import Fix, Problem
from resnet_core.findings.catalog import study_named

_GAP_PX, _BETWEEN_PX = 10, 12
_EDITOR_PX, _ARROWS_PX, _CHOICE_LETTERS, _FIGURES = 150, 34, 13, "00000"


class OptionsForm(QWidget):
    """The options of the chosen study, as many beside each other as there is room for."""

    def __init__(self, studies: StudyState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_options")
        self._studies, self._theme = studies, theme
        self._study = ""
        self._labels: dict[str, FieldLabel] = {}
        self._editors: dict[str, FieldEditor] = {}
        self._per_row = 0
        self._fields = QWidget()
        self._grid = QGridLayout(self._fields)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP_PX)
        self._grid.setVerticalSpacing(3)
        self._reset = QToolButton()
        self._reset.setObjectName("reset_options")
        self._reset.setText(self.tr("Defaults"))
        self._reset.setAccessibleName(self.tr("Set all options back"))
        self._reset.clicked.connect(lambda: self._studies.reset_options(self._study))
        self._note = ProblemNote("study_options", self._reset)
        self._note.chosen.connect(self._mend)
        row = QHBoxLayout()
        row.addWidget(self._fields, 1)
        row.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addWidget(self._note)
        studies.options_changed.connect(self._refresh)
        theme.changed.connect(lambda _colors: self._refresh(self._study))

    def show_study(self, study: str) -> None:
        """Show the options of a study; without any the form takes no room."""
        if study != self._study:
            self._study = study
            self._build()
        self.setVisible(bool(self._editors))
        self._refresh(study)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many fields beside each other as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def _build(self) -> None:
        for widget in (*self._labels.values(), *self._editors.values()):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        options = study_named(self._study).options
        self._labels, self._editors = {}, {}
        for name in options.model_fields:
            facts = field_facts(options, name)
            editor = make_editor(facts, f"study_option_{name}", self._fields)
            editor.committed.connect(partial(self._enter, name))
            editor.setMaximumWidth(_EDITOR_PX)
            if isinstance(editor, QComboBox):
                editor.setMinimumContentsLength(_CHOICE_LETTERS)
            elif facts.unit:
                editor.setMinimumWidth(editor.fontMetrics().horizontalAdvance(f"{_FIGURES} {facts.unit}") + _ARROWS_PX)
            label = FieldLabel(field_label(facts), self._fields)
            label.setToolTip(field_help(facts))
            label.setBuddy(editor)
            self._labels[name], self._editors[name] = label, editor
        self._order_keys()
        self._per_row = 0
        self._arrange()

    def _order_keys(self) -> None:
        """Let Tab reach the editors, which are new, where they stand: next to Defaults."""
        before: QWidget = self._reset
        for editor in self._editors.values():
            self.setTabOrder(before, editor)
            before = editor

    def _arrange(self) -> None:
        words_px = [_words_px(label) for label in self._labels.values()]
        editors_px = [min(editor.sizeHint().width(), _EDITOR_PX) for editor in self._editors.values()]
        widest_px = max(words_px, default=0) + max(editors_px, default=0) + 2 * _GAP_PX + _BETWEEN_PX
        per_row = max((self.width() + _GAP_PX + _BETWEEN_PX) // widest_px, 1)
        if per_row == self._per_row:
            return
        self._per_row = per_row
        for number, (name, editor) in enumerate(self._editors.items()):
            row, pair = divmod(number, per_row)
            self._grid.addWidget(self._labels[name], row, 3 * pair)
            self._grid.addWidget(editor, row, 3 * pair + 1)
        for column in range(self._grid.columnCount()):
            pair, part = divmod(column, 3)
            of_labels = max(words_px[pair::per_row], default=0) if pair < per_row and per_row > 1 else 0
            between = _BETWEEN_PX if pair < per_row else 0
            self._grid.setColumnMinimumWidth(column, (of_labels, 0, between)[part])
            self._grid.setColumnStretch(column, 0)
        self._grid.setColumnStretch(3 * per_row, 1)

    def _enter(self, name: str, value: object) -> None:
        self._studies.set_option(self._study, name, value)

    def _refresh(self, study: str) -> None:
        if not study or study != self._study:
            return
        draft, problems = self._studies.draft(study), self._studies.problems(study)
        refused = {str(problem.path[0]) for problem in problems if problem.path}
        for name, editor in self._editors.items():
            editor.show_value(draft[name])
            mark(editor, name in refused, self._theme.colors)
        self._note.show_problem("\n".join(map(self._words, problems)), offers_of(problems, field_words(self._facts)))
        self._reset.setVisible(dict(draft) != study_named(study).options().model_dump())

    def _words(self, problem: Problem) -> str:
        place = str(problem.path[0]) if problem.path else ""
        if place not in self._editors:
            return problem_text(problem)
        return f"{field_label(field_facts(study_named(self._study).options, place))}: {problem_text(problem)}"

    def _facts(self, fix: Fix) -> FieldFacts:
        return field_facts(study_named(self._study).options, str(fix.path[0]))

    def _mend(self, offer: Offer) -> None:
        for fix in offer.fixes:
            name = str(fix.path[0])
            self._editors[name].setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes away
            self._enter(name, fix.value)


def _words_px(label: FieldLabel) -> int:
    """Return how wide a label must be to show all of its words."""
    return label.fontMetrics().horizontalAdvance(label.text()) + 2 * label.margin() + 2
