"""What the tracks of the Atlas show, and how they are arranged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.state.architecture_document import analyzed
from app.views.atlas.atlas_menu import atlas_menu
from app.views.atlas.atlas_words import tooltip
from resnet_core.configuration.presets import preset
from resnet_core.drawing.color_map import viridis_table
from resnet_core.drawing.display_list import Group
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.boundary_columns import boundary_columns
from resnet_core.drawing.tracks.shape_track import shape_runs
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow
from tests.app.atlas_bench import LEFT, Bench, drag, even_norms, open_bench, shown_run
from tests.drawing.drawn import TRICKY, tricky


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    return partial(open_bench, qtbot)


def test_that_without_a_run_the_gradient_tracks_say_what_to_do(bench) -> None:
    b = bench()
    row = b.row("gradient_norm")
    assert not b.atlas.gradients.has_rows
    assert inked(b.image(), row) > 100
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    assert b.atlas.gradients.has_rows


def inked(image: QImage, row: TrackRow) -> int:
    """How many pixels of the middle of a track differ from its ground."""
    left, top, right, bottom = row.rect
    rect = QRectF(left, top, right - left, bottom - top).toRect().adjusted(40, 20, -40, -20)
    ground = image.pixel(2, rect.center().y())
    points = ((x, y) for x in range(rect.left(), rect.right()) for y in range(rect.top(), rect.bottom()))
    return sum(image.pixel(x, y) != ground for x, y in points)


def test_that_each_block_shows_the_colour_of_its_own_norm(bench) -> None:
    b = bench()
    norms = even_norms(b.document, 20, 1e-3)
    norms[:, 8] = 1.0
    norms[:, 16] = 1e-2
    b.runs.put(shown_run(b.document, norms))
    assert b.atlas.gradients.bounds("gradient_norm") == (-3, 0)
    image, table = b.image(), viridis_table()
    columns = boundary_columns(b.atlas.depth_view.axis)
    y = round(b.row("gradient_history").rect.top + 30)
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
    rows = range(round(row.rect.top), round(row.rect.bottom))
    assert any(image.pixel(x, y) == odd for y in rows)


def test_that_a_live_run_appears_while_the_structure_is_not_painted_anew(bench) -> None:
    b = bench()
    b.image()
    kept = b.atlas.sheet.pictures.picture("parameters")
    b.runs.put(shown_run(b.document, even_norms(b.document, 2)))
    b.image()
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    b.image()
    assert kept is not None and b.atlas.sheet.pictures.picture("parameters") is kept
    assert b.atlas.gradients.count == 3


def test_that_a_reference_marks_the_bars_where_it_differs(bench) -> None:
    b = bench()
    before = b.image()
    b.pinned.pin(analyzed(preset("Wide-ResNet-50-2")))
    after = b.image()
    row = b.row("parameters")
    assert "−63 %" in row.track.subtitle(as_written)
    span = b.atlas.depth_view.axis.span_of("layer4.1")
    x = round(b.atlas.depth_view.x(span.middle))
    mark = QColor(b.theme.colors.text)
    darkest = min(QColor(after.pixel(x, y)).lightness() for y in range(round(row.rect.top), round(row.rect.bottom)))
    assert darkest < mark.lightness() + 60
    assert before != after


def test_that_tracks_are_hidden_moved_and_restored(bench, qtbot: QtBot) -> None:
    b = bench()
    with qtbot.waitSignal(b.atlas.layout_changed):
        b.atlas.set_layout_record(b.atlas.layout_record.toggled("shape").moved("macs", -1))
    keys = [row.track.key for row in b.atlas.rows]
    assert keys == ["structure", "macs", "parameters", "gradient_norm", "skip_branch", "gradient_history"]
    state = b.atlas.layout_state()
    other = bench()
    other.atlas.restore_layout(state)
    assert [row.track.key for row in other.atlas.rows] == keys
    other.atlas.restore_layout({"order": ["no such track", 3], "hidden": None, "heights": {"shape": "high"}})
    assert len(other.atlas.rows) == 7


def test_that_dragging_the_border_under_a_track_makes_it_higher(bench, qtbot: QtBot) -> None:
    b = bench()
    row = b.row("parameters")
    start = QPoint(300, round(row.rect.bottom + TRACK_GAP / 2))
    drag(qtbot, b, start, start + QPoint(0, 40))
    assert b.row("parameters").rect.height == pytest.approx(row.rect.height + 40, abs=2)


def test_that_the_context_menu_shows_and_hides_tracks(bench) -> None:
    b = bench()
    menu = atlas_menu(b.atlas, b.point_in("shape", "layer2.0"))
    assert menu.findChild(QAction, "atlas_move_up").isEnabled()
    menu.findChild(QAction, "atlas_show_shape").trigger()
    assert "shape" not in [row.track.key for row in b.atlas.rows]
    menu.deleteLater()


def test_that_the_tooltip_says_id_kind_shapes_and_numbers(bench) -> None:
    b = bench()
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    text = tooltip(b.atlas, b.point_in("structure", "layer3.1"))
    for part in ("layer3.1", "Bottleneck, identity shortcut, conv4_x", "1024 × 14²", "1,117,184 (4.4 %)", "1.00·10⁻²"):
        assert part in text
    assert tooltip(b.atlas, QPoint(20, 20)).startswith("<b>Structure</b>")


@pytest.mark.parametrize(
    ("name", "id", "parts"),
    [
        ("SE", "layer3.1", ["SE Bottleneck, identity shortcut", "1×1, 3×3, 1×1", "post-activation · BatchNorm · ReLU"]),
        ("D with blur", "layer3.0", ["average-pooled projection shortcut"]),
        ("five convolutions", "layer2.1", ["Basic(1,3,5,3,1)", "1×1, 3×3, 5×5, 3×3, 1×1"]),
        ("output stride 8", "layer4.0", ["dilation 2, then 4"]),
        ("pre-activation, stochastic depth", "layer3.8", ["dropped with chance 0.5", "pre-activation"]),
        ("Fixup", "layer1.0", ["no norm"]),
    ],
)
def test_that_a_tooltip_says_what_is_set_apart_in_a_block(bench, name: str, id: str, parts: list[str]) -> None:
    b = bench(tricky(name))
    text = tooltip(b.atlas, b.point_in("structure", id))
    assert [part for part in parts if part not in text] == [], text


def test_that_a_tooltip_says_what_a_layer_computes(bench) -> None:
    for name, id, words in (
        ("output stride 8", "layer4.1.conv2", "conv 3×3, dilation 4"),
        ("pre-activation, stochastic depth", "layer3.8.drop_path", "drop path, chance 0.5"),
        ("SkipInit, scaled", "layer1.0.branch_scale", "scale, by −0.5"),
        ("BiT-R50x1", "layer1.1.conv2", "standardised weights"),
        ("D with blur", "layer2.0.aa", "blur pool 3×3 /2"),
    ):
        b = bench(tricky(name) if name in TRICKY else name)
        b.selection.select(id)
        b.atlas.zoom.to_selection()
        assert words in tooltip(b.atlas, b.point_in("structure", id)), name
        assert words in b.atlas.accessibleDescription()


def test_that_a_screen_reader_hears_what_all_blocks_share(bench) -> None:
    text = bench(tricky("pre-activation, stochastic depth")).atlas.accessibleDescription()
    assert "pre-activation, BatchNorm, ReLU, dropout 0.3, stochastic depth 0.5" in text
    text = bench(tricky("CBAM")).atlas.accessibleDescription()
    assert "CBAM: end of the branch" in text


def test_that_the_head_of_a_backbone_is_selected_and_walked_to(bench, qtbot: QtBot) -> None:
    b = bench(tricky("backbone"))
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=b.point_in("structure", "head"))
    assert b.selection.selected == "output"
    qtbot.keyClick(b.atlas, Qt.Key.Key_Home)
    assert b.selection.selected == "conv1.0"


@pytest.mark.parametrize("name", TRICKY)
def test_that_every_tricky_network_is_painted_at_every_zoom_in_both_themes(bench, name: str) -> None:
    b = bench(tricky(name))
    for theme in ("light", "dark"):
        b.theme.choose(theme)
        b.atlas.zoom.to_fit()
        for _ in range(6):
            assert not b.image().isNull()
            b.atlas.zoom.closer()
            b.atlas.zoom.closer()


def test_that_a_gate_leaves_the_shape_of_the_main_path_alone(bench) -> None:
    b = bench(tricky("CBAM"))
    b.selection.select("layer2.1")
    b.atlas.zoom.to_selection()
    row, view = b.row("shape"), b.atlas.depth_view
    shapes = {shape for shape, *_ in shape_runs(view)}
    assert all(shape.height > 1 for shape in shapes)
    span = view.axis.span_of("layer2.1.cbam.fc1")
    assert row.track.value_at(b.atlas.frame_of(row), view.x(span.middle), row.rect.center[1]) == "32 × 2 × 1"


def test_that_a_screen_reader_hears_the_network_and_the_selection(bench) -> None:
    b = bench()
    b.selection.select("layer3.1")
    text = b.atlas.accessibleDescription()
    assert "16 blocks in 4 stages, 50 layers deep. 25,557,032 parameters" in text
    assert "Selected: Block layer3.1: Bottleneck, identity shortcut, 1024 × 14²." in text
    assert "The shortcut leaves after layer3.0.relu3 and joins at layer3.1.add" in text
    assert b.atlas.accessibleName()


def test_that_a_low_window_scrolls_and_squeezes_the_tracks(bench) -> None:
    b = bench(size=(700, 300))
    assert b.atlas.verticalScrollBar().maximum() > 0
    for above, below in zip(b.atlas.rows, b.atlas.rows[1:], strict=False):
        assert above.rect.bottom <= below.rect.top
        assert above.rect.height >= above.track.least_height - 1


def test_that_the_image_is_copied(bench) -> None:
    b = bench()
    b.atlas.copy_image()
    image = QGuiApplication.clipboard().image()
    assert image.width() >= 2 * b.atlas.viewport().width()
    QGuiApplication.clipboard().clear()


def test_that_the_numbers_of_every_block_are_copied_as_text(bench) -> None:
    b = bench()
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    b.atlas.copy_text()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 17
    assert lines[8].split("\t") == [
        "layer3.0", "bottleneck", "1,3,1", "1", "none", "projection", "0", "1024x14x14", "1512448", "372506624", "0.01",
    ]  # fmt: skip
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize("name", ["ResNet-1202", "Plain-56", "PreResNet-164", "WRN-28-10"])
def test_that_every_make_of_network_is_painted_at_every_zoom(bench, name: str) -> None:
    b = bench(name)
    b.runs.put(shown_run(b.document, even_norms(b.document, 7)))
    for _ in range(12):
        assert not b.image().isNull()
        b.atlas.zoom.closer()
    assert b.atlas.depth_view.layer_opacity() == 1 or name == "ResNet-1202"


def test_that_a_picture_leaves_tracks_out_that_have_nothing_to_show(bench) -> None:
    b = bench("ResNet-20")
    for whole in (False, True):
        ids = {item.id for item in b.atlas.picture(whole).items} | {
            inner.id for item in b.atlas.picture(whole).items if isinstance(item, Group) for inner in item.items
        }
        assert "track-macs" in ids and not ids & {"track-gradient_norm", "track-gradient_history", "track-skip_branch"}
    before = b.atlas.picture(False).height
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    assert "track-gradient_norm" in {item.id for item in b.atlas.picture(False).items}
    assert b.atlas.picture(False).height > before


def test_that_a_narrow_window_leaves_the_drawing_more_room_than_the_names(bench) -> None:
    b = bench(size=(420, 500))
    view = b.atlas.depth_view
    assert view.width > view.left
