"""Shows the stages or the overrides as a table, and under it what else the current one of them has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from app.forms.field_editors import explanation
from app.forms.field_label import FieldLabel
from app.forms.problem_note import Offer, ProblemNote
from app.services.theme import Theme
from app.views.architecture.entry_table import EntryTable
from app.views.architecture.field_row import FieldRow, has_words, texts_of
from app.views.architecture.field_words import offers_of
from app.views.architecture.form_fields import FormField, FormTable
from app.views.architecture.form_model import Change, FormModel
from app.views.architecture.form_sections import Section, field_grid
from app.views.architecture.output_stride import OutputStrideRow
from app.wording import paper_name
from resnet_core.configuration import structure_edits
from resnet_core.configuration.fields import FieldFacts


class TableSection(Section):
    """A list of entries as a table, with buttons that add, copy and remove them; `current_changed` names the cell."""

    current_changed = Signal()

    def __init__(self, form: FormModel, part: FormTable, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(part.name, parent)
        self._form, self._part = form, part
        self._buttons = {name: self._button(*facts) for name, facts in self._actions().items()}
        self.table = EntryTable(form, part, theme, self)
        self.table.setAccessibleName(self.heading.text())
        self._note = ProblemNote(part.name, self.table, self)
        self._note.chosen.connect(self._mend)
        self._hint = QLabel(self.tr("No block differs from its stage."), self)
        self._hint.setProperty("role", "muted")
        self._hint.setWordWrap(True)
        self._detail_heading = QLabel(self)
        self._detail_heading.setProperty("role", "muted")
        self._detail_heading.setContentsMargins(0, 4, 0, 0)
        self._rows = tuple(
            FieldRow(form, self._field(facts), theme, self, f"detail_{part.name}_{facts.name}")
            for facts in part.details
        )
        self._stride = OutputStrideRow(form, self) if part.name == "stages" else None
        self._lay_out()
        self.table.removal_wanted.connect(self._remove)
        self.table.addition_wanted.connect(self._add)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._on_current())
        theme.changed.connect(lambda _colors: self.refresh())

    @property
    def rows(self) -> tuple[FieldRow, ...]:
        return self._rows

    def editors(self) -> Iterator[QWidget]:
        yield self.table
        yield from super().editors()
        if self._stride is not None:
            yield self._stride.editor

    def labels(self) -> Iterator[FieldLabel]:
        yield from super().labels()
        if self._stride is not None:
            yield self._stride.label

    def refresh(self) -> None:
        count = self.table.entries.rowCount()
        self.table.show_columns()
        self.table.setVisible(count > 0)
        self._hint.setVisible(count == 0)
        self._note.show_problem(self.table.entries.problem_text(), offers_of(self.table.entries.problems()))
        self._show_details()
        if self._stride is not None:
            self._stride.refresh()
        self._enable_buttons()

    def filter(self, words: list[str]) -> bool:
        columns = [text for facts in self._part.columns for text in texts_of(facts)]
        if self._stride is not None:
            columns += self._stride.texts()
        ids = [f"layer{number + 1} conv{number + 2}_x" for number in range(self.table.entries.rowCount())]
        shown = has_words(words, self.heading.text(), *columns, *(ids if self._part.name == "stages" else []))
        self.setVisible(shown)
        return shown

    def field_of(self, editor: QWidget) -> FormField | None:
        if editor is self.table:
            current = self.table.currentIndex()
            return self.table.entries.field(current) if current.isValid() else None
        if self._stride is not None and editor is self._stride.editor:
            return self._stride.field
        return super().field_of(editor)

    def take_focus(self) -> bool:
        if not super().take_focus():
            self._buttons["add"].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def notes_of(self, editor: QWidget) -> Iterator[QWidget]:
        if self.field_of(editor) is not None:
            yield self._note

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_D and "copy" in self._buttons:
            self._duplicate()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        for widget in (self.table, self._hint, self._note, self._detail_heading):
            self.column.addWidget(widget)
        grid = field_grid()
        for number, row in enumerate(self._rows):
            row.place_in(grid, number)
        if self._stride is not None:
            self._stride.place_in(grid)
        self.column.addLayout(grid)

    def _actions(self) -> dict[str, tuple[str, str, str, Callable[[], None]]]:
        """Return sign, object name, text and action of each button."""
        if self._part.name == "stages":
            add = self.tr("Add a stage at the end, twice as wide (Insert)")
            return {
                "add": (self.tr("Add"), "add_stage", add, self._add),
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
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(button.fontMetrics().horizontalAdvance(sign) + 4)  # what is round it may go
        button.clicked.connect(lambda _checked=False: action())
        self.top.addWidget(button)
        return button

    def _field(self, facts: FieldFacts) -> FormField:
        return FormField((self._part.name, max(self._place(), 0), facts.name), facts)

    def _on_current(self) -> None:
        self._enable_buttons()
        self._show_details()
        field = self.field_of(self.table)
        self.table.setWhatsThis(explanation(field.facts) if field else "")
        self.current_changed.emit()

    def _show_details(self) -> None:
        """Show under the table what the current entry has beside the table's columns."""
        place, count = self._place(), self.table.entries.rowCount()
        there = 0 <= place < count
        if there:
            for row in self._rows:
                row.show_field(self._field(row.field.facts))
        else:
            for row in self._rows:
                row.hide()
        self._detail_heading.setVisible(there and any(row.is_shown for row in self._rows))
        self._detail_heading.setText(self._entry_title(place) if there else "")

    def _entry_title(self, place: int) -> str:
        if self._part.name != "stages":
            return str(self.table.entries.first_value(place))
        stage = f"layer{place + 1}"
        return " · ".join(name for name in (stage, paper_name(self._form.config, stage)) if name)

    def _enable_buttons(self) -> None:
        count = self.table.entries.rowCount()
        for name, button in self._buttons.items():
            button.setEnabled(count > self._part.fewest if name == "remove" else count < self._part.most)

    def _place(self) -> int:
        """Return the current row; where there is none, the last."""
        current, last = self.table.currentIndex(), self.table.entries.rowCount() - 1
        return min(current.row(), last) if current.isValid() else last

    def _add(self) -> None:
        if not self._buttons["add"].isEnabled():
            return
        if self._part.name == "stages":
            self._change(structure_edits.with_stage_added, self.tr("Add a stage"), self.table.entries.rowCount())
        else:
            text = self.tr("Add an override")
            self._change(structure_edits.with_override_added, text, self.table.entries.rowCount())

    def _duplicate(self) -> None:
        place = self._place()
        if not self._buttons["copy"].isEnabled():
            return
        text = self.tr("Duplicate stage {number}").format(number=place + 1)
        self._change(lambda config: structure_edits.with_stage_duplicated(config, place), text, place + 1)

    def _remove(self) -> None:
        place = self._place()
        if not self._buttons["remove"].isEnabled():
            return
        if self._part.name == "stages":
            text = self.tr("Remove stage {number}").format(number=place + 1)
            self._change(lambda config: structure_edits.with_stage_removed(config, place), text, place)
        else:
            text = self.tr("Remove override")
            self._change(lambda config: structure_edits.with_override_removed(config, place), text, place)

    def _change(self, change: Change, text: str, then: int) -> None:
        """Apply `change` as one undo step, then make row `then` the current one."""
        if self._form.replace((self._part.name,), change, text):
            row = min(then, self.table.entries.rowCount() - 1)
            self.table.setCurrentIndex(self.table.entries.index(row, 0))

    def _mend(self, offer: Offer) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes away
        self._form.mend(offer.fixes, offer.text)
