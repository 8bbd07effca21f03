"""Shows the training curves of the runs of two architectures beside one another, or says which has no run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.runs_state import ShownRun
from app.views.comparison.aligned_pair import AlignedPair
from app.views.comparison.paired_runs import PairedRuns
from app.views.comparison.side_style import SIDES
from app.views.comparison.step_plot import StepCurves, StepPlot
from resnet_core.number_text import decimal, percent


class RunCurves(QWidget):
    """Loss and test accuracy of both runs; `step_chosen` carries the step a person points at in one of them."""

    step_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.missing = QLabel(self)
        self.missing.setObjectName("comparison_missing_runs")
        self.missing.setProperty("role", "muted")
        self.missing.setWordWrap(True)
        self.loss = StepPlot(self.tr("Training loss"), lambda value: decimal(value, 2), theme, self)
        self.loss.setObjectName("comparison_loss")
        self.accuracy = StepPlot(self.tr("Test accuracy"), lambda value: percent(value, 0), theme, self)
        self.accuracy.setObjectName("comparison_accuracy")
        self.accuracy.set_bounds(0.0, 1.0)
        for plot in (self.loss, self.accuracy):
            plot.step_chosen.connect(self.step_chosen)
        self._lay_out()

    def show_runs(self, pair: AlignedPair, runs: PairedRuns, step: int | None) -> None:
        """Show the curves of both runs, and a line at `step`."""
        self.missing.setText(self._missing_text(pair, runs))
        self.missing.setVisible(bool(self.missing.text()))
        self.loss.set_names(tuple(_label(pair, runs, side) for side in SIDES))
        for plot in (self.loss, self.accuracy):
            plot.setVisible(bool(runs.keys))
        # Without curves it is one line at the foot, and the tracks take the room.
        vertical = QSizePolicy.Policy.Preferred if runs.keys else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self.loss.show_curves(_curves(runs, "train_loss"), step)
        self.accuracy.show_curves(_curves(runs, "test_accuracy"), step)

    def _lay_out(self) -> None:
        plots = QHBoxLayout()
        plots.setSpacing(20)
        plots.addWidget(self.loss, 1)
        plots.addWidget(self.accuracy, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 6)
        layout.setSpacing(3)
        layout.addWidget(self.missing)
        layout.addLayout(plots)

    def _missing_text(self, pair: AlignedPair, runs: PairedRuns) -> str:
        names = [pair.snapshot(side).config.name for side in SIDES if runs.of(side) is None]
        if len(names) == 2:
            pattern = self.tr(
                "Neither {first} nor {second} has a run on screen: train them, or tick their runs in the list; "
                "their loss, accuracy and gradients then stand here together."
            )
            return pattern.format(first=names[0], second=names[1])
        if names:
            pattern = self.tr("{name} has no run on screen yet: train it, or tick one of its runs in the list.")
            return pattern.format(name=names[0])
        return ""


def _label(pair: AlignedPair, runs: PairedRuns, side: str) -> str:
    run: ShownRun | None = runs.reference if side == "reference" else runs.open
    return "" if run is None else f"{run.architecture.name} · {run.summary.name}"


def _curves(runs: PairedRuns, name: str) -> StepCurves:
    return StepCurves(*(None if run is None else run.curves.get(name) for run in runs))
