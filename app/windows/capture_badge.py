"""Says in the status bar what capturing the gradients of the run that is looked at costs, and how that was measured."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from app.services.fonts import number_font
from app.state.runs_state import RunsState, ShownRun
from resnet_core.number_text import exact, percent, seconds_text
from resnet_core.runs.capture_cost import RecordedCost, recorded_cost
from resnet_core.runs.run_events import LIVE_STATUSES

SURE_STEPS = 60
"""Rows after which a live run without a measured cost has no step to measure it against."""


class CaptureBadge(QLabel):
    """The share of the time that goes into capturing; nothing where no run is looked at or nothing is known of it."""

    def __init__(self, runs: RunsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._shown: tuple[str, str] | None = None
        self.setObjectName("capture_cost")
        self.setAccessibleName(self.tr("Cost of capturing the gradients"))
        self.setProperty("role", "muted")
        self.setContentsMargins(0, 0, 8, 0)
        self.setFont(number_font(self.font().pointSizeF()))
        runs.current_changed.connect(self.refresh)
        runs.advanced.connect(self._advance)
        self.refresh()

    def refresh(self) -> None:
        """Show what is known of the run that is looked at."""
        run = self._runs.current
        shown = ("", "") if run is None else self._words(run)
        if shown == self._shown:
            return
        self._shown = shown
        text, tip = shown
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleDescription(f"{text}\n{tip}".strip())
        self.setVisible(bool(text))

    def _advance(self, key: str) -> None:
        if self._runs.current is not None and key == self._runs.current.key:
            self.refresh()

    def _words(self, run: ShownRun) -> tuple[str, str]:
        """Return the text and its tool tip."""
        cost = recorded_cost(run.curves)
        if cost is not None:
            return self.tr("capture {share}").format(share=percent(cost.share)), self._measured(cost)
        rows = len(run.gradient_steps)
        if not rows or run.summary.status not in LIVE_STATUSES:
            return "", ""
        if rows > SURE_STEPS:
            tip = self.tr("So many steps are captured that none is left to compare with.")
            return self.tr("capture not measured"), tip
        tip = self.tr("What capturing costs is told once enough steps with and without it were timed.")
        return self.tr("capture: measuring…"), tip

    def _measured(self, cost: RecordedCost) -> str:
        lines = [self.tr("Capturing the gradient flow takes {share} of the time this run trains.")]
        if cost.budget is None:
            lines.append(self.tr("One step in {every} is captured, as the recipe says."))
        else:
            line = self.tr("One step in {every} is captured: chosen from what was measured, to stay under {budget}.")
            lines.append(line)
        lines.append(
            self.tr(
                "A step takes {plain}, a captured one {captured}: medians, each captured step beside the steps without "
                "capture next to it."
            )
        )
        lines.append(self.tr("Steps 0 to 10 are all captured; with them it was {so_far} of this session's steps."))
        facts = {
            "share": percent(cost.share),
            "every": exact(cost.every),
            "budget": percent(cost.budget or 0.0, 0),
            "plain": seconds_text(cost.plain_s),
            "captured": seconds_text(cost.captured_s),
            "so_far": percent(cost.share_so_far),
        }
        return "\n".join(line.format(**facts) for line in lines)
