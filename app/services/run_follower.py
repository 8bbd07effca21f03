"""Reads the shown runs as they are written and hands what they gained to the window, at most 20 times a second."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from app.services.run_trace import RunTrace
from app.state.runs_state import RunsState, ShownRun
from resnet_core.configuration.config_file import ConfigFileError
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.runs.run_events import LIVE_STATUSES
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_records import RunFolderError, RunSummary

LOGGER = logging.getLogger("skipscope")
TICK_MS = 50
_SHUTDOWN_MS = 2_000


class Reading(NamedTuple):
    """What one look at a run brought: the run with what is new, nothing, or why it cannot be read."""

    folder: Path
    run: ShownRun | None
    error: str = ""


class RunFollower(QObject):
    """Follows any number of runs, each named by its folder; the disk is read in a thread of its own.

    A run that has ended is read once more and then no longer. `ended` carries the summary of a run that was
    live and is not any more, `failed` a folder and why it cannot be read.
    """

    ended = Signal(object)
    failed = Signal(object, str)
    _read = Signal(object)
    _listed = Signal(object)

    def __init__(self, runs: RunsState, library: RunLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs, self._library = runs, library
        self._traces: dict[Path, RunTrace | None] = {}
        self._live: set[Path] = set()
        self._waiting: set[Path] = set()
        self._under_way = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._read.connect(self._take)
        self._listed.connect(self._runs.set_library)

    def follow(self, folder: Path, *, expected: bool = False) -> None:
        """Show the run in `folder` and keep it up to date while it is live.

        `expected`: the run is about to be made, so that it is no error that it is not there yet.
        """
        self._traces.setdefault(folder, None)
        self._live.add(folder)
        if expected:
            self._waiting.add(folder)
        self._timer.start()
        self._tick()

    def forget(self, folder: Path) -> None:
        """Follow the run in `folder` no more."""
        self._traces.pop(folder, None)
        self._live.discard(folder)
        self._waiting.discard(folder)

    def give_up_waiting(self, folder: Path) -> None:
        """From now on it is an error if there is no run in `folder`."""
        self._waiting.discard(folder)

    def refresh_library(self) -> None:
        """List the runs on disk anew, in the background."""
        self._pool.start(lambda: self._listed.emit(self._library.list()))

    def close(self) -> None:
        """Stop following, and wait for the last look for a bounded time."""
        self._timer.stop()
        self._pool.clear()
        self._pool.waitForDone(_SHUTDOWN_MS)

    def _tick(self) -> None:
        if self._under_way:
            return
        if not self._live:
            self._timer.stop()
            return
        self._under_way = True
        traces = {folder: self._traces.get(folder) for folder in self._live}
        self._pool.start(lambda: self._read.emit(_look_at(traces)))

    def _take(self, looks: tuple[tuple[RunTrace | None, Reading], ...]) -> None:
        self._under_way = False
        for trace, reading in looks:
            if reading.folder in self._traces:
                self._traces[reading.folder] = trace
                self._take_one(reading)

    def _take_one(self, reading: Reading) -> None:
        if reading.error:
            if reading.folder not in self._waiting:
                self.forget(reading.folder)
                self.failed.emit(reading.folder, reading.error)
        elif reading.run is not None:
            self._waiting.discard(reading.folder)
            self._runs.put(reading.run)
            if reading.run.summary.status not in LIVE_STATUSES:
                self._end(reading.folder, reading.run.summary)

    def _end(self, folder: Path, summary: RunSummary) -> None:
        self._live.discard(folder)
        self.ended.emit(summary)


def _look_at(traces: dict[Path, RunTrace | None]) -> tuple[tuple[RunTrace | None, Reading], ...]:
    """Look once at each run; runs in the reading thread."""
    return tuple(_look_at_one(folder, trace) for folder, trace in traces.items())


def _look_at_one(folder: Path, trace: RunTrace | None) -> tuple[RunTrace | None, Reading]:
    try:
        trace = trace or RunTrace(folder)
        return trace, Reading(folder, trace.read_on())
    except RunFolderError as error:
        if error.reason == "busy":
            return trace, Reading(folder, None)
        return None, Reading(folder, None, str(error))
    except (ConfigFileError, ConfigurationError) as error:
        return None, Reading(folder, None, str(error))
    except Exception as error:  # nobody is above this thread: what is not handed over here is lost
        LOGGER.exception("reading %s", folder)
        return None, Reading(folder, None, f"{folder}: {type(error).__name__}: {error}")
