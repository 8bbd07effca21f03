"""Drives the ledger as a person does: a convention, single switches, rules of a term, figures, and the badge."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QScrollArea, QToolButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.services.engine_service import Answer
from app.views.ledger.ledger_view import LedgerView
from app.views.ledger.sum_table import SumRow, SumTable
from app.windows.answer_text import answer_text
from resnet_core.analysis.conventions import CONVENTIONS, FVCORE, MULTIPLY_ADDS, PAPER_2015, PYTORCHCV, TORCHINFO
from resnet_core.analysis.published_figures import published_figures
from resnet_core.configuration.presets import preset
from resnet_core.verification.verifier import verify


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """What a check of ResNet-20 finds."""
    return verify(preset("ResNet-20")).as_document()


def view_of(application: Application) -> LedgerView:
    application.window.show_page("ledger")
    QApplication.processEvents()
    view = application.window.findChild(LedgerView)
    assert view is not None
    return view


def row_of(table: SumTable, key: str) -> SumRow:
    return next(row for row in table.sums.rows if row.key == key)


def badge_of(application: Application) -> QToolButton:
    badge = application.window.findChild(QToolButton, "verified_badge")
    assert isinstance(badge, QToolButton)
    return badge


def click_row(qtbot: QtBot, table: SumTable, row: int, column: int) -> None:
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_that_the_ledger_opens_on_our_own_count(application: Application) -> None:
    view = view_of(application)
    assert view.bar.total.text() == "4,089,184,256 MACs"
    assert [row.key for row in view.terms.sums.rows if row.counted] == ["conv", "linear"]
    assert row_of(view.terms, "batch_norm").cells[1:3] == ("11,113,984", "left out ▾")
    assert view.terms.sums.rows[-1].cells[3] == "4,089,184,256"
    assert not view.steps.isVisible()


def test_that_a_chosen_convention_is_explained_and_ticked(qtbot: QtBot, application: Application) -> None:
    view = view_of(application)
    qtbot.keyClicks(view.bar.choice, "He")  # the list is driven by keys as by the pointer
    view.bar.choice.activated.emit(view.bar.choice.currentIndex())
    assert application.counting.convention == PAPER_2015
    assert view.bar.total.text() == "3,857,973,248 MACs"
    assert view.bar.match.text() == "✓ 3.8 G cut off: He et al. 2015, Table 1"
    cells = [row.cells for row in view.steps.sums.rows]
    assert cells[1] == ("Convolutions: stride in the first 1×1, as in 2015, instead of the 3×3", "−231,211,008")
    assert cells[2][0].strip() == "layer2.0.conv1 at 28 × 28, not 56 × 56"
    assert cells[-1] == ("He et al. 2015", "3,857,973,248")


@pytest.mark.parametrize("figure", published_figures(preset("ResNet-50")), ids=lambda figure: figure.source)
def test_that_a_click_on_a_figure_counts_as_it_was_counted(qtbot: QtBot, application: Application, figure: Any) -> None:
    view = view_of(application)
    row = [entry.source for entry in published_figures(preset("ResNet-50"))].index(figure.source)
    click_row(qtbot, view.figures, row, 1)
    assert application.counting.convention.id == figure.convention
    shown = view.figures.sums.rows[row]
    assert shown.good
    assert shown.cells[2].startswith("✓")


def test_that_few_digits_in_another_convention_are_no_agreement(application: Application) -> None:
    application.counting.choose(FVCORE)  # 4.11 G, which would round to 4.1 as well
    rows = view_of(application).figures.sums.rows
    assert [row.cells[1] for row in rows if row.good] == ["fvcore 0.1.5.post20221221"]


def test_that_switches_lead_to_the_total_step_by_step(qtbot: QtBot, application: Application) -> None:
    view = view_of(application)
    for switch, total in (
        ("bias", "4,089,185,256 operations"),
        ("norm", "4,111,413,224 operations"),
        ("activation", "4,121,021,928 operations"),
        ("pooling", "4,121,925,096 operations"),
    ):
        qtbot.mouseClick(
            view.bar.switches[switch], Qt.MouseButton.LeftButton, pos=view.bar.switches[switch].rect().center()
        )
        assert view.bar.total.text() == total
    assert view.bar.choice.currentText() == "Own choice"
    assert view.bar.match.text() == "✓ 4,121,925,096 to the unit: ptflops 0.6.9"
    for switch in ("pooling", "activation", "norm", "bias"):
        view.bar.switches[switch].click()
    assert application.counting.convention == MULTIPLY_ADDS
    assert view.bar.choice.count() == len(CONVENTIONS)


def test_that_only_switches_that_change_something_are_shown(application: Application) -> None:
    view = view_of(application)
    boxes = view.bar.switches
    assert boxes["stride_2015"].isVisible()
    assert not boxes["option_a"].isVisible()
    assert not boxes["product"].isVisible()
    application.document.open_preset("ResNet-34", "Open")
    assert (boxes["stride_2015"].isVisible(), boxes["option_a"].isVisible()) == (False, True)
    application.document.open_preset("SE-ResNet-50", "Open")
    assert boxes["product"].isVisible()
    application.document.open_preset("ResNet-50 (2015)", "Open")
    assert not boxes["stride_2015"].isVisible()


def test_that_a_term_is_ticked_and_counted_otherwise_by_its_row(qtbot: QtBot, application: Application) -> None:
    view = view_of(application)
    model = view.terms.sums
    place = [row.key for row in model.rows].index("batch_norm")
    view.terms.setCurrentIndex(model.index(place, 0))
    qtbot.keyClick(view.terms, Qt.Key.Key_Space)
    assert row_of(view.terms, "batch_norm").cells[2] == "2 per output element ▾"
    menu = view.rule_menu("batch_norm")
    words = {action.text(): action for action in menu.actions()}
    assert list(words) == ["2 per output element", "1 per parameter, once an image", "4 per output element", "left out"]
    assert words["2 per output element"].isChecked()
    words["1 per parameter, once an image"].trigger()
    assert view.bar.total.text() == "4,089,237,376 operations"
    menu.close()
    click_row(qtbot, view.terms, place, 2)
    opened = QApplication.activePopupWidget()
    assert opened is not None
    opened.close()


def test_that_a_table_is_copied_by_the_usual_keys(qtbot: QtBot, application: Application) -> None:
    view = view_of(application)
    view.terms.setFocus()
    qtbot.keyClick(view.terms, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["Term", "Elements", "Counted as", "Amount", "Sum so far"]
    assert lines[1].split("\t")[:3] == ["Convolutions", "4,087,136,256", "1 per multiply-add"]


def test_that_a_half_is_written_as_one(application: Application) -> None:
    application.counting.choose(PYTORCHCV)
    view = view_of(application)
    assert row_of(view.terms, "relu").cells[2] == "½ per output element ▾"
    assert row_of(view.terms, "first_sum").cells[2].startswith("−½ per filter")
    application.document.set_field(("input", "height"), 33, "x")
    application.document.set_field(("input", "width"), 33, "x")
    application.document.set_field(("stem", "width"), 63, "x")
    assert "½" in view.bar.total.text()


def test_that_a_moved_layer_is_selected_by_a_click(qtbot: QtBot, application: Application) -> None:
    application.counting.choose(PAPER_2015)
    view = view_of(application)
    click_row(qtbot, view.steps, 2, 0)
    assert application.selection.selected == "layer2.0.conv1"


def test_that_a_hidden_ledger_waits(application: Application) -> None:
    view = view_of(application)
    application.window.show_page("atlas")
    application.document.open_preset("ResNet-18", "Open")
    assert view.bar.total.text() == "4,089,184,256 MACs"
    application.window.show_page("ledger")
    assert view.bar.total.text() == "1,814,073,344 MACs"


def test_that_nothing_is_cut_where_room_is_short(qtbot: QtBot, application: Application) -> None:
    application.counting.choose(PYTORCHCV)
    view = view_of(application)
    area = view.findChild(QScrollArea)
    assert area is not None
    for width, hidden in ((1280, []), (1080, [1, 4])):
        application.window.resize(width, 720)
        qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() == 0)
        assert [column for column in range(5) if view.terms.isColumnHidden(column)] == hidden


def test_that_an_unpublished_network_says_so(application: Application) -> None:
    view = view_of(application)
    application.document.set_field(("stages", 0, "blocks"), 4, "Change blocks")
    assert view.nothing_published.isVisible()
    assert not view.figures.isVisible()
    assert view.check_button.isEnabled()
    application.engine.set_phase("unavailable", "torch is missing")
    assert not view.check_button.isEnabled()
    assert view.check_button.toolTip() == "torch is missing"


def test_that_a_check_brings_the_badge_and_figures_to_match(application: Application, document: dict[str, Any]) -> None:
    application.document.open_preset("ResNet-20", "Open")
    view, badge = view_of(application), badge_of(application)
    assert not badge.isVisible()
    application.service.answered.disconnect(application.desk.show_answer)
    application.service.answered.emit(Answer("check", document, application.document.config))
    assert badge.isVisible()
    assert badge.text() == "✓ verified"
    assert "torchinfo (1.8.0): 40,552,426" in badge.toolTip()
    application.counting.choose(TORCHINFO)
    (good,) = [row for row in view.figures.sums.rows if row.good]
    assert good.cells[0] == "40,552,426"
    assert good.cells[1].startswith("torchinfo (1.8.0), here at ")


def test_that_the_badge_goes_with_the_configuration_and_comes_back(
    application: Application, document: dict[str, Any]
) -> None:
    application.document.open_preset("ResNet-20", "Open")
    application.verified.record(document)
    badge = badge_of(application)
    application.document.set_field(("stages", 0, "blocks"), 4, "Change blocks")
    assert not badge.isVisible()
    application.document.undo_stack.undo()
    assert badge.isVisible()
    application.document.set_field(("name",), "Mine", "Rename")
    assert badge.isVisible()
    application.document.open_preset("ResNet-18", "Open")
    assert not badge.isVisible()


def test_that_a_check_that_differs_is_said(application: Application, document: dict[str, Any]) -> None:
    application.document.open_preset("ResNet-20", "Open")
    first, *others = document["witnesses"]
    application.verified.record({**document, "agrees": False, "witnesses": [{**first, "unexplained": 5}, *others]})
    badge = badge_of(application)
    assert badge.text() == "✗ counts differ"
    assert "not explained" in badge.toolTip()


def test_that_the_answer_says_each_cause_and_each_layer_that_differs(document: dict[str, Any]) -> None:
    text = answer_text(Answer("check", document, preset("ResNet-18")))
    assert "+376,832  BatchNorm: 2 per output element" in text
    assert "torchinfo 1.8.0: agrees" in text
    first, *others = document["witnesses"]
    layers = [{"id": "layer1.0.conv1", "expected": 5, "found": 6}]
    differing = {**document, "witnesses": [{**first, "layers": layers}, *others]}
    text = answer_text(Answer("check", differing, preset("ResNet-18")))
    assert "fvcore 0.1.5.post20221221: DIFFERS" in text
    assert "DIFFERENT layer1.0.conv1: 6 counted, 5 expected" in text


def test_that_a_build_verifies_nothing(application: Application, document: dict[str, Any]) -> None:
    application.document.open_preset("ResNet-20", "Open")
    application.verified.record({**document, "witnesses": []})
    assert not badge_of(application).isVisible()


def test_that_the_totals_and_the_badge_lead_to_the_ledger(
    qtbot: QtBot, application: Application, document: dict[str, Any]
) -> None:
    totals = application.status_bar.findChild(object, "totals")
    qtbot.mouseClick(totals, Qt.MouseButton.LeftButton)
    assert application.window.page == "ledger"
    application.window.show_page("atlas")
    application.document.open_preset("ResNet-20", "Open")
    application.verified.record(document)
    badge_of(application).click()
    assert application.window.page == "ledger"
    application.window.show_page("atlas")
    application.actions["show_ledger"].trigger()
    assert application.window.page == "ledger"
