"""Lays the architecture's fields out as a form: groups of editors and tables, each problem where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.forms.field_editors import FieldEditor, compact, make_editor, mark
from app.forms.number_editors import DecimalEditor, IntegerEditor
from app.forms.text_editors import SwitchEditor
from app.services.theme import Theme
from app.views.architecture import entry_edits
from app.views.architecture.entry_table import EntryTable
from app.views.architecture.form_fields import FormField, FormGroup, FormTable, form_parts
from app.views.architecture.form_model import FormModel
from app.wording import choice_label, field_help, field_label, short_choice
from resnet_core.configuration.architecture_config import MOST_STAGES, ArchitectureConfig

WARNING_SIGN = "⚠ "
FIRST = ("", "stages")
"""The parts that open the form; the others follow in the order of their declaration."""


class ProblemLabel(QLabel):
    """Says what is wrong and what would work; takes no room while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setProperty("role", "warning")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setVisible(False)

    def show_problem(self, text: str) -> None:
        """Show `text`; an empty one hides the label."""
        self.setText(WARNING_SIGN + text if text else "")
        self.setVisible(bool(text))


class Section(QWidget):
    """One part of the form under its heading."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"section_{name or 'architecture'}")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 10, 0, 0)
        self.column.setSpacing(2)
        self.heading = QLabel(QCoreApplication.translate("FormGroup", title), self)
        self.heading.setProperty("role", "heading")
        self.top = QHBoxLayout()
        self.top.setSpacing(0)
        self.top.addWidget(self.heading, 1)
        self.column.addLayout(self.top)

    def filter(self, words: list[str]) -> bool:
        """Show what has every one of `words` in it; return whether anything is shown."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the model's values and problems."""
        raise NotImplementedError


class FieldRow(NamedTuple):
    """What shows one field."""

    field: FormField
    label: QLabel
    editor: FieldEditor
    problem: ProblemLabel


