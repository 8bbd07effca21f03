"""Decides, before a run begins, on what device, with how many threads and for how many steps it trains."""

from __future__ import annotations

from typing import NamedTuple

import torch

from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.training.batches import Batches
from resnet_core.training.checkpoint import CheckpointFacts
from resnet_core.training.control import TrainingControl
from resnet_core.training.learner import Learner
from resnet_core.training.pacing import measure_pace, steps_within

WORTH_MEASURING_STEPS = 50
"""Below as many steps, comparing thread counts would cost more than it saves."""


class TrainingPlan(NamedTuple):
    """What was decided, and how, in lines for people."""

    total_steps: int
    threads: int
    notes: tuple[str, ...] = ()


def given_steps(training: TrainingConfig, steps_per_epoch: int) -> int:
    """Return the steps the recipe asks for, by steps or by epochs; 0 where it leaves them to the target time."""
    return training.steps or training.epochs * steps_per_epoch


def plan_training(
    training: TrainingConfig, learner: Learner, batches: Batches, control: TrainingControl
) -> TrainingPlan | None:
    """Return the plan, having timed a few steps on a copy where that is needed; None where a stop came first."""
    steps = given_steps(training, batches.steps_per_epoch)
    choices = thread_choices(training, learner.device, steps)
    if steps and len(choices) == 1:
        return TrainingPlan(steps, choices[0])
    pace = measure_pace(learner, batches, choices, stopped=lambda: control.stopped)
    if pace is None:
        return None
    notes = [f"{pace.threads} of {max(choices)} CPU threads, the fastest measured"] if len(choices) > 1 else []
    if not steps:
        steps = steps_within(training.target_s, pace, batches.steps_per_epoch)
        notes.append(f"{steps} steps, to fit into {training.target_s:g} s at {pace.step_s:.3g} s a step")
    return TrainingPlan(steps, pace.threads, tuple(notes))


def resumed_plan(training: TrainingConfig, facts: CheckpointFacts) -> TrainingPlan:
    """Return the plan of a run that goes on: the steps it set out for, and the same threads for the same bits."""
    return TrainingPlan(facts.total_steps, training.threads or facts.threads)


def thread_choices(training: TrainingConfig, device: torch.device, steps: int = 0) -> tuple[int, ...]:
    """Return the thread counts to compare: all cores, and 1, which small layers often run faster on.

    So few `steps` that comparing would cost more than it saves have one choice; 0 are not known yet.
    """
    if training.threads:
        return (training.threads,)
    most = torch.get_num_threads()
    comparable = device.type == "cpu" and most > 1 and not 0 < steps < WORTH_MEASURING_STEPS
    return (most, 1) if comparable else (most,)
