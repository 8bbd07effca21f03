"""Lays the fields of one part of the architecture out under a heading."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.forms.field_label import FieldLabel
from app.services.theme import Theme
from app.views.architecture.field_row import FieldRow
from app.views.architecture.field_words import section_title
from app.views.architecture.form_fields import FormField, FormGroup
from app.views.architecture.form_model import FormModel


class Section(QWidget):
    """One part of the form under its heading."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"section_{name or 'architecture'}")
        self.name = name
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 10, 0, 0)
        self.column.setSpacing(2)
        self.heading = FieldLabel(section_title(name), self)
        self.heading.setProperty("role", "heading")
        self.top = QHBoxLayout()
        self.top.setSpacing(0)
        self.top.addWidget(self.heading, 1)
        self.column.addLayout(self.top)

    @property
    def rows(self) -> tuple[FieldRow, ...]:
        """The rows of fields in it."""
        raise NotImplementedError

    def editors(self) -> Iterator[QWidget]:
        """Yield what in it takes the keys, in the order of Tab."""
        yield from (row.editor for row in self.rows)

    def labels(self) -> Iterator[FieldLabel]:
        """Yield the labels that have an editor right of them."""
        yield from (row.label for row in self.rows if not row.is_switch)

    def filter(self, words: list[str]) -> bool:
        """Show what has every one of `words` in it; return whether anything is shown."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the model's values and problems, and what applies."""
        raise NotImplementedError

    def field_of(self, editor: QWidget) -> FormField | None:
        """Return the field that `editor` edits now, or None where it is not one of this section's."""
        return next((row.field for row in self.rows if row.editor is editor), None)

    def notes_of(self, editor: QWidget) -> Iterator[QWidget]:
        """Yield what says under `editor` what is wrong with it."""
        yield from (row.note for row in self.rows if row.editor is editor and row.note is not None)

    def take_focus(self) -> bool:
        """Give the keys to the first editor that can take them; return whether there is one."""
        for editor in self.editors():
            if editor.isVisibleTo(self) and editor.isEnabled():
                editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return False


def field_grid() -> QGridLayout:
    """Return a grid for rows of fields: labels left, editors right."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    return grid


class GroupSection(Section):
    """A group of fields. Where the first one says what the group is, its label is the heading."""

    def __init__(self, form: FormModel, group: FormGroup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(group.name, parent)
        grid = field_grid()
        self.column.addLayout(grid)
        self._rows = tuple(FieldRow(form, field, theme, self) for field in group.fields)
        for number, row in enumerate(self._rows):
            row.place_in(grid, number)
        if group.leads:
            self.heading.setVisible(False)
            self._rows[0].label.setProperty("role", "heading")
        theme.changed.connect(self._adopt_colors)

    @property
    def rows(self) -> tuple[FieldRow, ...]:
        return self._rows

    def refresh(self) -> None:
        for row in self._rows:
            row.refresh()

    def _adopt_colors(self) -> None:
        for row in self._rows:
            row.adopt_colors()

    def filter(self, words: list[str]) -> bool:
        shown = [row.filter(words, self.heading.text()) for row in self._rows]
        self.setVisible(any(shown))
        return any(shown)
