"""Holds the open architecture, its counts and its undo history, and takes every edit of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import load_config, save_config
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import ConfigurationError, Problem

FieldPath = tuple[str | int, ...]


class Snapshot(NamedTuple):
    """An architecture with everything counted from it; immutable, so views may keep it."""

    config: ArchitectureConfig
    graph: Graph
    report: CostReport


def analyzed(config: ArchitectureConfig) -> Snapshot:
    """Return `config` with its graph and its counts (milliseconds, no torch)."""
    graph = build_graph(config)
    return Snapshot(config, graph, cost_report(graph))


class ArchitectureDocument(QObject):
    """The open architecture.

    `changed` carries the new Snapshot after every edit, undo, redo or opening. `refused` carries the problems
    of an edit that cannot be; the architecture then stays as it was, and `problems` keeps them until the next
    good edit.
    """

    changed = Signal(object)
    refused = Signal(object)
    title_changed = Signal(str)
    path_changed = Signal(object)

    def __init__(self, config: ArchitectureConfig, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot = analyzed(config)
        self._path: Path | None = None
        self._problems: tuple[Problem, ...] = ()
        self.undo_stack = QUndoStack(self)
        # A method, not a lambda: Qt lets go of it before the stack, which calls out once more as it is deleted.
        self.undo_stack.cleanChanged.connect(self._tell_title)

    @property
    def snapshot(self) -> Snapshot:
        """The architecture as it is now, with its counts."""
        return self._snapshot

    @property
    def config(self) -> ArchitectureConfig:
        """The architecture as it is now."""
        return self._snapshot.config

    @property
    def path(self) -> Path | None:
        """The file it was opened from or saved to."""
        return self._path

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with the last edit, if it was refused."""
        return self._problems

    @property
    def modified(self) -> bool:
        """Whether there are edits that no file holds."""
        return not self.undo_stack.isClean()

    @property
    def title(self) -> str:
        """The architecture's name, marked where it is modified."""
        return f"{self.config.name}*" if self.modified else self.config.name

    def set_field(self, path: FieldPath, value: object, text: str) -> bool:
        """Set one field as one undo step described by `text`; typing on in the same field amends that step.

        Returns whether the edit was taken; if not, `refused` tells why.
        """
        try:
            config = with_value(self.config, path, value)
        except ConfigurationError as error:
            self._refuse(error.problems)
            return False
        self.replace(config, text, amends=path)
        return True

    def replace(self, config: ArchitectureConfig, text: str, amends: FieldPath | None = None) -> None:
        """Replace the whole architecture as one undo step described by `text`."""
        self._problems = ()
        if config != self.config:
            self.undo_stack.push(_Replacement(self, self.config, config, text, amends))

    def open_preset(self, name: str, text: str) -> None:
        """Open a preset; it can be undone like an edit. Raises UnknownPresetError."""
        self.open_config(preset(name), text)

    def open_config(self, config: ArchitectureConfig, text: str, path: Path | None = None) -> None:
        """Open an architecture, that of the file `path` or one of no file; it can be undone like an edit."""
        self.replace(config, text)
        self._set_path(path)
        self.undo_stack.setClean()

    def open_file(self, path: Path, text: str) -> None:
        """Open a configuration file; raises ConfigFileError or ConfigurationError, and nothing is changed."""
        self.open_config(load_config(path), text, path)

    def take_up(self, config: ArchitectureConfig, path: Path | None, modified: bool) -> None:
        """Go on with an architecture of an earlier session, `modified` if no file holds it so."""
        self._show(config)
        self.undo_stack.clear()
        if modified:
            self.undo_stack.resetClean()
        else:
            self.undo_stack.setClean()
        self._set_path(path)

    def save(self, path: Path) -> None:
        """Write the architecture to `path`. Raises OSError; the old file is whole until the new one is."""
        save_config(self.config, path)
        self._set_path(path)
        self.undo_stack.setClean()

    def _tell_title(self) -> None:
        self.title_changed.emit(self.title)

    def _set_path(self, path: Path | None) -> None:
        self._path = path
        self.path_changed.emit(path)
        self.title_changed.emit(self.title)

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self._problems = problems
        self.refused.emit(problems)

    def _show(self, config: ArchitectureConfig) -> None:
        """Make `config` the open one; only undo commands call this."""
        self._snapshot = analyzed(config)
        self._problems = ()
        self.changed.emit(self._snapshot)
        self.title_changed.emit(self.title)


class _Replacement(QUndoCommand):
    """One edit: the architecture before and after it."""

    _MERGE_ID = 1

    def __init__(
        self,
        document: ArchitectureDocument,
        before: ArchitectureConfig,
        after: ArchitectureConfig,
        text: str,
        amends: FieldPath | None,
    ) -> None:
        super().__init__(text)
        self._document = document
        self._before, self._after, self._amends = before, after, amends

    def redo(self) -> None:
        self._document._show(self._after)

    def undo(self) -> None:
        self._document._show(self._before)

    def id(self) -> int:
        return self._MERGE_ID if self._amends is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Replacement) or other._amends != self._amends:
            return False
        self._after = other._after
        return True
