"""Drives the real program, trains three networks on the digits, and saves pictures of its window.

    python docs/make_screenshots.py [--folder docs/screenshots] [--steps 160]

It takes some minutes; nothing in the pictures is made up.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZE = (1440, 900)
PATIENCE_S = 900.0

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT))

from PySide6.QtWidgets import QApplication  # noqa: E402

from app.application import Application, make_qt_application  # noqa: E402
from app.services.errors import ErrorReport, ErrorService  # noqa: E402


class Photographer:
    """The program on settings and runs of its own, and what a person does before each picture."""

    def __init__(self, qt: QApplication, home: Path, folder: Path) -> None:
        self._qt, self._folder = qt, folder
        errors = ErrorService()
        errors.reported.connect(_give_up)
        self.application = Application(home, errors)
        self.application.window.resize(*SIZE)
        self.application.window.show()
        self.application.begin_work()
        self.wait(lambda: self.application.engine.phase == "ready")

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the program run until something is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not until():
            if time.monotonic() > deadline:
                raise TimeoutError("the program took too long")
            self.settle(0.02)

    def settle(self, seconds: float = 1.0) -> None:
        """Let the program run for a while, so that everything late is painted."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._qt.processEvents()
            time.sleep(0.005)

    def train(self, steps: int) -> None:
        """Train the open architecture to the end."""
        self.application.recipe.set_field("steps", steps)
        self.application.service.train()
        self.wait(lambda: not self.application.engine.busy)
        current = self.application.runs.current
        assert current is not None
        self.wait(lambda: self._status() == "finished")
        print(f"{current.architecture.name}: {self._status()}")

    def choose_theme(self, choice: str) -> None:
        """Switch between light and dark."""
        self.application.actions[f"theme_{choice}"].trigger()

    def take(self, name: str) -> None:
        """Save a picture of the window, with the totals where an announcement stood."""
        self.application.status_bar.announce("")
        self.settle()
        path = self._folder / f"{name}.png"
        if not self.application.window.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")
        print(path)

    def _status(self) -> str:
        current = self.application.runs.current
        return current.summary.status if current is not None else ""


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--steps", type=int, default=160, help="steps of each run; 0: as fit into a minute")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    qt = make_qt_application()
    with tempfile.TemporaryDirectory() as home:
        os.environ["SKIPSCOPE_RUNS"] = str(Path(home) / "runs")
        photographer = Photographer(qt, Path(home) / "settings", arguments.folder)
        try:
            _take_all(photographer, arguments.steps)
        finally:
            photographer.application.shut_down()


def _take_all(photographer: Photographer, steps: int) -> None:
    application = photographer.application
    photographer.choose_theme("light")
    photographer.train(steps)
    application.selection.select("layer3.1")
    photographer.take("atlas-light")
    photographer.choose_theme("dark")
    photographer.take("atlas-dark")
    photographer.choose_theme("light")
    for run in application.runs.shown:
        application.service.hide_run(run.key)
    application.document.open_preset("ResNet-56", "Open ResNet-56")
    photographer.train(steps)
    application.actions["plain_twin"].trigger()
    photographer.train(steps)
    photographer.take("compare-light")
    application.window.show_page("training")
    photographer.take("training-light")


def _give_up(report: ErrorReport) -> None:
    print(report.line, report.details, sep="\n", file=sys.stderr)
    os._exit(1)


if __name__ == "__main__":
    main()
