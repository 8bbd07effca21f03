"""The inspector says through how many branches the gradient goes, and follows the step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.runs_state import ShownRun
from app.state.selection_state import SelectionState
from app.views.inspector.path_section import PathSection
from resnet_core.analysis.branch_share import branch_shares
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.presets import preset
from tests.drawing.flow_runs import level_run, run_of


def graph_of(name: str) -> Graph:
    return ArchitectureDocument(preset(name)).snapshot.graph


def shown(graph: Graph, shares: list[float]) -> ShownRun:
    """A run of one capture a share, which every branch has there."""
    made = level_run(graph, len(shares))
    for row, share in enumerate(shares):
        made.block_quantities["branch_norm"][row] = share**0.5
        made.block_quantities["shortcut_norm"][row] *= (1 - share) ** 0.5 / made.block_quantities["shortcut_norm"][row]
    return ShownRun(
        made.summary, made.architecture, {}, made.boundaries, made.gradient_steps, made.boundary_norms,
        made.block_quantities,
    )  # fmt: skip


@pytest.fixture
def section(qtbot: QtBot) -> PathSection:
    section = PathSection(SelectionState(), Theme("light"))
    qtbot.addWidget(section)
    section.resize(260, 220)
    section.show()
    qtbot.waitExposed(section)
    return section


def said(section: PathSection) -> str:
    label = section.findChild(QLabel, "effective_depth")
    assert label is not None
    return label.text().replace("\u00a0", " ")


def test_that_the_effective_depth_and_the_spread_of_lengths_follow_the_step(section: PathSection) -> None:
    graph = graph_of("ResNet-20")
    run = shown(graph, [0.5, 0.1, 0.0])
    assert section.show_run(run, graph, 0)
    assert "Effective depth 4.5 of 9 at step 0: 80 % of the gradient goes through 3 to 6 branches." in said(section)
    assert section.picture.mean == pytest.approx(4.5)
    section.show_run(run, graph, 1)
    assert "Effective depth 0.9 of 9 at step 1" in said(section)
    section.show_run(run, graph, None)
    assert "Effective depth 0.0 of 9 at step 2: 80 % of the gradient goes through 0 branches." in said(section)
    assert section.curve.points == 3


def test_that_the_depths_of_a_run_that_grows_are_those_of_the_whole(section: PathSection) -> None:
    graph = graph_of("ResNet-20")
    whole = shown(graph, [0.5, 0.4, 0.3, 0.2])
    cut = whole._replace(
        gradient_steps=whole.gradient_steps[:2],
        block_quantities={name: rows[:2] for name, rows in whole.block_quantities.items()},
    )
    section.show_run(cut, graph, None)
    section.show_run(whole, graph, None)
    shares = branch_shares(whole.block_quantities["branch_norm"], whole.block_quantities["shortcut_norm"])
    assert section._depths[1] == pytest.approx(shares.sum(axis=1))


def test_that_all_ways_are_counted_anew_for_another_network_whose_array_lies_where_the_one_before_lay(
    section: PathSection,
) -> None:
    forks = np.array([True, True])
    section._all_ways(forks)
    place = id(forks)
    del forks
    others = [np.array([True, False]) for _ in range(50)]  # one may take the place of the array that is gone
    other = next((array for array in others if id(array) == place), others[0])
    assert section._all_ways(other) == pytest.approx([0, 0.5, 0.5])


def test_that_the_bars_stand_where_the_lengths_are(section: PathSection) -> None:
    graph = graph_of("ResNet-20")
    section.show_run(shown(graph, [0.0]), graph, None)
    image: QImage = section.picture.grab().toImage()
    amber = QColor(Theme("light").colors.branch).rgb()
    columns = [x for x in range(image.width()) if any(image.pixel(x, y) == amber for y in range(image.height()))]
    assert columns and max(columns) < image.width() * 0.15
    assert not section.curve.isVisible()


def test_that_a_plain_network_an_old_run_and_a_lost_number_are_told_apart(section: PathSection) -> None:
    plain, graph = graph_of("Plain-20"), graph_of("ResNet-20")
    assert not section.show_run(None, graph, None)
    made = run_of(plain, np.ones((2, len(plain.boundaries))))
    old_plain = ShownRun(made.summary, made.architecture, {}, made.boundaries, made.gradient_steps, made.boundary_norms)
    assert not section.show_run(old_plain, plain, None)
    made = run_of(graph, np.ones((2, len(graph.boundaries))))
    old = ShownRun(made.summary, made.architecture, {}, made.boundaries, made.gradient_steps, made.boundary_norms)
    assert section.show_run(old, graph, None) and "earlier version" in said(section)
    assert not section.picture.isVisible()
    lost = shown(graph, [0.5])
    lost.block_quantities["branch_norm"][0, 2] = np.nan
    section.show_run(lost, graph, None)
    assert "No effective depth at step 0" in said(section)
