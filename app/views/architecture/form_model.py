"""Stands between the form's widgets and the document: what each field shows, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.state.architecture_document import ArchitectureDocument, FieldPath
from app.views.architecture.form_fields import value_at
from app.wording import problems_text
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.validation import ConfigurationError, Problem


class FormModel(QObject):
    """What the form shows: the document, or over it the one edit that was refused, with the reasons.

    `changed` tells that values or problems are other ones now.
    """

    changed = Signal()

    def __init__(self, document: ArchitectureDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._attempt: tuple[FieldPath, Any] | None = None
        self._attempted: FieldPath | None = None
        self._problems: tuple[Problem, ...] = ()
        document.changed.connect(self._settle)
        document.refused.connect(self._on_refused)

    @property
    def config(self) -> ArchitectureConfig:
        """The architecture as it is."""
        return self._document.config

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the edit that was refused last."""
        return self._problems

    def value(self, path: FieldPath) -> Any:
        """Return what the field at `path` shows: the refused value while its message stands, else the document's."""
        if self._attempt and self._attempt[0] == path:
            return self._attempt[1]
        return value_at(self.config, path)

    def problem_at(self, path: FieldPath) -> str:
        """Return what is wrong at `path`, or an empty text; the field that was edited shows every reason."""
        if self._attempted == path:
            return problems_text(self._problems)
        return problems_text(problem for problem in self._problems if problem.path == path)

    def set_value(self, path: FieldPath, value: Any, text: str) -> bool:
        """Edit one field as one undo step described by `text`; return whether it was taken."""
        if value == self.value(path):
            return not self.problem_at(path)
        self._attempt, self._attempted = (path, value), path
        taken = self._document.set_field(path, value, text)
        if taken:
            self.dismiss()  # where the value is the document's own, the document tells of no change
        return taken

    def replace(
        self, path: FieldPath, change: Callable[[ArchitectureConfig], ArchitectureConfig], text: str
    ) -> bool:
        """Change the architecture as a whole as one undo step; reasons against it are shown at `path`."""
        try:
            config = change(self.config)
        except ConfigurationError as error:
            self._attempt, self._attempted = None, path
            self._show_problems(error.problems)
            return False
        self._document.replace(config, text)
        self.dismiss()
        return True

    def dismiss(self) -> None:
        """Forget the refused edit and show the document again."""
        if self._problems or self._attempt:
            self._settle()

    def _on_refused(self, problems: Iterable[Problem]) -> None:
        """Take the reasons against an edit, be it the form's own or another view's."""
        self._show_problems(tuple(problems))

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        self._problems = problems
        self.changed.emit()

    def _settle(self) -> None:
        self._attempt, self._attempted, self._problems = None, None, ()
        self.changed.emit()
