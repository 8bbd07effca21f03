"""Turns whatever goes wrong in the window into one line with details, so that the window lives on."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

LOGGER = logging.getLogger("skipscope")
REPEATED_WITHIN_S = 1.0
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ErrorReport(NamedTuple):
    """What is shown of something that went wrong: one line, and details that can be copied."""

    line: str
    details: str


class ErrorService(QObject):
    """Takes reports from any thread; `reported` carries each, one that repeats itself at once only once."""

    reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: ErrorReport | None = None
        self._last_at = 0.0

    def report(self, line: str, details: str = "") -> None:
        """Tell the person of something that went wrong."""
        report, now = ErrorReport(line, details), time.monotonic()
        if report == self._last and now - self._last_at < REPEATED_WITHIN_S:
            return
        self._last, self._last_at = report, now
        self.reported.emit(report)

    def report_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Report an exception that nobody caught; Ctrl+C in the terminal ends the program instead."""
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.exit(130)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        LOGGER.error("%s", details)
        text = self.tr("Something went wrong inside Skipscope: {error}. You can go on working.")
        self.report(text.format(error=_short(kind, error)), details)

    def install(self) -> Callable[[], None]:
        """Take over what Python and Qt report, and return what gives it back."""
        hook, thread_hook = sys.excepthook, threading.excepthook
        sys.excepthook = self.report_exception
        threading.excepthook = self._report_thread
        qt_handler = qInstallMessageHandler(self._report_qt)

        def give_back() -> None:
            sys.excepthook, threading.excepthook = hook, thread_hook
            qInstallMessageHandler(qt_handler)

        return give_back

    def _report_thread(self, facts: threading.ExceptHookArgs) -> None:
        self.report_exception(facts.exc_type, facts.exc_value, facts.exc_traceback)

    def _report_qt(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        """Log what Qt says; only what it calls critical concerns the person."""
        LOGGER.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self.report(message, f"{context.category}: {message}")


def _short(kind: type[BaseException], error: BaseException | None) -> str:
    first = str(error).strip().splitlines()
    return f"{kind.__name__}: {first[0]}" if first else kind.__name__
