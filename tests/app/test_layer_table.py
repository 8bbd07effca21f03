"""Drives the layer table as a person does: sorting, filtering, summing, copying, and the shared selection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.layer_table.cost_table import PADDING
from app.views.layer_table.layer_table_view import LayerTableView
from app.views.layer_table.table_columns import COLUMNS
from app.views.layer_table.table_rows import LEVELS, Level, row_filter, rows_at
from resnet_core.configuration.presets import preset

PLACES = {column.key: place for place, column in enumerate(COLUMNS)}


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[LayerTableView]:
    made = LayerTableView(
        ArchitectureDocument(preset("ResNet-50")), SelectionState(), PinnedState(), RunsState(), Theme("light")
    )
    qtbot.addWidget(made)
    made.resize(1400, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made


def ids(view: LayerTableView) -> list[str]:
    return [row.id for row in view.model.rows]


def cell(view: LayerTableView, row: int, key: str) -> str:
    return view.model.index(row, PLACES[key]).data()


def click_header(qtbot: QtBot, view: LayerTableView, key: str) -> None:
    header = view.table.horizontalHeader()
    middle = header.sectionViewportPosition(PLACES[key]) + header.sectionSize(PLACES[key]) // 2
    position = QPoint(middle, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=position)


def click_row(qtbot: QtBot, view: LayerTableView, row: int) -> None:
    rect = view.table.visualRect(view.model.index(row, 0))
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def selected_ids(view: LayerTableView) -> list[str]:
    rows = view.table.selectionModel().selectedRows()
    return [view.model.rows[index.row()].id for index in sorted(rows, key=lambda index: index.row())]


def test_that_every_layer_stands_in_a_row_with_its_exact_counts(view: LayerTableView) -> None:
    assert view.model.rowCount() == 177
    row = ids(view).index("layer3.1.conv2")
    assert cell(view, row, "kind") == "conv"
    assert cell(view, row, "input_shape") == "256 × 14²"
    assert cell(view, row, "parameters") == "589,824"
    assert cell(view, row, "macs") == "115,605,504"
    assert cell(view, row, "flops") == "231,211,008"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["ResNet-50", "ResNet-20", "PreResNet-164", "Plain-18"])
def test_that_the_totals_equal_the_report_at_every_level(
    qtbot: QtBot, view: LayerTableView, name: str, level: Level
) -> None:
    view._document.open_preset(name, "Open")
    view.set_level(level)
    total = view._document.snapshot.report.total
    shown = view.footer.texts
    for key in ("parameters", "macs", "flops", "activations", "saved_bytes", "receptive_field"):
        assert shown[key] == f"{getattr(total, key):,}"


def test_that_numbers_sort_by_size_and_a_third_click_gives_the_order_of_depth_back(
    qtbot: QtBot, view: LayerTableView
) -> None:
    in_depth = ids(view)
    click_header(qtbot, view, "parameters")
    ascending = [row.parameters for row in view.model.rows]
    assert ascending == sorted(ascending)
    click_header(qtbot, view, "parameters")
    descending = [row.parameters for row in view.model.rows]
    assert descending == sorted(descending, reverse=True)
    click_header(qtbot, view, "parameters")
    assert ids(view) == in_depth


def test_that_ids_sort_by_their_numbers(qtbot: QtBot, view: LayerTableView) -> None:
    view._document.open_preset("ResNet-101", "Open")
    view.set_level("blocks")
    click_header(qtbot, view, "id")
    blocks = [id for id in ids(view) if id.startswith("layer3")]
    assert blocks == [f"layer3.{index}" for index in range(23)]


def test_that_shapes_sort_by_their_elements(qtbot: QtBot, view: LayerTableView) -> None:
    click_header(qtbot, view, "output_shape")
    sizes = [row.output_shape.elements for row in view.model.rows]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("kind:conv", 53),
        ("KIND:Conv", 53),
        ("batch norm", 53),
        ("kind:conv stage:layer3", 19),
        ("block:layer3.1", 10),
        ("layer3.1.", 10),
        ("downsample kind:conv", 4),
        ("kind:", 177),
        ("nothing", 0),
    ],
)
def test_that_the_filter_keeps_the_rows_it_names(qtbot: QtBot, view: LayerTableView, text: str, count: int) -> None:
    qtbot.keyClicks(view.filter_box, text)
    rows = view.model.rows
    assert view.model.rowCount() == len(rows) == count
    assert view.footer.texts["parameters"] == f"{sum(row.parameters for row in rows):,}"
    label = "Total of 177 rows" if count == 177 else f"Sum of {count} of 177 rows"
    assert view.footer.texts["id"] == label


def test_that_the_filter_and_the_order_stay_when_another_architecture_opens(qtbot: QtBot, view: LayerTableView) -> None:
    qtbot.keyClicks(view.filter_box, "kind:conv")
    click_header(qtbot, view, "macs")
    view._document.open_preset("ResNet-18", "Open")
    macs = [row.macs for row in view.model.rows]
    assert len(macs) == 20
    assert macs == sorted(macs)


def test_that_ctrl_f_moves_to_the_filter_and_escape_clears_it(qtbot: QtBot, view: LayerTableView) -> None:
    view.activateWindow()
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view.focusWidget() is view.filter_box
    qtbot.keyClicks(view.filter_box, "fc")
    assert ids(view) == ["fc"]
    qtbot.keyClick(view.filter_box, Qt.Key.Key_Escape)
    assert len(ids(view)) == 177


def test_that_a_clicked_row_is_selected_everywhere(qtbot: QtBot, view: LayerTableView) -> None:
    click_row(qtbot, view, 4)
    assert view._selection.selected == ids(view)[4] == "maxpool"
    assert selected_ids(view) == ["maxpool"]


def test_that_a_block_selected_elsewhere_highlights_its_rows_and_is_scrolled_to(view: LayerTableView) -> None:
    view._selection.select("layer3.1")
    chosen = selected_ids(view)
    assert chosen == [row.id for row in view.model.rows if row.block == "layer3.1"]
    assert len(chosen) == 10
    first = view.model.index(ids(view).index(chosen[0]), 0)
    last = view.model.index(ids(view).index(chosen[-1]), 0)
    room = view.table.viewport().rect()
    assert room.contains(view.table.visualRect(first).center())
    assert room.contains(view.table.visualRect(last).center())
    assert view._selection.selected == "layer3.1"


def test_that_a_layer_selected_elsewhere_is_one_row(view: LayerTableView) -> None:
    view._selection.select("layer4.2.conv3")
    assert selected_ids(view) == ["layer4.2.conv3"]
    view._selection.select("")
    assert selected_ids(view) == []


@pytest.mark.parametrize(
    ("level", "selected", "row"),
    [
        ("blocks", "layer3.1.conv2", "layer3.1"),
        ("blocks", "layer2.0", "layer2.0"),
        ("blocks", "conv1", "stem"),
        ("stages", "layer3.1", "layer3"),
        ("stages", "fc", "head"),
    ],
)
def test_that_the_selection_shows_as_the_row_it_lies_in(
    view: LayerTableView, level: Level, selected: str, row: str
) -> None:
    view._selection.select(selected)
    view.set_level(level)
    assert selected_ids(view) == [row]
    assert view._selection.selected == selected


def test_that_the_selection_survives_sorting_and_filtering(qtbot: QtBot, view: LayerTableView) -> None:
    view._selection.select("layer3.1.conv2")
    click_header(qtbot, view, "macs")
    assert selected_ids(view) == ["layer3.1.conv2"]
    qtbot.keyClicks(view.filter_box, "kind:conv")
    assert selected_ids(view) == ["layer3.1.conv2"]
    qtbot.keyClicks(view.filter_box, " stage:layer1")
    assert selected_ids(view) == []
    assert view._selection.selected == "layer3.1.conv2"


def test_that_several_rows_stay_selected_when_the_shared_selection_follows(qtbot: QtBot, view: LayerTableView) -> None:
    click_row(qtbot, view, 1)
    rect = view.table.visualRect(view.model.index(3, 0))
    qtbot.mouseClick(
        view.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, rect.center()
    )
    assert selected_ids(view) == ["conv1", "relu"]
    assert view._selection.selected == "relu"


def test_that_a_stage_is_no_shared_selection(qtbot: QtBot, view: LayerTableView) -> None:
    view.set_level("stages")
    click_row(qtbot, view, 2)
    assert view._selection.selected == ""


def test_that_differences_appear_with_a_reference_and_match_by_id(view: LayerTableView) -> None:
    assert view.model.columnCount() == PLACES["delta_parameters"]
    reference = analyzed(preset("ResNet-34"))
    view._pinned.pin(reference)
    assert view.model.columnCount() == len(COLUMNS)
    row = ids(view).index("fc")
    assert cell(view, row, "delta_parameters") == "+1,536,000"
    assert cell(view, row, "delta_macs") == "+1,536,000"
    assert cell(view, ids(view).index("conv1"), "delta_parameters") == "±0"
    new = ids(view).index("layer3.1.conv3")
    assert view.model.is_new(view.model.rows[new])
    assert cell(view, new, "delta_parameters") == "+262,144"


def test_that_the_differences_and_what_they_leave_out_sum_to_the_difference_of_the_networks(
    view: LayerTableView,
) -> None:
    view._document.open_preset("ResNet-18", "Open")
    reference = analyzed(preset("ResNet-50"))
    view._pinned.pin(reference)
    column = COLUMNS[PLACES["delta_parameters"]]
    left_out = sum(row.parameters for row in view.model.only_in_reference())
    total = view._document.snapshot.report.total.parameters - reference.report.total.parameters
    assert view.model.total(column) - left_out == total
    assert "ResNet-50" in view.footer.toolTip()


def test_that_the_reference_itself_shows_no_differences(view: LayerTableView) -> None:
    view._pinned.pin(view._document.snapshot)
    assert view.model.columnCount() == PLACES["delta_parameters"]


def test_that_selected_rows_are_copied_as_tab_separated_text(qtbot: QtBot, view: LayerTableView) -> None:
    click_row(qtbot, view, 1)
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, row = QGuiApplication.clipboard().text().splitlines()
    assert header.split("\t")[:7] == ["Layer", "Kind", "Kernel", "Dilation", "In", "Out", "Parameters"]
    window = ["7×7 /2", "1"]
    assert row.split("\t")[:8] == ["conv1", "conv", *window, "3x224x224", "64x112x112", "9408", "118013952"]


def test_that_all_shown_rows_are_copied_in_the_chosen_form(view: LayerTableView) -> None:
    view.filter_box.setText("kind:conv stage:stem")
    assert view.copy_table("csv").splitlines()[1].startswith("conv1,conv,7×7 /2,1,3x224x224,64x112x112,9408,118013952,")
    markdown = view.copy_table("markdown").splitlines()
    assert len(markdown) == 3
    assert "|      9,408 | 118,013,952 |" in markdown[2]


def test_that_the_menu_offers_every_way_to_copy(view: LayerTableView) -> None:
    menu = view.copy_menu()
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.isEnabled() for action in actions] == [False] * 3 + [True] * 3
    view.filter_box.setText("id:fc")
    actions[-1].trigger()
    assert QGuiApplication.clipboard().text().count("\n") == 3
    menu.deleteLater()


def test_that_a_hidden_table_waits_until_it_is_shown(view: LayerTableView) -> None:
    view.hide()
    view._document.open_preset("ResNet-18", "Open")
    view._selection.select("layer1.0")
    assert view.model.rowCount() == 177
    view.show()
    assert view.model.rowCount() == len(view._document.snapshot.report.layers) == 71
    assert set(selected_ids(view)) == {row.id for row in view.model.rows if row.block == "layer1.0"}


def test_that_a_row_is_as_high_as_every_other_in_a_deep_network(view: LayerTableView) -> None:
    view._document.open_preset("ResNet-1202", "Open")
    assert view.model.rowCount() == len(view._document.snapshot.report.layers) > 4_000
    assert len({view.table.rowHeight(row) for row in (0, 1, 2_000, 4_000)}) == 1


def test_that_columns_are_wide_enough_for_their_sums(view: LayerTableView) -> None:
    for name in ("ResNet-152", "ResNet-1202"):
        view._document.open_preset(name, "Open")
        metrics = QFontMetrics(view.table.sum_font)
        for key in ("parameters", "macs", "flops", "saved_bytes"):
            width = view.table.columnWidth(PLACES[key])
            assert metrics.horizontalAdvance(view.footer.texts[key]) <= width - 2 * PADDING


def test_that_a_column_can_be_hidden(view: LayerTableView) -> None:
    view._show_column(PLACES["flops"], False)
    assert view.table.isColumnHidden(PLACES["flops"])
    assert "flops" in view.footer.texts


def test_that_the_colours_follow_the_theme(view: LayerTableView) -> None:
    before = view.grab().toImage().pixelColor(700, 300)
    view._theme.choose("dark")
    after = view.grab().toImage().pixelColor(700, 300)
    assert before.lightness() > 200 > 60 > after.lightness()


def test_that_the_rows_of_all_levels_sum_alike() -> None:
    snapshot = analyzed(preset("WRN-28-10"))
    sums = {sum(row.macs for row in rows_at(snapshot, level)) for level in LEVELS}
    assert sums == {snapshot.report.total.macs}


def test_that_a_kind_is_found_under_its_name_in_the_language_in_force() -> None:
    rows = rows_at(analyzed(preset("ResNet-18")), "layers")
    matches = row_filter("kind:卷积", lambda kind: "卷积" if kind == "conv" else kind)
    assert {row.kind for row in rows if matches(row)} == {"conv"}


def test_that_the_current_row_follows_the_arrow_keys(qtbot: QtBot, view: LayerTableView) -> None:
    flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    view.table.selectionModel().setCurrentIndex(view.model.index(0, 0), flags)
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    assert view._selection.selected == "conv1"
