"""The layer table lists every network of the space: new kinds of layers, their windows and how far they reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.layer_table.layer_table_view import LayerTableView
from app.views.layer_table.table_columns import COLUMNS
from app.views.layer_table.table_rows import LEVELS, Level
from resnet_core.configuration.presets import preset
from tests.drawing.drawn import TRICKY, tricky

PLACES = {column.key: place for place, column in enumerate(COLUMNS)}


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[LayerTableView]:
    document = ArchitectureDocument(preset("ResNet-50"))
    made = LayerTableView(document, SelectionState(), PinnedState(), RunsState(), Theme("light"))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made


def ids(view: LayerTableView) -> list[str]:
    return [row.id for row in view.model.rows]


def cell(view: LayerTableView, row: int, key: str) -> str:
    return view.model.index(row, PLACES[key]).data()


@pytest.mark.parametrize("name", TRICKY)
@pytest.mark.parametrize("level", LEVELS)
def test_that_every_network_is_listed_with_words_and_whole_totals(
    view: LayerTableView, name: str, level: Level
) -> None:
    view.set_level(level)
    view._document.open_config(tricky(name), "Open")
    report = view._document.snapshot.report
    for key in ("parameters", "macs", "saved_bytes"):
        assert sum(getattr(row, key) for row in view.model.rows) == getattr(report.total, key)
    for place in range(view.model.rowCount()):
        kind = cell(view, place, "kind")
        assert kind and "_" not in kind
        assert view.model.index(place, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_that_kernel_dilation_and_reach_stand_in_their_columns(view: LayerTableView) -> None:
    view._document.open_config(tricky("output stride 8"), "Open")
    row = ids(view).index("layer4.1.conv2")
    assert (cell(view, row, "kernel"), cell(view, row, "dilation")) == ("3×3", "4")
    layer = view.model.rows[row]
    assert cell(view, row, "effective_stride") == "8" == f"{layer.effective_stride}"
    assert cell(view, row, "effective_padding") == f"{layer.effective_padding:,}" != "0"
    norm = ids(view).index("layer4.1.bn2")
    assert (cell(view, norm, "kernel"), cell(view, norm, "dilation")) == ("", "")
    view._document.open_preset("ResNeXt-50-32x4d", "Open")
    assert cell(view, ids(view).index("layer3.0.conv2"), "kernel") == "3×3 /2 ·32"


def test_that_blocks_and_stages_say_their_kernels_and_how_far_they_have_come(view: LayerTableView) -> None:
    view._document.open_config(tricky("five convolutions in bottlenecks"), "Open")
    for level, id, kind in (
        ("blocks", "layer2.1", "Bottleneck(1,3,3,3,1)"),
        ("stages", "layer2", "4 × Bottleneck(1,3,3,3,1)"),
    ):
        view.set_level(level)
        row = ids(view).index(id)
        assert cell(view, row, "kind") == kind
        assert cell(view, row, "kernel") == "1·3·3·3·1"
        assert cell(view, row, "effective_stride") == "8"
    assert cell(view, 0, "kernel") == ""


def test_that_new_columns_sort_by_their_numbers(view: LayerTableView) -> None:
    view._document.open_config(tricky("output stride 8"), "Open")
    view.table.sortByColumn(PLACES["dilation"], Qt.SortOrder.DescendingOrder)
    dilations = [int(cell(view, row, "dilation") or 0) for row in range(view.model.rowCount())]
    assert dilations == sorted(dilations, reverse=True) and dilations[0] == 4 and dilations[-1] == 0
    view.table.sortByColumn(PLACES["kernel"], Qt.SortOrder.DescendingOrder)
    assert cell(view, 0, "kernel") == "7×7 /2" and cell(view, view.model.rowCount() - 1, "kernel") == ""
    view.table.sortByColumn(PLACES["effective_padding"], Qt.SortOrder.AscendingOrder)
    paddings = [row.effective_padding for row in view.model.rows]
    assert paddings == sorted(paddings)


@pytest.mark.parametrize(
    ("name", "text", "kinds"),
    [
        ("SE", "kind:sigmoid", {"sigmoid"}),
        ("CBAM", "kind:stack", {"stack"}),
        ("CBAM", "maximum", {"channel_max"}),
        ("ECA and D", "kind:channel_conv", {"channel_conv"}),
        ("D with blur", "blur", {"blur_pool"}),
        ("Fixup", "scalar", {"scalar_bias"}),
        ("pre-activation, stochastic depth", "kind:drop", {"dropout", "drop_path"}),
    ],
)
def test_that_the_filter_finds_the_new_kinds(view: LayerTableView, name: str, text: str, kinds: set[str]) -> None:
    view._document.open_config(tricky(name), "Open")
    view.filter_box.setText(text)
    assert {row.kind for row in view.model.rows} == kinds


def test_that_a_tooltip_says_what_a_layer_computes_with_its_formulas(view: LayerTableView) -> None:
    view._document.open_config(tricky("ECA and D"), "Open")
    tips = {
        id: view.model.index(ids(view).index(id), 0).data(Qt.ItemDataRole.ToolTipRole)
        for id in ("layer2.0.conv2", "layer2.0.eca.conv", "layer2.0.bn2", "layer2.0.relu2")
    }
    assert "conv 3×3 /2" in tips["layer2.0.conv2"] and "3·3·128·128 = 147,456" in tips["layer2.0.conv2"]
    assert "kernel 5" in tips["layer2.0.eca.conv"] and "5·512 = 2,560" in tips["layer2.0.eca.conv"]
    assert "2·128 = 256" in tips["layer2.0.bn2"]
    assert "=" not in tips["layer2.0.relu2"]
