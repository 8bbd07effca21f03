"""Reads the shown runs as they are written and hands what they gained to the window, at most 20 times a second."""

from __future__ import annotations

import logging
import time
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
MOST_SHOWN = 8
LIST_EVERY_S = 1.0
"""The list of runs shows the progress of a live one this often."""
_SHUTDOWN_MS = 2_000


class Reading(NamedTuple):
    """What one look at a run brought: the run with what is new, nothing, or why it cannot be read."""

    folder: Path
    trace: RunTrace | None
    run: ShownRun | None
    error: str = ""


class RunFollower(QObject):
    """Follows any number of runs, each in its folder; the disk is read in a thread of its own.

    A run that has ended is read to its end and then no longer. `ended` carries the summary of each such run,
    `failed` a folder and why it cannot be read.
    """

    ended = Signal(object)
    failed = Signal(object, str)
    _read = Signal(object)
    _listed = Signal(object)

    def __init__(self, runs: RunsState, library: RunLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs, self._library = runs, library
        self.most_shown = MOST_SHOWN
        self._traces: dict[Path, RunTrace | None] = {}
        self._summaries: dict[Path, RunSummary] = {}
        self._live: set[Path] = set()
        self._expected: dict[Path, float] = {}
        self._under_way = False
        self._listed_at = 0.0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._timer = QTimer(self)
        self._timer.setObjectName("run_follower")
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._read.connect(self._take)
        self._listed.connect(self._runs.set_library)

    def follow(self, folder: Path, *, expected: bool = False, look: bool = False) -> None:
        """Show the run in `folder`, keep it up to date while it is live, and `look` at it if that is wished.

        `expected`: a worker is about to make the run, or to go on with it; until it does, or `give_up_waiting`
        is called, it is neither an error that there is none nor a sign of its end that it has ended.
        """
        folder = folder.absolute()
        self._traces.setdefault(folder, None)
        self._live.add(folder)
        if expected:
            self._expected[folder] = time.time()
        if look:
            self._runs.look_at(folder.name)
        self._timer.start()
        self._tick()

    def give_up_waiting(self, folder: Path) -> None:
        """Expect no worker to write the run in `folder`; where there is none, it is not followed any more."""
        folder = folder.absolute()
        self._expected.pop(folder, None)
        if not folder.exists():
            self._drop(folder)

    def forget(self, key: str) -> None:
        """Follow a run no more, and take it off the screen."""
        folder = self.folder_of(key)
        if folder is not None:
            self._drop(folder)
        self._runs.hide(key)

    def folder_of(self, key: str) -> Path | None:
        """Return the folder of a run that is followed or was."""
        return next((folder for folder in self._traces if folder.name == key), None)

    def refresh_library(self) -> None:
        """List the runs on disk anew, in the background."""
        self._pool.start(lambda: self._listed.emit(self._library.list()))

    def close(self) -> None:
        """Stop following, and wait for the last look for a bounded time."""
        self._timer.stop()
        self._live.clear()
        self._pool.clear()
        self._pool.waitForDone(_SHUTDOWN_MS)

    def _drop(self, folder: Path) -> None:
        self._traces.pop(folder, None)
        self._summaries.pop(folder, None)
        self._live.discard(folder)
        self._expected.pop(folder, None)

    def _tick(self) -> None:
        if self._under_way:
            return
        if not self._live:
            self._timer.stop()
            return
        self._under_way = True
        traces = {folder: self._traces.get(folder) for folder in self._live}
        self._pool.start(lambda: self._read.emit(_look_at(traces)))

    def _take(self, readings: tuple[Reading, ...]) -> None:
        self._under_way = False
        for reading in readings:
            if reading.folder in self._live:
                self._traces[reading.folder] = reading.trace
                self._take_one(reading)

    def _take_one(self, reading: Reading) -> None:
        folder = reading.folder
        if reading.error:
            if folder not in self._expected:
                self._drop(folder)
                self.failed.emit(folder, reading.error)
            return
        if reading.run is not None:
            self._summaries[folder] = reading.run.summary
            self._runs.put(reading.run)
            self._make_room()
            self._list_summary(reading.run.summary)
        self._notice_end(folder)

    def _notice_end(self, folder: Path) -> None:
        summary = self._summaries.get(folder)
        if summary is None or summary.status in LIVE_STATUSES:
            self._expected.pop(folder, None)
        elif (summary.status_at or 0.0) >= self._expected.get(folder, 0.0):
            # A run may go on and end between two looks: what tells its new end from the old is the time.
            self._expected.pop(folder, None)
            self._live.discard(folder)
            self.ended.emit(summary)

    def _make_room(self) -> None:
        """Take the runs off the screen that were shown longest, where too many are."""
        current = self._runs.current
        spare = len(self._runs.shown) - self.most_shown
        ended = (run for run in self._runs.shown if run is not current and run.summary.folder not in self._live)
        for run in list(ended)[: max(spare, 0)]:
            self.forget(run.key)

    def _list_summary(self, summary: RunSummary) -> None:
        """Show a run's new status in the list of runs at once, its progress now and then."""
        library = self._runs.library
        place = next((place for place, entry in enumerate(library) if entry.run == summary.run), None)
        if place is None:
            if summary.folder.parent.absolute() == self._library.root.absolute():
                self._runs.set_library((summary, *library))
            return
        now = time.monotonic()
        if library[place].status != summary.status or now - self._listed_at > LIST_EVERY_S:
            self._listed_at = now
            self._runs.set_library((*library[:place], summary, *library[place + 1 :]))


def _look_at(traces: dict[Path, RunTrace | None]) -> tuple[Reading, ...]:
    """Look once at each run; runs in the reading thread."""
    return tuple(_look_at_one(folder, trace) for folder, trace in traces.items())


def _look_at_one(folder: Path, trace: RunTrace | None) -> Reading:
    try:
        trace = trace or RunTrace(folder)
        return Reading(folder, trace, trace.read_on())
    except RunFolderError as error:
        if error.reason == "busy":
            return Reading(folder, trace, None)
        return Reading(folder, None, None, str(error))
    except (ConfigFileError, ConfigurationError) as error:
        return Reading(folder, None, None, str(error))
    except Exception as error:  # nobody is above this thread: what is not handed over here is lost
        LOGGER.exception("reading %s", folder)
        return Reading(folder, None, None, f"{folder}: {type(error).__name__}: {error}")
