"""Measures how long a step takes here, on a throwaway copy, and how many steps fit into a given time."""

from __future__ import annotations

import time
from collections.abc import Callable
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
    cuda = [learner.device] if learner.device.type == "cuda" else []
    best: tuple[float, int] | None = None
    with torch.random.fork_rng(devices=cuda):
        for threads in thread_choices:
            torch.set_num_threads(threads)
            step_s = _time_steps(trial, batches, stopped)
            if step_s is None:
                return None
            if best is None or step_s < best[0]:
                best = (step_s, threads)
            if step_s > PATIENCE_S:
                break
        assert best is not None
        torch.set_num_threads(best[1])
        return Pace(best[0], _time_evaluation(trial, batches), best[1])


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
