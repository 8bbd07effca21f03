"""Puts the program together: the states, the services, the views and the window, and every wire between them."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from app.application.views import Views, ViewStates
from app.services.apply_theme import apply_theme
from app.services.engine_service import Answer, EngineService
from app.services.errors import ErrorReport, ErrorService
from app.services.run_follower import RunFollower
from app.services.session import Session, SessionKeeper, read_session
from app.services.settings import Settings, SettingsStore
from app.services.theme import Theme, ThemeColors
from app.state.architecture_document import ArchitectureDocument, Snapshot, analyzed
from app.state.captured_steps import CapturedSteps
from app.state.counting_state import CountingState
from app.state.engine_state import EngineState
from app.state.latency_state import LatencyState
from app.state.measured import Measured
from app.state.pinned_state import PinnedState
from app.state.probed_state import ProbedState
from app.state.recent_files import RecentFiles
from app.state.run_player import RunPlayer
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.state.study_state import StudyState
from app.state.training_recipe import TrainingRecipe
from app.state.verified_state import VerifiedState
from app.windows.action_set import ActionSet
from app.windows.actions import ActionTargets, action_table
from app.windows.architecture_commands import ArchitectureCommands
from app.windows.close_question import CloseQuestion
from app.windows.desk_commands import DeskCommands
from app.windows.file_commands import FileCommands
from app.windows.latency_commands import LatencyCommands
from app.windows.main_window import MainWindow
from app.windows.picture_commands import PictureCommands
from app.windows.probe_text import probe_line
from app.windows.run_commands import RunCommands
from app.windows.study_commands import StudyCommands
from app.windows.view_commands import ViewCommands
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_library import RunLibrary

if TYPE_CHECKING:
    from app.views.comparison.comparison_view import ComparisonView
    from app.views.studies.studies_view import StudiesView

FIRST_ARCHITECTURE = "ResNet-50"


class Application(QObject):
    """The program, put together; `window` is not shown yet, and no worker is started before `begin_work`."""

    def __init__(self, folder: Path, errors: ErrorService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder, self.errors = folder, errors
        self._closes_after_run = False
        self._is_shut_down = False
        self._make_states()
        self._make_services()
        self.window = MainWindow()
        self._make_views()
        self._make_commands()
        self._connect_states()
        self._connect_window()
        self._take_up_session()
        self._connect_session()

    # Making

    def _make_states(self) -> None:
        self.settings = SettingsStore(self._folder, self)
        self.theme = Theme(self.settings.values.appearance.theme, self)
        self.document = ArchitectureDocument(preset(FIRST_ARCHITECTURE), self)
        self.selection = SelectionState(self)
        self.pinned = PinnedState(self)
        self.counting = CountingState(self)
        self.verified = VerifiedState(self)
        self.latency, self.probed = LatencyState(self), ProbedState(self)
        self.runs, self.studies = RunsState(self), StudyState(self)
        self.captured = CapturedSteps(self.document, self.selection, self.runs, self)
        self.player = RunPlayer(self.captured, self)
        self.engine = EngineState(self)
        self.recipe = TrainingRecipe(self.settings.values.training, self)
        self.recent = RecentFiles(self)

    def _make_services(self) -> None:
        self.library = RunLibrary()
        self.follower = RunFollower(self.runs, self.library, self)
        self.follower.most_shown = self.settings.values.runs.most_shown
        self.service = EngineService(self.document, self.recipe, self.engine, self.follower, self.library, self)
        self.keeper = SessionKeeper(self._folder, self.session, self)
        self._dress(self.theme.colors)
        # Before any view listens: a new style sheet takes back the palettes that widgets gave themselves.
        self.theme.changed.connect(self._dress)

    def _make_views(self) -> None:
        measured = Measured(self.latency, self.probed, self.studies)
        self.views = Views(ViewStates(
            self.document, self.selection, self.pinned, self.runs, self.counting, self.verified, self.studies,
            measured, self.recipe, self.engine, self.service, self.theme,
        ))  # fmt: skip
        self.atlas, self.layers, self.training = self.views.atlas, self.views.layers, self.views.training
        self.status_bar = self.views.status_bar
        self.views.comparison_built, self.views.studies_built = self._take_up_comparison, self._take_up_studies
        self.window.fill(self.views.centre(), self.views.docks(), self.status_bar)

    def _take_up_comparison(self, view: ComparisonView) -> None:
        with suppress(ValueError, TypeError, KeyError):  # of another version, or changed by hand
            view.restore_tracks(self._shown_before.compare)
        view.tracks_changed.connect(self.keeper.note_change)

    def _take_up_studies(self, view: StudiesView) -> None:
        view.restore_layout(self._shown_before.study_widths)
        view.layout_changed.connect(self.keeper.note_change)
        view.announced.connect(self.status_bar.announce)
        view.failed.connect(self.errors.report)

    def _make_commands(self) -> None:
        window = self.window
        self.files = FileCommands(self.document, self.recent, self.service, self.errors, window)
        self.architecture = ArchitectureCommands(self.document, self.pinned, self.recipe, self.errors, window)
        self.architecture.announce = self.status_bar.announce
        self.architecture.compare = lambda: window.show_page("compare")
        run_commands = RunCommands(self.runs, self.recipe, self.engine, self.service, window)
        view_commands = ViewCommands(window, self.atlas, self.views.architecture, self.layers, self.document.undo_stack)
        self.desk = DeskCommands(self.settings, self.engine, self.architecture, window)
        self.pictures = PictureCommands(window, self.atlas, self.theme, self.errors, self.files.folder)
        self.pictures.announce = self.status_bar.announce
        self.timing = LatencyCommands(self.document, self.latency, self.recipe, self.engine, self.service, window)
        self.timing.announce = self.status_bar.announce
        self.study_commands = StudyCommands(self.studies, window)
        self.study_commands.announce, self.study_commands.show_track = self.status_bar.announce, self._show_track
        targets = ActionTargets(
            self.files, self.architecture, run_commands, view_commands, self.desk, self.pictures, self.timing,
            self.study_commands, window, self.document, self.pinned, self.engine, self.service, self.captured,
            self.player,
        )  # fmt: skip
        self.actions = ActionSet(action_table(targets), window)
        self.actions.fill_menu_bar(window.menuBar())
        self.actions.answer_in(["pause"], [self.atlas, self.training])
        self.desk.offer(self.actions)
        self.desk.more_entries = self.study_commands.palette_entries

    # Wiring

    def _connect_states(self) -> None:
        self.document.changed.connect(self._keep_selection)
        self.runs.current_changed.connect(lambda: self.selection.set_step(None))
        self.captured.changed.connect(self._offer_time_bar)
        self.recipe.changed.connect(self._store_recipe)
        self.settings.changed.connect(self._apply_settings)
        self.settings.failed.connect(self.errors.report)
        self.service.failed.connect(self.errors.report)
        self.keeper.failed.connect(self.errors.report)
        self.service.answered.connect(self.desk.show_answer)
        self.service.answered.connect(self._keep_answer)
        self.service.job_ended.connect(self._close_if_waiting)

    def _connect_window(self) -> None:
        window = self.window
        self.errors.reported.connect(window.show_report)
        self.document.title_changed.connect(window.set_title)
        window.set_title(self.document.title)
        self.status_bar.ledger_wanted.connect(lambda: window.show_page("ledger"))
        window.dropped.connect(lambda name: self.files.open_path(Path(name)))
        window.closing.connect(self._decide_close)
        for changed in (
            self.document.changed, self.document.title_changed, self.document.undo_stack.indexChanged,
            self.pinned.changed, self.engine.changed, self.runs.current_changed, self.runs.shown_changed,
            self.settings.changed, self.recent.changed, window.layout_changed, self.player.changed,
        ):  # fmt: skip
            changed.connect(self.actions.refresh_soon)
        if self.settings.complaint:
            window.show_report(ErrorReport(self.settings.complaint, ""))

    def _connect_session(self) -> None:
        for changed in (
            self.document.changed, self.document.title_changed, self.document.path_changed, self.pinned.changed,
            self.recent.changed, self.runs.shown_changed, self.runs.current_changed, self.window.layout_changed,
            self.atlas.layout_changed, self.studies.chosen_changed,
        ):  # fmt: skip
            changed.connect(self.keeper.note_change)

    def _offer_time_bar(self) -> None:
        """Put the bar of captured steps under the views once there is a first choice between them."""
        if self.captured.count > 1:
            self.captured.changed.disconnect(self._offer_time_bar)
            self.window.put_under_views(self.views.time_bar(self.captured, self.player, self.window.centralWidget()))

    def _keep_selection(self, snapshot: Snapshot) -> None:
        self.selection.keep_within(snapshot.graph)

    def _keep_answer(self, answer: Answer) -> None:
        """Give what a job found to the state that remembers it; the track of what was measured comes into sight."""
        if answer.kind == "latency":
            self.timing.take(answer.document)
            self._show_track("latency")
        elif answer.kind == "probe":
            self.probed.record(answer.config, answer.document)
            self.status_bar.announce(probe_line(answer.document))
        elif answer.kind == "study":
            self.study_commands.take(answer)
        else:
            self.verified.record(answer.document)

    def _show_track(self, key: str) -> None:
        """Bring a track of the Atlas into sight."""
        tracks = self.atlas.layout_record
        if key in tracks.hidden:
            self.atlas.set_layout_record(tracks.toggled(key))

    def _store_recipe(self) -> None:
        self.settings.replace(self.settings.values.model_copy(update={"training": self.recipe.config}))

    def _apply_settings(self, values: Settings) -> None:
        self.theme.choose(values.appearance.theme)
        self.recipe.replace(values.training)
        self.follower.most_shown = values.runs.most_shown

    def _dress(self, colors: ThemeColors) -> None:
        qt = QCoreApplication.instance()
        assert isinstance(qt, QApplication)
        apply_theme(qt, colors)

    # The session

    def session(self) -> Session:
        """Return what the window shows now."""
        geometry, docks = self.window.places
        comparison, studies = self.views.comparison.built, self.views.studies.built
        return Session(
            geometry=geometry,
            docks=docks,
            tab=self.window.page,
            atlas=self.atlas.layout_state(),
            compare=self._shown_before.compare if comparison is None else comparison.tracks_state(),
            study=self.studies.wished_study,
            study_widths=self._shown_before.study_widths if studies is None else studies.layout_state(),
            architecture=self.document.config,
            path=str(self.document.path or ""),
            modified=self.document.modified,
            pins=tuple(snapshot.config for snapshot in self.pinned.pinned),
            recent_files=tuple(str(path) for path in self.recent.paths),
            shown_runs=tuple(run.key for run in self.runs.shown),
            current_run=self.runs.current.key if self.runs.current is not None else "",
        )

    def _take_up_session(self) -> None:
        session = read_session(self._folder) or Session()
        self._shown_before = session
        self.recent.replace(tuple(Path(name) for name in session.recent_files))
        self.window.restore_places(session.geometry, session.docks)
        if not self.settings.values.session.restore:
            self._shown_before = Session()
            return
        if session.architecture is not None:
            path = Path(session.path) if session.path else None
            self.document.take_up(session.architecture, path, session.modified)
        for config in session.pins:
            self.pinned.pin(analyzed(config))
        with suppress(ValueError, TypeError, KeyError):  # of another version, or changed by hand
            self.atlas.restore_layout(session.atlas)
        self.studies.choose(session.study)
        self.window.show_page(session.tab)

    def begin_work(self) -> None:
        """Start what the first paint must not wait for: docks, engine, the list of runs, and the runs shown before."""
        self.views.fill_docks()
        gc.freeze()
        gc.enable()
        self.service.start()
        self.service.refresh_library()
        for key in self._shown_before.shown_runs:
            if (self.library.root / key).is_dir():
                self.service.show_run(key)
                if key == self._shown_before.current_run and self.runs.current is None:
                    self.runs.look_at(key)

    # The end

    def _decide_close(self) -> None:
        """Close at once, or ask where a run is being trained."""
        if not self.service.is_training:
            self.shut_down()
            return
        self.window.keep_open()
        question = CloseQuestion(self.window)
        question.wait_chosen.connect(self._close_after_run)
        question.stop_chosen.connect(self.service.stop)
        question.stop_chosen.connect(self._close_after_run)
        question.open()

    def _close_after_run(self) -> None:
        self._closes_after_run = True
        self._close_if_waiting()

    def _close_if_waiting(self) -> None:
        if self._closes_after_run and not self.service.is_training:
            self.window.close()

    def shut_down(self) -> None:
        """Store the session and end every worker, in bounded time; once is enough."""
        if not self._is_shut_down:
            self._is_shut_down = True
            self.player.pause()
            self.keeper.close()
            self.service.close()
