"""Puts a Compare tab on the screen for the tests, with hand-made runs to show in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import Curve, RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.comparison.compared import ComparedPair
from app.views.comparison.comparison_view import ComparisonView
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.drawing.comparison.value_table import MemberValues, column_values
from resnet_core.drawing.tracks.track_rows import TrackRow
from resnet_core.runs.run_records import RunSummary

LEFT = Qt.MouseButton.LeftButton


class Bench(NamedTuple):
    """A Compare tab on the screen with all that it listens to."""

    view: ComparisonView
    document: ArchitectureDocument
    selection: SelectionState
    pinned: PinnedState
    runs: RunsState
    theme: Theme

    def point_in(self, key: str, block: str) -> QPoint:
        """The middle of a block's column in one of the tracks; `structure-0` is the reference."""
        canvas = self.view.canvas
        assert canvas.alignment is not None and canvas.depth_view is not None
        column = canvas.alignment.column_of(block)
        assert column is not None
        return QPoint(round(canvas.depth_view.x(column.middle)), round(self.row(key).rect.center[1]))

    def row(self, key: str) -> TrackRow:
        return next(row for row in self.view.canvas.rows() if row.track.key == key)

    def values(self, block: str) -> tuple[MemberValues, ...]:
        """What the tooltip says of a column, with parameters and MACs."""
        canvas = self.view.canvas
        assert canvas.alignment is not None
        return column_values(canvas.alignment, block, ("parameters", "macs"), canvas.gradient)

    def pair(self) -> ComparedPair:
        assert self.view.compared is not None
        return self.view.compared.pair(self.view.chosen)

    def image(self) -> QImage:
        return self.view.canvas.grab().toImage()

    def totals(self) -> dict[str, tuple[str, ...]]:
        return {row.id: row.cells for row in self.view.tables.totals.figures.rows}


Build = Callable[..., Bench]


def builder(qtbot: QtBot) -> Build:
    """Return what puts a Compare tab on the screen."""

    def build(opened: str | ArchitectureConfig = "ResNet-50", *pins: str, shown: bool = True) -> Bench:
        config = preset(opened) if isinstance(opened, str) else opened
        states = ArchitectureDocument(config), SelectionState(), PinnedState(), RunsState(), Theme("light")
        for pin in pins:
            states[2].pin(analyzed(preset(pin)))
        view = ComparisonView(*states)
        qtbot.addWidget(view)
        view.resize(900, 700)
        if shown:
            view.show()
            qtbot.waitExposed(view)
            QGuiApplication.processEvents()  # the layout of the page that the first show has brought up
        return Bench(view, *states)

    return build


def run_of(config: ArchitectureConfig, key: str, loss: float = 1.0, norm: float = 1e-2) -> ShownRun:
    """A finished run of 100 steps of `config`, fitted to 16x16 digits, with constant curves."""
    boundaries = analyzed(config).graph.boundaries
    fitted = with_value(with_value(config, ("input", "height"), 16), ("input", "width"), 16)
    steps, captures = np.arange(100, dtype=np.int64), np.arange(0, 100, 10, dtype=np.int64)
    evaluations = np.array([25, 50, 75, 100], dtype=np.int64)
    norms = np.full((len(captures), len(boundaries)), norm) * (1 + captures[:, None] / 100)
    summary = RunSummary(key, Path(key), key, "finished", step=100, architecture_name=config.name)
    curves = {
        "train_loss": Curve(steps, np.full(100, loss)),
        "test_accuracy": Curve(evaluations, np.array([0.2, 0.4, 0.6, 0.8])),
    }
    return ShownRun(summary, fitted, curves, boundaries, captures, norms)


def colors_of(image: QImage) -> set[str]:
    """Every colour of a picture as #rrggbb."""
    pixels = image.convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(pixels.constBits(), np.uint32).reshape(pixels.height(), -1)[:, : pixels.width()]
    return {f"#{word & 0xFFFFFF:06x}" for word in np.unique(words).tolist()}
