"""The layer table shows the gradient and the update of every layer and block of a run, at the step looked at."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.layer_table.layer_table_view import LayerTableView
from app.views.layer_table.table_columns import COLUMNS, MEASURED
from resnet_core.configuration.presets import preset
from tests.drawing.flow_runs import MadeUpRun, level_run

GRADIENT, UPDATE = MEASURED


class Bench(NamedTuple):
    view: LayerTableView
    document: ArchitectureDocument
    selection: SelectionState
    runs: RunsState

    def texts(self, place: int) -> dict[str, str]:
        """What stands in a column, by the row's id."""
        return {row.id: self.view.model.text(row, COLUMNS[place]) for row in self.view.model.rows}

    def hidden(self) -> list[bool]:
        return [self.view.table.isColumnHidden(place) for place in MEASURED]


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    document, selection, runs = ArchitectureDocument(preset("ResNet-20")), SelectionState(), RunsState()
    view = LayerTableView(document, selection, PinnedState(), runs, Theme("light"))
    qtbot.addWidget(view)
    view.resize(1200, 600)
    view.show()
    qtbot.waitExposed(view)
    return Bench(view, document, selection, runs)


def shown(run: MadeUpRun) -> ShownRun:
    return ShownRun(
        run.summary, run.architecture, {}, run.boundaries, run.gradient_steps, run.boundary_norms,
        run.block_quantities, run.batch_size, run.layers, run.layer_quantities,
    )  # fmt: skip


def rising_run(bench: Bench, captures: int = 3) -> ShownRun:
    """A run in which layer number l has the gradient (l + 1) · 10^-capture."""
    run = level_run(bench.document.snapshot.graph, captures)
    place_L, row_S1 = np.arange(len(run.layers)), np.arange(captures)[:, None]
    rows = (place_L + 1.0) * 10.0**-row_S1
    return shown(run._replace(layer_quantities={"gradient_norm": rows, "update_ratio": rows / 1000}))


def test_that_there_are_no_columns_of_a_run_where_there_is_no_run(bench: Bench) -> None:
    assert bench.hidden() == [True, True]
    assert "Gradient" not in bench.view.copy_table("csv").splitlines()[0]


def test_that_a_run_shows_the_gradient_and_the_update_of_each_layer_with_parameters(bench: Bench) -> None:
    bench.runs.put(rising_run(bench))
    assert bench.hidden() == [False, False]
    gradient, update = bench.texts(GRADIENT), bench.texts(UPDATE)
    assert (gradient["conv1"], gradient["bn1"], gradient["relu"]) == ("1.00·10⁻²", "2.00·10⁻²", "")
    assert update["conv1"] == "1.00·10⁻⁵"


def test_that_the_columns_follow_the_step_that_is_looked_at_and_say_it(bench: Bench) -> None:
    bench.runs.put(rising_run(bench))
    bench.selection.set_step(1)
    assert bench.texts(GRADIENT)["conv1"] == "1.00·10⁻¹"
    header = bench.view.model.headerData(GRADIENT, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "Step 1" in header


def test_that_blocks_have_their_own_and_stages_none(bench: Bench) -> None:
    bench.runs.put(rising_run(bench))
    bench.view.set_level("blocks")
    assert bench.texts(GRADIENT)["layer1.0"] == "1.00·10⁻²"
    assert bench.texts(GRADIENT)["stem"] == ""
    bench.view.set_level("stages")
    assert set(bench.texts(GRADIENT).values()) == {""}


def test_that_rows_are_sorted_by_a_measured_column_and_follow_the_step(bench: Bench) -> None:
    run = rising_run(bench, 2)
    rows = np.array(run.layer_quantities["gradient_norm"])
    rows[1] = rows[1, ::-1]
    bench.runs.put(run._replace(layer_quantities={"gradient_norm": rows, "update_ratio": rows}))
    bench.selection.set_step(0)
    bench.view.model.sort(GRADIENT, Qt.SortOrder.DescendingOrder)
    assert bench.view.model.rows[0].id == "fc" and bench.texts(GRADIENT)[bench.view.model.rows[-1].id] == ""
    bench.selection.set_step(1)
    assert bench.view.model.rows[0].id == "conv1"


def test_that_a_value_that_is_no_number_leaves_its_cell_empty(bench: Bench) -> None:
    run = rising_run(bench, 1)
    rows = np.array(run.layer_quantities["gradient_norm"])
    rows[0, :2] = math.nan, math.inf
    bench.runs.put(run._replace(layer_quantities={"gradient_norm": rows, "update_ratio": rows}))
    assert bench.texts(GRADIENT)["conv1"] == "" and bench.texts(GRADIENT)["bn1"] != ""


def test_that_copies_hold_plain_numbers(bench: Bench) -> None:
    bench.runs.put(rising_run(bench))
    header, first, second, *_ = (line.split("\t") for line in bench.view.copy_table("tsv").splitlines())
    place = header.index("Gradient")
    assert header[place + 1] == "Update / weight"
    assert "conv1" in (first[0], second[0])
    conv = first if first[0] == "conv1" else second
    assert conv[place : place + 2] == ["0.01", "1e-05"]


def test_that_the_columns_go_when_another_network_is_opened(bench: Bench) -> None:
    bench.runs.put(rising_run(bench))
    bench.document.replace(preset("ResNet-32"), "open")
    assert bench.hidden() == [True, True]
    bench.document.replace(preset("ResNet-20"), "open")
    assert bench.hidden() == [False, False]


def test_that_a_column_that_a_person_hid_stays_hidden(bench: Bench) -> None:
    bench.runs.put(rising_run(bench))
    bench.view._show_column(UPDATE, False)
    bench.selection.set_step(0)
    assert bench.hidden() == [False, True]
    bench.view._show_column(UPDATE, True)
    assert bench.hidden() == [False, False]


def test_that_a_run_of_an_earlier_version_has_no_columns(bench: Bench) -> None:
    bench.runs.put(rising_run(bench)._replace(layers=(), layer_quantities={}))
    assert bench.hidden() == [True, True]


def test_that_a_hidden_table_takes_in_nothing_until_it_is_shown(bench: Bench, qtbot: QtBot) -> None:
    bench.view.hide()
    bench.runs.put(rising_run(bench))
    assert bench.view.model.measured is None
    bench.view.show()
    qtbot.waitExposed(bench.view)
    assert bench.view.model.measured is not None
