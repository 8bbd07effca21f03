"""Opens the page of studies at one of them, and takes what a study found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QMenu

from app.services.engine_service import Answer
from app.state.study_state import StudyState
from app.windows.command_palette import PaletteEntry
from app.windows.main_window import MainWindow

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

    def fill_menu(self, menu: QMenu) -> None:
        """Fill a menu with the studies there are; each opens the page at itself."""
        for name, title in _titles():
            action = menu.addAction(title, partial(self.open_study, name))
            action.setObjectName(f"study_{name}")

    def palette_entries(self) -> Iterator[PaletteEntry]:
        """Yield an entry a study: "Study: Loss landscape"."""
        for name, title in _titles():
            text = self.tr("Study: {title}").format(title=title)
            yield PaletteEntry(text, "", partial(self.open_study, name))

    def take(self, answer: Answer) -> None:
        """Keep what a study found, and say it in one line; the track that shows it comes into sight."""
        result = self._studies.record(answer.document, answer.config)
        report: Any = result.report
        study = report.study
        headline = study.headline(report.found, QCoreApplication.translate)
        line = self.tr("{study}: {found}")
        self.announce(line.format(study=QCoreApplication.translate("Study", study.title), found=headline))
        if study.name == "lesion":
            self.show_track("lesion")


def _titles() -> Iterator[tuple[str, str]]:
    """Yield the name and the title of each study; the catalog is loaded when somebody asks."""
    from resnet_core.findings.catalog import STUDIES

    for study in STUDIES:
        yield study.name, QCoreApplication.translate("Study", study.title)
