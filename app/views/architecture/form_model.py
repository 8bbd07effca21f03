"""Stands between the form's widgets and the document: what each field shows, what is wrong and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.state.architecture_document import ArchitectureDocument, FieldPath, Snapshot
from app.views.architecture.field_words import change_text, place_text
from app.views.architecture.form_fields import FormField, field_at, value_at
from app.wording import problem_text
from resnet_core.configuration.applicability import inapplicable
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.structure_edits import with_changes
from resnet_core.configuration.validation import ConfigurationError, Fix, Problem, dotted

Change = Callable[[ArchitectureConfig], ArchitectureConfig]


class Attempt(NamedTuple):
    """An edit that was refused: where, the values it would set in turn or the change of the whole, and its text."""

    path: FieldPath
    values: tuple[Fix, ...] = ()
    change: Change | None = None
    text: str = ""


class FormModel(QObject):
    """What the form shows: the document, or over it the one edit that was refused, with the reasons.

    `changed` tells that values, problems or what applies are other ones now.
    """

    changed = Signal()

    def __init__(self, document: ArchitectureDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._attempt: Attempt | None = None
        self._problems: tuple[Problem, ...] = ()
        self._known_of: ArchitectureConfig | None = None  # whose fields the next two tell of
        self._idle: frozenset[str] = frozenset()
        self._applies: dict[FieldPath, bool] = {}
        document.changed.connect(self._settle)
        document.refused.connect(self._on_refused)

    @property
    def config(self) -> ArchitectureConfig:
        """The architecture as it is."""
        return self._document.config

    @property
    def snapshot(self) -> Snapshot:
        """The architecture as it is, with its graph and counts."""
        return self._document.snapshot

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the edit that was refused last."""
        return self._problems

    def value(self, path: FieldPath) -> Any:
        """Return what the field at `path` shows: the refused value while its message stands, else the document's."""
        if self._attempt:
            for refused in reversed(self._attempt.values):
                if refused.path == path:
                    return refused.value
        return value_at(self.config, path)

    def has(self, path: FieldPath) -> bool:
        """Return whether the architecture has the entry of a table that `path` leads into, if it leads into one."""
        place = path[1] if len(path) > 1 else None
        return not isinstance(place, int) or place < len(value_at(self.config, path[:1]))

    def applies(self, path: FieldPath) -> bool:
        """Return whether the field at `path` means anything in this architecture, or has something to be mended."""
        config = self.config
        if self._known_of is not config:
            self._known_of, self._idle, self._applies = config, inapplicable(config), {}
        applies = self._applies.get(path)
        if applies is None:
            applies = self._applies[path] = dotted(path) not in self._idle
        return applies or any(problem.path == path for problem in self._problems)

    def problems_at(self, path: FieldPath) -> tuple[Problem, ...]:
        """Return what is wrong at `path`; the field that was edited shows every reason."""
        if not self._problems:
            return ()
        if self._attempt and self._attempt.path == path:
            return self._problems
        return tuple(problem for problem in self._problems if problem.path == path)

    def problem_at(self, path: FieldPath) -> str:
        """Return what is wrong at `path`, one problem a line, or an empty text; what lies elsewhere is named."""
        lines = []
        for problem in self.problems_at(path):
            place = "" if problem.path == path or not field_at(problem.path) else f"{place_text(problem.path)}: "
            lines.append(place + problem_text(problem))
        return "\n".join(dict.fromkeys(lines))

    def step_text(self, field: FormField, value: Any) -> str:
        """Return what an undo step says that sets a field: "Blocks of layer3: 7"."""
        table, place = field.path[0], field.path[1:2]
        entry = ""
        if len(field.path) == 3 and isinstance(place[0], int):
            entry = f"layer{place[0] + 1}" if table == "stages" else str(self.value((table, place[0], "block")))
        return change_text(field.facts, value, entry)

    def set_value(self, path: FieldPath, value: Any, text: str) -> bool:
        """Edit one field as one undo step described by `text`; return whether it was taken."""
        if value == self.value(path):
            return not self.problems_at(path)
        self._attempt = Attempt(path, (Fix(path, value),), text=text)
        taken = self._document.set_field(path, value, text)
        if taken:
            self.dismiss()  # where the value is the document's own, the document tells of no change
        return taken

    def replace(self, path: FieldPath, change: Change, text: str) -> bool:
        """Change the architecture as a whole as one undo step; reasons against it are shown at `path`."""
        return self._try(Attempt(path, change=change, text=text), lambda: change(self.config))

    def mend(self, fixes: tuple[Fix, ...], text: str) -> bool:
        """Do the edit that was refused, mended by `fixes`, as one undo step; return whether that was enough.

        `text` describes the step where the edit was another part's and is not known here.
        """
        attempt = self._attempt or Attempt(fixes[0].path, text=text)
        if attempt.change is not None:
            change = attempt.change
            return self._try(attempt, lambda: change(with_changes(self.config, fixes)))
        attempt = attempt._replace(values=(*attempt.values, *fixes))
        return self._try(attempt, lambda: with_changes(self.config, attempt.values))

    def dismiss(self) -> None:
        """Forget the refused edit and show the document again."""
        if self._problems or self._attempt:
            self._settle()

    def _try(self, attempt: Attempt, make: Callable[[], ArchitectureConfig]) -> bool:
        try:
            config = make()
        except ConfigurationError as error:
            self._attempt = attempt
            self._show_problems(error.problems)
            return False
        self._document.replace(config, attempt.text)
        self.dismiss()
        return True

    def _on_refused(self, problems: Iterable[Problem]) -> None:
        """Take the reasons against an edit, be it the form's own or another view's."""
        self._show_problems(tuple(problems))

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        self._problems = problems
        self.changed.emit()

    def _settle(self) -> None:
        self._attempt, self._problems = None, ()
        self.changed.emit()
