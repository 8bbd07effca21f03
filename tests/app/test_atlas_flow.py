"""The tracks of a run on the screen: what they can show instead, and one step for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.state.runs_state import ShownRun
from app.views.atlas.atlas_menu import atlas_menu
from app.views.atlas.atlas_words import tooltip
from app.views.atlas.track_words_popup import sign_box, sign_row_at
from resnet_core.drawing.color_map import viridis_table
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.catalog import FLOW_TRACKS
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from tests.app.atlas_bench import LEFT, Bench, open_bench
from tests.drawing.flow_runs import MadeUpRun, level_run, plausible_run, run_of


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    return partial(open_bench, qtbot)


def shown(run: MadeUpRun) -> ShownRun:
    """The run as the window holds it."""
    return ShownRun(
        run.summary, run.architecture, {}, run.boundaries, run.gradient_steps, run.boundary_norms,
        run.block_quantities, run.batch_size,
    )  # fmt: skip


def choose(b: Bench, key: str, action: str) -> None:
    """Choose from the menu of a track."""
    menu = atlas_menu(b.atlas, b.point_in(key, "layer2.0"))
    found = menu.findChild(QAction, action)
    assert found is not None and not found.isChecked()
    found.trigger()
    menu.deleteLater()


def column_of(b: Bench, image: QImage, key: str, block: str) -> list[str]:
    """The colours of a track from top to bottom in the middle of a block."""
    rect, x = b.row(key).rect, b.point_in(key, block).x()
    return [QColor(image.pixel(x, y)).name() for y in range(round(rect.top) + 1, round(rect.bottom) - 1)]


def test_that_the_menu_switches_between_norm_and_root_mean_square_for_all_tracks_of_the_gradient(bench) -> None:
    b = bench("ResNet-20")
    b.runs.put(shown(level_run(b.document.snapshot.graph, batch_size=64)))
    assert "‖∂L/∂x‖₂" in b.row("gradient_norm").track.subtitle(as_written)
    choose(b, "gradient_norm", "atlas_variant_rms")
    assert "RMS" in b.row("gradient_norm").track.subtitle(as_written)
    assert "RMS" in b.row("gradient_history").track.subtitle(as_written)
    kept = b.atlas.layout_state()
    other = bench("ResNet-20")
    other.atlas.restore_layout(kept)
    assert "RMS" in other.row("gradient_norm").track.subtitle(as_written)


def test_that_the_history_shows_another_quantity_in_its_colours(bench) -> None:
    b = bench("ResNet-20")
    graph = b.document.snapshot.graph
    run = level_run(graph, 20)
    # At a fork that brings 1 and 3, the branch has a share of one tenth.
    run.block_quantities["shortcut_norm"][:, 4] = 3 * run.block_quantities["branch_norm"][:, 4]
    b.runs.put(shown(run))
    choose(b, "gradient_history", "atlas_variant_branch_share")
    image, table = b.image(), viridis_table()
    top = round(b.row("gradient_history").rect.top + 20)
    for block, share in ((graph.blocks[3], 0.5), (graph.blocks[4], 0.1)):
        x = b.point_in("gradient_history", block.id).x()
        assert image.pixel(x, top) == int(table[int(share * 255)])


def test_that_the_bars_of_skip_and_branch_have_the_height_of_their_shares(bench) -> None:
    b = bench("ResNet-20")
    b.runs.put(shown(level_run(b.document.snapshot.graph)))
    colors = column_of(b, b.image(), "skip_branch", "layer2.1")
    branch = colors.count(QColor(b.theme.colors.branch).name())
    assert branch == pytest.approx(len(colors) / 2, abs=1.5)
    assert len(set(colors)) == 2


def test_that_one_step_governs_all_tracks_of_a_run_and_their_tooltips(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-56", (1200, 900))
    for key in ("update_ratio", "signal_variance"):
        b.atlas.set_layout_record(b.atlas.layout_record.toggled(key))
    run = plausible_run(b.document.snapshot.graph, 50)
    b.runs.put(shown(run))
    before = b.image()
    row = b.row("gradient_history")
    qtbot.mousePress(b.atlas.viewport(), LEFT, pos=QPoint(round(row.rect.right) + 20, round(row.rect.top + 30)))
    qtbot.mouseRelease(b.atlas.viewport(), LEFT, pos=QPoint(round(row.rect.right) + 20, round(row.rect.top + 30)))
    assert b.selection.step is not None
    assert b.image() != before
    text = tooltip(b.atlas, b.point_in("skip_branch", "layer2.4"))
    for part in ("through the branch", "cosine", "of the weights", "variance", "at the block&#x27;s input"):
        assert part in text
    assert text.count(f"step {b.selection.step}") >= 5


def test_that_the_step_can_be_set_elsewhere_while_the_history_is_hidden(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-20")
    b.runs.put(shown(level_run(b.document.snapshot.graph, 30)))
    b.atlas.set_layout_record(b.atlas.layout_record.toggled("gradient_history"))
    b.selection.set_step(7)
    assert b.atlas.gradients.shown_step == 7
    assert "step 7" in b.row("gradient_norm").track.subtitle(as_written)
    at = b.point_in("gradient_norm", "layer2.0")
    for pos in (at, QPoint(round(b.row("gradient_norm").rect.right) + 20, at.y())):
        qtbot.mouseMove(b.atlas.viewport(), pos)
        qtbot.mouseDClick(b.atlas.viewport(), LEFT, pos=pos)
    assert b.selection.step == 7
    assert not b.image().isNull()


def test_that_a_run_of_an_earlier_version_and_a_plain_network_say_why_there_is_nothing(bench) -> None:
    b = bench("ResNet-20")
    run = shown(level_run(b.document.snapshot.graph))._replace(block_quantities={})
    b.runs.put(run)
    choose(b, "gradient_history", "atlas_variant_update_ratio")
    assert not b.image().isNull()
    assert not b.row("gradient_history").track.has_rows
    plain = bench("Plain-20")
    plain.runs.put(shown(level_run(plain.document.snapshot.graph)))
    assert set(column_of(plain, plain.image(), "skip_branch", "layer1.0")) == {plain.theme.colors.canvas}


def test_that_a_run_that_grows_is_painted_as_one_that_was_read_at_once(bench) -> None:
    images = []
    for stops in ((40,), (1, 7, 33, 40)):
        b = bench("ResNet-20")
        record = b.atlas.layout_record.toggled("signal_variance").varied("gradient_history", "update_ratio")
        b.atlas.set_layout_record(record)
        run = shown(plausible_run(b.document.snapshot.graph, 40))
        for stop in stops:
            part = {name: values[:stop] for name, values in run.block_quantities.items()}
            steps, norms = run.gradient_steps[:stop], run.boundary_norms[:stop]
            b.runs.put(run._replace(gradient_steps=steps, boundary_norms=norms, block_quantities=part))
            images.append(b.image())
    assert images[0] == images[-1]


# Words and alerts


def popup(b: Bench) -> QWidget:
    return next(w for w in QApplication.topLevelWidgets() if w.objectName() == "track_words" and w.isVisible())


def test_that_the_sign_beside_a_track_of_a_run_tells_what_healthy_and_sick_look_like(bench, qtbot: QtBot) -> None:
    b = bench("Plain-20")
    graph = b.document.snapshot.graph
    b.runs.put(shown(run_of(graph, np.geomspace(1e5, 1.0, len(graph.boundaries))[None, :])))
    at = sign_box(b.row("gradient_norm"), b.atlas).center().toPoint()
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=at)
    text = popup(b).findChild(QLabel, "track_words_text").text()
    assert "It does not vanish" in text and "Grows towards the input" in text
    assert "https://arxiv.org/abs/1902.08129" in text and "Healthy" in text
    shown_words = popup(b)
    qtbot.keyClick(shown_words.focusProxy(), Qt.Key.Key_Escape)
    assert not shown_words.isVisible()
    assert sign_row_at(b.atlas, QPointF(at)) is b.row("gradient_norm")
    assert not any(sign_row_at(b.atlas, sign_box(b.row(key), b.atlas).center()) for key in ("shape", "macs"))


@pytest.mark.parametrize("key", sorted(FLOW_TRACKS))
def test_that_the_menu_of_every_track_of_a_run_offers_its_words(bench, key: str) -> None:
    b = bench("ResNet-20", size=(900, 1600))
    if key in b.atlas.layout_record.hidden:
        b.atlas.set_layout_record(b.atlas.layout_record.toggled(key))
    menu = atlas_menu(b.atlas, b.point_in(key, "layer2.0"))
    action = menu.findChild(QAction, "atlas_explain")
    assert action is not None
    action.trigger()
    words = b.row(key).track.words()
    assert words is not None and all(words[:4])
    text = popup(b).findChild(QLabel, "track_words_text").text()
    assert escape(words.healthy) in text and escape(words.paper) in text
    popup(b).close()
    menu.deleteLater()


def test_that_a_click_on_an_alert_of_the_history_goes_to_its_step_and_block(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-20")
    graph = b.document.snapshot.graph
    norms = np.full((40, len(graph.boundaries)), 1e-2)
    norms[25, :4] = 1e3
    b.runs.put(shown(run_of(graph, norms)))
    row = b.row("gradient_history")
    assert isinstance(row.track, GradientHistoryTrack)
    x = b.atlas.depth_view.x(b.atlas.depth_view.axis.blocks[3].middle)
    mark = QPoint(round(x), round(row.track.y_of(25, row.rect)) - 4)
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=mark)
    assert b.selection.step == 25 and b.selection.selected == graph.blocks[3].id
    b.selection.select("")
    b.selection.set_step(None)
    words = QPoint(round(row.rect.right) - 20, round(row.rect.bottom) - 10)
    qtbot.mouseClick(b.atlas.viewport(), LEFT, pos=words)
    assert b.selection.step == 25 and b.selection.selected == graph.blocks[3].id


def test_that_going_to_a_step_shows_the_run_again_that_a_probe_stood_before(bench) -> None:
    b = bench("ResNet-20")
    graph = b.document.snapshot.graph
    b.runs.put(shown(level_run(graph, 20)))
    norms = [1.0] * len(graph.boundaries)
    document = {"batch": 4, "data": "random", "seed": 0, "boundaries": list(graph.boundaries), "boundary_norms": norms,
                "blocks": [{"id": block.id} for block in graph.blocks]}  # fmt: skip
    b.atlas.tracks.measured.probed.record(b.document.config, document)
    assert b.atlas.tracks.shows_probe
    b.selection.set_step(7)
    assert not b.atlas.tracks.shows_probe and b.atlas.gradients.shown_step == 7
