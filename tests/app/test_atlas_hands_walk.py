"""Keyboard alone: walking along the edges, zooming level by level, and what a screen reader hears on the way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.views.atlas.atlas_words import footer
from app.windows.notice_bar import TextDialog
from tests.app.atlas_bench import LEFT, Bench, open_bench

KEY = Qt.Key


@pytest.fixture
def b(qtbot: QtBot) -> Bench:
    return focused(qtbot, "ResNet-50")


def focused(qtbot: QtBot, name: str) -> Bench:
    bench = open_bench(qtbot, name)
    bench.atlas.activateWindow()
    bench.atlas.setFocus()
    qtbot.waitUntil(bench.atlas.hasFocus)
    return bench


def walk(qtbot: QtBot, b: Bench, *keys: Qt.Key) -> list[str]:
    """Press keys and return what was selected after each."""
    visited = []
    for key in keys:
        qtbot.keyClick(b.atlas, key)
        visited.append(b.selection.selected)
    return visited


def test_that_left_and_right_walk_block_by_block_with_the_stem_and_the_head(b: Bench, qtbot: QtBot) -> None:
    keys = (KEY.Key_Right, KEY.Key_Right, KEY.Key_Right, KEY.Key_Left, KEY.Key_Left, KEY.Key_Right, KEY.Key_End)
    assert walk(qtbot, b, *keys) == ["conv1", "layer1.0", "layer1.1", "layer1.0", "conv1", "layer1.0", "fc"]
    assert walk(qtbot, b, KEY.Key_Left, KEY.Key_Home) == ["layer4.2", "conv1"]


def test_that_down_enters_the_branch_and_right_follows_it_round_the_shortcut(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer2.0")
    assert walk(qtbot, b, KEY.Key_Down) == ["layer2.0.conv1"]
    assert b.atlas.depth_view.layer_opacity() == 1
    assert walk(qtbot, b, KEY.Key_Left, KEY.Key_Up) == ["layer1.2.relu3", "layer2.0.downsample.0"]
    assert walk(qtbot, b, KEY.Key_Right, KEY.Key_Right) == ["layer2.0.downsample.1", "layer2.0.add"]
    assert walk(qtbot, b, KEY.Key_Down, KEY.Key_Right, KEY.Key_Up) == [
        "layer2.0.bn3", "layer2.0.add", "layer2.0.downsample.1",
    ]  # fmt: skip
    assert walk(qtbot, b, KEY.Key_Down, KEY.Key_Up) == ["layer2.0.conv1", "layer2.0"]


def test_that_up_enters_a_block_by_its_shortcut(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer2.0")
    assert walk(qtbot, b, KEY.Key_Up) == ["layer2.0.downsample.0"]
    b.selection.select("layer2.1")
    assert walk(qtbot, b, KEY.Key_Up, KEY.Key_Up) == ["layer2.1.add", "layer2.0.relu3"]


def test_that_down_takes_the_gate_below(qtbot: QtBot) -> None:
    b = focused(qtbot, "SE-ResNet-50")
    b.selection.select("layer2.1.bn3")
    assert walk(qtbot, b, KEY.Key_Down, KEY.Key_Right) == ["layer2.1.se.pool", "layer2.1.se.fc1"]
    assert walk(qtbot, b, KEY.Key_Up) == ["layer2.1.bn3"]


def test_that_the_stems_layer_is_walked_among_layers_once_layers_are_walked(b: Bench, qtbot: QtBot) -> None:
    walk(qtbot, b, KEY.Key_Home)
    assert walk(qtbot, b, KEY.Key_Down, KEY.Key_Right, KEY.Key_Left, KEY.Key_Right) == ["conv1", "bn1", "conv1", "bn1"]
    assert walk(qtbot, b, KEY.Key_End, KEY.Key_Left) == ["output", "fc"]
    assert walk(qtbot, b, KEY.Key_Left) == ["flatten"]


def test_that_enter_zooms_in_level_by_level_and_escape_out_and_at_last_clears(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.2.conv2")
    scales = [b.atlas.depth_view.scale]
    for _ in range(3):
        qtbot.keyClick(b.atlas, KEY.Key_Return)
        scales.append(b.atlas.depth_view.scale)
    assert scales == sorted(set(scales))
    assert b.atlas.depth_view.layer_opacity() == 1
    back, selected = [], []
    for _ in range(4):
        qtbot.keyClick(b.atlas, KEY.Key_Escape)
        back.append(b.atlas.depth_view.scale)
        selected.append(b.selection.selected)
    assert back[:3] == scales[2::-1]
    assert selected == ["layer3.2.conv2", "layer3.2", "layer3.2", ""]
    assert b.atlas.depth_view.is_fitted


def test_that_shift_and_arrows_move_the_view_and_not_the_selection(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer2.1")
    b.atlas.zoom.to_selection()
    first = b.atlas.depth_view.first
    qtbot.keyClick(b.atlas, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert b.atlas.depth_view.first > first
    assert b.selection.selected == "layer2.1"


def test_that_what_is_walked_to_is_read_with_where_its_edges_lead(b: Bench, qtbot: QtBot) -> None:
    spoken: list[str] = []
    b.atlas.hands.spoken.connect(spoken.append)
    b.selection.select("layer2.0.add")
    walk(qtbot, b, KEY.Key_Right)
    assert spoken[-1].endswith("From layer2.0.add; to layer2.1.conv1 and, around the branch, layer2.1.add.")
    assert spoken[-1] in b.atlas.accessibleDescription()
    walk(qtbot, b, KEY.Key_Right, KEY.Key_Up)
    assert spoken[-1].startswith("Block layer2.1: Bottleneck, identity shortcut")


def test_that_what_others_select_is_described_but_not_spoken_over_them(b: Bench, qtbot: QtBot) -> None:
    spoken: list[str] = []
    b.atlas.hands.spoken.connect(spoken.append)
    b.atlas.clearFocus()
    b.selection.select("layer2.0")
    assert spoken == []
    assert "Selected: Block layer2.0" in b.atlas.accessibleDescription()


def test_that_an_edit_by_key_is_told_to_a_screen_reader(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer2.1")
    spoken: list[str] = []
    b.atlas.hands.spoken.connect(spoken.append)
    qtbot.keyClick(b.atlas, KEY.Key_A)
    assert spoken == ["Insert a block behind layer2.1"]


def test_that_the_structure_is_opened_as_text_that_can_be_copied(application: Application, qtbot: QtBot) -> None:
    application.actions["read_structure"].trigger()
    dialog = application.window.findChild(TextDialog)
    assert dialog is not None
    text = dialog.findChild(QPlainTextEdit, "text_dialog_text")
    assert text is not None and text.isReadOnly()
    assert text.toPlainText() == application.atlas.hands.reading()
    assert text.toPlainText().startswith("ResNet-50: 16 blocks in 4 stages")
    qtbot.mouseClick(dialog.findChild(QPushButton, "text_dialog_copy"), LEFT)
    assert "layer2.0.add: add" in QApplication.clipboard().text()
    dialog.close()


def test_that_the_line_under_the_tracks_tells_at_once_what_is_under_the_pointer(b: Bench, qtbot: QtBot) -> None:
    before = b.image()
    qtbot.mouseMove(b.atlas.viewport(), b.point_in("parameters", "layer3.1"))
    assert footer(b.atlas)[0] == "layer3.1 · Bottleneck, identity shortcut · 1024 × 14² · 1.12 M params · 218 M MACs"
    qtbot.mouseMove(b.atlas.viewport(), b.point_in("parameters", "head"))
    assert footer(b.atlas)[0] == "head · average pool, linear · 1000 · 2.05 M params · 2.05 M MACs"
    b.selection.select("layer3.1")
    b.atlas.zoom.to_selection()
    b.selection.select("")
    qtbot.mouseMove(b.atlas.viewport(), b.point_in("parameters", "layer3.1.conv2"))
    assert footer(b.atlas)[0] == "layer3.1.conv2 · conv 3×3 · 256 × 14² · 590 k params · 116 M MACs"
    assert b.image() != before
    QApplication.sendEvent(b.atlas.viewport(), QEvent(QEvent.Type.Leave))
    assert footer(b.atlas)[0].startswith("layer")
    assert "·" not in footer(b.atlas)[0]
