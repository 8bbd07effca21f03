"""Leaves the window, with or without a proper close, and looks whether everything comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services.session import FILE_NAME, Session, read_session
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.presets import preset
from resnet_core.folders import settings_folder
from resnet_core.runs.run_events import RunFinished, RunStarted
from resnet_core.runs.run_store import RunStore
from tests.app.conftest import Start


def test_that_the_unsaved_architecture_comes_back_after_a_crash(qtbot: QtBot, start: Start) -> None:
    first = start()
    first.document.set_field(("stages", 1, "blocks"), 9, "Change blocks")
    edited = first.document.config

    def is_stored() -> bool:
        session = read_session(settings_folder())
        return session is not None and session.architecture == edited

    qtbot.waitUntil(is_stored)  # nothing is closed: the program might be killed now
    second = start()
    assert second.document.config == edited
    assert second.document.modified
    assert second.window.windowTitle() == "ResNet-50* — Skipscope"


def test_that_file_pins_tab_tracks_and_recent_files_come_back(start: Start, toml_file: Path) -> None:
    first = start()
    first.files.open_path(toml_file)
    first.architecture.make_reference()
    first.architecture.open_preset("ResNet-101")
    first.files.open_path(toml_file)
    first.window.show_page("layers")
    first.atlas.set_layout_record(first.atlas.layout_record.toggled("macs"))
    first.window.resize(1100, 720)
    first.window.close()
    second = start()
    assert second.document.path == toml_file and not second.document.modified
    assert [snapshot.config.name for snapshot in second.pinned.pinned] == ["Small"]
    assert second.window.page == "layers"
    assert "macs" in second.atlas.layout_record.hidden
    assert second.recent.paths == (toml_file,)


def test_that_the_tracks_of_the_comparison_come_back_even_if_it_was_not_looked_at_between(start: Start) -> None:
    first = start()
    chosen = {**first.views.comparison.view().tracks_state(), "differences": ["activations"], "scale": "log"}
    first.views.comparison.view().restore_tracks(chosen)
    first.window.close()
    start().window.close()
    assert start().views.comparison.view().tracks_state() == chosen


def test_that_geometry_and_docks_come_back(start: Start) -> None:
    first = start()
    first.window.resize(1000, 700)
    dock = first.window.findChild(object, "inspector_dock")
    dock.hide()
    QApplication.processEvents()
    first.window.close()
    session = read_session(settings_folder())
    assert session is not None and session.geometry and session.docks
    second = start()
    assert second.window.findChild(object, "inspector_dock").isHidden()


def test_that_nothing_but_recent_files_comes_back_when_that_is_wished(start: Start, toml_file: Path) -> None:
    first = start()
    first.settings.set_field(("session", "restore"), False)
    first.files.open_path(toml_file)
    first.window.close()
    second = start()
    assert second.document.config == preset("ResNet-50")
    assert second.recent.paths == (toml_file,)


def test_that_a_spoilt_session_is_as_good_as_none(start: Start) -> None:
    settings_folder().mkdir(parents=True)
    (settings_folder() / FILE_NAME).write_text('{"architecture": {"stages": 7}}', encoding="utf-8")
    assert start().document.config == preset("ResNet-50")


def test_that_strange_geometry_and_layout_are_left_alone(start: Start) -> None:
    tracks = {"atlas": {"order": 3}, "compare": {"differences": [[]]}}
    session = Session(geometry="!!", docks="äö", tab="no such tab", current_run="gone", **tracks)
    settings_folder().mkdir(parents=True)
    (settings_folder() / FILE_NAME).write_text(session.model_dump_json(), encoding="utf-8")
    application = start()
    assert application.window.page == "atlas"
    assert application.window.isVisible()
    assert application.views.comparison.view().tracks_state()["overlays"] == ["macs", "parameters"]


@pytest.mark.slow
def test_that_the_runs_that_were_shown_come_back(qtbot: QtBot, start: Start) -> None:
    config = preset("ResNet-20")
    first = start()
    for name in ("One", "Two"):
        folder = first.library.new_folder(name)
        with RunStore.create(folder, config_toml=config_to_toml(config)) as store:
            began = "2026-01-01T00:00:00+00:00"
            boundaries = build_graph(config).boundaries
            store.record(RunStarted(name, config.name, "cpu", 0, 1, 1, boundaries, "digits", began))
            store.record(RunFinished("finished", 1, 1.0))
        first.service.open_run(folder)
        qtbot.waitUntil(lambda name=name: name in [run.summary.name for run in first.runs.shown])
    first.runs.look_at(first.runs.shown[0].key)
    first.window.close()
    second = start()
    assert second.runs.shown == ()  # the first paint waits for no disk
    second.begin_work()
    qtbot.waitUntil(lambda: len(second.runs.shown) == 2)
    qtbot.waitUntil(lambda: second.runs.current is not None and second.runs.current.summary.name == "One")


def test_that_settings_come_back(start: Start) -> None:
    first = start()
    first.actions["theme_dark"].trigger()
    first.recipe.set_field("steps", 77)
    first.window.close()
    second = start()
    assert second.theme.colors.dark
    assert second.recipe.config.steps == 77


def test_that_a_spoilt_settings_file_is_told_in_one_line(start: Start) -> None:
    settings_folder().mkdir(parents=True)
    (settings_folder() / "settings.toml").write_text("appearance = 3", encoding="utf-8")
    application = start()
    assert "settings could not be read" in application.window.notice.report.line
    assert application.theme.choice == "system"
