"""Lets a person study a network on demand: which study, of what, how far it is, and what it found."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.services.engine_service import EngineService
from app.services.theme import Theme, ThemeColors
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.state.study_state import StudyResult, StudyState
from app.state.study_subjects import Subject, chosen_subject, result_of, subjects_of
from app.state.training_recipe import TrainingRecipe
from app.views.studies.course_view import CourseView
from app.views.studies.options_form import OptionsForm
from app.views.studies.result_view import ResultView
from app.views.studies.study_list import StudyList
from app.views.studies.subject_row import SubjectRow
from app.views.studies.words_view import WordsView
from resnet_core.findings.catalog import STUDIES, study_named
from resnet_core.findings.study import Study

_LIST_PX, _PAGE_PX = 190, 560


class StudiesView(QWidget):
    """The studies at the left, the chosen one at the right; a hidden page does nothing until it is shown.

    `announced` carries a line on what was done, `failed` a line and details on what could not be; `layout_changed`
    tells that the list was made wider or narrower.
    """

    announced = Signal(str)
    failed = Signal(str, str)
    layout_changed = Signal()

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        runs: RunsState,
        recipe: TrainingRecipe,
        studies: StudyState,
        engine: EngineState,
        service: EngineService,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("studies_view")
        self.setAccessibleName(self.tr("Studies"))
        self._document, self._runs, self._recipe = document, runs, recipe
        self._studies, self._service, self._engine = studies, service, engine
        self._stale = True
        self._list, self._words = StudyList(), WordsView(theme.colors)
        self._subject_row, self._form = SubjectRow(), OptionsForm(studies, theme)
        self._course = CourseView(engine, service)
        self._result = ResultView(selection, recipe, theme)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._connect(theme)

    def layout_state(self) -> tuple[int, ...]:
        """Return the widths of the list and the page."""
        return tuple(self._splitter.sizes())

    def restore_layout(self, widths: tuple[int, ...]) -> None:
        """Take what `layout_state` returned."""
        if len(widths) == 2 and all(width > 0 for width in widths):
            self._splitter.setSizes(list(widths))

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the page up to date when it comes into sight."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    @property
    def _study(self) -> Study[Any]:
        return study_named(self._studies.chosen)

    def _chosen_of(self, subjects: tuple[Subject, ...]) -> Subject | None:
        """Return which of `subjects` would be studied now: the run that other views show, where none was chosen."""
        run = self._runs.run_for(self._document.snapshot.graph) or self._runs.current
        return chosen_subject(subjects, self._studies.wished_run, run.key if run is not None else "")

    def _found(self, study: Study[Any], subject: Subject | None) -> StudyResult | None:
        """Return what the study found of the network at hand."""
        if subject is None:
            return None
        if subject.run:
            self._studies.read_shelf(subject.folder)
        return result_of(self._studies, study.name, subject, self._document.config)

    def _refresh_soon(self, *_facts: object) -> None:
        """Refresh now where the page can be seen, else when it can."""
        self._stale = True
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        self._stale = False
        study = self._study
        offered = {each.subjects: subjects_of(each, self._document.config, self._runs) for each in _of_each_kind()}
        chosen = {kinds: self._chosen_of(subjects) for kinds, subjects in offered.items()}
        found = {
            each.name: result for each in STUDIES if (result := self._found(each, chosen[each.subjects])) is not None
        }
        self._list.show_studies(study.name, found)
        self._words.show_study(study)
        self._subject_row.show_subjects(offered[study.subjects], chosen[study.subjects], self._recipe.config.data)
        self._form.show_study(study.name)
        self._course.show_study(study.name)
        results = tuple(reversed(self._studies.results(study.name)))
        self._result.show_results(results, self._studies.looked_at or found.get(study.name))
        self._refresh_start()

    def _refresh_start(self) -> None:
        problems = self._studies.problems(self._studies.chosen)
        free = self._course.startable
        why_not = self.tr("Mend the marked option first") if problems else ""
        self._subject_row.show_state(can_start=free and not problems, can_train=free, why_not=why_not)
        self._result.show_wait(running=self._course.is_running)

    def _start(self) -> None:
        study = self._study
        subject = self._chosen_of(subjects_of(study, self._document.config, self._runs))
        if subject is None or self._studies.problems(study.name):
            return
        self._course.begin()
        options = self._studies.options(study.name).model_dump(mode="json")
        self._service.study(study.name, subject.run, options)

    def _look_at(self, place: int) -> None:
        self._studies.look_at(self._studies.results(self._studies.chosen)[::-1][place].key)

    def _apply(self, colors: ThemeColors) -> None:
        self._words.set_colors(colors)
        self._result.set_colors(colors)

    def _connect(self, theme: Theme) -> None:
        self._list.study_chosen.connect(self._studies.choose)
        self._subject_row.subject_chosen.connect(self._studies.wish_run)
        self._subject_row.start_wanted.connect(self._start)
        self._subject_row.training_wanted.connect(self._service.train)
        self._course.startable_changed.connect(self._refresh_start)
        self._course.focus_left.connect(self._subject_row.focus_start)
        self._result.result_chosen.connect(self._look_at)
        self._result.announced.connect(self.announced)
        self._result.failed.connect(self.failed)
        for changed in (
            self._studies.chosen_changed, self._studies.changed, self._document.changed, self._runs.library_changed,
            self._runs.current_changed, self._runs.shown_changed, self._recipe.changed,
        ):  # fmt: skip
            changed.connect(self._refresh_soon)
        self._studies.options_changed.connect(lambda _study: self._refresh_start())
        self._splitter.splitterMoved.connect(lambda _position, _index: self.layout_changed.emit())
        theme.changed.connect(self._apply)

    def _lay_out(self) -> None:
        self._page = QWidget()
        self._page.setObjectName("study_page")
        column = QVBoxLayout(self._page)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(8)
        parts = (self._words, _hairline(), self._subject_row, self._form, self._course, _hairline())
        for part in parts:
            column.addWidget(part)
        column.addWidget(self._result, 1)
        scroll = QScrollArea()
        scroll.setObjectName("study_scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._page)
        self._splitter.setObjectName("studies_splitter")
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._list)
        self._splitter.addWidget(scroll)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([_LIST_PX, _PAGE_PX])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)


def _of_each_kind() -> tuple[Study[Any], ...]:
    """Return one study of each set of kinds of network that studies are made of."""
    return tuple({study.subjects: study for study in STUDIES}.values())


def _hairline() -> QFrame:
    line = QFrame()
    line.setObjectName("study_rule")
    line.setFixedHeight(1)
    return line