class GroupSection(Section):
    """A group of fields: label left, editor right, a problem under both."""

    def __init__(self, form: FormModel, group: FormGroup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(group.name, group.title, parent)
        self._form, self._group, self._theme = form, group, theme
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.column.addLayout(self._grid)
        self.rows = [self._field_row(field, row) for row, field in enumerate(group.fields)]
        if len(group.fields) == 1:
            self.heading.setVisible(False)  # one field says by its own label what it is
        theme.changed.connect(lambda _colors: self.refresh())

    def refresh(self) -> None:
        for row in self.rows:
            row.editor.show_value(self._form.value(row.field.path))
            problem = self._form.problem_at(row.field.path)
            mark(row.editor, bool(problem), self._theme.colors)
            row.problem.show_problem(problem)

    def filter(self, words: list[str]) -> bool:
        any_shown = False
        for row in self.rows:
            shown = _has(words, self.heading.text(), *_texts_of(row.field))
            row.label.setVisible(shown)
            row.editor.setVisible(shown)
            row.problem.setVisible(shown and bool(row.problem.text()))
            any_shown = any_shown or shown
        self.setVisible(any_shown)
        return any_shown

    def _field_row(self, field: FormField, row: int) -> FieldRow:
        editor = make_editor(field.facts, field.name, self)
        compact(editor)
        label = QLabel(field_label(field.facts), self)
        label.setToolTip(field_help(field.facts))
        label.setBuddy(editor)
        problem = ProblemLabel(self)
        problem.setObjectName(f"problem_{'_'.join(str(part) for part in field.path)}")
        self._grid.addWidget(label, 2 * row, 0)
        narrow = isinstance(editor, SwitchEditor | IntegerEditor | DecimalEditor)
        side = Qt.AlignmentFlag.AlignRight if narrow else Qt.AlignmentFlag(0)
        self._grid.addWidget(editor, 2 * row, 1, side)
        self._grid.addWidget(problem, 2 * row + 1, 0, 1, 2)
        editor.committed.connect(lambda value: self._edit(field, value))
        return FieldRow(field, label, editor, problem)

    def _edit(self, field: FormField, value: object) -> None:
        shown = choice_label(field.facts, str(value)) if field.facts.choices else str(value)
        text = self.tr("{label}: {value}").format(label=field_label(field.facts), value=short_choice(shown))
        self._form.set_value(field.path, value, text)


class TableSection(Section):
    """A list of entries as a table, with buttons that add, copy and remove them."""

    def __init__(self, form: FormModel, part: FormTable, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(part.name, part.title, parent)
        self._form, self._part = form, part
        self.table = EntryTable(form, part, theme, self)
        self.table.setAccessibleName(self.heading.text())
        self._problem = ProblemLabel(self)
        self._problem.setObjectName(f"problem_{part.name}")
        self._hint = QLabel(self.tr("No block differs from its stage."), self)
        self._hint.setProperty("role", "muted")
        self.column.addWidget(self.table)
        self.column.addWidget(self._hint)
        self.column.addWidget(self._problem)
        self._buttons = {name: self._button(*facts) for name, facts in self._actions().items()}
        self.table.removal_wanted.connect(self._remove)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._enable_buttons())

    def refresh(self) -> None:
        count = self.table.entries.rowCount()
        self.table.setVisible(count > 0)
        self._hint.setVisible(count == 0)
        self._problem.show_problem(self.table.entries.problems())
        self._enable_buttons()

    def filter(self, words: list[str]) -> bool:
        columns = [text for facts in self._part.columns for text in _texts_of(FormField((), facts))]
        ids = [f"layer{number + 1} conv{number + 2}_x" for number in range(self.table.entries.rowCount())]
        shown = _has(words, self.heading.text(), *columns, *(ids if self._part.name == "stages" else []))
        self.setVisible(shown)
        return shown

    def _actions(self) -> dict[str, tuple[str, str, str, Callable[[], None]]]:
        """Return sign, object name, text and action of each button."""
        name = self._part.name
        if name == "stages":
            return {
                "add": (self.tr("Add"), "add_stage", self.tr("Add a stage at the end, twice as wide"), self._add),
                "copy": (self.tr("Copy"), "duplicate_stage", self.tr("Duplicate this stage (Ctrl+D)"), self._duplicate),
                "remove": (self.tr("Remove"), "remove_stage", self.tr("Remove this stage (Delete)"), self._remove),
            }
        return {
            "add": (self.tr("Add"), "add_override", self.tr("Let one block differ from its stage"), self._add),
            "remove": (self.tr("Remove"), "remove_override", self.tr("Let it be as its stage (Delete)"), self._remove),
        }

    def _button(self, sign: str, name: str, text: str, action: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setText(sign)
        button.setObjectName(name)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setAutoRaise(True)
        button.clicked.connect(lambda _checked=False: action())
        self.top.addWidget(button)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_D and "copy" in self._buttons:
            self._duplicate()
            return
        super().keyPressEvent(event)

    def _enable_buttons(self) -> None:
        count = self.table.entries.rowCount()
        stages = self._part.name == "stages"
        if stages:
            self._buttons["add"].setEnabled(count < MOST_STAGES)
            self._buttons["copy"].setEnabled(count < MOST_STAGES)
        self._buttons["remove"].setEnabled(count > (1 if stages else 0))

    def _place(self) -> int:
        """Return the current row; where there is none, the last."""
        current = self.table.currentIndex()
        return current.row() if current.isValid() else self.table.entries.rowCount() - 1

    def _add(self) -> None:
        if self._part.name == "stages":
            self._change(entry_edits.with_stage_added, self.tr("Add a stage"), self.table.entries.rowCount())
        else:
            text = self.tr("Add an override")
            self._change(entry_edits.with_override_added, text, self.table.entries.rowCount())

    def _duplicate(self) -> None:
        place = self._place()
        text = self.tr("Duplicate stage {number}").format(number=place + 1)
        self._change(lambda config: entry_edits.with_stage_duplicated(config, place), text, place + 1)

    def _remove(self) -> None:
        place = self._place()
        if not self._buttons["remove"].isEnabled():
            return
        if self._part.name == "stages":
            text = self.tr("Remove stage {number}").format(number=place + 1)
            self._change(lambda config: entry_edits.with_stage_removed(config, place), text, place)
        else:
            text = self.tr("Remove override")
            self._change(lambda config: entry_edits.with_override_removed(config, place), text, place)

    def _change(self, change: Callable[[ArchitectureConfig], ArchitectureConfig], text: str, then: int) -> None:
        """Apply `change` as one undo step, then make row `then` the current one."""
        if self._form.replace((self._part.name,), change, text):
            row = min(then, self.table.entries.rowCount() - 1)
            self.table.setCurrentIndex(self.table.entries.index(row, 0))


class FormView(QScrollArea):
    """The whole form, scrolling when it is higher than its room."""

    def __init__(self, form: FormModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.setObjectName("architecture_form")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 0, 6, 12)
        column.setSpacing(0)
        self.sections: list[Section] = []
        for part in sorted(form_parts(), key=lambda part: part.name not in FIRST):
            section = self._section(part, theme, content)
            column.addWidget(section)
            self.sections.append(section)
        self._align_labels()
        column.addStretch(1)
        self.setWidget(content)
        self._stale = False
        form.changed.connect(self._on_changed)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Show the model's values and problems."""
        self._stale = False
        for section in self.sections:
            section.refresh()

    def filter(self, text: str) -> bool:
        """Show the fields that have every word of `text`; return whether there are any."""
        words = text.lower().split()
        shown = [section.filter(words) for section in self.sections]
        return any(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._form.dismiss()
            return
        super().keyPressEvent(event)

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _align_labels(self) -> None:
        """Give every group's labels one width, so that the editors stand under one another."""
        labels = [row.label for section in self.sections if isinstance(section, GroupSection) for row in section.rows]
        width = max(label.sizeHint().width() for label in labels)
        for label in labels:
            label.setMinimumWidth(width)

    def _section(self, part: FormGroup | FormTable, theme: Theme, parent: QWidget) -> Section:
        if isinstance(part, FormGroup):
            return GroupSection(self._form, part, theme, parent)
        return TableSection(self._form, part, theme, parent)


def _texts_of(field: FormField) -> list[str]:
    facts = field.facts
    choices = [choice_label(facts, value) for value in facts.choices]
    return [field_label(facts), facts.name.replace("_", " "), field_help(facts), *choices]


def _has(words: list[str], *texts: str) -> bool:
    everything = " ".join(texts).lower()
    return all(word in everything for word in words)
