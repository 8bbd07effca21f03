"""The runs of several architectures side by side in the Compare tab: curves, gradient profiles, and who has none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.drawing.say import as_written
from tests.app.comparison_bench import LEFT, Bench, Build, builder, colors_of, run_of


def norms_of(b: Bench) -> dict[int, NDArray[np.float64]]:
    """The norms that are drawn, by the place of the architecture."""
    track = b.view.canvas.gradient
    return {} if track is None else {place: entry.norms for place, entry in track.captured.items()}


@pytest.fixture
def bench(qtbot: QtBot) -> Build:
    return builder(qtbot)


def test_that_the_runs_line_names_who_has_no_run(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20")
    missing = b.view.curves.missing
    assert "ResNet-20" in missing.text() and "Plain-20" in missing.text()
    assert not b.view.curves.loss.isVisible()
    b.runs.put(run_of(preset("ResNet-20"), "first"))
    assert "Plain-20" in missing.text() and "ResNet-20" not in missing.text()
    assert b.view.curves.loss.isVisible()
    b.runs.put(run_of(preset("Plain-20"), "second"))
    assert not missing.isVisible()


def test_that_two_runs_draw_two_curves_and_two_gradient_profiles(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20")
    b.runs.put(run_of(preset("ResNet-20"), "first", loss=0.5, norm=1e-2))
    b.runs.put(run_of(preset("Plain-20"), "second", loss=2.0, norm=1e-6))
    for plot in (b.view.curves.loss, b.view.curves.accuracy):
        colors = colors_of(plot.grab().toImage())
        assert {b.theme.colors.muted, b.theme.colors.accent} <= colors
    norms = norms_of(b)
    assert set(norms) == {0, 1}
    assert norms[1][0] < norms[0][0]
    assert b.view.canvas.tracks()[-1] is b.view.canvas.gradient


def test_that_the_gradients_of_all_runs_stand_in_one_track_and_one_can_be_missing(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20", "PreResNet-56")
    b.runs.put(run_of(preset("ResNet-20"), "first", norm=1e-2))
    b.runs.put(run_of(preset("Plain-20"), "second", norm=1e-6))
    assert set(norms_of(b)) == {0, 2}
    assert "PreResNet-56 has no run" in b.view.curves.missing.text()
    b.runs.put(run_of(preset("PreResNet-56"), "third", norm=1e-3))
    assert set(norms_of(b)) == {0, 1, 2}
    assert [len(chart.curves) for chart in b.view.curves.charts] == [3, 3]
    assert [row.norm for row in b.values("layer1.8")] == [None, pytest.approx(1.9e-3), None]


def test_that_the_selected_step_chooses_the_gradient_profile(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20")
    b.runs.put(run_of(preset("ResNet-20"), "first", norm=1e-2))
    b.selection.set_step(0)
    assert norms_of(b)[0][0] == pytest.approx(1e-2)
    b.selection.set_step(95)
    assert norms_of(b)[0][0] == pytest.approx(1.9e-2)
    assert b.view.canvas.gradient is not None and "90" in b.view.canvas.gradient.subtitle(as_written)


def test_that_a_point_in_the_curves_chooses_the_step(bench: Build, qtbot: QtBot) -> None:
    b = bench("Plain-20", "ResNet-20")
    b.runs.put(run_of(preset("ResNet-20"), "first"))
    plot = b.view.curves.loss
    qtbot.mouseClick(plot, LEFT, pos=QPoint(plot.width() // 2, plot.height() // 2))
    assert b.selection.step is not None and 30 < b.selection.step < 70


def test_that_a_run_of_another_architecture_of_the_same_name_is_not_shown(bench: Build) -> None:
    wider = with_value(preset("ResNet-20"), ("stages", 2, "width"), 128)
    b = bench(wider, "ResNet-20")
    b.runs.put(run_of(preset("ResNet-20"), "first"))
    assert set(norms_of(b)) == {0}


def test_that_a_diverged_run_is_drawn_up_to_where_it_broke(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20")
    run = run_of(preset("ResNet-20"), "first")
    loss, norms = run.curves["train_loss"], run.boundary_norms.copy()
    loss.values[50:], norms[:, 3], norms[:, 4] = np.nan, np.inf, 0.0
    b.runs.put(run._replace(boundary_norms=norms))
    assert b.theme.colors.muted in colors_of(b.view.curves.loss.grab().toImage())
    assert not b.image().isNull()


def test_that_a_hidden_view_does_nothing_until_it_is_shown(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-50", "ResNet-34", shown=False)
    b.document.open_preset("ResNet-101", "open")
    b.selection.select("layer3.1")
    b.runs.put(run_of(preset("ResNet-34"), "first"))
    assert b.view.compared is None
    b.view.show()
    qtbot.waitExposed(b.view)
    assert b.pair().other.config == preset("ResNet-101")
    assert b.view.canvas.highlighted == "layer3.1"
    assert set(norms_of(b)) == {0}
