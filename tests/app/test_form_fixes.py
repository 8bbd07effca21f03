"""Drives the form through combinations that cannot be: what is hidden, what is said, what one click mends."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.views.architecture.architecture_view import ArchitectureView
from app.views.architecture.field_words import offers_of
from app.views.architecture.form_fields import FormGroup, form_parts
from resnet_core.configuration.applicability import inapplicable
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import Fix, Problem, dotted
from tests.app.form_hands import (
    cell,
    cells,
    child,
    choose,
    edit_cell,
    editor,
    fix_buttons,
    fixes,
    problem,
    shown_view,
    stages,
    type_number,
)


@pytest.fixture
def view(qtbot: QtBot) -> ArchitectureView:
    return shown_view(qtbot)


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-50", "Plain-20", "SE-ResNet-50", "ResNet-50-GN", "ResNet-50-D"])
def test_that_the_form_shows_exactly_the_fields_that_apply(view: ArchitectureView, name: str) -> None:
    view._document.open_preset(name, "Open")
    idle = inapplicable(preset(name))
    for part in form_parts():
        for field in part.fields if isinstance(part, FormGroup) else ():
            shown = editor(view, *map(str, field.path)).isVisible()
            assert shown is (dotted(field.path) not in idle), field.path


def test_that_a_section_whose_switch_is_off_is_that_one_row(view: ArchitectureView) -> None:
    section = next(section for section in view.form.sections if section.name == "attention")
    shown = [row.field.facts.name for row in section.rows if row.editor.isVisible()]
    assert shown == ["kind"]
    assert not section.heading.isVisible()
    top = section.rows[0].editor.mapTo(view.form, section.rows[0].editor.rect().topLeft())
    choose(section.rows[0].editor, "se")
    QApplication.processEvents()
    shown = [row.field.facts.name for row in section.rows if row.editor.isVisible()]
    assert shown == ["kind", "reduction", "rounding", "layers", "placement"]
    assert section.rows[0].editor.mapTo(view.form, section.rows[0].editor.rect().topLeft()) == top


def test_that_what_is_searched_for_is_shown_but_not_edited_where_it_does_not_apply(view: ArchitectureView) -> None:
    assert not editor(view, "norm", "groups").isVisible()
    view.search_box.setText("norm groups")
    box = editor(view, "norm", "groups")
    assert box.isVisible() and not box.isEnabled()
    view.search_box.clear()
    assert not box.isVisible()


def test_that_the_nearest_valid_value_is_one_click_away(qtbot: QtBot, view: ArchitectureView) -> None:
    choose(editor(view, "norm", "kind"), "group")
    type_number(qtbot, editor(view, "norm", "groups"), "48")
    assert "48 groups cannot divide" in problem(view, "norm", "groups")
    assert fixes(view, "norm", "groups") == ["Set Norm groups to 32"]
    qtbot.mouseClick(fix_buttons(view, "norm", "groups")[0], Qt.MouseButton.LeftButton)
    assert problem(view, "norm", "groups") == ""
    assert editor(view, "norm", "groups").value() == 32
    assert fix_buttons(view, "norm", "groups") == []


def test_that_a_bound_is_offered_where_it_is_passed(qtbot: QtBot, view: ArchitectureView) -> None:
    type_number(qtbot, editor(view, "block", "expansion"), "99")
    assert fixes(view, "block", "expansion") == ["Set Expansion to 16"]
    fix_buttons(view, "block", "expansion")[0].click()
    assert view._document.config.block.expansion == 16
    assert view._document.undo_stack.count() == 1


def test_that_a_fix_in_another_field_takes_the_edit_with_it_in_one_step(view: ArchitectureView) -> None:
    view._document.open_preset("ResNet-20", "Open")
    edits = view._document.undo_stack.count()
    choose(editor(view, "initialization", "scheme"), "fixup")
    assert "Fixup replaces normalisation" in problem(view, "initialization", "scheme")
    assert fixes(view, "initialization", "scheme")[0] == "Set Norm to none"
    fix_buttons(view, "initialization", "scheme")[0].click()
    config = view._document.config
    assert (config.norm.kind, config.initialization.scheme) == ("none", "fixup")
    assert view._document.undo_stack.count() == edits + 1
    assert view._document.undo_stack.undoText() == "Initialisation: Fixup"
    view._document.undo_stack.undo()
    assert view._document.config == preset("ResNet-20")


def test_that_several_problems_are_mended_by_one_click(view: ArchitectureView) -> None:
    view._document.open_preset("ResNeXt-50-32x4d", "Open")
    table = stages(view)
    for row in range(4):
        table.entries.setData(cell(table, row, "kind"), "basic")
    assert "Cardinality: 32 needs a bottleneck block" in problem(view, "stages")
    assert fixes(view, "stages") == ["Set Cardinality to 1, Base width to 64"]
    fix_buttons(view, "stages")[0].click()
    assert {stage.kind for stage in view._document.config.stages} == {"basic"}
    assert (view._document.config.block.groups, view._document.config.block.base_width) == (1, 64)


def test_that_what_is_said_under_a_field_covers_no_other(view: ArchitectureView) -> None:
    view._document.open_preset("PreResNet-110", "Open")
    choose(editor(view, "initialization", "scheme"), "fixup")
    QApplication.processEvents()
    section = next(section for section in view.form.sections if section.name == "initialization")
    parts = [widget for row in section.rows for widget in (row.editor, row.note) if widget is not None]
    shown = [widget.geometry() for widget in parts if widget.isVisible()]
    assert len(shown) == 3
    assert not any(one.intersects(other) for one in shown for other in shown if one is not other)


def test_that_a_fix_that_is_not_enough_tells_what_is_left(view: ArchitectureView) -> None:
    choose(editor(view, "norm", "kind"), "group")
    form = view.form_model
    assert not form.set_value(("block", "activation_order"), "none", "Order")
    assert not form.mend(
        (Fix(("initialization", "scheme"), "fixup"), Fix(("block", "activation_order"), "pre")), "Mend"
    )
    assert "Fixup is defined for post-activation" in form.problem_at(("initialization", "scheme"))
    assert form.value(("initialization", "scheme")) == "fixup"
    assert view._document.config.initialization.scheme == "kaiming_fan_out"


def test_that_a_refused_change_of_the_whole_is_mended_too(view: ArchitectureView) -> None:
    view._document.open_preset("ResNet-20", "Open")
    edit_cell_to(view, 2, "width", 8)
    assert fixes(view, "stages") == ["Set Shortcut to B"]
    fix_buttons(view, "stages")[0].click()
    assert view._document.config.stages[2].width == 8
    assert view._document.config.shortcut.option == "B"


def test_that_an_even_kernel_is_offered_as_an_odd_one(qtbot: QtBot, view: ArchitectureView) -> None:
    edit_cell(qtbot, stages(view), 1, "kernels", "3,2,3")
    assert "a 2x2 kernel has no middle" in problem(view, "stages").replace("A 2", "a 2")
    assert fixes(view, "stages") == ["Set Kernels of layer2 to 3,1,3"]
    fix_buttons(view, "stages")[0].click()
    assert view._document.config.stages[1].kernels == (3, 1, 3)


def test_that_fixes_are_offered_once_and_shared_ones_first() -> None:
    norm, order, scheme = (
        Fix(("norm", "kind"), "none"),
        Fix(("block", "activation_order"), "post"),
        Fix(("initialization", "scheme"), "xavier"),
    )
    both = (Problem(("a",), "other", {}, (norm, scheme)), Problem(("b",), "other", {}, (order, scheme)))
    assert [offer.text for offer in offers_of(both)] == [
        "Set Initialisation to Xavier",
        "Set Norm to none, Activation order to post-activation",
    ]
    one = Problem(("a",), "other", {}, (norm, norm))
    assert [offer.fixes for offer in offers_of((one,))] == [(norm,)]
    assert offers_of(()) == ()


def test_that_a_column_comes_in_sight_where_a_stage_has_something_of_its_own(view: ArchitectureView) -> None:
    table = stages(view)
    assert table.isColumnHidden(cell(table, 0, "kernels").column())
    table.entries.setData(cell(table, 1, "kernels"), (3, 1, 3))
    assert not table.isColumnHidden(cell(table, 0, "kernels").column())
    assert [row[4] for row in cells(table)] == ["1,3,1", "3,1,3", "1,3,1", "1,3,1"]
    view._document.undo_stack.undo()
    assert table.isColumnHidden(cell(table, 0, "kernels").column())


def test_that_a_cell_that_does_not_apply_cannot_be_edited(view: ArchitectureView) -> None:
    table = stages(view)
    table.entries.setData(cell(table, 1, "groups"), 4)
    table.entries.setData(cell(table, 0, "kind"), "basic")
    first, second = cell(table, 0, "groups"), cell(table, 1, "groups")
    assert (first.data(), second.data()) == ("–", "4")
    assert not first.flags() & Qt.ItemFlag.ItemIsEditable
    assert second.flags() & Qt.ItemFlag.ItemIsEditable


def test_that_the_rows_under_the_table_edit_the_stage_the_table_stands_on(qtbot: QtBot, view: ArchitectureView) -> None:
    table = stages(view)
    table.setCurrentIndex(cell(table, 1, "blocks"))
    dilation = child(view, QWidget, "detail_stages_dilation")
    type_number(qtbot, dilation, "2")
    assert [stage.dilation for stage in view._document.config.stages] == [1, 2, 1, 1]
    assert view._document.undo_stack.undoText() == "Dilation of layer2: 2"
    table.setCurrentIndex(cell(table, 0, "blocks"))
    assert dilation.value() == 1


def test_that_the_output_stride_is_traded_for_dilation_in_one_step(view: ArchitectureView) -> None:
    box = child(view, QWidget, "output_stride")
    assert box.currentData() == 32
    choose(box, 8)
    assert [(stage.stride, stage.dilation) for stage in view._document.config.stages] == [
        (1, 1),
        (2, 1),
        (1, 2),
        (1, 4),
    ]
    assert view._document.undo_stack.undoText() == "Output stride: 8"
    assert box.currentData() == 8
    choose(box, 32)
    assert view._document.config.stages == preset("ResNet-50").stages


def test_that_an_output_stride_that_cannot_be_is_told_at_the_stages(view: ArchitectureView) -> None:
    view._document.open_preset("ResNet-20", "Open")
    box = child(view, QWidget, "output_stride")
    assert box.currentData() == 4
    choose(box, 32)
    assert "the stages reach 4 at most" in problem(view, "stages")
    assert box.currentData() == 4


def edit_cell_to(view: ArchitectureView, row: int, name: str, value: object) -> None:
    table = stages(view)
    table.setCurrentIndex(cell(table, row, name))
    table.entries.setData(cell(table, row, name), value)
