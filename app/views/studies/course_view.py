"""Starts a study and shows how far it is, with a Cancel that works; says why it failed or why it has to wait."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.painting.elided_label import ElidedLabel
from app.services.engine_service import EngineService
from app.services.fonts import number_font
from app.state.engine_state import EngineState, JobProgress
from app.views.studies.figure_words import said
from app.views.studies.wrapped_label import WrappedLabel
from resnet_core.findings.catalog import study_named
from resnet_core.number_text import duration, exact


class _Failure(NamedTuple):
    """Why a study failed: one line, and details."""

    line: str
    details: str


class CourseView(QWidget):
    """One line under the options: why Start has to wait, the progress, or the failure of the chosen study.

    `startable_changed` tells that the engine can begin now or cannot, `focus_left` that Cancel had the focus and went.
    """

    startable_changed = Signal()
    focus_left = Signal()

    def __init__(self, engine: EngineState, service: EngineService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_course")
        self._engine, self._service = engine, service
        self._study, self._running, self._ended = "", "", ""
        self._failures: dict[str, _Failure] = {}
        self._text, self._bar = ElidedLabel(), QProgressBar()
        self._cancel = _button("study_cancel", self.tr("Cancel"), self.tr("Cancel the study"))
        self._failure = WrappedLabel()
        self._copy = _button("study_failure_copy", self.tr("Copy Details"), self.tr("Copy why the study failed"))
        self._lay_out()
        engine.changed.connect(self._refresh)
        service.answered.connect(lambda _answer: self._forget())
        service.announced.connect(lambda _line: self._forget())
        service.failed.connect(self._take_failure)
        self._cancel.clicked.connect(service.cancel)
        self._copy.clicked.connect(self._copy_details)

    @property
    def startable(self) -> bool:
        """Whether the engine is free and can begin."""
        return not self._engine.busy and self._engine.phase != "unavailable"

    @property
    def is_running(self) -> bool:
        """Whether a study is being made, this one or another."""
        return bool(self._running)

    def show_study(self, study: str) -> None:
        """Show how it goes with a study."""
        self._study = study
        self._refresh()

    def begin(self) -> None:
        """Forget how it went before."""
        self._failures.pop(self._study, None)
        self._refresh()

    def _refresh(self) -> None:
        before, self._running = self._running, self._service.study_under_way
        if before and not self._running:
            self._ended = before
        elif self._running:
            self._ended = ""
        progress, running = self._engine.progress, bool(self._running)
        had_focus = self.window().focusWidget() is self._cancel
        self._bar.setVisible(running)
        self._cancel.setVisible(running)
        self._bar.setRange(0, progress.total if progress.phase != "preparing" else 0)
        self._bar.setValue(progress.done)
        line = self._progress_text(progress) if running else self._waiting_text()
        self._text.set_text(line)
        self._text.setVisible(bool(line))
        failure = self._failures.get(self._study)
        shown = failure is not None and not running
        self._failure.setText(self._failure_text(failure) if failure is not None else "")
        self._failure.setVisible(shown)
        self._copy.setVisible(shown)
        self.setVisible(bool(line) or shown)
        self.startable_changed.emit()
        if had_focus and not running:
            self.focus_left.emit()

    def _progress_text(self, progress: JobProgress) -> str:
        phases = {"preparing": self.tr("preparing…"), "stopping": self.tr("stopping…")}
        parts = [said(progress.text) or phases.get(progress.phase, self.tr("running"))]
        if self._running != self._study:
            parts.insert(0, said(study_named(self._running).title))
        if progress.total:
            parts.append(f"{exact(progress.done)}/{exact(progress.total)}")
        if progress.seconds_left is not None:
            parts.append(self.tr("{time} left").format(time=duration(progress.seconds_left)))
        return " · ".join(parts)

    def _waiting_text(self) -> str:
        if self._engine.phase == "unavailable":
            return self.tr("The engine is unavailable, so nothing can be studied.")
        if self._engine.busy:
            return self.tr("One job at a time: the study can start when the one under way has ended.")
        return ""

    def _failure_text(self, failure: _Failure) -> str:
        return self.tr("The study failed: {reason}").format(reason=failure.line)

    def _take_failure(self, line: str, details: str) -> None:
        """Keep a failure where it is that of the study that has just ended."""
        if self._ended:
            self._failures[self._ended] = _Failure(line, details)
            self._forget()
            self._refresh()

    def _forget(self) -> None:
        self._ended = ""

    def _copy_details(self) -> None:
        failure = self._failures[self._study]
        QGuiApplication.clipboard().setText("\n\n".join(filter(None, failure)))

    def _lay_out(self) -> None:
        self._text.setObjectName("study_progress_text")
        self._text.setFont(number_font(self.font().pointSizeF()))
        self._text.setProperty("role", "muted")
        self._bar.setObjectName("study_progress")
        self._bar.setAccessibleName(self.tr("Progress of the study"))
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._failure.setObjectName("study_failure")
        self._failure.setProperty("role", "warning")
        line, broken = QHBoxLayout(), QHBoxLayout()
        line.addWidget(self._text, 1)
        line.addWidget(self._cancel)
        broken.addWidget(self._failure, 1)
        broken.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._bar)
        layout.addLayout(broken)


def _button(name: str, text: str, spoken: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(spoken)
    return button
