"""Holds what is known of the worker: whether it is ready, its devices, and the job it is doing."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal

EnginePhase = Literal["starting", "ready", "unavailable"]
JobPhase = Literal["idle", "preparing", "running", "paused", "stopping"]


class DeviceFacts(NamedTuple):
    """A device the worker can compute on; `memory_bytes` is absent where the device does not tell."""

    id: str
    label: str
    memory_bytes: int | None


class JobProgress(NamedTuple):
    """How far the job is; `seconds_left` is absent until it can be told."""

    kind: Literal["none", "train", "build", "check", "probe", "latency", "study"] = "none"
    phase: JobPhase = "idle"
    text: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class EngineState(QObject):
    """The worker as the window sees it; `changed` tells of every change of phase, devices or progress."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phase: EnginePhase = "starting"
        self._text = ""
        self._devices: tuple[DeviceFacts, ...] = ()
        self._progress = JobProgress()

    @property
    def phase(self) -> EnginePhase:
        """Whether the worker has loaded torch."""
        return self._phase

    @property
    def text(self) -> str:
        """The engine's versions, or why it is unavailable."""
        return self._text

    @property
    def devices(self) -> tuple[DeviceFacts, ...]:
        """What it can compute on; empty until it is ready."""
        return self._devices

    @property
    def progress(self) -> JobProgress:
        """The job it is doing."""
        return self._progress

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self._progress.phase != "idle"

    def set_phase(self, phase: EnginePhase, text: str = "", devices: tuple[DeviceFacts, ...] | None = None) -> None:
        """Take the worker's greeting or its failure."""
        self._phase, self._text = phase, text
        if devices is not None:
            self._devices = devices
        self.changed.emit()

    def set_progress(self, progress: JobProgress) -> None:
        """Take the job's progress."""
        if progress != self._progress:
            self._progress = progress
            self.changed.emit()
