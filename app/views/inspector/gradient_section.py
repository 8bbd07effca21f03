"""Shows how the gradient at one block's input went, step by step, in the run that belongs to the network."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.runs_state import ShownRun
from app.state.selection_state import SelectionState
from app.views.inspector.sparkline import Sparkline, row_at
from resnet_core.number_text import exact, scientific

translate = QCoreApplication.translate


class GradientSection(QWidget):
    """A heading, the curve, and the value at the step that is looked at."""

    def __init__(self, selection: SelectionState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_gradient")
        self.sparkline = Sparkline(theme, self)
        self.sparkline.setAccessibleName(self.tr("Gradient norm at this block's input, by step"))
        self.sparkline.step_picked.connect(selection.set_step)
        self.value = QLabel(self)
        self.value.setWordWrap(True)
        self.value.setProperty("role", "muted")
        heading = QLabel(self.tr("Gradient here, by step"), self)
        heading.setProperty("role", "heading")
        heading.setToolTip(self.tr("‖∂L/∂x‖₂, the L2 norm of the loss's gradient at the block's input"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(2)
        for widget in (heading, self.sparkline, self.value):
            column.addWidget(widget)

    def show_run(self, run: ShownRun | None, boundary: int, step: int | None) -> None:
        """Show column `boundary` of the run's norms; without a run, or before its first capture, say so."""
        empty = run is None or not len(run.gradient_steps)
        self.sparkline.setVisible(not empty)
        if run is None:
            self.value.setText(self.tr("No run of this architecture is shown. Train it to see the gradient flow."))
        elif empty:
            self.value.setText(self.tr("{name} has captured no gradient yet.").format(name=run.summary.name))
        else:
            norms = run.boundary_norms[:, boundary]
            self.sparkline.show_series(run.gradient_steps, norms, step)
            at = row_at(run.gradient_steps, step)
            text = translate("GradientSection", "‖∂L/∂x‖₂ = {norm} at step {step}")
            self.value.setText(text.format(norm=scientific(norms[at]), step=exact(int(run.gradient_steps[at]))))
        self.value.setToolTip(run.summary.name if run else "")
