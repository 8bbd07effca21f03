"""Drives the form by keys alone: from field to field, from part to part, through the cells of a table, to a fix."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.views.architecture.architecture_view import ArchitectureView
from resnet_core.configuration.presets import preset
from tests.app.form_hands import cell, cells, child, editor, fix_buttons, problem, shown_view, stages

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot) -> ArchitectureView:
    return shown_view(qtbot)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keys go."""
    QTest.keyClick(focused(), key, modifier)
    QApplication.processEvents()


def write(text: str) -> None:
    QTest.keyClicks(focused(), text)


def tab_stops(view: ArchitectureView, first: QWidget, most: int = 90) -> list[str]:
    """Return the names of what Tab comes to, from `first` until it comes round."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    names: list[str] = []
    while focused().objectName() not in names and len(names) < most:
        names.append(focused().objectName())
        press(Qt.Key.Key_Tab)
    return names


def test_that_tab_goes_through_everything_in_the_order_it_is_seen(view: ArchitectureView) -> None:
    names = tab_stops(view, view.search_box)
    assert names[:2] == ["architecture_search", "preset_tree"]
    for section in view.form.sections:
        for one in section.editors():
            assert (one.objectName() in names) is one.isVisible(), one.objectName()
    stops = [child(view, QWidget, name) for name in names[2:]]
    tops = [one.mapTo(view, one.rect().center()).y() for one in stops]
    assert tops == sorted(tops)
    assert [name for name in names if "stage" in name][:4] == [
        "add_stage",
        "duplicate_stage",
        "remove_stage",
        "stages_table",
    ]


def test_that_shift_tab_goes_back(view: ArchitectureView) -> None:
    editor(view, "input", "height").setFocus()
    press(Qt.Key.Key_Backtab)
    assert focused() is editor(view, "input", "channels")


def test_that_the_field_with_the_keys_is_always_in_sight(view: ArchitectureView) -> None:
    view.resize(260, 500)
    QApplication.processEvents()
    editor(view, "name").setFocus()
    for _ in range(45):
        press(Qt.Key.Key_Tab)
        if view.form.isAncestorOf(focused()):
            top = focused().mapTo(view.form.viewport(), focused().rect().topLeft()).y()
            assert -1 <= top <= view.form.viewport().height() - 10, focused().objectName()


def test_that_control_page_down_goes_from_part_to_part_and_round(view: ArchitectureView) -> None:
    editor(view, "name").setFocus()
    names = []
    for _ in range(len(view.form.sections)):
        press(Qt.Key.Key_PageDown, CONTROL)
        names.append(focused().objectName())
    assert names[:4] == ["stages_table", "field_input_channels", "field_stem_kind", "field_block_expansion"]
    assert names[-2:] == ["add_override", "field_name"]
    press(Qt.Key.Key_PageUp, CONTROL)
    assert focused().objectName() == "add_override"


def test_that_the_section_keys_work_inside_a_number(view: ArchitectureView) -> None:
    box = editor(view, "head", "classes")
    box.setFocus()
    press(Qt.Key.Key_PageDown, CONTROL)
    assert box.value() == 1_000
    assert focused().objectName() == "field_initialization_scheme"


def test_that_the_cells_of_the_table_are_reached_and_edited_by_keys(view: ArchitectureView) -> None:
    table = stages(view)
    table.setFocus()
    assert (table.currentIndex().row(), table.currentIndex().column()) == (0, 0)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Return)
    write("96")
    press(Qt.Key.Key_Return)
    assert view._document.config.stages[1].width == 96
    assert focused() is table and table.currentIndex() == cell(table, 1, "width")
    write("7")
    press(Qt.Key.Key_Return)
    assert view._document.config.stages[1].width == 7
    press(Qt.Key.Key_F2)
    write("128")
    press(Qt.Key.Key_Escape)
    assert view._document.config.stages[1].width == 7


def test_that_a_kind_is_chosen_from_its_list_by_keys(qtbot: QtBot, view: ArchitectureView) -> None:
    table = stages(view)
    table.setCurrentIndex(cell(table, 0, "kind"))
    table.setFocus()
    press(Qt.Key.Key_Return)
    box = table.viewport().findChild(QComboBox)
    assert box is not None
    qtbot.waitUntil(lambda: box.view().isVisible())
    QTest.keyClick(box.view(), Qt.Key.Key_Up)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    QApplication.processEvents()
    assert view._document.config.stages[0].kind == "basic"
    assert cells(table)[0][3] == "Basic"


def test_that_stages_are_added_copied_and_removed_by_keys(view: ArchitectureView) -> None:
    table = stages(view)
    table.setFocus()
    press(Qt.Key.Key_Insert)
    assert len(view._document.config.stages) == 5
    press(Qt.Key.Key_D, CONTROL)
    assert len(view._document.config.stages) == 6
    press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_Delete)
    assert view._document.config.stages == preset("ResNet-50").stages


def test_that_a_switch_and_a_choice_are_set_by_keys(view: ArchitectureView) -> None:
    editor(view, "norm", "standardize").setFocus()
    press(Qt.Key.Key_Space)
    assert view._document.config.norm.standardize
    editor(view, "norm", "kind").setFocus()
    press(Qt.Key.Key_Down)
    assert view._document.config.norm.kind == "group"


def test_that_kernels_are_typed_and_stepped_by_keys(view: ArchitectureView) -> None:
    stages(view).setCurrentIndex(cell(stages(view), 2, "blocks"))
    box = child(view, QWidget, "detail_stages_kernels")
    box.setFocus()
    write("1,3,3,1")
    press(Qt.Key.Key_Return)
    assert view._document.config.stages[2].kernels == (1, 3, 3, 1)
    box.setCursorPosition(3)
    press(Qt.Key.Key_Up)
    assert view._document.config.stages[2].kernels == (1, 5, 3, 1)


def test_that_a_fix_is_the_next_stop_of_tab_and_enter_takes_it(view: ArchitectureView) -> None:
    box = editor(view, "block", "expansion")
    box.setFocus()
    box.selectAll()
    write("99")
    press(Qt.Key.Key_Return)
    assert problem(view, "block", "expansion")
    press(Qt.Key.Key_Tab)
    assert focused() is fix_buttons(view, "block", "expansion")[0]
    press(Qt.Key.Key_Return)
    assert view._document.config.block.expansion == 16
    assert focused() is box


def test_that_a_fix_of_a_cell_is_the_next_stop_after_the_table(view: ArchitectureView) -> None:
    table = stages(view)
    table.setCurrentIndex(cell(table, 0, "stride"))
    table.setFocus()
    press(Qt.Key.Key_Return)
    write("9")
    press(Qt.Key.Key_Return)
    assert "9 is too large" in problem(view, "stages")
    press(Qt.Key.Key_Tab)
    assert focused() is fix_buttons(view, "stages")[0]
    press(Qt.Key.Key_Space)
    assert view._document.config.stages[0].stride == 4
    assert focused() is table


def test_that_escape_takes_back_what_was_typed_but_not_entered(view: ArchitectureView) -> None:
    box = editor(view, "name")
    box.setFocus()
    box.selectAll()
    write("Mine")
    press(Qt.Key.Key_Escape)
    assert box.text() == "ResNet-50"
    press(Qt.Key.Key_Tab)
    assert view._document.config.name == "ResNet-50"


def test_that_down_in_the_search_leads_to_the_presets_and_enter_opens_one(view: ArchitectureView) -> None:
    view.focus_search()
    write("resnet-34")
    press(Qt.Key.Key_Down)
    assert focused() is view.tree
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert view._document.config == preset("ResNet-34")


def test_that_no_key_of_the_form_is_taken_by_the_window(application: object) -> None:
    taken = {
        QKeySequence(keys).toString()
        for action in application.actions.actions  # type: ignore[attr-defined]
        for keys in action.shortcuts()
    }
    assert not taken & {"Ctrl+PgDown", "Ctrl+PgUp", "Ins", "Del", "Ctrl+D"}
