"""Dragging a stage's right edge: what it shows while it is dragged, what it does at release, and how it is left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.views.atlas.atlas_words import footer
from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.edit_counts import block_count_counts, edit_counts
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import with_block_override, with_stage
from tests.app.atlas_bench import LEFT, Bench, open_bench


@pytest.fixture
def b(qtbot: QtBot) -> Bench:
    bench = open_bench(qtbot)
    bench.atlas.setFocus()
    return bench


def edge(b: Bench, place: int) -> QPoint:
    row = b.atlas.hands.edges.row()
    assert row is not None
    return QPoint(round(b.atlas.hands.edges.x_of(place)), round(row.center().y()))


def pull(qtbot: QtBot, b: Bench, place: int, by: float, *, release: bool = True) -> None:
    """Drag the right edge of a stage `by` pixels, in three moves."""
    at, viewport = edge(b, place), b.atlas.viewport()
    qtbot.mousePress(viewport, LEFT, pos=at)
    for share in (0.3, 0.7, 1.0):
        qtbot.mouseMove(viewport, at + QPoint(round(by * share), 0))
    if release:
        qtbot.mouseRelease(viewport, LEFT, pos=at + QPoint(round(by), 0))


def blocks(b: Bench) -> list[int]:
    return [stage.blocks for stage in b.document.config.stages]


def picture(b: Bench) -> QImage:
    return b.atlas.viewport().grab().toImage()


def test_that_an_edge_dragged_three_columns_right_adds_three_blocks_as_one_undo_step(b: Bench, qtbot: QtBot) -> None:
    pull(qtbot, b, 2, 3 * b.atlas.depth_view.scale)
    assert blocks(b) == [3, 4, 9, 3]
    assert b.document.undo_stack.count() == 1
    assert b.document.undo_stack.undoText() == "layer3: 6 → 9 blocks"
    assert b.selection.selected == "" and b.atlas.depth_view.is_fitted
    b.document.undo_stack.undo()
    assert b.document.config == preset("ResNet-50")


def test_that_the_cost_is_told_while_the_edge_is_dragged_and_nothing_is_edited_yet(b: Bench, qtbot: QtBot) -> None:
    before = picture(b)
    pull(qtbot, b, 2, 3 * b.atlas.depth_view.scale, release=False)
    drag = b.atlas.hands.edges.drag
    assert drag is not None
    assert (drag.text, drag.cost) == ("layer3: 6 → 9 blocks", "+3.35 M params, +655 M MACs")
    assert picture(b) != before
    assert b.document.undo_stack.count() == 0


def test_that_escape_leaves_a_drag_without_an_edit(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer2.1")
    before = picture(b)
    pull(qtbot, b, 2, 80, release=False)
    qtbot.keyClick(b.atlas, Qt.Key.Key_Escape)
    assert b.atlas.hands.edges.drag is None
    assert b.selection.selected == "layer2.1"
    qtbot.mouseRelease(b.atlas.viewport(), LEFT, pos=edge(b, 2) + QPoint(80, 0))
    assert b.document.undo_stack.count() == 0
    qtbot.mouseMove(b.atlas.viewport(), QPoint(5, 300))
    assert picture(b) == before


def test_that_a_drag_to_the_left_stops_at_one_block_and_one_back_does_nothing(b: Bench, qtbot: QtBot) -> None:
    pull(qtbot, b, 1, -400)
    assert blocks(b) == [3, 1, 6, 3]
    b.document.undo_stack.undo()
    pull(qtbot, b, 1, 2)
    assert b.document.undo_stack.canUndo() is False


def test_that_the_last_stage_has_an_edge_too(b: Bench, qtbot: QtBot) -> None:
    pull(qtbot, b, 3, 2 * b.atlas.depth_view.scale)
    assert blocks(b) == [3, 4, 6, 5]


def test_that_a_drag_goes_no_further_than_all_blocks_together_may(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-1202")
    pull(qtbot, b, 0, 9_000)
    assert blocks(b) == [1600, 200, 200]


@pytest.mark.parametrize("zooms", [0, 2, 5, 9])
def test_that_it_works_at_every_zoom_and_the_edge_stays_under_the_hand(b: Bench, qtbot: QtBot, zooms: int) -> None:
    view = b.atlas.depth_view
    for _ in range(zooms):
        view = b.atlas.depth_view
        b.atlas.set_depth_view(view.zoomed(1.5, view.x(view.axis.stages[1].stop)))
    step = min(b.atlas.depth_view.scale, 72.0)
    scale = b.atlas.depth_view.scale
    pull(qtbot, b, 1, 2 * step)
    assert blocks(b) == [3, 6, 6, 3]
    if zooms:
        assert b.atlas.depth_view.scale == scale


def test_that_the_pointer_turns_and_a_grip_is_shown_near_an_edge_and_only_there(b: Bench, qtbot: QtBot) -> None:
    viewport = b.atlas.viewport()
    qtbot.mouseMove(viewport, edge(b, 2) + QPoint(3, 0))
    assert viewport.cursor().shape() == Qt.CursorShape.SplitHCursor
    assert b.atlas.hands.edges.hovered == 2 and b.atlas.hands.overlay.isVisible()
    qtbot.mouseMove(viewport, edge(b, 2) + QPoint(9, 0))
    assert viewport.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert b.atlas.hands.edges.hovered is None and not b.atlas.hands.overlay.isVisible()
    qtbot.mouseMove(viewport, edge(b, 2))
    assert footer(b.atlas)[0] == "layer3: 6 blocks; drag the edge to give it more or fewer"
    below = QPoint(edge(b, 2).x(), round(b.row("parameters").rect.center[1]))
    qtbot.mouseMove(viewport, below)
    assert viewport.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_that_a_click_on_an_edge_selects_what_it_is_on(b: Bench, qtbot: QtBot) -> None:
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=edge(b, 2) - QPoint(2, 0))
    assert b.selection.selected == "layer3.5"
    assert b.document.undo_stack.count() == 0


def test_that_overrides_of_blocks_that_go_go_with_them(b: Bench, qtbot: QtBot) -> None:
    b.document.replace(with_block_override(preset("ResNet-50"), "layer3.5", kind="basic"), "Override")
    pull(qtbot, b, 2, -2 * b.atlas.depth_view.scale, release=False)
    drag = b.atlas.hands.edges.drag
    assert drag is not None and drag.cost.startswith("−20.0 M params")
    qtbot.mouseRelease(b.atlas.viewport(), LEFT, pos=edge(b, 2) - QPoint(round(2 * b.atlas.depth_view.scale), 0))
    assert blocks(b) == [3, 4, 4, 3] and b.document.config.overrides == ()


def test_that_an_edit_from_elsewhere_ends_a_drag(b: Bench, qtbot: QtBot) -> None:
    pull(qtbot, b, 2, 80, release=False)
    b.document.open_preset("ResNet-18", "Open")
    qtbot.mouseRelease(b.atlas.viewport(), LEFT, pos=QPoint(400, 60))
    assert b.document.config == preset("ResNet-18")


def test_that_a_held_edge_of_a_stage_that_is_gone_is_not_painted(b: Bench, qtbot: QtBot) -> None:
    pull(qtbot, b, 3, 80, release=False)
    b.document.open_preset("ResNet-56", "Open")
    assert b.atlas.hands.edges.drag is None and b.atlas.hands.edges.hovered is None
    assert not picture(b).isNull()
    qtbot.mouseRelease(b.atlas.viewport(), LEFT, pos=QPoint(400, 300))
    assert b.document.config == preset("ResNet-56")


@pytest.mark.parametrize("name", ["ResNet-50", "ResNet-56", "SE-ResNet-50", "PreResNet-110", "ResNet-50-D"])
@pytest.mark.parametrize("count", [1, 2, 5, 30])
def test_that_the_quick_count_of_a_drag_is_that_of_the_whole_network(name: str, count: int) -> None:
    config = preset(name)
    report = cost_report(build_graph(config))
    for place in range(len(config.stages)):
        edited = with_stage(config, place, blocks=count)
        assert block_count_counts(report, f"layer{place + 1}", count) == edit_counts(report, edited)
