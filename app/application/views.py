"""Makes what the window shows: the Atlas and the status bar at once, every other view when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from app.services.engine_service import EngineService
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.captured_steps import CapturedSteps
from app.state.counting_state import CountingState
from app.state.engine_state import EngineState
from app.state.measured import Measured
from app.state.pinned_state import PinnedState
from app.state.run_player import RunPlayer
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.state.study_state import StudyState
from app.state.training_recipe import TrainingRecipe
from app.state.verified_state import VerifiedState
from app.views.atlas.atlas_view import AtlasView
from app.windows.dock_layout import DockPlace
from app.windows.lazy_page import LazyPage
from app.windows.page_list import centre_pages, side_docks
from app.windows.page_tabs import Page
from app.windows.status_bar import StatusBar

if TYPE_CHECKING:
    from app.views.architecture.architecture_view import ArchitectureView
    from app.views.comparison.comparison_view import ComparisonView
    from app.views.layer_table.layer_table_view import LayerTableView
    from app.views.studies.studies_view import StudiesView


class ViewStates(NamedTuple):
    """What views show and where they send what a person wants."""

    document: ArchitectureDocument
    selection: SelectionState
    pinned: PinnedState
    runs: RunsState
    counting: CountingState
    verified: VerifiedState
    studies: StudyState
    measured: Measured
    recipe: TrainingRecipe
    engine: EngineState
    service: EngineService
    theme: Theme


class Views:
    """The pages of the centre, the docks, and the status bar.

    What stands in the docks comes right after the first paint, which it would double. `comparison_built` and
    `studies_built` are called with the view of that name when it is made.
    """

    def __init__(self, states: ViewStates) -> None:
        s = self._states = states
        self.comparison_built: Callable[[ComparisonView], None] = lambda _view: None
        self.studies_built: Callable[[StudiesView], None] = lambda _view: None
        self.atlas = AtlasView(s.document, s.selection, s.pinned, s.runs, s.measured, s.theme)
        self.architecture = LazyPage(self._architecture, waits=True, wish=QSize(268, 700))
        self.inspector = LazyPage(self._inspector, waits=True, wish=QSize(292, 460))
        self.controls = LazyPage(self._run_controls, waits=True, wish=QSize(292, 280))
        self.layers = LazyPage(self._layer_table)
        self.comparison = LazyPage(self._comparison)
        self.training = LazyPage(self._training)
        self.ledger = LazyPage(self._ledger)
        self.studies = LazyPage(self._studies_view)
        self.status_bar = StatusBar(s.document, s.pinned, s.engine, s.service, s.verified, s.runs)

    def time_bar(self, captured: CapturedSteps, player: RunPlayer, parent: QWidget | None) -> QWidget:
        """Return the bar that goes through the captured steps of a run."""
        from app.views.playback.time_bar import TimeBar

        return TimeBar(captured, player, self._states.theme, parent)

    def centre(self) -> tuple[Page, ...]:
        """Return the tabs of the centre."""
        return centre_pages(self.atlas, self.layers, self.comparison, self.training, self.ledger, self.studies)

    def docks(self) -> tuple[DockPlace, ...]:
        """Return the docks beside it."""
        return side_docks(self.architecture, self.inspector, self.controls)

    def fill_docks(self) -> None:
        """Build what stands in the docks."""
        for page in (self.architecture, self.inspector, self.controls):
            page.view()

    def _architecture(self) -> ArchitectureView:
        from app.views.architecture.architecture_view import ArchitectureView

        s = self._states
        return ArchitectureView(s.document, s.pinned, s.theme)

    def _inspector(self) -> QWidget:
        from app.views.inspector.inspector_view import InspectorView

        s = self._states
        return InspectorView(s.document, s.selection, s.pinned, s.runs, s.theme)

    def _run_controls(self) -> QWidget:
        from app.views.runs.run_controls import RunControls

        s = self._states
        return RunControls(s.document, s.recipe, s.runs, s.engine, s.service, s.theme)

    def _layer_table(self) -> LayerTableView:
        from app.views.layer_table.layer_table_view import LayerTableView

        s = self._states
        return LayerTableView(s.document, s.selection, s.pinned, s.runs, s.theme)

    def _ledger(self) -> QWidget:
        from app.views.ledger.ledger_view import LedgerView

        s = self._states
        return LedgerView(s.document, s.counting, s.verified, s.selection, s.engine, s.service, s.theme)

    def _studies_view(self) -> StudiesView:
        from app.views.studies.studies_view import StudiesView

        s = self._states
        view = StudiesView(s.document, s.selection, s.runs, s.recipe, s.studies, s.engine, s.service, s.theme)
        self.studies_built(view)
        return view

    def _comparison(self) -> ComparisonView:
        from app.views.comparison.comparison_view import ComparisonView

        s = self._states
        view = ComparisonView(s.document, s.selection, s.pinned, s.runs, s.theme)
        self.comparison_built(view)
        return view

    def _training(self) -> QWidget:
        """Return the curves with the list of runs below them."""
        from app.views.runs.run_list_view import RunListView
        from app.views.training.training_view import TrainingView

        s = self._states
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setObjectName("training_splitter")
        splitter.setHandleWidth(1)
        splitter.addWidget(TrainingView(s.runs, s.selection, s.engine, s.service, s.theme))
        splitter.addWidget(RunListView(s.runs, s.engine, s.service, s.theme))
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([520, 160])
        return splitter
