"""Keeps what the window shows in a file, shortly after each change, so that it comes back after a crash."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.fields import FrozenConfig

FILE_NAME = "session.json"
SAVE_AFTER_MS = 400
_SHUTDOWN_MS = 2_000


class Session(FrozenConfig):
    """What the window shows; geometry and docks are Qt's bytes in base64, `atlas` and `compare` those views' tracks,
    `study_widths` those of the list of studies and of the page beside it."""

    version: int = 1
    geometry: str = ""
    docks: str = ""
    tab: str = ""
    atlas: dict[str, Any] = Field(default_factory=dict)
    compare: dict[str, Any] = Field(default_factory=dict)
    study: str = ""
    study_widths: tuple[int, ...] = ()
    architecture: ArchitectureConfig | None = None
    path: str = ""
    modified: bool = False
    pins: tuple[ArchitectureConfig, ...] = ()
    recent_files: tuple[str, ...] = ()
    shown_runs: tuple[str, ...] = ()
    current_run: str = ""


def read_session(folder: Path) -> Session | None:
    """Return the session stored in `folder`; None where there is none that can be read."""
    try:
        return Session.model_validate_json((folder / FILE_NAME).read_bytes())
    except (OSError, ValidationError):
        return None


class SessionKeeper(QObject):
    """Stores what `gather` returns, soon after `note_change`, in a thread of its own: the window never waits.

    `failed` carries a line on why it could not be stored, once.
    """

    failed = Signal(str, str)

    def __init__(self, folder: Path, gather: Callable[[], Session], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = folder / FILE_NAME
        self._gather = gather
        self._stored = ""
        self._complained = False
        self._closed = False
        self._writer = QThreadPool(self)
        self._writer.setMaxThreadCount(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self._save)

    def note_change(self, *_facts: object) -> None:
        """Store the session soon; more changes until then are stored with it."""
        if not self._closed and not self._timer.isActive():
            self._timer.start()

    def close(self) -> None:
        """Store what is left to store, wait for it for a bounded time, and store nothing from then on."""
        self._closed = True
        self._timer.stop()
        self._save()
        self._writer.waitForDone(_SHUTDOWN_MS)

    def _save(self) -> None:
        text = self._gather().model_dump_json(exclude_defaults=True)
        if text != self._stored:
            self._stored = text
            self._writer.start(lambda: self._write(text))

    def _write(self, text: str) -> None:
        """Write the file whole or not at all; runs in the writer's thread."""
        temporary = self._path.with_name(f".{FILE_NAME}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, self._path)
        except OSError as error:
            if not self._complained:
                self._complained = True
                self.failed.emit(self.tr("The session could not be stored; it will not come back."), str(error))
