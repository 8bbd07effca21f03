"""Opens the page of studies at one of them, and takes what a study found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject

from app.services.engine_service import Answer
from app.state.study_state import StudyState
from app.windows.main_window import MainWindow
from resnet_core.findings.catalog import STUDIES, study_named

PAGE = "studies"


class StudyCommands(QObject):
    """What the Run menu's studies do; `announce` shows a line, `show_track` a track of the Atlas."""

    def __init__(self, studies: StudyState, window: MainWindow) -> None:
        super().__init__(window)
        self._studies, self._window = studies, window
        self.announce: Callable[[str], None] = lambda _line: None
        self.show_track: Callable[[str], None] = lambda _key: None

    def open(self) -> None:
        """Show the page, at the study that was looked at last."""
        self._window.show_page(PAGE)

    def open_study(self, name: str) -> None:
        """Show the page at a study."""
        self._studies.choose(name)
        self.open()

    def titles(self) -> Mapping[str, str]:
        """Return what each study is called, by its name."""
        return {study.name: QCoreApplication.translate("Study", study.title) for study in STUDIES}

    def take(self, answer: Answer) -> None:
        """Keep what a study found, and say it in one line; the track that shows it comes into sight."""
        result = self._studies.record(answer.document, answer.config)
        report: Any = result.report
        study = study_named(result.key.study)
        headline = study.headline(report.found, QCoreApplication.translate)
        line = self.tr("{study}: {found}")
        self.announce(line.format(study=QCoreApplication.translate("Study", study.title), found=headline))
        if study.name == "lesion":
            self.show_track("lesion")
