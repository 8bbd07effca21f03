"""Holds the files and run folders that were opened or saved last, the newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

MOST_FILES = 12


class RecentFiles(QObject):
    """The recent files; `changed` tells of every change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths: tuple[Path, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Each path once, the newest first."""
        return self._paths

    def add(self, path: Path) -> None:
        """Note that `path` was opened or saved just now."""
        newest = path.absolute()
        self.replace((newest, *(entry for entry in self._paths if entry != newest)))

    def remove(self, path: Path) -> None:
        """Forget a path, because it is gone."""
        self.replace(tuple(entry for entry in self._paths if entry != path.absolute()))

    def replace(self, paths: tuple[Path, ...]) -> None:
        """Take a whole list, the newest first."""
        if paths[:MOST_FILES] != self._paths:
            self._paths = paths[:MOST_FILES]
            self.changed.emit()
