"""Sends what a person wants computed to a worker process, and tells the states how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.services.engine_messages import JobName, devices_of, job_progress, versions_text
from app.services.run_follower import RunFollower
from app.services.training_plan import PlanRefused, plan_training
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState, JobPhase, JobProgress
from app.state.probed_state import probe_batch
from app.state.training_recipe import TrainingRecipe
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.number_text import percent
from resnet_core.process.messages import (
    Build,
    Check,
    ContinueTraining,
    Hello,
    JobDone,
    JobFailed,
    LineRefused,
    MeasureLatency,
    Notice,
    PauseTraining,
    Probe,
    Progress,
    Request,
    Resume,
    StopJob,
    Study,
    Train,
    Upward,
    WorkerDied,
)
from resnet_core.process.worker_client import WorkerPool
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_records import RunFolderError, RunSummary

MOST_DEATHS = 2
"""A worker that dies as often before it is ready is not started again."""


class Answer(NamedTuple):
    """What a job that measures, and records no run, found of `config`: its JSON document."""

    kind: JobName
    document: dict[str, Any]
    config: ArchitectureConfig


class _Job(NamedTuple):
    """The job under way: its number in the pool, what it is about, the folder of its run or its study if it has one."""

    number: int
    kind: JobName
    config: ArchitectureConfig
    folder: Path | None = None
    study: str = ""


class EngineService(QObject):
    """The engine as the window asks for it; one job at a time.

    `announced` carries one line on what was done, `failed` one line and details on what went wrong, `answered`
    an Answer, `job_ended` that there is no job any more.
    """

    announced = Signal(str)
    failed = Signal(str, str)
    answered = Signal(object)
    job_ended = Signal()
    _arrived = Signal()

    def __init__(
        self,
        document: ArchitectureDocument,
        recipe: TrainingRecipe,
        engine: EngineState,
        follower: RunFollower,
        library: RunLibrary,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._recipe, self._engine = document, recipe, engine
        self._follower, self._library = follower, library
        self._job: _Job | None = None
        self._trained: Path | None = None
        self._stopping = False
        self._deaths = 0
        self._pool = WorkerPool(self._arrived.emit)
        self._arrived.connect(self._drain)
        follower.failed.connect(self._tell_unreadable)
        follower.ended.connect(self._tell_end)

    def start(self) -> None:
        """Start the spare worker, so that torch is loaded when the first job comes."""
        try:
            self._pool.start()
        except OSError as error:
            self._engine.set_phase("unavailable", str(error))
            self.failed.emit(self.tr("The engine cannot be started; counts and drawings work."), str(error))

    def close(self) -> None:
        """End every worker, in bounded time; a training writes its checkpoint first."""
        self._follower.close()
        self._pool.close()

    @property
    def is_training(self) -> bool:
        """Whether a run is being trained, or prepared for it."""
        return self._job is not None and self._job.kind == "train"

    def train(self) -> None:
        """Train a copy of the open architecture, fitted to the recipe's data."""
        if not self._is_free():
            return
        try:
            plan = plan_training(self._document.config, self._recipe.config, self._engine.devices)
            folder = self._library.new_folder(plan.name)
        except PlanRefused as error:
            self.failed.emit(str(error), "")
            return
        except OSError as error:
            line = self.tr("No run folder can be made in {folder}.").format(folder=self._library.root)
            self.failed.emit(line, str(error))
            return
        if self._submit("train", Train(plan.config_toml, str(folder), plan.name), folder):
            self._follower.follow(folder, expected=True, look=True)
            self.announced.emit(plan.line)

    def resume_run(self, key: str) -> None:
        """Go on with a run that ended before its time, from its last checkpoint."""
        folder = self._folder(key)
        if folder is not None and self._is_free() and self._submit("train", Resume(str(folder)), folder):
            self._follower.follow(folder, expected=True, look=True)

    def pause(self) -> None:
        """Halt the training after the step at hand."""
        if self._job is not None:
            self._pool.send(self._job.number, PauseTraining())

    def resume(self) -> None:
        """Let a paused training go on."""
        if self._job is not None:
            self._pool.send(self._job.number, ContinueTraining())

    def stop(self) -> None:
        """End the training after the step at hand, with a checkpoint."""
        if self._job is not None and self._pool.send(self._job.number, StopJob()):
            self._stopping = True
            self._show_phase("stopping")

    def cancel(self) -> None:
        """End the job: a training as `stop` does, any other at once."""
        if self.is_training:
            self.stop()
        elif self._job is not None:
            self._pool.cancel(self._job.number)
            self._end_job()
            self.announced.emit(self.tr("Cancelled."))

    def build(self, device: str = "auto") -> None:
        """Build the open architecture on `device`; `answered` brings time, memory and whether counts agree."""
        if self._is_free():
            self._submit("build", Build(config_to_toml(self._document.config), device))

    def check(self) -> None:
        """Have the open architecture counted by independent counters; `answered` brings what they say."""
        if self._is_free():
            toml = config_to_toml(self._document.config)
            self._submit("check", Check(toml, self._recipe.config.device))

    def probe(self) -> None:
        """Measure the gradients of the open architecture before any training, on one batch of noise.

        `answered` brings what was found.
        """
        if self._is_free():
            snapshot, recipe = self._document.snapshot, self._recipe.config
            batch, toml = probe_batch(snapshot.report.total.macs), config_to_toml(snapshot.config)
            self._submit("probe", Probe(toml, batch=batch, seed=recipe.seed, device=recipe.device))

    def measure_latency(self, batch: int = 1, repeats: int = 0, *, training: bool = False) -> None:
        """Have the open architecture timed layer by layer, on the recipe's device and with its threads.

        With 0 `repeats` as many passes are made as fit into some seconds; with `training` backward is timed too.
        `answered` brings what they took.
        """
        if self._is_free():
            recipe = self._recipe.config
            toml = config_to_toml(self._document.config)
            request = MeasureLatency(toml, recipe.device, batch, repeats, recipe.threads, training)
            self._submit("latency", request)

    @property
    def study_under_way(self) -> str:
        """The name of the study that is being made, or an empty text."""
        return self._job.study if self._job is not None else ""

    def study(self, study: str, run: str, options: Mapping[str, Any]) -> None:
        """Make a study of the newest checkpoint of `run`, or, where that is empty, of the open architecture untrained.

        It is made on the recipe's device; an open architecture with the rest of the recipe too. `answered` brings
        what was found.
        """
        folder = self._folder(run) if run else None
        if (run and folder is None) or not self._is_free():
            return
        recipe = self._recipe.config
        toml = config_to_toml(self._document.config, recipe) if folder is None else ""
        request = Study(study, toml, "" if folder is None else str(folder), dict(options), recipe.device)
        self._submit("study", request, study=study)

    def show_run(self, key: str) -> None:
        """Show a run's curves, and go on reading it while it is live."""
        folder = self._folder(key)
        if folder is not None:
            self._follower.follow(folder)

    def open_run(self, folder: Path) -> None:
        """Show the run in `folder`, wherever that is, and look at it."""
        self._follower.follow(folder, look=True)

    def hide_run(self, key: str) -> None:
        """Take a run off the screen; it stays on disk."""
        self._follower.forget(key)

    def delete_run(self, key: str) -> None:
        """Delete a run with all it holds."""
        folder = self._folder(key)
        if folder is None:
            return
        self._follower.forget(key)
        try:
            self._library.delete(folder)
        except RunFolderError as error:
            self.failed.emit(str(error), "")
        self.refresh_library()

    def refresh_library(self) -> None:
        """List the runs on disk anew."""
        self._follower.refresh_library()

    def _is_free(self) -> bool:
        if self._job is not None:
            self.announced.emit(self.tr("One job at a time: wait for the one under way, or stop it."))
        return self._job is None

    def _submit(self, kind: JobName, request: Request, folder: Path | None = None, study: str = "") -> bool:
        try:
            number = self._pool.submit(request)
        except OSError as error:
            self.failed.emit(self.tr("The engine cannot be started."), str(error))
            return False
        self._job, self._stopping = _Job(number, kind, self._document.config, folder, study), False
        self._trained = folder or self._trained
        self._show_phase("preparing")
        return True

    def _show_phase(self, phase: JobPhase) -> None:
        kind = self._job.kind if self._job is not None else "none"
        self._engine.set_progress(self._engine.progress._replace(kind=kind, phase=phase, text="", seconds_left=None))

    def _drain(self) -> None:
        """Take everything that workers said since the last time."""
        for number, message in self._pool.poll():
            if isinstance(message, Hello):
                self._deaths = 0
                self._engine.set_phase("ready", versions_text(message), devices_of(message))
            elif self._job is not None and number == self._job.number:
                self._hear(self._job, message)
            elif isinstance(message, JobFailed | WorkerDied):
                self._lose_spare(message)

    def _hear(self, job: _Job, message: Upward) -> None:
        match message:
            case Progress():
                self._engine.set_progress(job_progress(job.kind, message, self._stopping))
            case Notice(text=text):
                self.announced.emit(text)
            case LineRefused(message=text):
                self.failed.emit(self.tr("The engine did not understand what it was sent."), text)
            case JobDone(document=document):
                self._end_job()
                if job.kind != "train":
                    self.answered.emit(Answer(job.kind, document, job.config))
            case JobFailed(message=text, details=details):
                self._end_job()
                self.failed.emit(text, details)
            case WorkerDied():
                self._end_job()
                self.failed.emit(self._death_text(job, message), message.stderr_tail)
                self.start()

    def _end_job(self) -> None:
        job, self._job = self._job, None
        if job is not None and job.folder is not None:
            with suppress(OSError):
                job.folder.rmdir()  # only where no run was made of it
            self._follower.give_up_waiting(job.folder)
            self.refresh_library()
        self._engine.set_progress(JobProgress())
        self.job_ended.emit()

    def _death_text(self, job: _Job, death: WorkerDied) -> str:
        text = death.message[:1].upper() + death.message[1:] + "."
        if job.folder is not None and job.folder.is_dir():
            text += " " + self.tr("The run {run} can be resumed from its last checkpoint.").format(run=job.folder.name)
        return text

    def _lose_spare(self, message: JobFailed | WorkerDied) -> None:
        """Start another spare worker, unless it keeps dying before it is ready."""
        self._deaths += 1
        if self._deaths < MOST_DEATHS:
            self.start()
            return
        self._engine.set_phase("unavailable", message.message)
        details = message.details if isinstance(message, JobFailed) else message.stderr_tail
        line = self.tr("The engine cannot be started: {reason}. Counts and drawings work without it.")
        self.failed.emit(line.format(reason=message.message), details)

    def _folder(self, key: str) -> Path | None:
        known = self._follower.folder_of(key)
        if known is not None:
            return known
        try:
            return self._library.resolve(key)
        except RunFolderError as error:
            self.failed.emit(str(error), "")
            return None

    def _tell_end(self, summary: RunSummary) -> None:
        """Say how the run ended that was trained last; a crash was told by the worker's death."""
        if self._trained is None or summary.run != self._trained.name or summary.status not in ("finished", "stopped"):
            return
        self._trained = None
        parts = [
            self.tr("{name} {status} after {steps} steps").format(
                name=summary.name, status=self._status_text(summary.status), steps=summary.step
            )
        ]
        if summary.test_accuracy is not None:
            parts.append(self.tr("test accuracy {accuracy}").format(accuracy=percent(summary.test_accuracy)))
        self.announced.emit(", ".join(parts) + ".")

    def _status_text(self, status: str) -> str:
        return self.tr("finished") if status == "finished" else self.tr("stopped")

    def _tell_unreadable(self, folder: Path, reason: str) -> None:
        self.failed.emit(self.tr("The run {run} cannot be shown: {reason}").format(run=folder.name, reason=reason), "")
