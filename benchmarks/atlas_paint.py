"""Times the Atlas at 1920x1080: a frame after a click on a preset, and a frame of a live run.

    PYTHONPATH=. python benchmarks/atlas_paint.py [--frames 15]

Printed beside it: painting an empty widget of the same size, so that machines can be compared. Budget on an idle
machine: at most 15 ms for a click up to 152 layers.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measuring import print_rows, seconds
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.atlas.atlas_view import AtlasView
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_records import RunSummary

SIZE = (1920, 1080)
NAMES = ("ResNet-18", "ResNet-50", "ResNet-152", "ResNet-1202")
CAPTURES = 10_000
HEAD = ("network", "captures", "click ms", "ratio", "live ms", "ratio", "whole ms", "ratio")


class EmptyWidget(QWidget):
    """What any widget pays: one fill of its whole area."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#fcfcfa"))
        painter.end()


def main() -> None:
    """Print one row a network, without a run and with one of 10,000 captured steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--frames", type=int, default=15)
    frames = parser.parse_args().frames
    application = QApplication([])
    empty = EmptyWidget()
    empty.resize(*SIZE)
    empty.show()
    application.processEvents()
    base = median_ms(empty.repaint, frames)
    rows = []
    for name in NAMES:
        for captures in (0, CAPTURES):
            times = measured(application, name, captures, frames)
            cells = [text for time in times for text in (f"{time:.1f}", f"{time / base:.1f}x")]
            rows.append((name, f"{captures:,}", *cells))
    print_rows(f"Atlas at {SIZE[0]}x{SIZE[1]}; empty widget {base:.2f} ms, to which the ratios are", HEAD, rows)


def measured(application: QApplication, name: str, captures: int, frames: int) -> tuple[float, float, float]:
    """Return milliseconds: of a click (the model is counted already), of a live frame, of a frame from the cache."""
    snapshots = [analyzed(preset(name)), analyzed(preset(name))]
    document, runs, theme = ArchitectureDocument(preset(name)), RunsState(), Theme("light")
    atlas = AtlasView(document, SelectionState(), PinnedState(), runs, theme)
    atlas.resize(*SIZE)
    if captures:
        runs.put(made_up_run(snapshots[0], captures))
    atlas.show()
    application.processEvents()

    def click() -> None:
        snapshots.reverse()
        document._snapshot = snapshots[0]
        document.changed.emit(snapshots[0])
        atlas.viewport().repaint()

    def live() -> None:
        if runs.shown:
            runs.put(runs.shown[0])
        application.processEvents()

    click_ms, live_ms = median_ms(click, frames), median_ms(live, frames) if captures else 0.0
    whole_ms = median_ms(atlas.viewport().repaint, frames)
    atlas.close()
    return click_ms, live_ms, whole_ms


def made_up_run(snapshot: Snapshot, captures: int) -> ShownRun:
    """Return a run whose norms fall along depth and time, with noise."""
    noise = np.random.default_rng(0).standard_normal((captures, len(snapshot.graph.boundaries))) * 0.1
    depth = np.linspace(-1, -3, noise.shape[1])
    time = np.exp(-np.arange(captures) / (captures / 5))[:, None]
    summary = RunSummary("bench", Path("bench"), "bench", "running", step=captures, total_steps=captures)
    steps = np.arange(captures, dtype=np.int64)
    return ShownRun(summary, snapshot.config, {}, snapshot.graph.boundaries, steps, 10 ** (depth + time + noise))


def median_ms(action: Callable[[], None], frames: int) -> float:
    """Return the median time of `action` in milliseconds, after one call to warm up."""
    action()
    return 1e3 * statistics.median(seconds(action, frames))


if __name__ == "__main__":
    main()
