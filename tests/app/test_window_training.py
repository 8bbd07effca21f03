"""Trains real networks from the window: curves move, a killed worker leaves it alive, and closing asks first."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.services.errors import ErrorReport
from app.windows.close_question import CloseQuestion
from app.windows.notice_bar import TextDialog
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_reader import RunReader
from tests.app.conftest import Start

PATIENCE_MS = 120_000
pytestmark = pytest.mark.slow


@pytest.fixture
def workshop(start: Start) -> Application:
    """The program on a tiny architecture and an endless recipe, its engine started."""
    application = start()
    tiny = with_assignments(preset("ResNet-20"), [f"stages.{place}.blocks=1" for place in range(3)])
    application.document.open_config(tiny.model_copy(update={"name": "Tiny"}), "Open Tiny")
    for name, value in (("steps", 100_000), ("batch_size", 8), ("threads", 1), ("capture_every", 1)):
        assert application.recipe.set_field(name, value)
    application.begin_work()
    return application


def train(qtbot: QtBot, application: Application, steps: int = 3) -> None:
    """Start a run and wait until it has made some steps."""
    application.actions.refresh()
    application.actions["train"].trigger()

    def moves() -> bool:
        run = application.runs.current
        return run is not None and "train_loss" in run.curves and len(run.curves["train_loss"].steps) >= steps

    qtbot.waitUntil(moves, timeout=PATIENCE_MS)


def wait_for_idle(qtbot: QtBot, application: Application) -> None:
    qtbot.waitUntil(lambda: not application.engine.busy, timeout=PATIENCE_MS)


def test_that_a_run_is_shown_as_it_is_trained_and_can_be_paused_and_stopped(
    qtbot: QtBot, workshop: Application
) -> None:
    announced: list[str] = []
    workshop.service.announced.connect(announced.append)
    train(qtbot, workshop)
    assert announced[0].startswith("Training a copy of Tiny fitted to digits: input 3x32x32 → 1x16x16")
    run = workshop.runs.current
    assert run is not None and run.architecture.input.channels == 1
    qtbot.waitUntil(lambda: len(workshop.runs.current.gradient_steps) > 2, timeout=PATIENCE_MS)
    norms = workshop.runs.current.boundary_norms
    assert norms.shape[1] == len(workshop.document.snapshot.graph.boundaries) and (norms > 0).all()
    assert workshop.atlas.gradients.has_rows
    workshop.service.pause()
    qtbot.waitUntil(lambda: workshop.engine.progress.phase == "paused", timeout=PATIENCE_MS)
    workshop.service.resume()
    qtbot.waitUntil(lambda: workshop.engine.progress.phase == "running", timeout=PATIENCE_MS)
    workshop.actions["stop"].trigger()
    wait_for_idle(qtbot, workshop)
    qtbot.waitUntil(lambda: workshop.runs.current.summary.status == "stopped", timeout=PATIENCE_MS)
    assert [entry.status for entry in workshop.runs.library] == ["stopped"]
    assert announced[-1].startswith("Tiny stopped after")
    assert RunReader(run.summary.folder).latest_checkpoint() is not None


def test_that_a_stopped_run_goes_on_from_its_checkpoint(qtbot: QtBot, workshop: Application) -> None:
    train(qtbot, workshop)
    workshop.service.stop()
    wait_for_idle(qtbot, workshop)
    qtbot.waitUntil(lambda: workshop.runs.current.summary.status == "stopped", timeout=PATIENCE_MS)
    made = workshop.runs.current.summary.step
    workshop.actions.refresh()
    workshop.actions["resume"].trigger()
    qtbot.waitUntil(lambda: workshop.runs.current.summary.step > made + 2, timeout=PATIENCE_MS)
    steps = workshop.runs.current.curves["train_loss"].steps
    assert list(steps) == list(range(len(steps)))
    workshop.service.stop()
    wait_for_idle(qtbot, workshop)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_that_a_killed_worker_leaves_the_window_alive_with_one_message(qtbot: QtBot, workshop: Application) -> None:
    reports: list[ErrorReport] = []
    workshop.errors.reported.connect(reports.append)
    train(qtbot, workshop)
    key = workshop.runs.current.key
    job = workshop.service._job
    assert job is not None
    os.kill(workshop.service._pool.pid_of(job.number), signal.SIGKILL)
    wait_for_idle(qtbot, workshop)
    qtbot.waitUntil(lambda: workshop.runs.current.summary.status == "crashed", timeout=PATIENCE_MS)
    assert len(reports) == 1
    assert "SIGKILL" in reports[0].line and key in reports[0].line
    assert len(workshop.runs.current.curves["train_loss"].steps) >= 3
    workshop.document.open_preset("ResNet-18", "Open")
    assert workshop.document.config.name == "ResNet-18"
    workshop.actions.refresh()
    assert workshop.actions["train"].isEnabled()


@pytest.mark.parametrize("button", ["close_stop", "close_cancel"])
def test_that_closing_asks_what_becomes_of_a_run(qtbot: QtBot, workshop: Application, button: str) -> None:
    train(qtbot, workshop)
    folder = workshop.runs.current.summary.folder
    workshop.window.close()
    assert workshop.window.isVisible()
    question = workshop.window.findChild(CloseQuestion)
    question.findChild(QPushButton, button).click()
    if button == "close_stop":
        qtbot.waitUntil(lambda: not workshop.window.isVisible(), timeout=PATIENCE_MS)
        assert RunReader(folder).summary().status == "stopped"
    else:
        qtbot.wait(50)
        assert workshop.window.isVisible() and workshop.service.is_training
        workshop.service.stop()
        wait_for_idle(qtbot, workshop)


def test_that_a_build_tells_time_memory_and_that_the_counts_agree(qtbot: QtBot, workshop: Application) -> None:
    workshop.actions["build"].trigger()
    wait_for_idle(qtbot, workshop)
    dialog = workshop.window.findChild(TextDialog)
    text = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "equals the graph" in text and "memory" in text and "built in" in text
    dialog.close()


def test_that_a_check_can_be_cancelled(qtbot: QtBot, workshop: Application) -> None:
    workshop.actions["check"].trigger()
    assert workshop.engine.busy
    workshop.status_bar.findChild(QPushButton, "job_cancel").click()
    assert not workshop.engine.busy
    qtbot.wait(100)
    assert workshop.window.findChild(TextDialog) is None


def test_that_a_finished_run_of_a_folder_is_opened_with_its_architecture(
    qtbot: QtBot, workshop: Application, tmp_path: Path
) -> None:
    workshop.recipe.set_field("steps", 4)
    train(qtbot, workshop)
    wait_for_idle(qtbot, workshop)
    qtbot.waitUntil(lambda: workshop.runs.current.summary.status == "finished", timeout=PATIENCE_MS)
    folder = workshop.runs.current.summary.folder
    elsewhere = folder.rename(tmp_path / "copied")
    workshop.service.hide_run(folder.name)
    workshop.document.open_preset("ResNet-50", "Open")
    assert workshop.files.open_path(elsewhere)
    assert workshop.document.config.name == "Tiny"
    qtbot.waitUntil(lambda: workshop.runs.current is not None, timeout=PATIENCE_MS)
    assert workshop.runs.current.summary.step == 4
    assert workshop.atlas.gradients.has_rows


def test_that_an_engine_that_cannot_start_is_told_once_and_the_rest_works(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    application = start()
    reports: list[ErrorReport] = []
    application.errors.reported.connect(reports.append)
    application.begin_work()
    qtbot.waitUntil(lambda: application.engine.phase == "unavailable", timeout=PATIENCE_MS)
    assert len(reports) == 1 and "Counts and drawings work without it" in reports[0].line
    application.actions.refresh()
    assert not application.actions["train"].isEnabled()
    application.document.open_preset("ResNet-18", "Open")
    assert application.document.snapshot.report.total.parameters == 11_689_512
