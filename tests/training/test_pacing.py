"""Holds the choice of steps and threads, and that measuring the pace leaves no trace."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from resnet_core.runs.run_events import RunStarted
from resnet_core.training.batches import Batches
from resnet_core.training.control import TrainingControl
from resnet_core.training.learner import Learner
from resnet_core.training.loop import train
from resnet_core.training.pacing import FEWEST_STEPS, MOST_STEPS, Pace, measure_pace, steps_within
from resnet_core.training.plan import plan_training
from tests.training.tiny_runs import only, tiny_data, tiny_run

CPU = torch.device("cpu")


def seconds(steps: int, pace: Pace, steps_per_epoch: int) -> float:
    """What a run takes: its steps, and an evaluation after each epoch and at the end."""
    return steps * pace.step_s + -(-steps // steps_per_epoch) * pace.evaluation_s


@given(
    st.floats(1.0, 600.0), st.floats(0.005, 2.0), st.floats(0.0, 5.0), st.integers(1, 500)
)
def test_that_as_many_steps_as_possible_fit_into_the_target(
    target_s: float, step_s: float, evaluation_s: float, steps_per_epoch: int
) -> None:
    pace = Pace(step_s, evaluation_s, 1)
    steps = steps_within(target_s, pace, steps_per_epoch)
    assert FEWEST_STEPS <= steps <= MOST_STEPS
    if steps > FEWEST_STEPS:
        assert seconds(steps, pace, steps_per_epoch) <= target_s * (1 + 1e-9)
    if FEWEST_STEPS < steps < MOST_STEPS:
        assert seconds(steps + 1, pace, steps_per_epoch) > target_s * (1 - 1e-9)


def test_that_measuring_leaves_weights_buffers_and_generators_as_they_were() -> None:
    run = tiny_run()
    learner, batches = Learner.begin(run, CPU, 1), Batches(tiny_data(), run.training, CPU)
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    generator = torch.get_rng_state()
    pace = measure_pace(learner, batches, (1,), stopped=lambda: False)
    after = learner.model.state_dict()
    assert pace is not None
    assert pace.step_s > 0
    assert pace.evaluation_s > 0
    assert all(bool((before[name] == after[name]).all()) for name in before)
    assert bool((torch.get_rng_state() == generator).all())
    assert learner.model.training


def test_that_a_run_measured_first_is_that_of_as_many_given_steps() -> None:
    measured = list(train(tiny_run(steps=0, target_s=1.0), tiny_data(), control=TrainingControl()))
    steps = only(RunStarted, measured)[0].total_steps
    assert steps >= FEWEST_STEPS
    given_steps = list(train(tiny_run(steps=steps), tiny_data(), control=TrainingControl()))
    timeless = [
        [event for event in events if type(event).__name__ in ("GradientCaptured", "EvaluationCompleted")]
        for events in (measured, given_steps)
    ]
    assert timeless[0] == timeless[1]


def test_that_the_measured_length_is_told_in_a_note() -> None:
    started = only(
        RunStarted, train(tiny_run(steps=0, target_s=1.0), tiny_data(), control=TrainingControl())
    )[0]
    assert started.notes[-1].startswith(f"{started.total_steps} steps, to fit into 1 s at ")


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("threads", "planned"), [(1, 1), (0, 2)])
def test_that_nothing_is_measured_when_it_would_cost_more_than_it_saves(threads: int, planned: int) -> None:
    run = tiny_run(threads=threads, steps=30)
    learner = Learner.begin(run, CPU, 1)
    plan = plan_training(run.training, learner, Batches(tiny_data(), run.training, CPU), TrainingControl())
    assert plan == (30, planned, ())


@pytest.mark.usefixtures("two_threads")
def test_that_all_threads_and_one_are_compared_when_a_run_is_long() -> None:
    run = tiny_run(threads=0, steps=60)
    learner = Learner.begin(run, CPU, 1)
    plan = plan_training(run.training, learner, Batches(tiny_data(), run.training, CPU), TrainingControl())
    assert plan is not None
    assert plan.threads in (1, 2)
    assert plan.notes == (f"{plan.threads} of 2 CPU threads, the fastest measured",)


def test_that_a_stop_ends_the_measurement() -> None:
    run = tiny_run(steps=0)
    control = TrainingControl()
    control.stop()
    learner, batches = Learner.begin(run, CPU, 1), Batches(tiny_data(), run.training, CPU)
    assert plan_training(run.training, learner, batches, control) is None
