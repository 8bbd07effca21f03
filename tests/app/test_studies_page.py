"""The page of studies: every study of the catalog, its options, its network, its course and what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QListWidget,
    QMenu,
    QPushButton,
    QSpinBox,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.application import Application
from app.painting.elided_combo import ElidedCombo
from app.painting.elided_label import ElidedLabel
from app.services.engine_service import Answer, EngineService
from app.services.run_follower import RunFollower
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState, JobProgress
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.state.study_state import StudyState
from app.state.training_recipe import TrainingRecipe
from app.views.studies.figure_view import FigureView
from app.views.studies.studies_view import StudiesView
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.findings.catalog import STUDIES, read_report
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_records import RunSummary
from tests.app.conftest import Start
from tests.app.study_documents import TINY, lesion_document, rates_document
from tests.app.test_study_state import stored_run

PATIENCE_MS = 120_000


class Bench(NamedTuple):
    """The page on the screen with all that it listens to; no worker is started."""

    view: StudiesView
    document: ArchitectureDocument
    selection: SelectionState
    runs: RunsState
    recipe: TrainingRecipe
    studies: StudyState
    engine: EngineState
    service: EngineService
    theme: Theme

    def part(self, name: str) -> QWidget:
        found = self.view.findChild(QWidget, name)
        assert found is not None, name
        return found

    @property
    def figures(self) -> list[FigureView]:
        return [figure for figure in self.view.findChildren(FigureView) if figure.isVisible()]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    document, selection, runs, recipe = ArchitectureDocument(TINY), SelectionState(), RunsState(), TrainingRecipe()
    studies, engine, theme, library = StudyState(), EngineState(), Theme("light"), RunLibrary()
    service = EngineService(document, recipe, engine, RunFollower(runs, library), library)
    view = StudiesView(document, selection, runs, recipe, studies, engine, service, theme)
    qtbot.addWidget(view)
    view.resize(720, 690)
    view.show()
    qtbot.waitExposed(view)
    yield Bench(view, document, selection, runs, recipe, studies, engine, service, theme)
    service.close()


def shown(bench: Bench, name: str) -> bool:
    return bench.part(name).isVisible()


def test_that_every_study_of_the_catalog_can_be_chosen_and_shows_its_words_and_options(bench: Bench) -> None:
    names = bench.part("study_list")
    assert isinstance(names, QListWidget) and names.count() == len(STUDIES)
    for row, study in enumerate(STUDIES):
        names.setCurrentRow(row)
        assert bench.studies.chosen == study.name
        assert bench.part("study_title").text() == study.title
        assert bench.part("study_healthy").text() == study.words.healthy
        fields = [name for name in study.options.model_fields if bench.view.findChild(QWidget, f"study_option_{name}")]
        assert fields == list(study.options.model_fields)


def test_that_the_source_is_a_link(bench: Bench) -> None:
    assert 'href="https://arxiv.org/abs/1506.01186"' in bench.part("study_source").text()


def test_that_a_refused_option_is_marked_where_it_stands_and_start_waits(qtbot: QtBot, bench: Bench) -> None:
    steps, start = bench.part("study_option_steps"), bench.part("study_start")
    assert isinstance(steps, QSpinBox) and start.isEnabled()
    steps.setValue(5)
    note = bench.part("problem_study_options")
    assert isinstance(note, QLabel) and "Updates: 5 is too small" in note.text() and note.isVisible()
    assert not start.isEnabled() and steps.value() == 5
    assert steps.palette().text().color().name() == bench.theme.colors.warning
    qtbot.mouseClick(bench.part("reset_options"), Qt.MouseButton.LeftButton)
    assert start.isEnabled() and steps.value() == 100 and not shown(bench, "problem_study_options")


def test_that_a_study_of_a_trained_network_asks_for_one_where_there_is_none(bench: Bench, tmp_path: Path) -> None:
    bench.studies.choose("lesion")
    assert shown(bench, "study_no_subject") and shown(bench, "study_train") and not shown(bench, "study_start")
    bench.runs.set_library((stored_run(tmp_path / "run-1", 60),))
    subject = bench.part("study_subject")
    assert isinstance(subject, QComboBox) and subject.currentText() == "Tiny after 60 steps · run-1"
    assert shown(bench, "study_start") and not shown(bench, "study_no_subject")


def test_that_results_are_kept_by_network_and_each_can_be_looked_at(bench: Bench, tmp_path: Path) -> None:
    bench.runs.set_library((stored_run(tmp_path / "run-1", 60),))
    bench.studies.record(rates_document(run="run-1", suggested=0.5), TINY)
    assert shown(bench, "study_no_result")
    bench.studies.record(rates_document(suggested=0.077), TINY)
    headline, results = bench.part("study_headline"), bench.part("study_results")
    assert isinstance(headline, QLabel) and isinstance(results, QComboBox)
    assert "take a peak of about 0.077" in headline.text() and results.count() == 2
    subject = bench.part("study_subject")
    assert isinstance(subject, QComboBox)
    subject.activated.emit(1)
    assert "0.5" in headline.text() and results.currentText() == "Tiny after 60 steps · run-1"
    results.activated.emit(0)
    assert "0.077" in headline.text() and results.currentText() == "Tiny before training · digits, seed 0"
    names = bench.part("study_list")
    assert isinstance(names, QListWidget)
    said = names.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Learning-rate finder, has a result"
    bench.document.open_preset("ResNet-18", "Open")
    subject.activated.emit(0)
    assert shown(bench, "study_no_result") and not bench.figures


def test_that_the_run_of_the_open_architecture_is_studied_though_another_is_looked_at(
    bench: Bench, tmp_path: Path
) -> None:
    bench.studies.choose("lesion")
    own, other = (stored_run(tmp_path / name, 60) for name in ("own", "other"))
    bench.runs.set_library((other, own))
    for summary, config in ((own, TINY), (other, preset("ResNet-18"))):
        graph = ArchitectureDocument(config).snapshot.graph
        norms = np.empty((0, len(graph.boundaries)))
        bench.runs.put(ShownRun(summary, config, {}, graph.boundaries, np.empty(0, np.int64), norms))
    bench.runs.look_at("other")
    subject = bench.part("study_subject")
    assert isinstance(subject, QComboBox) and subject.currentText() == "Tiny after 60 steps · own"
    bench.document.open_preset("ResNet-18", "Open")
    assert subject.currentText().endswith("· other")
    subject.activated.emit(1)  # the run that is looked at comes first
    assert subject.currentText().endswith("· own")


def test_that_the_name_of_a_network_that_has_no_room_ends_with_an_ellipsis(bench: Bench, tmp_path: Path) -> None:
    bench.runs.set_library((stored_run(tmp_path / ("run-of-a-long-name-" * 3), 60),))
    bench.studies.choose("lesion")
    subject = bench.part("study_subject")
    assert isinstance(subject, ElidedCombo)
    subject.setFixedWidth(900)
    assert subject.shown_text() == subject.currentText()
    subject.setFixedWidth(220)
    assert subject.shown_text().endswith("…") and subject.shown_text().startswith("Tiny after 60 steps")
    assert subject.fontMetrics().horizontalAdvance(subject.shown_text()) < 220
    subject.setCurrentIndex(-1)
    subject.setPlaceholderText("no network")
    assert subject.shown_text() == "no network" and not subject.grab().isNull()


def test_that_an_offer_goes_into_the_recipe_with_one_line(qtbot: QtBot, bench: Bench) -> None:
    bench.studies.record(rates_document(suggested=0.077), TINY)
    offer = bench.part("study_offer_learning_rate")
    assert isinstance(offer, QPushButton) and offer.text() == "Use 0.077 as peak learning rate"
    with qtbot.waitSignal(bench.view.announced) as said:
        qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert bench.recipe.config.learning_rate == 0.077
    assert said.args == ["Peak learning rate of the next run: 0.077"]
    assert not offer.isEnabled()


def test_that_a_hidden_page_does_nothing_until_it_is_shown(bench: Bench) -> None:
    bench.view.hide()
    bench.studies.record(rates_document(), TINY)
    assert not bench.view.findChildren(FigureView)
    bench.view.show()
    assert len(bench.figures) == 1


def test_that_a_bar_selects_its_block_and_the_selection_is_marked(qtbot: QtBot, bench: Bench) -> None:
    bench.studies.choose("lesion")
    result = bench.studies.record(lesion_document(TINY, "run-1"), TINY)
    bench.studies.look_at(result.key)
    accuracy, loss = bench.figures
    plot = accuracy.plot
    assert plot is not None and loss.plot is not None
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert accuracy.findChild(ElidedLabel, "figure_reading").text() == "layer1.0   test accuracy 90 %"
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert accuracy.findChild(ElidedLabel, "figure_reading").text().endswith("no value")
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert bench.selection.selected == "layer3.0"
    for figure in (accuracy, loss):
        assert figure.plot._band.isVisible() and figure.plot._band.getRegion() == (1.5, 2.5)
    place = plot.mapFromScene(plot.plot.vb.mapViewToScene(QPointF(0, 10)))
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.selection.selected == "layer1.0"
    bench.selection.select("")
    assert not accuracy.plot._band.isVisible()


def test_that_the_table_has_a_row_a_block_and_can_be_copied_and_saved(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.studies.choose("lesion")
    result = bench.studies.record(lesion_document(TINY, "run-1"), TINY)
    bench.studies.look_at(result.key)
    toggle, table = bench.part("study_table_toggle"), bench.part("study_table")
    assert isinstance(toggle, QToolButton) and isinstance(table, QTableView) and not table.isVisible()
    toggle.click()
    assert table.isVisible() and table.model().rowCount() == 4
    table.selectRow(3)
    assert bench.selection.selected == "layer3.0"
    view = bench.view._result
    view.copy_table()
    assert QGuiApplication.clipboard().text().splitlines()[2].startswith("layer1.0\t90.0 %")
    view.save(tmp_path / "found.csv")
    assert (tmp_path / "found.csv").read_text(encoding="utf-8").splitlines()[0] == "removed,accuracy,loss,note"
    view.save(tmp_path / "found.json")
    document = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert read_report(document).found == result.report.found
    with qtbot.waitSignal(bench.view.failed) as said:
        view.save(tmp_path / "nowhere" / "found.csv")
    assert "could not be written" in said.args[0]


def test_that_progress_failure_and_the_wait_for_another_job_are_told(qtbot: QtBot, bench: Bench) -> None:
    running = JobProgress("train", "running", "", 3, 10)
    bench.engine.set_progress(running)
    assert not bench.part("study_start").isEnabled()
    assert bench.part("study_progress_text").text().startswith("One job at a time")
    assert not shown(bench, "study_cancel")
    bench.engine.set_progress(JobProgress())
    assert bench.part("study_start").isEnabled() and not shown(bench, "study_course")


def test_that_tab_goes_from_start_through_the_options_in_order(qtbot: QtBot, bench: Bench) -> None:
    for study in ("learning_rate", "hessian", "learning_rate"):
        bench.studies.choose(study)
        names = list(bench.studies.draft(study))[:3]
        qtbot.waitUntil(partial(shown, bench, f"study_option_{names[0]}"))
        found, widget = [], bench.part("study_start").nextInFocusChain()
        while len(found) < 3:
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy():
                found.append(widget.objectName())
            widget = widget.nextInFocusChain()
        assert found == [f"study_option_{name}" for name in names]


def test_that_nothing_says_press_start_while_a_study_runs_and_start_has_the_focus_after_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = bench.part("study_no_result")
    assert isinstance(nothing, QLabel) and "press Start" in nothing.text()
    monkeypatch.setattr(EngineService, "study_under_way", "learning_rate")
    bench.engine.set_progress(JobProgress("study", "running", "", 3, 10))
    assert not nothing.text()
    bench.part("study_cancel").setFocus()
    monkeypatch.setattr(EngineService, "study_under_way", "")
    bench.engine.set_progress(JobProgress())
    assert "press Start" in nothing.text()
    assert bench.view.window().focusWidget() is bench.part("study_start")


# In the window


def open_study(application: Application, name: str) -> None:
    """Choose a study in the Run menu."""
    menu = application.window.findChild(QMenu, "study")
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.objectName() == f"study_{name}").trigger()


def test_that_menu_and_palette_open_the_page_at_each_study(application: Application) -> None:
    menu = application.window.findChild(QMenu, "study")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [study.title for study in STUDIES]
    entries = {entry.text: entry for entry in application.desk.more_entries()}
    assert list(entries) == [f"Study: {study.title}" for study in STUDIES]
    open_study(application, "lesion")
    assert application.window.page == "studies" and application.studies.chosen == "lesion"
    entries["Study: Learning-rate finder"].take()
    assert application.studies.chosen == "learning_rate"
    application.actions["show_atlas"].trigger()
    application.actions["studies"].trigger()
    assert application.window.page == "studies"


def test_that_the_chosen_study_and_the_width_of_the_list_come_back(start: Start) -> None:
    before = start()
    open_study(before, "lesion")
    view = before.views.studies.view()
    view.restore_layout((260, 440))
    view.layout_changed.emit()
    widths = view.layout_state()
    before.shut_down()
    after = start()
    assert after.window.page == "studies" and after.studies.chosen == "lesion"
    assert after.views.studies.view().layout_state()[0] == widths[0]


def put_run(application: Application, folder: Path, config: ArchitectureConfig) -> ShownRun:
    """Show a run without captures over the open architecture."""
    graph = application.document.snapshot.graph
    norms = np.empty((0, len(graph.boundaries)))
    summary = RunSummary(folder.name, folder, "run", "finished", 60, architecture_name=config.name)
    run = ShownRun(summary, config, {}, graph.boundaries, np.empty(0, np.int64), norms)
    application.runs.put(run)
    return run


def test_that_the_track_of_the_atlas_shows_what_each_block_of_the_run_is_worth(
    application: Application, tmp_path: Path
) -> None:
    application.document.open_config(TINY, "Open Tiny")
    assert "lesion" not in application.atlas.layout_record.shown
    run = put_run(application, tmp_path / "run-1", TINY)
    document = lesion_document(TINY, run.key)
    application.service.answered.emit(Answer("study", document, TINY))
    assert "lesion" in application.atlas.layout_record.shown
    row = next(row for row in application.atlas.rows if row.track.key == "lesion")
    span = application.atlas.depth_view.axis.span_of("layer3.0")
    assert span is not None and row.track.has_rows
    said = row.track.value_at(application.atlas.frame_of(row), application.atlas.depth_view.x(span.middle), 1.0)
    assert said == "2.0 % of the test images lost without it"
    announcement = application.status_bar.findChild(ElidedLabel, "announcement")
    assert announcement.text().startswith("Blocks removed: Without one block 89.0 %")
    application.document.open_preset("ResNet-18", "Open")
    row = next(row for row in application.atlas.rows if row.track.key == "lesion")
    assert not row.track.has_rows


@pytest.mark.slow
def test_that_a_study_is_made_by_a_worker_and_can_fail_and_be_cancelled(qtbot: QtBot, application: Application) -> None:
    application.document.open_config(TINY, "Open Tiny")
    for name, value in (("device", "cpu"), ("batch_size", 8), ("threads", 1)):
        assert application.recipe.set_field(name, value)
    application.begin_work()
    open_study(application, "learning_rate")
    view = application.views.studies.view()
    start, cancel = view.findChild(QPushButton, "study_start"), view.findChild(QPushButton, "study_cancel")
    application.studies.set_option("learning_rate", "steps", 12)
    start.click()
    assert not start.isEnabled() and cancel.isVisible()
    qtbot.waitUntil(lambda: not application.engine.busy, timeout=PATIENCE_MS)
    (result,) = application.studies.results("learning_rate")
    assert len(result.report.found.rates) == 12 and result.report.options.steps == 12
    assert view.findChild(QLabel, "study_headline").text() and view.findChild(FigureView).isVisible()

    application.studies.set_option("learning_rate", "steps", 10_000)
    start.click()
    qtbot.waitUntil(lambda: application.engine.progress.done > 0, timeout=PATIENCE_MS)
    assert "updates at growing rates" in view.findChild(ElidedLabel, "study_progress_text").text()
    cancel.click()
    qtbot.waitUntil(lambda: not application.engine.busy, timeout=PATIENCE_MS)
    assert application.studies.results("learning_rate") == (result,)
    failure = view.findChild(QLabel, "study_failure")
    assert not failure.isVisible()

    assert application.recipe.set_field("data", "random")
    start.click()
    qtbot.waitUntil(lambda: not application.engine.busy, timeout=PATIENCE_MS)
    assert failure.isVisible() and "images with labels" in failure.text()
    assert "images with labels" in application.window.notice.report.line
    view.findChild(QPushButton, "study_failure_copy").click()
    assert "images with labels" in QGuiApplication.clipboard().text()
    assert view.findChild(FigureView).isVisible()
