"""What a pass paints on the Atlas: its own band and no more, what lies behind once, its signs at every scale."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.painting.player_signs import sign_icon
from resnet_core.drawing.display_list import Text, flat
from resnet_core.drawing.structure import level_for
from resnet_core.drawing.svg import to_svg
from tests.app.atlas_bench import Bench, open_bench, shown_run
from tests.app.pass_bench import band_image, opened, part


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    return partial(open_bench, qtbot)


class PaintCounter(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_that_only_the_band_of_the_structure_is_repainted(bench, qtbot: QtBot) -> None:
    b = bench()
    shown = opened(b)
    before = b.image()
    shown.player.go_to(7.4)
    after = b.image()
    row = b.row("structure")
    bottom = round(row.rect.bottom) + 14
    width, height = before.width(), before.height()
    assert before.copy(0, 0, width, bottom) != after.copy(0, 0, width, bottom)
    assert before.copy(0, bottom, width, height - bottom) == after.copy(0, bottom, width, height - bottom)


def test_that_the_road_behind_is_painted_up_to_the_pass_and_no_further(bench) -> None:
    b = bench()
    shown = opened(b)
    empty = band_image(b)
    shown.player.go_to(9.5)
    painted, view = band_image(b), b.atlas.depth_view
    for number, column in enumerate(view.axis.columns[1:], start=1):
        xs = range(round(view.x(column.start)) + 8, round(view.x(column.stop)) - 8)
        changed = any(_differs(empty, painted, x, y) for x in xs for y in range(20, empty.height() - 30, 2))
        if number != 10:  # the copy of column 9 waits at its end, beside it
            assert changed == (number <= 9), column.id


def _differs(a: QImage, b: QImage, x: int, y: int) -> bool:
    return a.pixel(x, y) != b.pixel(x, y)


@pytest.mark.parametrize("whole", [False, True])
def test_that_a_picture_for_a_file_shows_the_pass_while_it_is_open(bench, whole: bool) -> None:
    b = bench()
    shown = opened(b)
    shown.player.go_to(9.4)
    roles = {item.role for item in flat(b.atlas.picture(whole).items)}
    assert {"pass_road", "pass_tensor", "pass_label"} <= roles
    labels = [item.text for item in flat(b.atlas.picture(whole).items) if isinstance(item, Text)]
    assert labels.count("1024 × 14²") >= 1 and "layer3 ×6" in labels
    assert 'id="pass"' in to_svg(b.atlas.picture(whole))
    shown.close()
    assert not any(item.role.startswith("pass_") for item in flat(b.atlas.picture(whole).items))


def test_that_scrubbing_back_paints_what_stepping_there_paints(bench) -> None:
    b = bench()
    shown = opened(b)
    shown.player.go_to(4.3)
    once = band_image(b)
    shown.player.go_to(16.0)
    band_image(b)
    shown.player.go_to(4.3)
    assert band_image(b) == once


def test_that_missing_quantities_settle_and_do_not_repaint_for_ever(bench, qtbot: QtBot) -> None:
    b = bench("Plain-20")
    shown = opened(b)
    shown.player.turn("backward")
    norms = np.full((2, len(b.document.snapshot.graph.boundaries)), 1e-3)
    missing = {"branch_norm": norms[:, 1:], "shortcut_norm": np.full_like(norms[:, 1:], np.nan)}
    b.runs.put(shown_run(b.document, norms)._replace(block_quantities=missing))
    shown.player.go_to(3.5)
    band_image(b)
    qtbot.wait(50)
    counter = PaintCounter()
    shown.overlay.installEventFilter(counter)
    qtbot.wait(100)
    assert counter.count == 0


def test_that_the_signs_are_drawn_in_the_themes_colours(bench) -> None:
    b = bench()
    opened(b)
    close = part(b, QToolButton, "close")
    assert isinstance(close, QToolButton)
    for theme in ("light", "dark"):
        b.theme.choose(theme)
        pixel = QColor(close.icon().pixmap(16, 16).toImage().pixelColor(8, 8))
        assert pixel.name() == b.theme.colors.text


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_that_a_sign_fills_its_square_at_every_scale(qtbot: QtBot, ratio: float) -> None:
    image = sign_icon("close", "#000000", "#808080", ratio).pixmap(QSize(16, 16), ratio).toImage()
    seen = [(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha() > 120]
    for along in zip(*seen, strict=True):
        assert min(along) == pytest.approx(2.8 * ratio, abs=1.5) and max(along) == pytest.approx(13 * ratio, abs=1.5)


def test_that_the_deepest_network_can_be_played_from_afar(bench, qtbot: QtBot) -> None:
    b = bench("ResNet-1202")
    shown = opened(b)
    b.image()
    assert level_for(b.atlas.depth_view.axis, b.atlas.depth_view.scale) == "stage"
    shown.player.go_to(shown.player.timeline.length * 0.7)
    assert not band_image(b).isNull()
    shown.player.play()
    start = shown.player.moment
    qtbot.wait(200)
    shown.player.pause()
    # 602 columns in twelve seconds.
    assert shown.player.moment - start > 4
