"""Times every frame of panning and zooming in the Compare page, with six networks of 152 layers one under the other.

    PYTHONPATH=. python benchmarks/comparison_frames.py [--size 1280x1500] [--rounds 2] [--cpu]

The page is the real widget on Qt's own raster, all its rows in sight, with two runs. A frame is one movement and the
repaint that follows; "caught up" is how long it takes afterwards until every row is drawn anew where one frame had no
time for all. `--cpu` counts processor time, for a machine that others use too. Promised on an idle core: 95 of 100
frames in 16.7 ms each. Exit status: 1 where that is broken.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from measuring import Clock, percentile, print_rows
from PySide6.QtWidgets import QApplication

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.comparison.comparison_canvas import ComparisonCanvas
from app.views.comparison.comparison_view import ComparisonView
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_view import DepthView
from resnet_core.runs.run_records import RunSummary

PINS = ("ResNet-152", "ResNet-152-C", "ResNet-152-D", "ResNet-152-S", "Plain-152")
OPENED = "ResNet-RS-152"
FRAME_MS = 1000 / 60
ZOOMS = (1.0, 1.5, 3.0, 6.0, 10.0, 16.0, 25.0)
"""How far it is zoomed in, beside the whole of all."""
PAN_PX, FRAMES = 9.0, 40


def main() -> int:
    """Measure each zoom and print a table; return 1 where the promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1280x1500")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    clock: Clock = time.process_time if arguments.cpu else time.perf_counter
    application = QApplication([])
    view = page(application, *map(int, arguments.size.split("x")))
    rows, slowest = [], 0.0
    for zoom in ZOOMS:
        rounds = [frames(view.canvas, zoom, clock) for _ in range(arguments.rounds)]
        times, settled = list(chain.from_iterable(times for times, _ in rounds)), max(ms for _, ms in rounds)
        slow = percentile(times, 0.95)
        slowest = max(slowest, slow)
        rows.append((f"{zoom:g} ×", f"{statistics.median(times):.1f}", f"{slow:.1f}", f"{settled:.1f}"))
    shown = f"{len(PINS) + 1} networks, {len(view.canvas.rows())} rows, {view.canvas.width()}x{view.canvas.height()}"
    print_rows(f"a frame in ms: {shown}", ("zoom", "median", "95 %", "caught up"), rows, clock)
    return int(slowest > FRAME_MS)


def page(application: QApplication, width: int, height: int) -> ComparisonView:
    """Return the shown page with all networks and two runs."""
    document, pinned, runs = ArchitectureDocument(preset(OPENED)), PinnedState(), RunsState()
    for name in PINS:
        pinned.pin(analyzed(preset(name)))
    view = ComparisonView(document, SelectionState(), pinned, runs, Theme("light"))
    view.resize(width, height)
    for snapshot in (pinned.pinned[0], document.snapshot):
        runs.put(made_up_run(snapshot))
    view.show()
    for _ in range(3):
        application.processEvents()
    return view


def made_up_run(snapshot: Snapshot) -> ShownRun:
    """Return a run of one captured step, whose norms fall along depth."""
    boundaries, name = snapshot.graph.boundaries, snapshot.config.name
    norms = 10 ** np.linspace(-1, -3, len(boundaries))[None, :]
    summary = RunSummary(name, Path(name), name, "finished", step=1, total_steps=1)
    return ShownRun(summary, snapshot.config, {}, boundaries, np.zeros(1, dtype=np.int64), norms)


def frames(canvas: ComparisonCanvas, zoom: float, clock: Clock) -> tuple[list[float], float]:
    """Return milliseconds of each frame from `zoom` on, and of catching up after the last."""
    times = []
    for view in movements(canvas, zoom):
        start = clock()
        canvas.move_to(view)
        canvas.repaint()
        times.append(1e3 * (clock() - start))
    start = clock()
    while canvas.is_moving:
        canvas.repaint()
    return times, 1e3 * (clock() - start)


def movements(canvas: ComparisonCanvas, zoom: float) -> Iterator[DepthView]:
    """Yield what a hand shows that zooms slowly and pans there and back."""
    canvas.show_whole()
    canvas.repaint()
    assert canvas.depth_view is not None
    view = canvas.depth_view.zoomed(zoom, canvas.width() / 2)
    for number in range(FRAMES):
        pan = PAN_PX if number < FRAMES / 2 else -PAN_PX
        view = view.panned(pan) if number % 2 else view.zoomed(1.01, 400)
        yield view


if __name__ == "__main__":
    sys.exit(main())
