"""Tests the services that stand behind the window: settings, errors, session, themes, plans of a training."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import qCritical, qWarning
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services.apply_theme import apply_theme, style_sheet
from app.services.errors import ErrorReport, ErrorService
from app.services.session import FILE_NAME, Session, SessionKeeper, read_session
from app.services.settings import Settings, SettingsStore
from app.services.theme import DARK, LIGHT
from app.services.training_plan import PlanRefused, fitted_to_data, plan_training
from resnet_core.configuration.config_file import parse_run_config
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError


def test_that_settings_are_stored_and_read_again(qapp: QApplication, tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    store.set_field(("appearance", "theme"), "dark")
    store.set_field(("runs", "most_shown"), 3)
    again = SettingsStore(tmp_path)
    assert again.values == store.values
    assert (again.values.appearance.theme, again.values.runs.most_shown) == ("dark", 3)


def test_that_only_what_differs_from_the_defaults_is_stored(qapp: QApplication, tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    store.set_field(("training", "seed"), 5)
    assert (tmp_path / "settings.toml").read_text(encoding="utf-8").split() == ["[training]", "seed", "=", "5"]
    store.replace(Settings())
    assert (tmp_path / "settings.toml").read_text(encoding="utf-8") == ""


def test_that_a_setting_out_of_bounds_is_refused_and_changes_nothing(qapp: QApplication, tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    with pytest.raises(ConfigurationError) as refused:
        store.set_field(("runs", "most_shown"), 0)
    assert refused.value.problems[0].path == ("runs", "most_shown")
    assert store.values == Settings()


@pytest.mark.parametrize("content", [b"theme = [", b"\xff\xfe", b"[appearance]\ntheme = 'pink'", b"[nothing]"])
def test_that_spoilt_settings_fall_back_to_the_defaults_and_are_kept_aside(
    qapp: QApplication, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "settings.toml").write_bytes(content)
    store = SettingsStore(tmp_path)
    assert store.values == Settings()
    assert "settings.toml.unreadable" in store.complaint and "\n" not in store.complaint
    assert (tmp_path / "settings.toml.unreadable").read_bytes() == content
    assert SettingsStore(tmp_path).complaint == ""


def test_that_settings_that_cannot_be_stored_are_in_force_all_the_same(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.write_text("a file where the folder should be", encoding="utf-8")
    store = SettingsStore(folder)
    with qtbot.waitSignal(store.failed) as failed:
        store.set_field(("appearance", "theme"), "dark")
    assert "taken" in failed.args[0]
    assert store.values.appearance.theme == "dark"


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_that_the_style_sheet_is_filled_with_the_theme(qapp: QApplication, colors: object) -> None:
    sheet = style_sheet(colors)  # type: ignore[arg-type]
    assert "$" not in sheet
    assert colors.accent in sheet and colors.hairline in sheet  # type: ignore[attr-defined]


def test_that_a_theme_dresses_the_application(qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    assert qapp.palette().window().color().name() == DARK.window
    apply_theme(qapp, LIGHT)
    assert qapp.palette().window().color().name() == LIGHT.window
    qapp.setStyleSheet("")


def test_that_an_exception_nobody_caught_becomes_one_line_with_details(qtbot: QtBot) -> None:
    errors = ErrorService()
    give_back = errors.install()
    try:
        with qtbot.waitSignal(errors.reported) as reported:
            try:
                raise ValueError("seven is not even")
            except ValueError:
                sys.excepthook(*sys.exc_info())
    finally:
        give_back()
    report = reported.args[0]
    assert "ValueError: seven is not even" in report.line and "\n" not in report.line
    assert "Traceback" in report.details


def test_that_an_exception_of_a_thread_is_reported_in_the_window(qtbot: QtBot) -> None:
    errors = ErrorService()
    heard: list[ErrorReport] = []
    errors.reported.connect(heard.append)
    give_back = errors.install()
    try:
        thread = threading.Thread(target=lambda: 1 // 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(heard))
    finally:
        give_back()
    assert "ZeroDivisionError" in heard[0].line


def test_that_qt_is_reported_where_it_calls_itself_critical(qtbot: QtBot) -> None:
    errors = ErrorService()
    heard: list[ErrorReport] = []
    errors.reported.connect(heard.append)
    give_back = errors.install()
    try:
        qWarning("a mere warning")
        qCritical("out of memory")
    finally:
        give_back()
    assert [report.line for report in heard] == ["out of memory"]


def test_that_the_same_error_many_times_a_second_is_told_once(qapp: QApplication) -> None:
    errors = ErrorService()
    heard: list[ErrorReport] = []
    errors.reported.connect(heard.append)
    for _ in range(50):
        errors.report("the paint event failed", "details")
    errors.report("something else")
    assert [report.line for report in heard] == ["the paint event failed", "something else"]


def test_that_the_session_is_stored_soon_and_only_when_it_changed(qtbot: QtBot, tmp_path: Path) -> None:
    shown = {"tab": "atlas"}
    keeper = SessionKeeper(tmp_path, lambda: Session(tab=shown["tab"]))
    for _ in range(20):
        keeper.note_change()
    qtbot.waitUntil(lambda: read_session(tmp_path) == Session(tab="atlas"))
    (tmp_path / FILE_NAME).unlink()
    keeper.close()
    assert read_session(tmp_path) is None
    shown["tab"] = "compare"
    keeper.close()
    assert read_session(tmp_path) == Session(tab="compare")


def test_that_a_session_that_cannot_be_stored_is_told_once(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.write_text("", encoding="utf-8")
    number = iter(range(10))
    keeper = SessionKeeper(folder, lambda: Session(tab=str(next(number))))
    heard: list[str] = []
    keeper.failed.connect(lambda line, _details: heard.append(line))
    keeper.close()
    keeper.close()
    QApplication.processEvents()
    assert len(heard) == 1


def test_that_a_plan_names_what_a_copy_is_changed_in() -> None:
    plan = plan_training(preset("ResNet-50"), TrainingConfig())
    assert plan.line == (
        "Training a copy of ResNet-50 fitted to digits: input 3x224x224 → 1x16x16, classes 1000 → 10, "
        "zero-init residual off → on."
    )
    assert parse_run_config(plan.config_toml).architecture == preset("ResNet-50")


def test_that_what_fits_already_is_said_to() -> None:
    fitted, _ = fitted_to_data(preset("ResNet-20"), TrainingConfig())
    assert fitted_to_data(fitted, TrainingConfig())[1] == "ResNet-20 fits digits as it is."


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        ({"data": "digitz"}, "digits"),
        ({"data": "/no/such/folder"}, "no such folder"),
        ({"data": "cifar10"}, "cifar-10-binary.tar.gz"),
        ({"batch_size": 1}, "training.batch_size"),
        ({"batch_size": 5000}, "5000"),
    ],
)
def test_that_a_plan_that_cannot_be_is_refused_in_one_line(recipe: dict[str, object], says: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_training(preset("ResNet-50"), TrainingConfig.model_validate(recipe))
    assert says in str(refused.value) and "\n" not in str(refused.value)
