"""Times Skipscope's start to its first paint against a bare PySide6 + pyqtgraph window, in fresh interpreters.

    PYTHONPATH=. python benchmarks/window_start.py [--pairs 7]

Each pair starts both, one after the other, the second pair the other way round, and so on; the time is from the start
of the interpreter to the end of the first paint. Once without a screen (offscreen) and, where Xvfb is installed, on
one. Bytecode is cached in a folder of its own, as it is for an installed program; one start of each fills it and is
not counted. Promised: the ratio of the medians is at most 1, and torch is not imported.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from measuring import print_rows

PROMISED_RATIO = 1.0

# Told by the child itself: the parent would also see how long it takes to go away.
REPORT = """
import json, sys, time
from PySide6.QtWidgets import QApplication
run_events = QApplication.exec
def exec_and_report(*_):
    status = run_events()
    heavy = [name for name in ("torch", "pyqtgraph") if name in sys.modules]
    print(json.dumps({"painted_at": time.time(), "imported": heavy}), flush=True)
    return status
QApplication.exec = exec_and_report
"""
SKIPSCOPE = REPORT + "from app.launch import main\nsys.exit(main([]))\n"
BARE = (
    REPORT
    + """
import pyqtgraph
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMainWindow
class Plot(pyqtgraph.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, application.quit)
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(Plot())
window.resize(1280, 800)
window.show()
application.exec()
"""
)


class Start(NamedTuple):
    """One start: seconds to the first paint, and which heavy libraries were imported by then."""

    seconds: float
    imported: tuple[str, ...]


def main() -> None:
    """Print the medians of both and their ratio for each platform; exit with 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7, help="starts of each (default 7)")
    pairs = parser.parse_args().pairs
    rows, kept = [], True
    for platform, ours, bare in measured(pairs):
        ratio = median_s(ours) / median_s(bare)
        imported = sorted({name for start in ours for name in start.imported})
        kept = kept and ratio <= PROMISED_RATIO and "torch" not in imported
        rows += [
            (f"{platform}: PySide6 + pyqtgraph, bare", f"{1e3 * median_s(bare):.0f}", "", "", ""),
            (
                f"{platform}: Skipscope, ResNet-50's Atlas", f"{1e3 * median_s(ours):.0f}", f"{ratio:.2f}",
                f"<= {PROMISED_RATIO:.2f}", ", ".join(imported) or "neither",
            ),
        ]  # fmt: skip
    header = ("", "ms", "ratio", "promised", "torch, pyqtgraph imported")
    print_rows(f"Start of the interpreter to the first paint, medians of {pairs} alternating pairs", header, rows)
    sys.exit(0 if kept else 1)


def measured(pairs: int) -> Iterator[tuple[str, list[Start], list[Start]]]:
    """Yield each platform with the starts of Skipscope and of the bare window."""
    with tempfile.TemporaryDirectory() as bytecode:
        for platform, environment in platforms():
            cached = {**environment, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
            yield platform, *alternating(pairs, cached)


def alternating(pairs: int, environment: dict[str, str]) -> tuple[list[Start], list[Start]]:
    """Start both `pairs` times, changing which comes first; one start of each goes before and is not counted."""
    for program in (SKIPSCOPE, BARE):
        start(program, environment)
    ours: list[Start] = []
    bare: list[Start] = []
    for number in range(pairs):
        turns = [(SKIPSCOPE, ours), (BARE, bare)]
        for program, starts in turns if number % 2 else reversed(turns):
            starts.append(start(program, environment))
    return ours, bare


def start(program: str, environment: dict[str, str]) -> Start:
    """Run `program` in a fresh interpreter with empty settings of its own."""
    with tempfile.TemporaryDirectory() as folder:
        own = {f"SKIPSCOPE_{name}": str(Path(folder, name.lower())) for name in ("SETTINGS", "RUNS", "DATA")}
        whole = {**os.environ, **environment, **own, "SKIPSCOPE_QUIT_AFTER_FIRST_PAINT": "1"}
        before = time.time()
        done = subprocess.run(
            [sys.executable, "-c", program], env=whole, capture_output=True, text=True, timeout=120, check=False
        )
    if done.returncode:
        sys.exit(f"the window did not open:\n{done.stderr}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Start(told["painted_at"] - before, tuple(told["imported"]))


def platforms() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the platforms there are with the environment each needs."""
    yield "offscreen", {"QT_QPA_PLATFORM": "offscreen"}
    if shutil.which("Xvfb"):
        with screen() as display:
            yield "xcb", {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display}


@contextmanager
def screen() -> Iterator[str]:
    """Give a virtual screen, started once: a start of it would count as a start of the window."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def median_s(starts: list[Start]) -> float:
    """Return the median time."""
    return statistics.median(start.seconds for start in starts)


if __name__ == "__main__":
    main()
