"""Shows the curves of the shown runs over one step axis, with a legend, or says how to get some."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.services.engine_service import EngineService
from app.services.theme import Theme, ThemeColors
from app.state.engine_state import EngineState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.training.run_legend import RunLegend


class TrainingView(QWidget):
    """Loss and accuracy of every shown run; the step that is looked at is a line that can be dragged.

    The plots come with pyqtgraph, which is imported when the view is first shown; a hidden view draws nothing.
    """

    def __init__(
        self,
        runs: RunsState,
        selection: SelectionState,
        engine: EngineState,
        service: EngineService,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("training_view")
        self.setAccessibleName(self.tr("Training curves"))
        self._runs, self._selection, self._engine, self._service, self._theme = (
            runs,
            selection,
            engine,
            service,
            theme,
        )
        self._plots: QWidget | None = None
        self._legend = RunLegend(theme)
        self._logarithmic = QCheckBox(self.tr("Loss on a log scale"))
        self._logarithmic.setObjectName("logarithmic_loss")
        self._follow = QPushButton(self.tr("Follow the newest step"))
        self._follow.setObjectName("follow_newest")
        self._follow.clicked.connect(lambda: self._selection.set_step(None))
        self._pages = QStackedLayout()
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 0)
        top.addWidget(self._legend, 1)
        top.addWidget(self._logarithmic)
        top.addWidget(self._follow)
        self._pages.addWidget(_EmptyState(self._service, self._theme))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addLayout(self._pages, 1)

    def _connect(self) -> None:
        self._runs.advanced.connect(lambda _key: self._refresh())
        self._runs.shown_changed.connect(self._refresh)
        self._runs.current_changed.connect(self._refresh)
        self._selection.step_changed.connect(self._show_step)
        self._theme.changed.connect(lambda _colors: self._refresh())
        self._logarithmic.toggled.connect(lambda _on: self._refresh())

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the plots up to date when the view comes into sight."""
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        shown = self._runs.shown
        for control in (self._legend, self._logarithmic, self._follow):
            control.setVisible(bool(shown))
        if not self.isVisible():
            return
        current = self._runs.current.key if self._runs.current else ""
        self._follow.setEnabled(self._selection.step is not None)
        self._legend.show_runs(shown, current)
        self._pages.setCurrentIndex(1 if shown and self._ready_plots() else 0)
        if shown:
            self._draw(shown, current)

    @Slot()
    def _show_step(self) -> None:
        """Move the line alone: a run that is played back moves it twenty times a second."""
        if self._plots is None or not self.isVisible():
            return
        from app.views.training.curve_plots import CurvePlots

        assert isinstance(self._plots, CurvePlots)
        self._follow.setEnabled(self._selection.step is not None)
        self._plots.show_step(self._selection.step)

    def _ready_plots(self) -> bool:
        if self._plots is None:
            from app.views.training.curve_plots import CurvePlots

            self._plots = CurvePlots()
            self._plots.step_dragged.connect(self._selection.set_step)
            self._pages.addWidget(self._plots)
        return True

    def _draw(self, shown: tuple[ShownRun, ...], current: str) -> None:
        from app.views.training.curve_plots import CurvePlots

        assert isinstance(self._plots, CurvePlots)
        self._plots.set_colors(self._theme.colors)
        self._plots.set_logarithmic_loss(self._logarithmic.isChecked())
        self._plots.show_runs(shown, current)
        self._plots.show_step(self._selection.step)


class _EmptyState(QLabel):
    """What stands here before the first run."""

    def __init__(self, service: EngineService, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("training_empty_state")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText(
            self.tr(
                "<p>No run is shown yet.</p>"
                "<p><a href='train'>Train the open architecture</a> on the embedded digits for about a minute,<br>"
                "or choose an earlier run from the list.</p>"
            )
        )
        self.linkActivated.connect(lambda _link: service.train())
        self._apply(theme.colors)
        theme.changed.connect(self._apply)

    def _apply(self, colors: ThemeColors) -> None:
        palette = self.palette()
        palette.setColor(self.foregroundRole(), colors.muted)
        self.setPalette(palette)
