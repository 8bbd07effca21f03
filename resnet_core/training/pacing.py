"""Measures how long a step takes here, on a throwaway copy, and how many steps fit into a given time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice
from typing import NamedTuple

import torch

from resnet_core.training.batches import Batches
from resnet_core.training.devices import synchronize
from resnet_core.training.learner import Learner

FEWEST_STEPS = 20
MOST_STEPS = 2_000
TIMED_STEPS = 2
PATIENCE_S = 1.5  # a step that takes longer is timed once, and threads are not compared


class Pace(NamedTuple):
    """Seconds an update takes with `threads` CPU threads, and seconds an evaluation takes."""

    step_s: float
    evaluation_s: float
    threads: int


def steps_within(target_s: float, pace: Pace, steps_per_epoch: int) -> int:
    """Return the steps, evaluations after each epoch and at the end included, that fit into `target_s`.

    Never fewer than FEWEST_STEPS, which show something, or more than MOST_STEPS.
    """
    epoch_s = steps_per_epoch * pace.step_s + pace.evaluation_s
    epochs = int(target_s / epoch_s)
    rest_s = max(0.0, target_s - epochs * epoch_s - pace.evaluation_s)
    steps = epochs * steps_per_epoch + int(rest_s / pace.step_s)
    return min(MOST_STEPS, max(FEWEST_STEPS, steps))


def measure_pace(
    learner: Learner, batches: Batches, thread_choices: tuple[int, ...], *, stopped: Callable[[], bool]
) -> Pace | None:
    """Return the pace with the fastest of `thread_choices`, the preferred one first; None where `stopped` says so.

    Weights, BatchNorm buffers and random generators stay as they are: updates are made on a copy, at rate 0. Capture is
    left out, as it adds two hundredths at most.
    """
    trial = learner.throwaway()
    with _generators_kept(learner.device):
        best = _fastest(trial, batches, thread_choices, stopped)
        if best is None:
            return None
        torch.set_num_threads(best.threads)
        return best._replace(evaluation_s=_time_evaluation(trial, batches))


def fastest_threads(
    learner: Learner, batches: Batches, thread_choices: tuple[int, ...], *, stopped: Callable[[], bool]
) -> int | None:
    """Return which of `thread_choices` makes an update fastest, as `measure_pace` does; None where `stopped` says so.

    A single choice is not timed.
    """
    if len(thread_choices) == 1:
        return thread_choices[0]
    with _generators_kept(learner.device):
        best = _fastest(learner.throwaway(), batches, thread_choices, stopped)
    return best.threads if best is not None else None


def _generators_kept(device: torch.device) -> AbstractContextManager[None]:
    kept: AbstractContextManager[None] = torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])
    return kept


def _fastest(
    trial: Learner, batches: Batches, thread_choices: tuple[int, ...], stopped: Callable[[], bool]
) -> Pace | None:
    """Return the pace of updates with the fastest of the choices; leaves torch with the last one that was timed."""
    best: Pace | None = None
    for threads in thread_choices:
        torch.set_num_threads(threads)
        step_s = _time_steps(trial, batches, stopped)
        if step_s is None:
            return None
        if best is None or step_s < best.step_s:
            best = Pace(step_s, 0.0, threads)
        if step_s > PATIENCE_S:
            break
    return best


def _time_steps(trial: Learner, batches: Batches, stopped: Callable[[], bool]) -> float | None:
    """Return the shortest of a few steps; the first one, which warms up, counts only if it is slow as it is."""
    fastest_s = float("inf")
    for attempt in range(1 + TIMED_STEPS):
        if stopped():
            return None
        began = time.perf_counter()
        trial.update(*batches.batch(attempt), 0.0, 0)
        synchronize(trial.device)
        taken_s = time.perf_counter() - began
        if attempt > 0 or taken_s > PATIENCE_S:
            fastest_s = min(fastest_s, taken_s)
        if taken_s > PATIENCE_S:
            break
    return fastest_s


def _time_evaluation(trial: Learner, batches: Batches) -> float:
    """Return the seconds of an evaluation, from its first batch."""
    began = time.perf_counter()
    trial.evaluate(islice(batches.test_batches(), 1), lambda: False)
    synchronize(trial.device)
    return (time.perf_counter() - began) * batches.test_batch_count
