"""Drives the left panel as a person does: presets, search, the form, refused edits, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QComboBox, QToolButton, QToolTip
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.views.architecture.architecture_view import ArchitectureView
from app.views.architecture.entry_table import EntryTable
from app.views.architecture.form_fields import FormGroup, form_parts
from app.views.architecture.preset_tree import PresetTree
from resnet_core.configuration import presets
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset, preset_names, search_presets
from tests.app.form_hands import cell, cells, child, choose, edit_cell, editor, problem, shown_view, stages, type_number


@pytest.fixture
def view(qtbot: QtBot) -> ArchitectureView:
    return shown_view(qtbot)


def click_preset(qtbot: QtBot, view: ArchitectureView, name: str) -> None:
    click_row(qtbot, view, view.tree.index_of(name))


def click_row(qtbot: QtBot, view: ArchitectureView, index: QModelIndex) -> None:
    view.tree.expand(index.parent())
    view.tree.scrollTo(index)
    rect = view.tree.visualRect(index)
    qtbot.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def test_that_a_click_on_a_preset_opens_it(qtbot: QtBot, view: ArchitectureView) -> None:
    click_preset(qtbot, view, "ResNet-101")
    assert view._document.config == preset("ResNet-101")
    assert view.tree.presets.open_name == "ResNet-101"
    assert cells(stages(view))[2] == ["23", "256", "2", "Bottleneck"]
    assert not view._document.modified


def test_that_enter_opens_the_preset_the_keyboard_is_on(qtbot: QtBot, view: ArchitectureView) -> None:
    view.tree.setFocus()
    view.tree.setCurrentIndex(view.tree.index_of("ResNet-34"))
    assert view._document.config.name == "ResNet-50"
    qtbot.keyClick(view.tree, Qt.Key.Key_Return)
    assert view._document.config == preset("ResNet-34")


def test_that_a_click_on_a_family_opens_and_closes_it(qtbot: QtBot, view: ArchitectureView) -> None:
    family = view.tree.index_of("ResNeXt-50-32x4d").parent()
    assert not view.tree.isExpanded(family)
    click_row(qtbot, view, family)
    assert view.tree.isExpanded(family)
    assert view._document.config.name == "ResNet-50"


def test_that_every_preset_stands_in_the_tree_with_its_parameters_and_its_paper(view: ArchitectureView) -> None:
    assert view.tree.shown_names() == list(preset_names())
    index = view.tree.index_of("ResNet-50")
    assert index.siblingAtColumn(1).data() == "25.6 M"
    place = view.tree.visualRect(index).center()
    help_wanted = QHelpEvent(QEvent.Type.ToolTip, place, view.tree.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.tree.viewport(), help_wanted)
    assert "25,557,032 parameters" in QToolTip.text()
    assert "1512.03385" in QToolTip.text()


def test_that_the_tree_needs_no_network_to_be_built(qtbot: QtBot) -> None:
    built_before = presets._built.cache_info().misses
    tree = PresetTree(Theme("light"))
    qtbot.addWidget(tree)
    tree.show()
    qtbot.waitExposed(tree)
    tree.filter("resnet")
    assert all(tree.index_of(name).siblingAtColumn(1).data() for name in tree.shown_names())
    assert presets._built.cache_info().misses == built_before


def test_that_the_preset_looked_at_tells_paper_and_published_figures_beside_ours(
    qtbot: QtBot, view: ArchitectureView
) -> None:
    view.tree.setCurrentIndex(view.tree.index_of("ResNet-34"))
    qtbot.keyClick(view.tree, Qt.Key.Key_Down)
    assert [line.text() for line in view.detail.lines] == [
        "He et al. 2015, arXiv 1512.03385",
        "25.6 M params · 4.09 G MACs · depth 50",
        "printed 25.6 M, 3.8 G, 24.01 % top-1 error",
    ]
    told = view.detail.lines[0].toolTip()
    assert "25,557,032 parameters" in told
    assert "printed 3.8 G in He et al. 2015, Table 1: with the stride in the first 1×1" in told
    assert "also: resnet50" in told


def test_that_an_edit_takes_the_mark_away_and_undo_brings_it_back(qtbot: QtBot, view: ArchitectureView) -> None:
    assert view.tree.presets.open_name == "ResNet-50"
    edit_cell(qtbot, stages(view), 0, "blocks", "4")
    assert view.tree.presets.open_name == ""
    view._document.undo_stack.undo()
    assert view.tree.presets.open_name == "ResNet-50"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1202", "ResNet-1202"),
        ("resnext", "ResNeXt-50-32x4d"),
        ("wide_resnet50_2", "Wide-ResNet-50-2"),
        ("zagoruyko 2016", "WRN-28-10"),
        ("pre-activation", "PreResNet-110"),
    ],
)
def test_that_the_search_finds_presets_by_name_other_name_paper_and_year(
    qtbot: QtBot, view: ArchitectureView, text: str, name: str
) -> None:
    qtbot.keyClicks(view.search_box, text)
    assert set(view.tree.shown_names()) == {entry.name for entry in search_presets(text)}
    assert preset(name).name in view.tree.shown_names()
    qtbot.keyClick(view.search_box, Qt.Key.Key_Escape)
    assert view.tree.shown_names() == list(preset_names())
    assert not view.tree.isExpanded(view.tree.index_of("ResNeXt-50-32x4d").parent())


def test_that_the_search_finds_fields_by_label_and_help(qtbot: QtBot, view: ArchitectureView) -> None:
    qtbot.keyClicks(view.search_box, "head dropout")
    assert editor(view, "head", "dropout").isVisible()
    assert not editor(view, "block", "expansion").isVisible()
    assert not stages(view).isVisible()
    view.search_box.setText("stages")
    assert stages(view).isVisible()
    view.search_box.setText("no such thing")
    assert not view.form.isVisible() and not view.tree.isVisible()
    view.search_box.clear()
    assert editor(view, "head", "classes").isVisible() and view.tree.isVisible()


def test_that_a_stage_edited_in_the_table_changes_the_counts(qtbot: QtBot, view: ArchitectureView) -> None:
    before = view._document.snapshot.report.total.parameters
    edit_cell(qtbot, stages(view), 2, "blocks", "7")
    assert view._document.config.stages[2].blocks == 7
    assert view._document.snapshot.report.total.parameters == before + 1_117_184
    assert view._document.undo_stack.count() == 1
    assert view._document.undo_stack.undoText() == "Blocks of layer3: 7"


def test_that_a_kind_chosen_in_the_table_is_taken_at_once(qtbot: QtBot, view: ArchitectureView) -> None:
    table = stages(view)
    table.edit(cell(table, 0, "kind"))
    box = table.viewport().findChild(QComboBox)
    box.setCurrentIndex(box.findData("basic"))
    box.activated.emit(box.currentIndex())
    assert view._document.config.stages[0].kind == "basic"
    assert cells(table)[0][3] == "Basic"


def test_that_undo_and_redo_show_in_the_widgets_and_make_no_edit(qtbot: QtBot, view: ArchitectureView) -> None:
    stack = view._document.undo_stack
    type_number(qtbot, editor(view, "head", "classes"), "10")
    edit_cell(qtbot, stages(view), 1, "width", "96")
    assert stack.count() == 2
    stack.undo()
    stack.undo()
    assert editor(view, "head", "classes").value() == 1_000
    assert cells(stages(view))[1][1] == "128"
    assert (stack.count(), stack.index()) == (2, 0)
    stack.redo()
    stack.redo()
    assert editor(view, "head", "classes").value() == 10
    assert cells(stages(view))[1][1] == "96"
    assert (stack.count(), stack.index()) == (2, 2)


def test_that_a_number_out_of_bounds_is_marked_and_the_document_untouched(qtbot: QtBot, view: ArchitectureView) -> None:
    box = editor(view, "block", "expansion")
    type_number(qtbot, box, "99")
    assert view._document.config == preset("ResNet-50")
    assert view._document.undo_stack.count() == 0
    assert box.value() == 99
    assert "99 is too large; the most is 16" in problem(view, "block", "expansion")
    assert box.palette().text().color().name() == view.tree.presets._theme.colors.warning
    type_number(qtbot, box, "4")
    assert problem(view, "block", "expansion") == ""
    assert box.palette().text().color().name() != view.tree.presets._theme.colors.warning


def test_that_the_arrows_of_a_number_keep_to_its_bounds(qtbot: QtBot, view: ArchitectureView) -> None:
    box = editor(view, "block", "expansion")
    type_number(qtbot, box, "16")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.value() == 16
    assert view._document.config.block.expansion == 16
    assert problem(view, "block", "expansion") == ""


def test_that_a_conflict_is_told_where_it_was_made_and_what_would_work(qtbot: QtBot, view: ArchitectureView) -> None:
    click_preset(qtbot, view, "ResNet-20")
    edit_cell(qtbot, stages(view), 2, "width", "8")
    assert view._document.config == preset("ResNet-20")
    assert cells(stages(view))[2][1] == "8"
    text = problem(view, "stages")
    assert "zero padding (A) can only add channels" in text
    assert "choose a projection (B)" in text
    view._document.undo_stack.undo()
    assert problem(view, "stages") == ""


def test_that_a_conflict_of_another_field_is_told_at_the_field_that_was_edited_too(
    qtbot: QtBot, view: ArchitectureView
) -> None:
    type_number(qtbot, editor(view, "stem", "width"), "512")
    box = editor(view, "shortcut", "option")
    box.setCurrentIndex(box.findData("A"))
    box.activated.emit(box.currentIndex())
    assert view._document.config.shortcut.option == "B"
    assert "zero padding" in problem(view, "shortcut", "option")
    assert "zero padding" in problem(view, "stages")
    assert box.currentData() == "A"


def test_that_escape_takes_a_refused_edit_back(qtbot: QtBot, view: ArchitectureView) -> None:
    box = editor(view, "head", "classes")
    type_number(qtbot, box, "-1")
    assert problem(view, "head", "classes")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert problem(view, "head", "classes") == ""
    assert box.value() == 1_000


def test_that_stages_are_added_copied_and_removed_with_one_undo_step_each(qtbot: QtBot, view: ArchitectureView) -> None:
    def press(name: str) -> None:
        qtbot.mouseClick(child(view, QToolButton, name), Qt.MouseButton.LeftButton)

    table = stages(view)
    press("add_stage")
    assert cells(table)[4] == ["3", "1024", "2", "Bottleneck"]
    table.setCurrentIndex(table.entries.index(0, 0))
    press("duplicate_stage")
    assert cells(table)[:2] == [["3", "64", "1", "Bottleneck"]] * 2
    assert len(view._document.config.stages) == 6
    table.setCurrentIndex(table.entries.index(5, 0))
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert len(view._document.config.stages) == 5
    assert view._document.undo_stack.count() == 3
    for _ in range(3):
        view._document.undo_stack.undo()
    assert view._document.config == preset("ResNet-50")
    assert len(cells(table)) == 4


def test_that_the_last_stage_cannot_be_removed_nor_a_ninth_added(qtbot: QtBot, view: ArchitectureView) -> None:
    for _ in range(3):
        child(view, QToolButton, "remove_stage").click()
    assert len(view._document.config.stages) == 1
    assert not child(view, QToolButton, "remove_stage").isEnabled()
    qtbot.keyClick(stages(view), Qt.Key.Key_Delete)
    assert len(view._document.config.stages) == 1
    for _ in range(7):
        child(view, QToolButton, "duplicate_stage").click()
    assert len(view._document.config.stages) == 8
    assert not child(view, QToolButton, "add_stage").isEnabled()


def with_overrides(*entries: dict[str, str]) -> ArchitectureConfig:
    return with_value(preset("ResNet-50"), ("overrides",), list(entries))


def test_that_an_override_is_added_edited_and_removed(qtbot: QtBot, view: ArchitectureView) -> None:
    child(view, QToolButton, "add_override").click()
    table = child(view, EntryTable, "overrides_table")
    assert cells(table) == [["layer1.0", "Basic", "inherited"]]
    edit_cell(qtbot, table, 0, "block", "layer3.1")
    assert view._document.config.overrides[0].block == "layer3.1"
    assert view._document.snapshot.graph.block_by_id["layer3.1"].plan.kind == "basic"
    edit_cell(qtbot, table, 0, "block", "layer9")
    assert "write it as layer3.1" in problem(view, "overrides")
    child(view, QToolButton, "remove_override").click()
    assert view._document.config.overrides == ()
    assert cells(table) == []
    assert problem(view, "overrides") == ""


def test_that_a_refusal_at_an_override_is_told_where_the_stage_was_edited(qtbot: QtBot, view: ArchitectureView) -> None:
    view._document.replace(with_overrides({"block": "layer1.2", "kind": "basic"}), "Override")
    edit_cell(qtbot, stages(view), 0, "blocks", "2")
    assert view._document.config.stages[0].blocks == 3
    assert "there is no block layer1.2" in problem(view, "stages").lower()
    assert "there is no block layer1.2" in problem(view, "overrides").lower()


def test_that_every_editor_can_be_named_and_reached(view: ArchitectureView) -> None:
    for part in form_parts():
        for field in part.fields if isinstance(part, FormGroup) else ():
            widget = editor(view, *map(str, field.path))
            assert widget.accessibleName() == field.facts.label
            assert widget.toolTip()
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_that_the_model_shows_a_refusal_that_came_from_elsewhere(view: ArchitectureView) -> None:
    view._document.set_field(("block", "base_width"), 0, "Base width")
    assert "too small" in problem(view, "block", "base_width")
    assert editor(view, "block", "base_width").value() == 64


def test_that_the_wheel_changes_no_number_that_has_no_focus(view: ArchitectureView) -> None:
    box = editor(view, "head", "classes")
    assert box.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert not box.hasFocus()


def test_that_nothing_is_cut_off_when_the_panel_is_narrow(view: ArchitectureView) -> None:
    view.resize(200, 800)
    QApplication.processEvents()
    assert view.form.widget().width() <= view.form.viewport().width()
    view._document.set_field(("stages", 0, "kernels"), [3, 1, 3], "Kernels")
    choose(editor(view, "initialization", "scheme"), "fixup")
    QApplication.processEvents()
    assert view.form.widget().width() <= view.form.viewport().width()


def test_that_a_hidden_form_waits_until_it_is_shown(view: ArchitectureView) -> None:
    view.hide()
    view._document.open_preset("ResNet-20", "Open")
    assert editor(view, "head", "classes").value() == 1_000
    view.show()
    assert editor(view, "head", "classes").value() == 10
    assert len(cells(stages(view))) == 3


def test_that_the_name_is_edited_as_a_text(qtbot: QtBot, view: ArchitectureView) -> None:
    box = editor(view, "name")
    box.selectAll()
    qtbot.keyClicks(box, "Mine")
    assert view._document.config.name == "ResNet-50"
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert view._document.config.name == "Mine"
    assert view._document.undo_stack.count() == 1


def test_that_the_open_preset_is_marked_when_another_part_opens_it(view: ArchitectureView) -> None:
    view._document.open_preset("PreResNet-110", "Open")
    index: QModelIndex = view.tree.index_of("PreResNet-110")
    assert view.tree.presets.open_name == "PreResNet-110"
    assert view.tree.isExpanded(index.parent())
    assert view.tree.currentIndex().siblingAtColumn(0) == index
