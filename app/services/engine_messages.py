"""Turns what a worker says into what the window knows of it: its devices, versions and progress."""

from __future__ import annotations

from typing import Final, Literal

from app.state.engine_state import DeviceFacts, JobPhase, JobProgress
from resnet_core.process.messages import Hello, Progress

JobName = Literal["train", "build", "check", "probe", "latency", "study"]

_PHASES: Final[dict[str, JobPhase]] = {
    "preparing": "preparing",
    "training": "running",
    "working": "running",
    "paused": "paused",
    "saving": "stopping",
}


def devices_of(hello: Hello) -> tuple[DeviceFacts, ...]:
    """Return the devices, the one that `auto` takes first."""
    return tuple(DeviceFacts(device.id, device.name, device.memory_bytes) for device in hello.devices)


def versions_text(hello: Hello) -> str:
    """Return the engine's libraries in one line: "torch 2.14.1, torchvision 0.29.1"."""
    return ", ".join(f"{name} {version}" for name, version in hello.versions.items())


def job_progress(kind: JobName, progress: Progress, stopping: bool) -> JobProgress:
    """Return how far a job is; one that was asked to stop stays "stopping" until it has."""
    phase = "stopping" if stopping else _PHASES.get(progress.phase, "running")
    return JobProgress(kind, phase, progress.text, progress.done, progress.total, progress.seconds_left)
