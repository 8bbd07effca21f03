"""Shows one field of the form: its label left, its editor right, and under both what is wrong with it."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.forms.field_editors import FieldEditor, compact, make_editor, mark
from app.forms.field_label import FieldLabel
from app.forms.number_editors import DecimalEditor, IntegerEditor
from app.forms.problem_note import Offer, ProblemNote
from app.forms.text_editors import SwitchEditor
from app.services.theme import Theme
from app.state.architecture_document import FieldPath
from app.views.architecture.field_words import offers_of
from app.views.architecture.form_fields import FormField
from app.views.architecture.form_model import FormModel
from app.wording import choice_label, field_help, field_label
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.validation import Problem


class _Shown(NamedTuple):
    """What a row shows at the moment."""

    value: Any
    problems: tuple[Problem, ...]
    in_sight: bool
    applies: bool
    path: FieldPath


class FieldRow(QObject):
    """A field in a grid of two columns; it is in sight where it applies and a search does not pass it by.

    A row with a `name` of its own stands for a cell of a table, which tells what is wrong with it.
    """

    def __init__(self, form: FormModel, field: FormField, theme: Theme, parent: QWidget, name: str = "") -> None:
        super().__init__(parent)
        self._form, self._theme, self.field = form, theme, field
        self._in_table = bool(name)
        self.editor: FieldEditor = make_editor(field.facts, name or field.name, parent)
        compact(self.editor)
        self.label = FieldLabel(field_label(field.facts), parent)
        self.label.setToolTip(f"{field_label(field.facts)}: {field_help(field.facts)}")
        self.label.setBuddy(self.editor)
        self._note: ProblemNote | None = None  # made when there is something to say
        self._place: tuple[QGridLayout, int] | None = None
        self._passed_by = self._searched = False
        self._shown: _Shown | None = None
        self.editor.committed.connect(self._commit)

    def place_in(self, grid: QGridLayout, number: int) -> None:
        """Take two rows of `grid`, the second for what is wrong; `number` counts the fields from 0."""
        row = 2 * number
        narrow = isinstance(self.editor, SwitchEditor | IntegerEditor | DecimalEditor)
        grid.addWidget(self.label, row, 0, 1, 2 if self.is_switch else 1)
        grid.addWidget(self.editor, row, 1, Qt.AlignmentFlag.AlignRight if narrow else Qt.AlignmentFlag(0))
        self._place = grid, row + 1

    def show_field(self, field: FormField) -> None:
        """Stand for another field of the same declaration, such as that of the next stage."""
        self.field = field
        self.refresh()

    def refresh(self) -> None:
        """Show the model's value and problems, and whether the field applies."""
        path = self.field.path
        shown = _Shown(
            self._form.value(path), self._form.problems_at(path), self.is_shown, self._form.applies(path), path
        )
        before, self._shown = self._shown, shown
        if before is None or shown.value != before.value or not _is_settled(self.editor):
            self.editor.show_value(shown.value)
        if before is None or shown.problems != before.problems:
            mark(self.editor, bool(shown.problems), self._theme.colors)
            self._tell(shown.problems)
        if before is None or (shown.in_sight, shown.applies) != (before.in_sight, before.applies):
            self._show_or_hide(shown.in_sight, shown.applies)

    def show_again(self) -> None:
        """Show the model's value, whatever the editor shows."""
        self._shown = None
        self.refresh()

    def adopt_colors(self) -> None:
        """Mark a refused value in the theme's colour."""
        mark(self.editor, bool(self._shown and self._shown.problems), self._theme.colors)

    def filter(self, words: list[str], *context: str) -> bool:
        """Show the row if every one of `words` is in its texts or in `context`; return whether it is shown.

        What is searched for and found is shown where it does not apply too, but cannot be edited there.
        """
        self._searched = bool(words)
        self._passed_by = not has_words(words, *context, *texts_of(self.field.facts))
        self.refresh()
        return self.is_shown

    def hide(self) -> None:
        """Take the row out of sight until it is refreshed."""
        self._shown = None
        self._show_or_hide(False, False)

    @property
    def is_switch(self) -> bool:
        """Whether the field is a yes or no, beside which a long label has room."""
        return isinstance(self.editor, SwitchEditor)

    @property
    def is_shown(self) -> bool:
        """Whether the row is in sight."""
        return not self._passed_by and (self._searched or self._form.applies(self.field.path))

    @property
    def note(self) -> ProblemNote | None:
        """What tells of a problem, where there was one."""
        return self._note

    def _tell(self, problems: tuple[Problem, ...]) -> None:
        """Say under the editor what is wrong; of a cell of a table, its table does."""
        if self._in_table or self._place is None or (self._note is None and not problems):
            return
        if self._note is None:
            name = "_".join(str(part) for part in self.field.path)
            self._note = ProblemNote(name, self.editor, self.editor.parentWidget())
            self._note.chosen.connect(self._mend)
            self._place[0].addWidget(self._note, self._place[1], 0, 1, 2)
        self._note.show_problem(self._form.problem_at(self.field.path), offers_of(problems))

    def _show_or_hide(self, in_sight: bool, applies: bool) -> None:
        for widget in (self.label, self.editor):
            widget.setVisible(in_sight)
            widget.setEnabled(applies)
        if self._note is not None:
            self._note.setVisible(in_sight and bool(self._note.label.text()))

    def _commit(self, value: object) -> None:
        self._form.set_value(self.field.path, value, self._form.step_text(self.field, value))

    def _mend(self, offer: Offer) -> None:
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes away
        self._form.mend(offer.fixes, offer.text)


def _is_settled(editor: FieldEditor) -> bool:
    """Return whether nothing has been typed into an editor that it has not told of."""
    return not (isinstance(editor, QLineEdit) and editor.isModified())


def texts_of(facts: FieldFacts) -> list[str]:
    """Return the texts a field is found by: label, name, help and choices."""
    choices = [choice_label(facts, value) for value in facts.choices]
    return [field_label(facts), facts.name.replace("_", " "), field_help(facts), *choices]


def has_words(words: list[str], *texts: str) -> bool:
    """Return whether every one of `words` is in one of `texts`."""
    everything = " ".join(texts).lower()
    return all(word in everything for word in words)
