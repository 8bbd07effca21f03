"""Lays the architecture's fields out as a form: groups of editors and tables, each problem where it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.views.architecture.form_fields import FormGroup, FormTable, form_parts
from app.views.architecture.form_model import FormModel
from app.views.architecture.form_sections import GroupSection, Section
from app.views.architecture.table_section import TableSection

FIRST = ("", "stages")
"""The parts that open the form; the others follow in the order of their declaration."""
LABEL_WIDTH = 118
NEXT_SECTION, PREVIOUS_SECTION = "Ctrl+PgDown", "Ctrl+PgUp"


class FormView(QScrollArea):
    """The whole form, scrolling when it is higher than its room.

    Tab goes through the fields, Ctrl+Page Down and Ctrl+Page Up to the next and the previous part. `field_focused`
    carries the FormField that has the keys.
    """

    field_focused = Signal(object)

    def __init__(self, form: FormModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.setObjectName("architecture_form")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        for keys, step in ((NEXT_SECTION, 1), (PREVIOUS_SECTION, -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.go_to_section(step))
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Show the model's values and problems, and what applies."""
        self._stale = False
        for section in self.sections:
            section.refresh()
        focused = QApplication.focusWidget()
        if focused is not None and self._form.problems and self.isAncestorOf(focused):
            QTimer.singleShot(0, self, lambda: self._keep_in_sight(focused))  # what is wrong now takes room

    def filter(self, text: str) -> bool:
        """Show the fields that have every word of `text`; return whether there are any."""
        words = text.lower().split()
        shown = [section.filter(words) for section in self.sections]
        return any(shown)

    def go_to_section(self, step: int) -> None:
        """Move the keys to the next part (`step` 1) or the previous one (-1), round from the last to the first."""
        count, here = len(self.sections), self._section_in_focus()
        start = here if here >= 0 else (-1 if step > 0 else count)
        for distance in range(1, count + 1):
            section = self.sections[(start + step * distance) % count]
            if section.isVisibleTo(self) and section.take_focus():
                self.ensureWidgetVisible(section, 0, 8)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._form.dismiss()
            self._take_back(QApplication.focusWidget())
            return
        super().keyPressEvent(event)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self._tell_focus(now)

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _take_back(self, editor: QWidget | None) -> None:
        """Show the value again where something was typed that nobody was told of yet."""
        for section in self.sections:
            for row in section.rows:
                if row.editor is editor:
                    row.show_again()

    def _section_in_focus(self) -> int:
        focused = QApplication.focusWidget()
        if focused is None:
            return -1
        places = (number for number, section in enumerate(self.sections) if section.isAncestorOf(focused))
        return next(places, -1)

    def _tell_focus(self, editor: QWidget) -> None:
        for section in self.sections:
            field = section.field_of(editor)
            if field is not None:
                self.field_focused.emit(field)
                QTimer.singleShot(0, self, lambda: self._keep_in_sight(editor))

    def _keep_in_sight(self, editor: QWidget) -> None:
        """Scroll to an editor and to what is said under it."""
        if not editor.hasFocus():
            return
        self.ensureWidgetVisible(editor, 0, 24)
        notes = [note for section in self.sections for note in section.notes_of(editor) if note.isVisible()]
        for note in notes:
            self.ensureWidgetVisible(note, 0, 4)

    def _align_labels(self) -> None:
        """Give every label one width, so that the editors stand under one another, but leave them half of the form."""
        labels = [label for section in self.sections for label in section.labels()]
        width = min(max(label.sizeHint().width() for label in labels), LABEL_WIDTH)
        for label in labels:
            label.wish_for(width)

    def _section(self, part: FormGroup | FormTable, theme: Theme, parent: QWidget) -> Section:
        if isinstance(part, FormGroup):
            return GroupSection(self._form, part, theme, parent)
        section = TableSection(self._form, part, theme, parent)
        section.current_changed.connect(lambda: self._tell_focus(section.table) if section.table.hasFocus() else None)
        return section
