"""Trains a network and yields what happens as events: a generator that neither prints, sleeps, draws nor stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import torch

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.fitting import training_problems
from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.runs.run_events import (
    CheckpointWritten,
    EvaluationCompleted,
    RunEvent,
    RunFinished,
    RunStarted,
    StatusChanged,
)
from resnet_core.training.batches import Batches
from resnet_core.training.capture_schedule import CaptureSchedule
from resnet_core.training.checkpoint import (
    Checkpoint,
    CheckpointFacts,
    checkpoint_name,
    save_checkpoint,
)
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import TensorDataSet
from resnet_core.training.devices import resolve_device
from resnet_core.training.learner import Learner
from resnet_core.training.measurements import CAPACITY, Measurements
from resnet_core.training.optimization import learning_rate_at
from resnet_core.training.plan import TrainingPlan, plan_training, resumed_plan
from resnet_core.training.precision import precision_notes, refuse_precision
from resnet_core.training.stopwatch import Stopwatch

CHECKPOINT_PERIOD_S = 600.0
"""A long run is saved this often, so that a crash costs no more."""


class RunContext(NamedTuple):
    """What surrounds a run: its name, single lines for people such as how the architecture was fitted, and the folder
    that checkpoints are written below (None: nowhere).
    """

    name: str = ""
    notes: tuple[str, ...] = ()
    checkpoints: Path | None = None


def train(
    run: RunConfig,
    data: TensorDataSet,
    *,
    control: TrainingControl,
    context: RunContext = RunContext(),  # noqa: B008 - an immutable value
    start_from: Checkpoint | None = None,
) -> Iterator[RunEvent]:
    """Train `run` (fitted to `data`, see `fitting.fit_for_training`) and yield its events as they happen.

    The seed alone fixes weights, order, shifts and what is dropped. With `start_from` the run goes on where that
    checkpoint ends, and on the CPU with as many threads gives the same bits as if it had never stopped. A checkpoint is
    written on a wish, at the end and on a stop. After `StatusChanged("paused")` the caller may hold on to the generator
    for as long as `control` is paused, to show that it lives; else the generator waits itself. Pauses count as no time.

    Raises ConfigurationError, before a network is built, for what cannot train or a device that is absent, and where
    `start_from` belongs to another run; CheckpointError where a checkpoint cannot be written.
    """
    problems = training_problems(run.architecture, run.training)
    if problems:
        raise ConfigurationError(problems)
    device = resolve_device(run.training.device)
    refuse_precision(run.training, device)
    with _torch_restored():
        learner = Learner.begin(run, device, CAPACITY)
        batches = Batches(data, run.training, device)
        plan = _plan(run, learner, batches, control, start_from)
        if plan is None:
            yield RunFinished("stopped", 0, 0.0, _joined("stopped before the first step", control.stop_reason))
            return
        torch.set_num_threads(plan.threads)
        session = _Session(_Setup(run, learner, batches, plan, control, context))
        if start_from is None:
            yield session.started()
        else:
            session.go_on_from(start_from)
        yield from session.events()


def _plan(
    run: RunConfig,
    learner: Learner,
    batches: Batches,
    control: TrainingControl,
    start_from: Checkpoint | None,
) -> TrainingPlan | None:
    if start_from is None:
        return plan_training(run.training, learner, batches, control)
    if start_from.facts.seed != run.training.seed:
        text = f"the checkpoint was made with seed {start_from.facts.seed}; restore the run's own config.toml"
        raise ConfigurationError([Problem(("training", "seed"), "other", {"text": text})])
    return resumed_plan(run.training, start_from.facts)


class _Setup(NamedTuple):
    run: RunConfig
    learner: Learner
    batches: Batches
    plan: TrainingPlan
    control: TrainingControl
    context: RunContext


class _Session:
    """One stretch of training, from its first step to its end or stop."""

    def __init__(self, setup: _Setup) -> None:
        self._run, self._learner, self._batches, self._plan, self._control, self._context = setup
        schedule = CaptureSchedule(self._run.training.capture_every)
        self._measurements = Measurements(self._learner, schedule)
        self._watch = Stopwatch()
        self._step = 0
        self._saved_at_s = 0.0
        self._evaluated_at = 0

    def started(self) -> RunStarted:
        """Return the event that describes the run."""
        training, config = self._run.training, self._run.architecture
        return RunStarted(
            name=self._context.name or f"{config.name} · {training.data} · seed {training.seed}",
            architecture_name=config.name,
            device=str(self._learner.device),
            seed=training.seed,
            total_steps=self._plan.total_steps,
            steps_per_epoch=self._batches.steps_per_epoch,
            boundaries=build_graph(config).boundaries,
            data_name=training.data,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=(*self._context.notes, *self._plan.notes, *precision_notes(training, self._learner.device)),
        )

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Take over the state of `checkpoint`."""
        self._learner.restore(checkpoint)
        self._step = checkpoint.facts.step
        self._measurements.skipped_steps = checkpoint.facts.skipped_steps
        self._saved_at_s = checkpoint.facts.elapsed_s
        self._measurements.schedule.go_on(checkpoint.facts.capture_every)

    def events(self) -> Iterator[RunEvent]:
        """Yield everything from the first step to the end."""
        self._watch = Stopwatch(self._saved_at_s)
        yield StatusChanged("running", self._step)
        yield from self._evaluation_if_due()  # a stop may have cut it short before the checkpoint
        while self._step < self._plan.total_steps:
            if self._control.wants_attention:
                yield from self._attend()
                if self._control.stopped:
                    break
            self._make_step()
            if self._measurements.due:
                yield from self._measurements.drain()
            yield from self._evaluation_if_due()
            if self._watch.elapsed_s - self._saved_at_s >= CHECKPOINT_PERIOD_S:
                yield from self._saved()
        yield from self._end()

    def _make_step(self) -> None:
        training, notes = self._run.training, self._measurements
        rate = learning_rate_at(self._step, self._plan.total_steps, training)
        captured = training.capture and notes.schedule.is_due(self._step)
        notes.clock.begin()
        images_NCHW, labels_N = self._batches.batch(self._step)
        capture_row = notes.capture_row if captured else None
        self._learner.seed_noise(self._step)
        self._learner.update(images_NCHW, labels_N, rate, notes.row, capture_row=capture_row)
        notes.clock.end()
        notes.add(self._step, rate, self._watch.elapsed_s, captured=captured)
        self._step += 1

    def _attend(self) -> Iterator[RunEvent]:
        """Do what was wished for between two steps."""
        yield from self._measurements.drain(wait=True)
        if self._control.take_checkpoint_wish():
            yield from self._saved()
        if self._control.paused:
            yield from self._paused()

    def _paused(self) -> Iterator[RunEvent]:
        with self._watch.halted():
            yield StatusChanged("paused", self._step)
        while self._control.paused:
            with self._watch.halted():
                self._control.wait_while_paused()
            if self._control.take_checkpoint_wish():
                yield from self._saved()
        if not self._control.stopped:
            yield StatusChanged("running", self._step)

    def _evaluation_if_due(self) -> Iterator[RunEvent]:
        """Evaluate after each epoch and after the last step, once; a stop cuts it short."""
        ends_epoch = self._step % self._batches.steps_per_epoch == 0
        if self._step == self._evaluated_at or not (ends_epoch or self._step == self._plan.total_steps):
            return
        yield from self._measurements.drain(wait=True)
        found = self._learner.evaluate(self._batches.test_batches(), lambda: self._control.stopped)
        if found is not None:
            self._evaluated_at = self._step
            yield EvaluationCompleted(self._step, (self._step - 1) // self._batches.steps_per_epoch, *found)

    def _saved(self) -> Iterator[RunEvent]:
        if self._context.checkpoints is None:
            return
        yield from self._measurements.drain(wait=True)
        elapsed_s = self._watch.elapsed_s
        facts = CheckpointFacts(
            step=self._step,
            total_steps=self._plan.total_steps,
            seed=self._run.training.seed,
            elapsed_s=elapsed_s,
            threads=self._plan.threads,
            device=str(self._learner.device),
            skipped_steps=self._measurements.skipped_steps,
            capture_every=self._measurements.schedule.every,
        )
        save_checkpoint(self._context.checkpoints, self._learner.state(facts))
        self._saved_at_s = elapsed_s
        yield CheckpointWritten(self._step, f"checkpoints/{checkpoint_name(self._step)}")

    def _end(self) -> Iterator[RunEvent]:
        yield from self._measurements.drain(wait=True)
        yield from self._saved()
        finished = self._step == self._plan.total_steps == self._evaluated_at
        message = "" if finished else self._control.stop_reason
        if self._measurements.skipped_steps:
            message = _joined(skipping_line(self._measurements.skipped_steps), message)
        if self._measurements.diverged_at is not None:
            message = _joined(divergence_line(self._measurements.diverged_at), message)
        yield RunFinished("finished" if finished else "stopped", self._step, self._watch.elapsed_s, message)


def divergence_line(step: int) -> str:
    """Return what is said, once, of a run whose loss is no number any more."""
    return f"diverged: the loss is not finite from step {step} on; lower training.learning_rate"


def skipped_line(step: int, scale: float) -> str:
    """Return what is said of one step that left the weights as they were."""
    return f"step {step} was skipped: a gradient left float16's range; the loss is scaled by {scale:,.10g} from here on"


def skipping_line(count: int) -> str:
    """Return what is said of steps that left the weights as they were, as a gradient had overflowed float16."""
    steps = "1 step was" if count == 1 else f"{count} steps were"
    return f"{steps} skipped: a gradient left float16's range, and the loss was scaled by less from there on"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


@contextmanager
def _torch_restored() -> Iterator[None]:
    """Give back the number of threads and the random state that torch had, as they are the whole process's."""
    threads, random_state = torch.get_num_threads(), torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(random_state)
