"""The figures of studies: lines, bars and maps with every feature, read by keys, marked, coloured, copied and saved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.painting.elided_label import ElidedLabel
from app.services.theme import Theme
from app.views.studies.figure_view import FigureView
from resnet_core.findings.figures import Figure
from tests.app.study_documents import DEGENERATE, bar_figure, line_figure, map_figure, plane_figure


@pytest.fixture
def framed(qtbot: QtBot) -> FigureView:
    figure = FigureView(Theme("light").colors)
    qtbot.addWidget(figure)
    figure.resize(600, 420)
    figure.show()
    qtbot.waitExposed(figure)
    return figure


def reading(qtbot: QtBot, framed: FigureView, *keys: Qt.Key) -> str:
    for key in keys:
        qtbot.keyClick(framed.plot, key)
    return framed.findChild(ElidedLabel, "figure_reading").text()


def test_that_a_figure_points_at_something_where_the_focus_comes_by_key(qtbot: QtBot, framed: FigureView) -> None:
    framed.show_figure(bar_figure())
    framed.activateWindow()
    framed.plot.setFocus(Qt.FocusReason.TabFocusReason)
    assert framed.findChild(ElidedLabel, "figure_reading").text() == "layer1.0   accuracy 10 %"
    framed.plot.clearFocus()
    assert framed.findChild(ElidedLabel, "figure_reading").text() == ""


def test_that_a_line_figure_reads_its_lines_and_names_its_marks(qtbot: QtBot, framed: FigureView) -> None:
    framed.show_figure(line_figure())
    assert reading(qtbot, framed, Qt.Key.Key_Home) == "rate 0.001   measured 5 nats   other 4 nats   single 1 nats"
    assert "measured no value" in reading(qtbot, framed, Qt.Key.Key_Right)
    assert "measured ∞" in reading(qtbot, framed, Qt.Key.Key_End)
    plot = framed.plot
    assert plot is not None
    assert [mark.label.format for mark in plot._marks] == ["first 0.01", "last 10"]
    heights = [mark.label.orthoPos for mark in plot._marks]
    assert heights[0] > heights[1]
    (low, high), (bottom, top) = plot.plot.vb.viewRange()
    assert low < -3 < 1 < high and bottom < -1 and top < 10  # log10 of the rates; the guide does not stretch it
    assert "measured, other, level, single" in plot.accessibleDescription()


def test_that_a_map_leaves_empty_what_is_not_finite_and_reads_by_name(qtbot: QtBot, framed: FigureView) -> None:
    framed.show_figure(map_figure())
    plot = framed.plot
    assert plot is not None
    image = plot._image.image
    assert image.shape == (3, 3, 4) and image[1, 0, 3] == 0 and image[1, 2, 3] == 0 and image[0, 0, 3] == 255
    assert image[0, 2, :3].sum() > image[0, 0, :3].sum()
    said = reading(qtbot, framed, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Up)
    assert said == "layer2.0   layer3.0   likeness 30"
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    framed.mark_block("layer2.0")
    assert all(band.getRegion() == (0.5, 1.5) for band in plot._bands.values())
    box = plot.plot.vb
    qtbot.waitUntil(lambda: abs(box.width() / box.height() - 1) < 0.06)


def test_that_the_first_row_is_at_the_foot_and_zero_is_neutral(qtbot: QtBot, framed: FigureView) -> None:
    framed.show_figure(plane_figure())
    said = reading(qtbot, framed, Qt.Key.Key_Home, Qt.Key.Key_Down)
    assert said == "to the right −1   upward −0.5   signed 6"
    contours = framed.plot._contours
    assert np.allclose(np.abs(contours.xData * 3 * contours.yData * 4), 1, atol=0.25)  # x · y is 1 or −1 on them
    image = framed.plot._image.image[..., :3].astype(int)
    assert np.ptp(image[2, 3]) < 10 and image[0, 0, 0] > image[0, 0, 2] and image[0, -1, 2] > image[0, -1, 0]


@pytest.mark.parametrize("figure", DEGENERATE, ids=lambda figure: figure.key)
def test_that_a_figure_with_nothing_in_it_is_drawn_and_walked_through(
    qtbot: QtBot, framed: FigureView, figure: Figure
) -> None:
    framed.show_figure(figure)
    framed.mark_block("layer1.0")
    reading(qtbot, framed, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_End)
    assert not framed.grab().isNull() and framed.plot.accessibleDescription()


def test_that_600_blocks_are_named_by_stage_and_one_plot_serves_the_next_figure(
    qtbot: QtBot, framed: FigureView
) -> None:
    framed.show_figure(bar_figure(600))
    plot = framed.plot
    assert plot is not None
    ((_, ticks),) = plot.across.tickValues(-0.5, 599.5, 500.0)
    assert plot.across.tickStrings(ticks, 1.0, 1.0) == ["layer1.0", "layer2.0", "layer3.0"]
    framed.show_figure(bar_figure(6))
    assert framed.plot is plot
    ((_, ticks),) = plot.across.tickValues(-0.5, 5.5, 500.0)
    assert len(ticks) == 6


def test_that_a_figure_takes_other_colours_and_is_copied_and_saved(
    qtbot: QtBot, framed: FigureView, tmp_path: Path
) -> None:
    dark = Theme("dark").colors
    for figure in (line_figure(), bar_figure(), map_figure()):
        framed.show_figure(figure)
        framed.set_colors(dark)
        assert framed.grab().toImage().pixelColor(2, framed.height() // 2).name() == dark.canvas
        framed.save(tmp_path / f"{figure.key}.svg")
        assert "<svg" in (tmp_path / f"{figure.key}.svg").read_text(encoding="utf-8")
    framed.save(tmp_path / "figure")
    assert (tmp_path / "figure.png").stat().st_size > 1000
    qtbot.keyClick(framed.plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == 2 * framed.width()
    for name in ("nowhere/figure.svg", "nowhere/figure.png", "figure.xyz"):
        with qtbot.waitSignal(framed.failed):
            framed.save(tmp_path / name)


def test_that_the_catalog_waits_for_the_page_and_pyqtgraph_for_the_first_figure() -> None:
    program = (
        "import sys, app.application; print('resnet_core.findings.catalog' in sys.modules);"
        "import app.views.studies.studies_view; print('pyqtgraph' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]
