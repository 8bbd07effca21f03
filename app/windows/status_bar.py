"""Shows the totals of the open architecture, their difference to the reference, and how the engine is doing."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QStatusBar, QWidget

from app.painting.elided_label import ElidedLabel
from app.services.engine_service import EngineService
from app.services.fonts import number_font
from app.state.architecture_document import ArchitectureDocument, Snapshot
from app.state.engine_state import EngineState, JobProgress
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.verified_state import VerifiedState
from app.windows.capture_badge import CaptureBadge
from app.windows.verified_badge import VerifiedBadge
from resnet_core.number_text import byte_text, compact, duration, exact, percent_difference

ANNOUNCED_MS = 12_000


class StatusBar(QStatusBar):
    """Totals to the left, the difference to the reference beside them; what capturing the run that is looked at costs,
    the engine and its job to the right.

    `ledger_wanted` tells of a click on the totals or on the badge.
    """

    ledger_wanted = Signal()

    def __init__(
        self,
        document: ArchitectureDocument,
        pinned: PinnedState,
        engine: EngineState,
        service: EngineService,
        verified: VerifiedState,
        runs: RunsState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setContentsMargins(8, 0, 0, 0)
        self._document, self._pinned, self._engine = document, pinned, engine
        self._totals, self._difference, self._message = _Totals(), ElidedLabel(), ElidedLabel()
        self._badge, self._capture = VerifiedBadge(document, verified), CaptureBadge(runs)
        self._engine_text = QLabel()
        self._job = _JobStrip(service)
        self._difference.setProperty("role", "difference")
        self._engine_text.setProperty("role", "muted")
        self._message_over = QTimer(self, singleShot=True, interval=ANNOUNCED_MS)
        self._message_over.timeout.connect(lambda: self._show_message(""))
        self._name_parts()
        for label in (self._totals, self._difference):
            # As wide as its text at most, so that neither is cut short while the other has room to spare.
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self.addWidget(label)
        self.addWidget(self._badge)
        self.addWidget(self._message, 1)
        self._show_message("")
        for widget in (self._job, self._capture, self._engine_text):
            self.addPermanentWidget(widget)
        self._connect(service)
        self.refresh()

    def refresh(self) -> None:
        """Show the states as they are now."""
        self._refresh_totals()
        self._refresh_engine()

    def announce(self, line: str) -> None:
        """Show one line for a while, in the place of the totals."""
        self._show_message(line)
        self._message_over.start()

    def _show_message(self, line: str) -> None:
        self._message.set_text(line)
        self._message.setVisible(bool(line))
        for label in (self._totals, self._difference):
            label.setVisible(not line)

    def _name_parts(self) -> None:
        parts = {
            "totals": self._totals,
            "difference": self._difference,
            "announcement": self._message,
            "engine_text": self._engine_text,
        }
        for name, label in parts.items():
            label.setObjectName(name)
            label.setFont(number_font(self.font().pointSizeF()))

    def _connect(self, service: EngineService) -> None:
        self._document.changed.connect(self._refresh_totals)
        self._pinned.changed.connect(self._refresh_totals)
        self._engine.changed.connect(self._refresh_engine)
        service.announced.connect(self.announce)
        self._totals.clicked.connect(self.ledger_wanted)
        self._badge.clicked.connect(self.ledger_wanted)

    def _refresh_totals(self) -> None:
        report = self._document.snapshot.report
        total, memory = report.total, report.memory
        texts = (
            self.tr("{count} parameters").format(count=exact(total.parameters)),
            self.tr("{count} MACs").format(count=compact(total.macs)),
            self.tr("{size} kept for backward").format(size=byte_text(total.saved_bytes)),
            self.tr("{count} layers").format(count=report.depth),
        )
        self._totals.set_text("   ".join(texts))
        lines = (
            self.tr("{macs} multiply-adds ({flops} FLOPs): convolutions and the linear layer, one image"),
            self.tr("training memory {memory}: weights, gradients, momentum and what backward needs, float32"),
            self.tr("layers: convolutions and linear layers on the main path"),
            self.tr("a click shows the ledger: why others count something else"),
        )
        facts = {"macs": exact(total.macs), "flops": compact(total.flops), "memory": byte_text(memory.total_bytes)}
        self._totals.setToolTip("\n".join(("   ".join(texts), *(line.format(**facts) for line in lines))))
        self._refresh_difference(self._document.snapshot)

    def _refresh_difference(self, snapshot: Snapshot) -> None:
        reference = self._pinned.reference
        if reference is None or reference.config == snapshot.config:
            self._difference.set_text("")
            return
        ours, theirs = snapshot.report.total, reference.report.total
        facts = {
            "name": reference.config.name,
            "parameters": percent_difference(ours.parameters, theirs.parameters),
            "macs": percent_difference(ours.macs, theirs.macs),
            "size": percent_difference(ours.saved_bytes, theirs.saved_bytes),
        }
        self._difference.set_text(self.tr("vs {name}: {parameters}, MACs {macs}").format(**facts))
        line = self.tr("against {name}: parameters {parameters}, MACs {macs}, kept for backward {size}")
        self._difference.setToolTip(line.format(**facts))

    def _refresh_engine(self) -> None:
        engine = self._engine
        texts = {
            "starting": self.tr("engine starting…"),
            "ready": self.tr("engine ready"),
            "unavailable": self.tr("engine unavailable"),
        }
        devices = engine.devices
        parts = [devices[0].label] if devices else []
        self._engine_text.setText(" · ".join([*parts, texts[engine.phase]]))
        self._engine_text.setToolTip("\n".join([engine.text, *(device.label for device in devices)]).strip())
        self._job.show_progress(engine.progress)


class _Totals(ElidedLabel):
    """The totals as a line that can be clicked."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell of a click."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class _JobStrip(QWidget):
    """The job under way: what it is, how far, how long still, and a Cancel that works."""

    def __init__(self, service: EngineService) -> None:
        super().__init__()
        self._text, self._bar = QLabel(), QProgressBar()
        self._text.setObjectName("job_text")
        self._bar.setObjectName("job_progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(90)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setObjectName("job_cancel")
        cancel.setAccessibleName(self.tr("Cancel the job"))
        cancel.clicked.connect(service.cancel)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        for widget in (self._text, self._bar, cancel):
            layout.addWidget(widget)

    def show_progress(self, progress: JobProgress) -> None:
        """Show how far the job is, or nothing where there is none."""
        self.setVisible(progress.phase != "idle")
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        parts = [progress.text or self._phase_text(progress)]
        if progress.total:
            parts.append(f"{progress.done}/{progress.total}")
        if progress.seconds_left is not None and progress.phase == "running":
            parts.append(self.tr("{time} left").format(time=duration(progress.seconds_left)))
        self._text.setText("  ".join(parts))

    def _phase_text(self, progress: JobProgress) -> str:
        texts = {
            "idle": "",
            "preparing": self.tr("preparing…"),
            "running": self.tr("running"),
            "paused": self.tr("paused"),
            "stopping": self.tr("stopping…"),
        }
        return texts[progress.phase]
