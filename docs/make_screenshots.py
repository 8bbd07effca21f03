"""Drives the real program, trains three networks on the digits, studies them, and saves pictures of its window.

    python docs/make_screenshots.py [--folder docs/screenshots] [--only atlas|twins]

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

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import QApplication, QDockWidget, QPushButton  # noqa: E402

from app.application import Application, make_qt_application  # noqa: E402
from app.services.errors import ErrorReport, ErrorService  # noqa: E402


class Photographer:
    """The program on settings and runs of its own, and what a person does before each picture."""

    def __init__(self, qt: QApplication, home: Path, folder: Path) -> None:
        self._qt, self._folder = qt, folder
        self._began_s = time.monotonic()
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

    def train(self, steps: int, **fields: object) -> str:
        """Train the open architecture to the end by a recipe with these fields, and return the key of its run."""
        for field, value in {"steps": steps, **fields}.items():
            self.application.recipe.set_field(field, value)
        self.application.service.train()
        self.wait(lambda: not self.application.engine.busy)
        current = self.application.runs.current
        assert current is not None
        self.wait(lambda: self._status() == "finished")
        self._tell(f"{current.architecture.name}: {self._status()}")
        return current.key

    def study(self, name: str, run: str, **options: object) -> None:
        """Make a study of a run, on its page, as a person does."""
        application = self.application
        application.study_commands.open_study(name)
        application.studies.wish_run(run)
        for option, value in options.items():
            application.studies.set_option(name, option, value)
        start = application.window.findChild(QPushButton, "study_start")
        assert isinstance(start, QPushButton)
        self.wait(lambda: start.isEnabled() and not application.engine.busy)
        start.click()
        self.wait(lambda: application.studies.newest_of_run(name, run) is not None and not application.engine.busy)
        self._tell(f"study {name}")

    def colour_structure(self) -> None:
        """Colour the Atlas's structure by the gradient norm, which stands below it in full."""
        atlas = self.application.atlas
        atlas.set_layout_record(atlas.layout_record.varied("structure", "gradient"))

    def close_docks(self, *names: str) -> None:
        """Close docks, so that the page has their room."""
        for name in names:
            dock = self.application.window.findChild(QDockWidget, f"{name}_dock")
            assert isinstance(dock, QDockWidget)
            dock.close()

    def choose_theme(self, choice: str) -> None:
        """Switch between light and dark."""
        self.application.actions[f"theme_{choice}"].trigger()

    def take(self, name: str) -> None:
        """Save a picture of the window, with the totals where an announcement stood."""
        self.application.status_bar.announce("")
        self.settle()
        path = self._folder / f"{name}.png"
        save(self.application.window.grab().toImage(), path)
        self._tell(str(path))

    def _status(self) -> str:
        current = self.application.runs.current
        return current.summary.status if current is not None else ""

    def _tell(self, line: str) -> None:
        print(f"{time.monotonic() - self._began_s:4.0f} s  {line}", flush=True)


def save(picture: QImage, path: Path) -> None:
    """Write a picture with 256 colours, which takes a third of the bytes.

    Colours are weighed by the root of how often they occur: else the many greys of a window leave none to its bars.
    """
    pixels = picture.convertToFormat(QImage.Format.Format_RGB888)
    size, stride = (pixels.width(), pixels.height()), pixels.bytesPerLine()
    image = Image.frombuffer("RGB", size, bytes(pixels.constBits()), "raw", "RGB", stride, 1)
    colors, counts = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_counts=True)
    weighed = np.repeat(colors, np.sqrt(counts).round().astype(int), axis=0)
    palette = Image.fromarray(weighed[np.newaxis]).quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2)
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--only", choices=("atlas", "twins"), help="the pictures of ResNet-50, or of the other two")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    qt = make_qt_application()
    with tempfile.TemporaryDirectory() as home:
        os.environ["SKIPSCOPE_RUNS"] = str(Path(home) / "runs")
        photographer = Photographer(qt, Path(home) / "settings", arguments.folder)
        try:
            photographer.choose_theme("light")
            if arguments.only != "twins":
                _take_atlas(photographer)
            if arguments.only != "atlas":
                _take_twins(photographer)
                _take_studies(photographer)
        finally:
            photographer.application.shut_down()


def _take_atlas(photographer: Photographer) -> None:
    """Train ResNet-50 and look back at a step, in both themes."""
    application = photographer.application
    photographer.train(100, image_size=16, capture_every=5)
    photographer.colour_structure()
    application.selection.select("layer3.1")
    application.captured.go_to_step(50)
    photographer.take("atlas-light")
    photographer.choose_theme("dark")
    photographer.take("atlas-dark")
    photographer.choose_theme("light")
    application.selection.select("")
    for run in application.runs.shown:
        application.service.hide_run(run.key)


def _take_twins(photographer: Photographer) -> None:
    """Train ResNet-56 and its plain twin, for the comparison and the curves."""
    application = photographer.application
    application.document.open_preset("ResNet-56", "Open ResNet-56")
    photographer.train(160, image_size=8, capture_every=5)
    application.actions["plain_twin"].trigger()
    photographer.train(160)
    photographer.take("compare-light")
    application.window.show_page("training")
    photographer.take("training-light")


def _take_studies(photographer: Photographer) -> None:
    """Study the ResNet-56 that was trained: what each block is worth, and the loss around its weights."""
    application = photographer.application
    run = next(run.key for run in application.runs.shown if run.architecture.name == "ResNet-56")
    application.document.open_preset("ResNet-56", "Open ResNet-56")
    application.runs.look_at(run)
    photographer.study("lesion", run)
    photographer.take("study-lesion-light")
    photographer.close_docks("inspector", "run")
    photographer.study("loss_direction", run)
    photographer.take("study-direction-light")
    photographer.study("loss_landscape", run, points=21, images=64)
    photographer.take("study-landscape-light")
    photographer.choose_theme("dark")
    photographer.take("study-landscape-dark")


def _give_up(report: ErrorReport) -> None:
    print(report.line, report.details, sep="\n", file=sys.stderr)
    os._exit(1)


if __name__ == "__main__":
    main()
