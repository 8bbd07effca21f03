"""An Atlas on the screen, and what the tests of it do to it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
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
from resnet_core.drawing.tracks.track_rows import TrackRow
from resnet_core.runs.run_records import RunSummary

LEFT = Qt.MouseButton.LeftButton


class Bench(NamedTuple):
    """An Atlas on the screen with all that it listens to."""

    atlas: AtlasView
    document: ArchitectureDocument
    selection: SelectionState
    pinned: PinnedState
    runs: RunsState
    theme: Theme

    def row(self, key: str) -> TrackRow:
        return next(row for row in self.atlas.rows if row.track.key == key)

    def point_in(self, key: str, block: str) -> QPoint:
        span = self.atlas.depth_view.axis.span_of(block)
        assert span is not None
        return QPoint(round(self.atlas.depth_view.x(span.middle)), round(self.row(key).rect.center[1]))

    def image(self) -> QImage:
        return self.atlas.viewport().grab().toImage()


def open_bench(
    qtbot: QtBot, network: str | ArchitectureConfig = "ResNet-50", size: tuple[int, int] = (900, 700)
) -> Bench:
    """Show the Atlas of a preset, or of any architecture, in the light theme."""
    config = preset(network) if isinstance(network, str) else network
    document, selection, pinned = ArchitectureDocument(config), SelectionState(), PinnedState()
    runs, theme = RunsState(), Theme("light")
    atlas = AtlasView(document, selection, pinned, runs, Measured(LatencyState(), ProbedState(), StudyState()), theme)
    qtbot.addWidget(atlas)
    atlas.resize(*size)
    atlas.show()
    qtbot.waitExposed(atlas)
    return Bench(atlas, document, selection, pinned, runs, theme)


def shown_run(document: ArchitectureDocument, norms: np.ndarray, steps: np.ndarray | None = None) -> ShownRun:
    """A finished run of the open architecture with `norms` [S, N+1]."""
    summary = RunSummary("run-1", Path("run-1"), "run", "finished", step=len(norms))
    steps = np.arange(len(norms), dtype=np.int64) if steps is None else steps
    snapshot = document.snapshot
    return ShownRun(summary, snapshot.config, {}, snapshot.graph.boundaries, steps, norms)


def even_norms(document: ArchitectureDocument, steps: int, value: float = 1e-2) -> np.ndarray:
    return np.full((steps, len(document.snapshot.graph.boundaries)), value)


NO_KEY = Qt.KeyboardModifier.NoModifier


def wheel(bench: Bench, at: QPoint, delta: int, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
    viewport = bench.atlas.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(), QPoint(0, delta),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QGuiApplication.sendEvent(viewport, event)


def drag(qtbot: QtBot, bench: Bench, start: QPoint, stop: QPoint) -> None:
    viewport = bench.atlas.viewport()
    qtbot.mousePress(viewport, LEFT, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(viewport, start + (stop - start) * share)
    qtbot.mouseRelease(viewport, LEFT, pos=stop)
