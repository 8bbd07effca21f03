"""Opens the window and runs the program to its end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.application.program import Application
from app.services.apply_theme import STYLE
from app.services.errors import ErrorService
from app.services.fonts import install_fonts
from resnet_core.folders import settings_folder

NAME = "Skipscope"
QUIT_AFTER_FIRST_PAINT = "SKIPSCOPE_QUIT_AFTER_FIRST_PAINT"


def run(argv: Sequence[str] = ()) -> int:
    """Open the window, on the configuration file or run folder `argv` names if it does, and return the exit status."""
    qt = make_qt_application()
    errors = ErrorService()
    give_back = errors.install()
    # Workers notice that we are gone, so that Ctrl+C in the terminal may end us as it ends any program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = Application(settings_folder(), errors)
    if argv:
        application.files.open_path(Path(argv[0]))
    if os.environ.get(QUIT_AFTER_FIRST_PAINT):
        application.window.painted.connect(qt.quit)
    else:
        application.window.painted.connect(application.begin_work)
    application.window.show()
    try:
        return qt.exec()
    finally:
        application.shut_down()
        give_back()


def make_qt_application() -> QApplication:
    """Return Qt's application object, named, with our style and typeface."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName(NAME)
    qt.setOrganizationName(NAME)
    qt.setDesktopFileName(NAME.lower())
    qt.setStyle(STYLE)
    install_fonts(qt)
    return qt
