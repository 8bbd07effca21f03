"""Says in the status bar whether the open architecture was counted by others in this session, and agreed."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from app.state.architecture_document import ArchitectureDocument
from app.state.verified_state import Verdict, VerifiedState
from resnet_core.number_text import exact


class VerifiedBadge(QToolButton):
    """A badge that is there only where a check was made of exactly this architecture; a click shows the ledger."""

    def __init__(self, document: ArchitectureDocument, verified: VerifiedState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._verified = document, verified
        self.setObjectName("verified_badge")
        self.setAutoRaise(True)
        document.changed.connect(self.refresh)
        verified.changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_facts: object) -> None:
        """Show the verdict on the open architecture, or nothing where there is none."""
        verdict = self._verified.verdict_of(self._document.config)
        self.setVisible(verdict is not None)
        if verdict is None:
            return
        self.setText(self.tr("✓ verified") if verdict.verified else self.tr("✗ counts differ"))
        self.setToolTip(self._words(verdict))
        self.setAccessibleName(self.text().lstrip("✓✗ "))
        self.setAccessibleDescription(self.toolTip())
        self.setProperty("role", "good" if verdict.verified else "warning")
        self.style().polish(self)

    def _words(self, verdict: Verdict) -> str:
        checked = self.tr("Checked at {time} on {device}").format(
            time=verdict.at.strftime("%H:%M"), device=verdict.device
        )
        lines = [checked]
        if verdict.verified:
            lines.append(self.tr("The built network equals its graph, and each counter agrees layer by layer:"))
        for said in verdict.testimonies:
            line = (
                self.tr("{witness} ({version}): {total}")
                if said.agrees
                else self.tr("{witness} ({version}): {total}, not explained")
            )
            lines.append(line.format(witness=said.witness, version=said.version, total=exact(said.total)))
        lines += [self.tr("{witness} could not be asked").format(witness=name) for name in verdict.silent]
        return "\n".join(lines)
