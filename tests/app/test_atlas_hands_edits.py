"""Edits by key and by the strip under the tracks: each one undo step, its cost shown before, refusals explained."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.application import Application
from app.views.atlas.edit_keys import KEYS
from app.views.atlas.edit_strip import EditChip
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import with_stage
from tests.app.atlas_bench import LEFT, Bench, open_bench

KEY = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def b(qtbot: QtBot) -> Bench:
    bench = open_bench(qtbot)
    bench.atlas.setFocus()
    return bench


def chips(b: Bench) -> dict[str, EditChip]:
    b.atlas.hands.strip.count_all()
    return {chip.edit.name: chip for chip in b.atlas.hands.strip.chips}


def test_that_the_strip_shows_what_each_key_would_cost_as_soon_as_a_block_is_selected(b: Bench, qtbot: QtBot) -> None:
    strip = b.atlas.hands.strip
    assert not strip.isVisible()
    b.selection.select("layer3.2.conv1")
    assert strip.isVisible()
    qtbot.waitUntil(lambda: all(chip.outcome is not None for chip in strip.chips))
    shown = chips(b)
    assert shown["remove_block"].accessibleName() == "Remove layer3.2 (Del): −1.12 M params, −218 M MACs"
    assert shown["remove_block"].cost().startswith("−1.12 M")
    assert shown["kind"].accessibleName() == "Make layer3.2 Basic (K): +17.8 M params, +3.48 G MACs"
    assert shown["wider"].accessibleName().startswith("Width of layer3: 512 (>)")
    b.selection.select("conv1")
    assert not strip.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "changed"),
    [
        (KEY.Key_Insert, None, "Insert a block behind layer3.2", with_stage(preset("ResNet-50"), 2, blocks=7)),
        (KEY.Key_A, None, "Insert a block behind layer3.2", with_stage(preset("ResNet-50"), 2, blocks=7)),
        (KEY.Key_Delete, None, "Remove layer3.2", with_stage(preset("ResNet-50"), 2, blocks=5)),
        (KEY.Key_Backspace, None, "Remove layer3.2", with_stage(preset("ResNet-50"), 2, blocks=5)),
        (KEY.Key_Greater, SHIFT, "Width of layer3: 512", with_stage(preset("ResNet-50"), 2, width=512)),
        (KEY.Key_Comma, None, "Width of layer3: 128", with_stage(preset("ResNet-50"), 2, width=128)),
        (KEY.Key_T, None, "Stride of layer3: 1", with_stage(preset("ResNet-50"), 2, stride=1)),
        (KEY.Key_K, SHIFT, "Make all blocks of layer3 Basic", with_stage(preset("ResNet-50"), 2, kind="basic")),
    ],
)
def test_that_a_key_edits_the_block_or_its_stage_as_one_undo_step(
    b: Bench, qtbot: QtBot, key: Qt.Key, modifiers: object, text: str, changed: object
) -> None:
    b.selection.select("layer3.2")
    qtbot.keyClick(b.atlas, key, modifiers if modifiers is SHIFT else Qt.KeyboardModifier.NoModifier)
    assert b.document.config == changed
    assert b.document.undo_stack.count() == 1
    assert b.document.undo_stack.undoText() == text
    b.document.undo_stack.undo()
    assert b.document.config == preset("ResNet-50")


def test_that_keys_change_the_kind_and_go_round_the_shortcuts_of_one_block(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.2")
    seen = []
    for _ in range(3):
        qtbot.keyClick(b.atlas, KEY.Key_S)
        seen.append(b.document.snapshot.graph.block_by_id["layer3.2"].plan.shortcut)
    assert seen == ["projection", "none", "identity"]
    assert b.document.config == preset("ResNet-50")
    qtbot.keyClick(b.atlas, KEY.Key_K)
    assert b.document.snapshot.graph.block_by_id["layer3.2"].plan.kind == "basic"
    qtbot.keyClick(b.atlas, KEY.Key_K)
    assert b.document.config == preset("ResNet-50")


def test_that_the_first_block_goes_round_all_four_kinds_of_shortcut(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.0")
    seen = []
    for _ in range(4):
        qtbot.keyClick(b.atlas, KEY.Key_S)
        plan = b.document.snapshot.graph.block_by_id["layer3.0"].plan
        seen.append("pooled" if plan.pooled else plan.shortcut)
    assert seen == ["pooled", "zero_pad", "none", "projection"]
    assert b.document.config == preset("ResNet-50")


def test_that_blocks_can_be_removed_one_after_the_other(b: Bench, qtbot: QtBot) -> None:
    b.document.changed.connect(lambda snapshot: b.selection.keep_within(snapshot.graph))
    b.selection.select("layer3.4")
    for _ in range(3):
        qtbot.keyClick(b.atlas, KEY.Key_Delete)
    assert [stage.blocks for stage in b.document.config.stages] == [3, 4, 3, 3]
    assert b.selection.selected == "layer3.2"


def test_that_a_refused_edit_says_why_in_one_line_and_changes_nothing(b: Bench, qtbot: QtBot) -> None:
    b.document.replace(with_stage(preset("ResNet-50"), 2, width=1), "Narrow")
    b.selection.select("layer3.2")
    spoken: list[str] = []
    b.atlas.hands.spoken.connect(spoken.append)
    before = b.document.config
    qtbot.keyClick(b.atlas, KEY.Key_Comma)
    assert b.document.config == before
    assert b.document.undo_stack.count() == 1
    strip = b.atlas.hands.strip
    assert strip.isVisible() and strip.message == "Width of layer3: 0: 0 is too small; the least is 1"
    assert spoken == [strip.message]
    assert not strip.chips
    b.selection.select("layer3.3")
    assert strip.message == "" and strip.chips


def test_that_what_cannot_be_is_greyed_out_in_the_strip_with_its_reason(b: Bench) -> None:
    b.document.replace(with_stage(preset("ResNet-50"), 2, width=1), "Narrow")
    b.selection.select("layer3.2")
    chip = chips(b)["narrower"]
    assert chip.cost() == "not possible"
    assert chip.toolTip().endswith("0 is too small; the least is 1")


def test_that_a_click_on_a_chip_makes_the_edit_and_leaves_the_focus(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.2")
    qtbot.mouseClick(chips(b)["wider"], LEFT)
    assert b.document.config.stages[2].width == 512
    assert chips(b)["wider"].edit.parameters == {"width": 1024}


def test_that_tab_leads_to_the_chips_and_enter_makes_the_edit(b: Bench, qtbot: QtBot) -> None:
    b.atlas.activateWindow()
    qtbot.waitUntil(b.atlas.hasFocus)
    b.selection.select("layer3.2")
    first = next(iter(chips(b).values()))
    qtbot.keyClick(b.atlas, KEY.Key_Tab)
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, KEY.Key_Return)
    assert b.document.config.stages[2].blocks == 7
    assert first.hasFocus()


def test_that_a_narrow_atlas_shows_fewer_chips_and_never_one_over_another(b: Bench) -> None:
    b.selection.select("layer3.2")
    counts = []
    for width in (1300, 900, 620, 400):
        b.atlas.resize(width, 640)
        shown = list(chips(b).values())
        counts.append(len(shown))
        for left, right in pairwise(shown):
            assert left.geometry().right() < right.geometry().left()
        assert shown[-1].geometry().right() <= b.atlas.hands.strip.width()
    assert counts[0] == len(KEYS) and counts == sorted(counts, reverse=True)


def test_that_costs_are_counted_again_after_an_edit(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.2")
    before = chips(b)["remove_block"].cost()
    qtbot.keyClick(b.atlas, KEY.Key_Greater)
    assert chips(b)["remove_block"].cost() != before


def test_that_no_key_edits_the_stem_or_an_empty_selection(b: Bench, qtbot: QtBot) -> None:
    for selected in ("", "conv1", "fc"):
        b.selection.select(selected)
        for key in (KEY.Key_Delete, KEY.Key_K, KEY.Key_S, KEY.Key_T):
            qtbot.keyClick(b.atlas, key)
    assert b.document.undo_stack.count() == 0


def test_that_a_selected_block_keeps_its_place_through_edits_undo_and_redo(b: Bench, qtbot: QtBot) -> None:
    b.atlas.set_depth_view(b.atlas.depth_view.zoomed(2.2, b.atlas.depth_view.x(10)))
    b.selection.select("layer3.1")
    view = b.atlas.depth_view
    x = b.point_in("structure", "layer3.1").x()
    qtbot.keyClick(b.atlas, KEY.Key_A)
    assert (b.point_in("structure", "layer3.1").x(), b.atlas.depth_view.scale) == (x, view.scale)
    b.selection.select("layer2.0")
    qtbot.keyClick(b.atlas, KEY.Key_A)
    b.selection.select("layer3.1")
    x = b.point_in("structure", "layer3.1").x()
    for step in (b.document.undo_stack.undo, b.document.undo_stack.redo, b.document.undo_stack.undo):
        step()
        assert (b.point_in("structure", "layer3.1").x(), b.atlas.depth_view.scale) == (x, view.scale)


def test_that_a_whole_network_stays_whole_through_an_edit(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer3.1")
    qtbot.keyClick(b.atlas, KEY.Key_A)
    assert b.atlas.depth_view.is_fitted


def test_that_no_key_of_the_atlas_is_a_shortcut_of_the_window(application: Application) -> None:
    taken = {shortcut.toString() for action in application.actions.actions for shortcut in action.shortcuts()}
    keys = {key for keys in KEYS.values() for key in keys} | {
        "Left", "Right", "Up", "Down", "Home", "End", "Return", "Enter", "Esc", "+", "-", "0",
    }  # fmt: skip
    assert not keys & taken
    assert "Space" in taken and "Space" not in keys
