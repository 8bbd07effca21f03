"""The Atlas as a person uses it: click, wheel, drag and keys on a real widget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QWheelEvent
from pytestqt.qtbot import QtBot

from app.painting.color_map import viridis_table
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.atlas.atlas_menu import atlas_menu
from app.views.atlas.atlas_view import AtlasView
from app.views.atlas.atlas_words import tooltip
from app.views.atlas.gradient_columns import boundary_columns
from app.views.atlas.gradient_history_track import GradientHistoryTrack
from app.views.atlas.track_rows import TRACK_GAP, TrackRow
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_records import RunSummary

LEFT = Qt.MouseButton.LeftButton


class Bench(NamedTuple):
    """An Atlas on the screen with all that it listens to."""

    atlas: AtlasView
    document: ArchitectureDocument
    selection: SelectionState
    pinned: PinnedState
    runs: RunsState
    theme: Theme

    def row(self, key: str) -> TrackRow:
        return next(row for row in self.atlas.rows if row.track.key == key)

    def point_in(self, key: str, block: str) -> QPoint:
        span = self.atlas.depth_view.axis.span_of(block)
        assert span is not None
        return QPoint(round(self.atlas.depth_view.x(span.middle)), round(self.row(key).rect.center().y()))

    def image(self) -> QImage:
        return self.atlas.viewport().grab().toImage()


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    def build(name: str = "ResNet-50", size: tuple[int, int] = (900, 700)) -> Bench:
        document, selection, pinned = ArchitectureDocument(preset(name)), SelectionState(), PinnedState()
        runs, theme = RunsState(), Theme("light")
        atlas = AtlasView(document, selection, pinned, runs, theme)
        qtbot.addWidget(atlas)
        atlas.resize(*size)
        atlas.show()
        qtbot.waitExposed(atlas)
        return Bench(atlas, document, selection, pinned, runs, theme)

    return build


def shown_run(document: ArchitectureDocument, norms: np.ndarray, steps: np.ndarray | None = None) -> ShownRun:
    """A finished run of the open architecture with `norms` [S, N+1]."""
    summary = RunSummary("run-1", Path("run-1"), "run", "finished", step=len(norms))
    steps = np.arange(len(norms), dtype=np.int64) if steps is None else steps
    snapshot = document.snapshot
    return ShownRun(summary, snapshot.config, {}, snapshot.graph.boundaries, steps, norms)


def even_norms(document: ArchitectureDocument, steps: int, value: float = 1e-2) -> np.ndarray:
    return np.full((steps, len(document.snapshot.graph.boundaries)), value)


NO_KEY = Qt.KeyboardModifier.NoModifier


def wheel(bench: Bench, at: QPoint, delta: int, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
    viewport = bench.atlas.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(), QPoint(0, delta),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QGuiApplication.sendEvent(viewport, event)


@pytest.mark.parametrize("key", ["structure", "parameters", "gradient_history"])
def test_that_a_click_selects_the_block_under_it_in_every_track(bench, qtbot: QtBot, key: str) -> None:
    b = bench()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in(key, "layer3.1"))
    assert b.selection.selected == "layer3.1"


def test_that_a_click_selects_the_layer_when_layers_are_shown(bench, qtbot: QtBot) -> None:
    b = bench()
    b.selection.select("layer3.1")
    b.atlas.zoom_to_selection()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in("structure", "layer3.1.conv2"))
    assert b.selection.selected == "layer3.1.conv2"


def test_that_the_stem_and_the_head_stand_for_their_weighted_layer(bench, qtbot: QtBot) -> None:
    b = bench()
    for column, id in (("stem", "conv1"), ("head", "fc")):
        qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in("structure", column))
        assert b.selection.selected == id


def test_that_a_selection_from_outside_highlights_its_column_through_all_tracks(bench) -> None:
    b = bench()
    before = b.image()
    b.selection.select("layer3.1")
    after = b.image()
    x = b.point_in("structure", "layer3.1").x() + 12
    other = b.point_in("structure", "layer2.1").x() + 12
    for row in b.atlas.rows:
        y = round(row.rect.bottom()) + 5
        assert before.pixel(x, y) != after.pixel(x, y)
        assert before.pixel(other, y) == after.pixel(other, y)


def test_that_a_selection_out_of_sight_is_brought_into_view(bench) -> None:
    b = bench("ResNet-152")
    b.selection.select("layer1.0")
    b.atlas.zoom_to_selection()
    b.selection.select("layer4.2")
    span = b.atlas.depth_view.axis.span_of("layer4.2")
    assert b.atlas.depth_view.first <= span.start and span.stop <= b.atlas.depth_view.last + 1e-6


def test_that_the_wheel_zooms_about_the_cursor_and_shift_pans(bench) -> None:
    b = bench()
    at = b.point_in("structure", "layer3.1")
    before, depth = b.atlas.depth_view, b.atlas.depth_view.depth(at.x())
    wheel(b, at, 240)
    assert b.atlas.depth_view.scale > before.scale
    assert b.atlas.depth_view.depth(at.x()) == pytest.approx(depth)
    first = b.atlas.depth_view.first
    wheel(b, at, -120, Qt.KeyboardModifier.ShiftModifier)
    assert b.atlas.depth_view.first > first
    wheel(b, at, -10_000)
    assert b.atlas.depth_view.is_fitted


def test_that_a_drag_pans_and_selects_nothing(bench, qtbot: QtBot) -> None:
    b = bench()
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(4, 500))
    first, at = b.atlas.depth_view.first, b.point_in("structure", "layer3.1")
    drag(qtbot, b, at, at - QPoint(80, 0))
    assert b.atlas.depth_view.first > first
    assert b.selection.selected == ""


def drag(qtbot: QtBot, bench: Bench, start: QPoint, stop: QPoint) -> None:
    viewport = bench.atlas.viewport()
    qtbot.mousePress(viewport, LEFT, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(viewport, start + (stop - start) * share)
    qtbot.mouseRelease(viewport, LEFT, pos=stop)


def test_that_a_double_click_shows_the_whole_network(bench, qtbot: QtBot) -> None:
    b = bench()
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(4, 500))
    qtbot.mouseDClick(b.atlas.viewport(), LEFT, pos=QPoint(500, 60))
    assert b.atlas.depth_view.is_fitted


def test_that_a_drag_down_the_waterfall_sets_the_step_and_a_double_click_follows_again(bench, qtbot: QtBot) -> None:
    b = bench()
    b.runs.put(shown_run(b.document, even_norms(b.document, 100)))
    row = b.row("gradient_history")
    assert isinstance(row.track, GradientHistoryTrack)
    area = row.track.area(row.rect)
    x = b.point_in("structure", "layer3.1").x()
    drag(qtbot, b, QPoint(x, round(area.top()) + 4), QPoint(x, round(area.top() + area.height() * 0.5)))
    assert b.selection.step == pytest.approx(50, abs=1)
    assert b.atlas.gradients.shown_step == b.selection.step
    qtbot.mouseDClick(b.atlas.viewport(), LEFT, pos=QPoint(x, round(area.center().y())))
    assert b.selection.step is None
    assert b.atlas.gradients.shown_step == 99


def test_that_without_a_run_the_gradient_tracks_say_what_to_do(bench) -> None:
    b = bench()
    row = b.row("gradient_norm")
    assert not b.atlas.gradients.has_rows
    assert inked(b.image(), row) > 100
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    assert b.atlas.gradients.has_rows


def inked(image: QImage, row: TrackRow) -> int:
    """How many pixels of the middle of a track differ from its ground."""
    rect = row.rect.toRect().adjusted(40, 20, -40, -20)
    ground = image.pixel(2, rect.center().y())
    points = ((x, y) for x in range(rect.left(), rect.right()) for y in range(rect.top(), rect.bottom()))
    return sum(image.pixel(x, y) != ground for x, y in points)


def test_that_each_block_shows_the_colour_of_its_own_norm(bench) -> None:
    b = bench()
    norms = even_norms(b.document, 20, 1e-3)
    norms[:, 8] = 1.0
    norms[:, 16] = 1e-2
    b.runs.put(shown_run(b.document, norms))
    assert b.atlas.gradients.pyramid.bounds == (-3, 0)
    image, table = b.image(), viridis_table()
    columns = boundary_columns(b.atlas.depth_view.axis)
    y = round(b.row("gradient_history").rect.top() + 30)
    for number, share in ((0, 0.0), (7, 0.0), (8, 1.0), (9, 0.0), (16, 1 / 3)):
        x = round(b.atlas.depth_view.x(columns[number].middle))
        assert image.pixel(x, y) == int(table[int(share * 255)])
    assert columns[8].id == "layer3.1"


def test_that_what_is_not_finite_has_a_colour_of_its_own_even_where_steps_are_finer_than_pixels(bench) -> None:
    b = bench()
    norms = even_norms(b.document, 5000)
    norms[2500, 3] = np.nan
    b.runs.put(shown_run(b.document, norms))
    image, row = b.image(), b.row("gradient_history")
    x = round(b.atlas.depth_view.x(boundary_columns(b.atlas.depth_view.axis)[3].middle))
    odd = QColor(b.theme.colors.warning).rgb()
    rows = range(round(row.rect.top()), round(row.rect.bottom()))
    assert any(image.pixel(x, y) == odd for y in rows)


def test_that_a_live_run_appears_while_the_structure_is_not_painted_anew(bench) -> None:
    b = bench()
    b.image()
    kept = b.atlas._static
    b.runs.put(shown_run(b.document, even_norms(b.document, 2)))
    b.image()
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    b.image()
    assert b.atlas._static is kept
    assert b.atlas.gradients.pyramid.count == 3


def test_that_another_theme_changes_the_colours(bench) -> None:
    b = bench()
    light = b.image()
    b.theme.choose("dark")
    dark = b.image()
    assert QColor(light.pixel(4, 300)).name() == "#fcfcfa"
    assert QColor(dark.pixel(4, 300)).name() == "#16181b"
    b.theme.choose("light")
    assert b.image() == light


def test_that_keys_alone_select_zoom_and_clear(bench, qtbot: QtBot) -> None:
    b = bench()
    keys = Qt.Key
    visited = []
    for key in (keys.Key_Right, keys.Key_Right, keys.Key_Right, keys.Key_Left, keys.Key_End, keys.Key_Home):
        qtbot.keyClick(b.atlas, key)
        visited.append(b.selection.selected)
    assert visited == ["conv1", "layer1.0", "layer1.1", "layer1.0", "fc", "conv1"]
    b.selection.select("layer2.1")
    qtbot.keyClick(b.atlas, keys.Key_Return)
    assert b.atlas.depth_view.layer_opacity() == 1
    qtbot.keyClick(b.atlas, keys.Key_Down)
    qtbot.keyClick(b.atlas, keys.Key_Right)
    assert b.selection.selected == "layer2.1.bn1"
    qtbot.keyClick(b.atlas, keys.Key_Up)
    assert b.selection.selected == "layer2.1"
    qtbot.keyClick(b.atlas, keys.Key_0)
    assert b.atlas.depth_view.is_fitted
    qtbot.keyClick(b.atlas, keys.Key_Escape)
    assert b.selection.selected == ""
    qtbot.keyClick(b.atlas, keys.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert not b.atlas.depth_view.is_fitted


def test_that_another_architecture_is_shown_whole_and_the_old_selection_is_nowhere(bench) -> None:
    b = bench()
    b.selection.select("layer3.5")
    b.document.open_preset("ResNet-18", "Open")
    assert b.atlas.snapshot is b.document.snapshot
    assert len(b.atlas.depth_view.axis.blocks) == 8
    assert b.atlas.depth_view.is_fitted
    assert b.atlas.selected_span() is None
    assert not b.image().isNull()


def test_that_a_hidden_atlas_does_nothing_until_it_is_shown(bench) -> None:
    b = bench()
    b.atlas.hide()
    b.document.open_preset("ResNet-18", "Open")
    assert len(b.atlas.snapshot.graph.blocks) == 16
    b.atlas.show()
    assert len(b.atlas.snapshot.graph.blocks) == 8


def test_that_a_reference_marks_the_bars_where_it_differs(bench) -> None:
    b = bench()
    before = b.image()
    b.pinned.pin(analyzed(preset("Wide-ResNet-50-2")))
    after = b.image()
    row = b.row("parameters")
    assert "−63 %" in row.track.subtitle()
    span = b.atlas.depth_view.axis.span_of("layer4.1")
    x = round(b.atlas.depth_view.x(span.middle))
    mark = QColor(b.theme.colors.text)
    darkest = min(QColor(after.pixel(x, y)).lightness() for y in range(round(row.rect.top()), round(row.rect.bottom())))
    assert darkest < mark.lightness() + 60
    assert before != after


def test_that_tracks_are_hidden_moved_and_restored(bench, qtbot: QtBot) -> None:
    b = bench()
    with qtbot.waitSignal(b.atlas.layout_changed):
        b.atlas.set_layout_record(b.atlas.layout_record.toggled("shape").moved("macs", -1))
    keys = [row.track.key for row in b.atlas.rows]
    assert keys == ["structure", "macs", "parameters", "gradient_norm", "gradient_history"]
    state = b.atlas.layout_state()
    other = bench()
    other.atlas.restore_layout(state)
    assert [row.track.key for row in other.atlas.rows] == keys
    other.atlas.restore_layout({"order": ["no such track", 3], "hidden": None, "heights": {"shape": "high"}})
    assert len(other.atlas.rows) == 6


def test_that_dragging_the_border_under_a_track_makes_it_higher(bench, qtbot: QtBot) -> None:
    b = bench()
    row = b.row("parameters")
    start = QPoint(300, round(row.rect.bottom() + TRACK_GAP / 2))
    drag(qtbot, b, start, start + QPoint(0, 40))
    assert b.row("parameters").rect.height() == pytest.approx(row.rect.height() + 40, abs=2)


def test_that_the_context_menu_shows_and_hides_tracks(bench) -> None:
    b = bench()
    menu = atlas_menu(b.atlas, b.row("shape").rect.center().toPoint())
    actions = {action.objectName(): action for action in menu.actions()}
    assert actions["atlas_move_up"].isEnabled()
    actions["atlas_show_shape"].trigger()
    assert "shape" not in [row.track.key for row in b.atlas.rows]
    menu.deleteLater()


def test_that_the_tooltip_says_id_kind_shapes_and_numbers(bench) -> None:
    b = bench()
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    text = tooltip(b.atlas, b.point_in("structure", "layer3.1"))
    for part in ("layer3.1", "Bottleneck, identity shortcut, conv4_x", "1024 × 14²", "1,117,184 (4.4 %)", "1.00·10⁻²"):
        assert part in text
    assert tooltip(b.atlas, QPoint(20, 20)).startswith("<b>Structure</b>")


def test_that_a_screen_reader_hears_the_network_and_the_selection(bench) -> None:
    b = bench()
    b.selection.select("layer3.1")
    text = b.atlas.accessibleDescription()
    assert "16 blocks in 4 stages, 25,557,032 parameters" in text
    assert "layer3.1" in text
    assert b.atlas.accessibleName()


def test_that_the_minimap_brings_what_is_clicked_into_view(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-152")
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(6, 200))
    rect = b.atlas.minimap_rect()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=QPoint(round(rect.right()) - 5, round(rect.center().y())))
    assert b.atlas.depth_view.last == pytest.approx(b.atlas.depth_view.axis.length, abs=0.01)


def test_that_a_low_window_scrolls_and_squeezes_the_tracks(bench) -> None:
    b = bench(size=(700, 300))
    assert b.atlas.verticalScrollBar().maximum() > 0
    for above, below in zip(b.atlas.rows, b.atlas.rows[1:], strict=False):
        assert above.rect.bottom() <= below.rect.top()
        assert above.rect.height() >= above.track.least_height - 1


def test_that_the_image_is_copied(bench) -> None:
    b = bench()
    b.atlas.copy_image()
    image = QGuiApplication.clipboard().image()
    assert image.width() >= 2 * b.atlas.viewport().width()
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize("name", ["ResNet-1202", "Plain-56", "PreResNet-164", "WRN-28-10"])
def test_that_every_make_of_network_is_painted_at_every_zoom(bench, name: str) -> None:
    b = bench(name)
    b.runs.put(shown_run(b.document, even_norms(b.document, 7)))
    for _ in range(12):
        assert not b.image().isNull()
        b.atlas.zoom_in()
    assert b.atlas.depth_view.layer_opacity() == 1 or name == "ResNet-1202"
