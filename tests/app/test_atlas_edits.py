"""Edits the network where it is drawn: through the Atlas's context menu, by pointer and by key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.views.atlas.atlas_menu import atlas_menu
from resnet_core.configuration.presets import preset
from tests.app.atlas_bench import Bench, open_bench


def actions_of(b: Bench, menu: QMenu, part: str) -> dict[str, QAction]:
    submenu = menu.findChild(QMenu, f"atlas_edit_{part}")
    assert submenu is not None
    return {action.objectName(): action for action in submenu.actions() if not action.isSeparator()}


@pytest.fixture
def b(qtbot: QtBot) -> Bench:
    return open_bench(qtbot)


def menu_at(b: Bench, block: str) -> QMenu:
    return atlas_menu(b.atlas, b.point_in("structure", block))


def test_that_an_edit_says_what_it_costs_before_it_is_made(b: Bench) -> None:
    # A Basic block of 1024 channels instead of a Bottleneck: 2·9·1024² weights, against 2·1024·256 + 9·256².
    action = actions_of(b, menu_at(b, "layer3.1"), "block")["atlas_kind_basic"]
    assert action.text() == "Make it Basic (3×3, 3×3)  (K)\t+17.8 M params, +3.48 G MACs"
    action.trigger()
    assert [entry.block for entry in b.document.config.overrides] == ["layer3.1"]
    assert b.document.undo_stack.undoText() == "layer3.1: Make it Basic (3×3, 3×3)"
    b.document.undo_stack.undo()
    assert b.document.config == preset("ResNet-50")


def test_that_the_menu_names_the_key_of_each_edit_that_has_one(b: Bench) -> None:
    menu = menu_at(b, "layer3.1")
    texts = [action.text() for part in ("block", "stage") for action in actions_of(b, menu, part).values()]
    keys = [text.split("\t")[0].rpartition("  (")[2].removesuffix(")") for text in texts if "  (" in text]
    assert keys == ["Ins", "Del", "K", "S", "Shift+K", ">", "<", "T"]
    assert actions_of(b, menu, "block")["atlas_shortcut_C"].text().startswith("Shortcut C · projection everywhere  (S)")


def test_that_blocks_of_a_stage_are_added_and_removed_where_they_stand(b: Bench) -> None:
    b.selection.select("layer3.1")
    actions_of(b, menu_at(b, "layer2.0"), "stage")["atlas_remove_block"].trigger()
    assert [stage.blocks for stage in b.document.config.stages] == [3, 3, 6, 3]
    assert b.selection.selected == "layer3.1"
    actions_of(b, menu_at(b, "layer2.0"), "block")["atlas_add_block"].trigger()
    assert [stage.blocks for stage in b.document.config.stages] == [3, 4, 6, 3]


def test_that_a_shortcut_is_dropped_and_given_back(b: Bench) -> None:
    actions_of(b, menu_at(b, "layer2.1"), "block")["atlas_shortcut_none"].trigger()
    assert b.document.snapshot.graph.block_by_id["layer2.1"].plan.shortcut == "none"
    actions_of(b, menu_at(b, "layer2.1"), "block")["atlas_reset"].trigger()
    assert b.document.config == preset("ResNet-50")


def test_that_what_cannot_be_is_greyed_out_and_says_why(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-56")
    action = actions_of(b, menu_at(b, "layer2.1"), "stage")["atlas_halve_width"]
    assert action.isEnabled()  # 16 channels stay 16
    narrow = actions_of(b, menu_at(b, "layer3.1"), "stage")
    narrow["atlas_halve_width"].trigger()
    narrow = actions_of(b, menu_at(b, "layer3.1"), "stage")["atlas_halve_width"]
    assert not narrow.isEnabled()
    assert "zero padding" in narrow.toolTip()


def test_that_a_very_deep_network_is_counted_when_the_pointer_is_on_the_edit(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-1202")
    action = actions_of(b, menu_at(b, "layer1.0"), "stage")["atlas_add_block"]
    assert "\t" not in action.text()
    action.hover()
    assert action.text() == "Add a block\t+4.67 k params, +4.72 M MACs"


def test_that_on_a_stages_name_it_is_the_stage_that_is_edited(b: Bench) -> None:
    placement = b.atlas.hands.edges.placement()
    assert placement is not None
    over = QPoint(b.point_in("structure", "layer3.3").x(), round(placement.heading_y))
    menu = atlas_menu(b.atlas, over)
    assert menu.findChild(QMenu, "atlas_edit_block") is None
    actions = {action.objectName(): action for action in menu.actions()}
    assert actions["atlas_double_width"].text().startswith("Width 512  (>)\t+22.6 M params")
    actions["atlas_shortcut_none"].trigger()
    shortcuts = {block.stage: block.plan.shortcut for block in b.document.snapshot.graph.blocks}
    assert [stage for stage, shortcut in shortcuts.items() if shortcut == "none"] == ["layer3"]
    assert b.document.undo_stack.count() == 1


def test_that_the_stem_has_no_edits_of_a_block(b: Bench) -> None:
    at = QPoint(round(b.atlas.depth_view.x(b.atlas.depth_view.axis.stem.middle)), 100)
    assert atlas_menu(b.atlas, at).findChild(QMenu, "atlas_edit_block") is None


def test_that_the_menu_key_edits_the_selected_block(b: Bench, qtbot: QtBot) -> None:
    b.selection.select("layer4.2.conv2")
    by_key, at = QContextMenuEvent.Reason.Keyboard, QPoint(5, 5)
    event = QContextMenuEvent(by_key, at, at, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(b.atlas.viewport(), event)
    menu = b.atlas.findChild(QMenu, "atlas_menu")
    assert menu is not None
    titles = [action.text() for action in menu.actions()][:2]
    assert titles == ["Edit block layer4.2", "Edit stage layer4"]
    menu.close()
