"""Shows the training curves of the runs of all compared architectures over one another, and says which have none."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.views.comparison.compared import Compared
from app.views.comparison.member_runs import MemberRuns
from app.views.comparison.step_plot import StepPlot
from resnet_core.drawing.comparison.member_look import member_look
from resnet_core.drawing.comparison.run_chart import ChartCurve, RunChart
from resnet_core.number_text import decimal, percent

_MOST_NAMES, _MOST_IN_LEGEND = 3, 2


class RunCurves(QWidget):
    """Loss and test accuracy of all runs; `step_chosen` carries the step a person points at in one of them."""

    step_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.missing = QLabel(self)
        self.missing.setObjectName("comparison_missing_runs")
        self.missing.setProperty("role", "muted")
        self.missing.setWordWrap(True)
        loss = RunChart(self.tr("Training loss"), lambda value: decimal(value, 2))
        accuracy = RunChart(self.tr("Test accuracy"), lambda value: percent(value, 0), bounds=(0.0, 1.0), legend=False)
        self.loss, self.accuracy = StepPlot(loss, theme, self), StepPlot(accuracy, theme, self)
        self.loss.setObjectName("comparison_loss")
        self.accuracy.setObjectName("comparison_accuracy")
        for plot in (self.loss, self.accuracy):
            plot.step_chosen.connect(self.step_chosen)
        self._lay_out()

    @property
    def charts(self) -> tuple[RunChart, ...]:
        """The charts that have curves."""
        return tuple(plot.chart for plot in (self.loss, self.accuracy) if plot.chart.curves)

    def show_runs(self, compared: Compared, runs: MemberRuns, step: int | None) -> None:
        """Show the curves of all runs, and a line at `step`."""
        self.missing.setText(self._missing_text(compared, runs))
        self.missing.setVisible(bool(self.missing.text()))
        has_runs = any(run is not None for run in runs)
        # Without curves it is one line at the foot, and the tracks take the room.
        vertical = QSizePolicy.Policy.Preferred if has_runs else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        for plot, name in ((self.loss, "train_loss"), (self.accuracy, "test_accuracy")):
            plot.setVisible(has_runs)
            curves = _curves(compared, runs, name)
            # More names than two would be cut; their colours are those of the legend over the tracks.
            legend = plot is self.loss and len(curves) <= _MOST_IN_LEGEND
            plot.show_chart(plot.chart._replace(curves=curves, step=step, legend=legend))

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

    def _missing_text(self, compared: Compared, runs: MemberRuns) -> str:
        names = [name for name, run in zip(compared.names, runs, strict=True) if run is None]
        listed = self._listed(names)
        if len(names) == len(runs):
            pattern = self.tr(
                "None of them has a run on screen: {names}. Train them, or tick their runs in the list; "
                "their loss, accuracy and gradients then stand here together."
            )
            return pattern.format(names=listed)
        if len(names) == 1:
            pattern = self.tr("{name} has no run on screen yet: train it, or tick one of its runs in the list.")
            return pattern.format(name=listed)
        if names:
            pattern = self.tr("{names} have no run on screen yet: train them, or tick their runs in the list.")
            return pattern.format(names=listed)
        return ""

    def _listed(self, names: list[str]) -> str:
        if len(names) <= _MOST_NAMES:
            return ", ".join(names)
        more = self.tr("{count} more").format(count=len(names) - _MOST_NAMES + 1)
        return ", ".join([*names[: _MOST_NAMES - 1], more])


def _curves(compared: Compared, runs: MemberRuns, name: str) -> tuple[ChartCurve, ...]:
    """Return the curves there are, the open architecture's last, so that it lies on the others."""
    found = []
    for place in sorted(range(len(runs)), key=lambda place: (place == compared.open, place)):
        run = runs[place]
        curve = None if run is None else run.curves.get(name)
        if run is not None and curve is not None:
            label = f"{run.architecture.name} · {run.summary.name}"
            found.append(ChartCurve(member_look(place, compared.open), label, curve.steps, curve.values))
    return tuple(found)
