"""Gives the tests of the window the whole program, put together as it is when it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.application import Application
from app.services.errors import ErrorService
from resnet_core.folders import settings_folder

Start = Callable[[], Application]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    """Starts the program, as often as a test likes, on this test's own settings; no worker is started."""
    started: list[Application] = []

    def begin() -> Application:
        application = Application(settings_folder(), ErrorService())
        started.append(application)
        application.window.resize(1280, 800)
        application.window.show()
        qtbot.waitExposed(application.window)
        application.views.fill_docks()
        QApplication.processEvents()
        return application

    yield begin
    for application in started:
        application.shut_down()
        shiboken6.delete(application.window)
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    qt.setStyleSheet("")
    qt.setPalette(QPalette())


@pytest.fixture
def application(start: Start) -> Application:
    """The program, its window shown."""
    return start()


@pytest.fixture
def toml_file(tmp_path: Path) -> Path:
    """A configuration file with one stage less than ResNet-50 has."""
    from resnet_core.configuration.config_file import save_config
    from resnet_core.configuration.presets import preset

    config = preset("ResNet-18")
    path = tmp_path / "small.toml"
    save_config(config.model_copy(update={"name": "Small", "stages": config.stages[:3]}), path)
    return path
