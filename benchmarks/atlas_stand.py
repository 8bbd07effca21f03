"""Stands the real Atlas on Qt's offscreen screen with every track and a made-up run, and moves the hand on it."""

from __future__ import annotations

import gc
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from measuring import Clock, milliseconds
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot
from app.state.latency_state import LatencyState
from app.state.measured import Measured
from app.state.pinned_state import PinnedState
from app.state.probed_state import ProbedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.state.study_state import StudyState
from app.views.atlas.atlas_view import AtlasView
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.runs.run_events import BLOCK_QUANTITIES
from resnet_core.runs.run_records import RunSummary

WIDTH, HEIGHT = 1920, 1080
CAPTURES = 10_000
"""Captured steps of the run whose history is shown."""

_NO_BUTTON, _LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
_NO_KEY = Qt.KeyboardModifier.NoModifier


class Stand(NamedTuple):
    """An Atlas on the screen with all that it listens to, and a hand."""

    application: QApplication
    atlas: AtlasView
    document: ArchitectureDocument
    runs: RunsState
    clock: Clock

    def repaint(self) -> None:
        """Paint what has changed, now."""
        self.atlas.viewport().repaint()

    def show_config(self, config: ArchitectureConfig) -> None:
        """Open another architecture and paint it."""
        self.document.replace(config, "open")
        self.repaint()

    def wheel(self, x: float, delta: int) -> None:
        """Turn the wheel by `delta` eighths of a degree over x, and paint."""
        at = QPoint(round(x), HEIGHT // 3)
        place = QPointF(self.atlas.viewport().mapToGlobal(at))
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(QPointF(at), place, QPoint(), QPoint(0, delta), _NO_BUTTON, _NO_KEY, phase, False)
        self.application.sendEvent(self.atlas.viewport(), event)
        self.repaint()

    def press(self, x: float) -> None:
        """Press the left button at x and move as far as a drag needs to begin."""
        self._mouse(QEvent.Type.MouseButtonPress, x, _LEFT)
        self.move(x - 6)
        self.move(x)

    def move(self, x: float) -> None:
        """Move the pressed mouse to x, and paint."""
        self._mouse(QEvent.Type.MouseMove, x, _NO_BUTTON)
        self.repaint()

    def release(self, x: float) -> None:
        """Let the button go at x."""
        self._mouse(QEvent.Type.MouseButtonRelease, x, _LEFT)
        self.repaint()

    def _mouse(self, kind: QEvent.Type, x: float, button: Qt.MouseButton) -> None:
        at = QPointF(x, HEIGHT / 3)
        held = _NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else _LEFT
        place = QPointF(self.atlas.viewport().mapToGlobal(at.toPoint()))
        event = QMouseEvent(kind, at, place, button, held, _NO_KEY)
        self.application.sendEvent(self.atlas.viewport(), event)


def stand_for(application: QApplication, name: str, with_run: bool = True, clock: Clock = time.perf_counter) -> Stand:
    """Show the Atlas of a preset, every track in it, a finished run of `CAPTURES` steps among them if asked for."""
    document, runs, theme = ArchitectureDocument(preset(name)), RunsState(), Theme("light")
    atlas = AtlasView(
        document, SelectionState(), PinnedState(), runs, Measured(LatencyState(), ProbedState(), StudyState()), theme
    )
    atlas.set_layout_record(Arrangement(tuple(atlas.tracks.titles())))
    atlas.resize(WIDTH, HEIGHT)
    if with_run:
        runs.put(made_up_run(document.snapshot, CAPTURES))
    atlas.show()
    application.processEvents()
    gc.freeze()  # as the program does once its window stands: see Application.begin_work
    return Stand(application, atlas, document, runs, clock)


def made_up_run(snapshot: Snapshot, captures: int) -> ShownRun:
    """Return a finished run whose norms fall along depth and time, with noise, all of its blocks measured."""
    boundaries = snapshot.graph.boundaries
    noise = np.random.default_rng(0).standard_normal((captures, len(boundaries))) * 0.1
    depth = np.linspace(-1, -3, len(boundaries))
    age = np.exp(-np.arange(captures) / (captures / 5))[:, None]
    norms = 10 ** (depth + age + noise)
    measured = dict.fromkeys(BLOCK_QUANTITIES, norms[:, :-1])  # one array for all: memory, not numbers, is spared
    summary = RunSummary("bench", Path("bench"), "bench", "finished", step=captures, total_steps=captures)
    steps = np.arange(captures, dtype=np.int64)
    return ShownRun(summary, snapshot.config, {}, boundaries, steps, norms, measured)


class _EmptyWidget(QWidget):
    """What any widget pays: one fill of its whole area."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#fcfcfa"))
        painter.end()


def empty_widget_ms(application: QApplication) -> float:
    """Return how long a widget of the Atlas's size takes to paint nothing, so that machines can be compared."""
    empty = _EmptyWidget()
    empty.resize(WIDTH, HEIGHT)
    empty.show()
    application.processEvents()
    taken = statistics.median(milliseconds(empty.repaint, 20))
    empty.close()
    return taken
