"""What the tests of a pass on the Atlas do to it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.views.atlas.tensor_pass import TensorPass
from tests.app.atlas_bench import LEFT, Bench, shown_run


def opened(b: Bench) -> TensorPass:
    """The pass, its bar open and paused at the start."""
    shown = b.atlas.tensor_pass
    shown.open()
    shown.player.pause()
    shown.player.go_to(0.0)
    return shown


def part(b: Bench, kind: type, name: str) -> QWidget:
    found = b.atlas.tensor_pass.bar.findChild(kind, f"tensor_pass_{name}")
    assert found is not None
    return found


def press(b: Bench, qtbot: QtBot, name: str) -> None:
    qtbot.mouseClick(part(b, QToolButton, name), LEFT)


def band_image(b: Bench) -> QImage:
    """What the structure's track shows."""
    row = b.row("structure")
    return b.image().copy(0, 0, b.atlas.viewport().width(), round(row.rect.bottom))


def ticking(b: Bench) -> bool:
    """Whether a timer of the pass runs."""
    return any(timer.isActive() for timer in b.atlas.tensor_pass.player.findChildren(QTimer))


def measured(b: Bench, steps: int = 3) -> None:
    """Open a run whose norms are 1e-3 at every boundary, half of it from each road, at cosine 1."""
    norms = np.full((steps, len(b.document.snapshot.graph.boundaries)), 1e-3)
    blocks = norms[:, 1:]
    quantities = {
        "branch_norm": blocks * 0.5, "shortcut_norm": blocks * 0.5, "branch_shortcut_cosine": np.ones_like(blocks)
    }  # fmt: skip
    b.runs.put(shown_run(b.document, norms)._replace(block_quantities=quantities))
