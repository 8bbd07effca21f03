"""Which steps are captured, and what is told of the cost, from durations that are given."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from resnet_core.runs.run_events import CaptureCostMeasured, GradientCaptured, StepCompleted
from resnet_core.training.capture_schedule import (
    BUDGET,
    FIRST_STEPS,
    LEAST_EVERY,
    MOST_EVERY,
    MOST_KEPT,
    PATIENCE,
    WITHOUT_MEASUREMENT,
    CaptureSchedule,
)
from resnet_core.training.checkpoint import load_checkpoint
from resnet_core.training.control import TrainingControl
from resnet_core.training.loop import RunContext, train
from tests.training.tiny_runs import only, tiny_data, tiny_run

PLAIN_S = 0.040


def captured_steps(
    schedule: CaptureSchedule, steps: range, seconds: Callable[[int, bool], float], late: int = 0
) -> list[int]:
    """Which of `steps` are captured where each takes as long as told, and is known of `late` steps afterwards."""
    found: list[int] = []
    untold: list[tuple[float, bool]] = []
    for step in steps:
        captured = schedule.is_due(step)
        if captured:
            schedule.captured(step)
            found.append(step)
        untold.append((seconds(step, captured), captured))
        while len(untold) > late:
            duration_s, was_captured = untold.pop(0)
            schedule.note(duration_s, captured=was_captured)
    return found


def dearer_by(extra: float, spread: float = 0.0, seed: int = 0) -> Callable[[int, bool], float]:
    """Steps of 40 ms, a captured one longer by a share, and each off by up to a share."""
    chance = random.Random(seed)
    return lambda _step, captured: PLAIN_S * (1 + extra * captured) * (1 + spread * chance.uniform(-1, 1))


def test_that_a_given_period_captures_the_first_steps_and_its_multiples() -> None:
    assert captured_steps(CaptureSchedule(15), range(46), dearer_by(0.5)) == [*range(11), 15, 30, 45]
    assert captured_steps(CaptureSchedule(1), range(20), dearer_by(0.5)) == list(range(20))


def test_that_nothing_is_captured_after_the_first_steps_until_a_period_is_chosen() -> None:
    schedule = CaptureSchedule()
    assert captured_steps(schedule, range(FIRST_STEPS + 4), dearer_by(0.2)) == list(range(FIRST_STEPS + 1))
    assert schedule.every == 0 and schedule.cost() is None


@pytest.mark.parametrize(
    ("extra", "every"), [(0.2, 13), (0.15, 10), (0.033, 3), (0.0, LEAST_EVERY), (90.0, MOST_EVERY)]
)
def test_that_the_shortest_period_is_chosen_that_keeps_the_aim(extra: float, every: int) -> None:
    schedule = CaptureSchedule()
    found = captured_steps(schedule, range(3 * every + 40), dearer_by(extra))
    assert schedule.every == every
    assert {later - earlier for earlier, later in pairwise(found[11:])} <= {every}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("late", [0, 9])
def test_that_noisy_steps_and_late_notes_keep_the_budget_too(seed: int, late: int) -> None:
    schedule = CaptureSchedule()
    captured_steps(schedule, range(4000), dearer_by(0.2, spread=0.15, seed=seed), late)
    assert 0.2 / BUDGET <= schedule.every <= 18
    cost = schedule.cost()
    assert cost is not None and cost.share < BUDGET
    assert cost.captured_s / cost.plain_s == pytest.approx(1.2, rel=0.03)


def test_that_the_share_is_that_of_the_time_and_the_first_steps_are_in_what_was_spent_so_far() -> None:
    schedule = CaptureSchedule(10)
    captured_steps(schedule, range(200), dearer_by(0.25))
    cost = schedule.cost()
    assert cost is not None
    assert (cost.every, cost.automatic) == (10, False)
    assert (cost.plain_s, cost.captured_s) == pytest.approx((PLAIN_S, 1.25 * PLAIN_S))
    assert cost.share == pytest.approx(0.25 / 10.25)
    captures = 11 + 18
    assert cost.share_so_far == pytest.approx(0.25 * captures / (200 + 0.25 * captures))


def test_that_the_steps_after_the_first_keep_the_budget_in_a_short_run_too() -> None:
    schedule = CaptureSchedule()
    found = captured_steps(schedule, range(200), dearer_by(0.2, spread=0.05))
    later = [step for step in found if step > FIRST_STEPS]
    assert len(later) >= 8 and 0.2 * len(later) < BUDGET * (200 - FIRST_STEPS)


def test_that_a_machine_that_slows_down_is_no_cost_of_capturing() -> None:
    schedule = CaptureSchedule(10)
    captured_steps(schedule, range(400), lambda step, captured: (1 + step / 100) * (1.2 if captured else 1.0))
    cost = schedule.cost()
    assert cost is not None and cost.captured_s / cost.plain_s == pytest.approx(1.2, rel=0.01)


def test_that_no_cost_is_told_and_nothing_piles_up_where_no_step_is_without_capture() -> None:
    schedule = CaptureSchedule(1)
    captured_steps(schedule, range(2 * MOST_KEPT), dearer_by(0.2))
    assert schedule.cost() is None
    assert len(schedule._costs._waiting) <= MOST_KEPT


def test_that_durations_of_nothing_are_no_measurements() -> None:
    schedule = CaptureSchedule()
    captured_steps(schedule, range(FIRST_STEPS + PATIENCE + 40), lambda _step, _captured: 0.0)
    assert schedule.cost() is None
    assert schedule.every == WITHOUT_MEASUREMENT


def test_that_a_period_that_is_near_the_best_stays_while_it_keeps_the_budget() -> None:
    schedule = CaptureSchedule()
    captured_steps(schedule, range(300), dearer_by(0.2))
    captured_steps(schedule, range(300, 2000), dearer_by(0.21))
    assert schedule.every == 13
    captured_steps(schedule, range(2000, 9000), dearer_by(0.4))
    assert schedule.every == 25


def test_that_a_session_that_goes_on_keeps_the_period_until_it_has_measured_its_own() -> None:
    schedule = CaptureSchedule()
    schedule.go_on(40)
    assert captured_steps(schedule, range(500, 600), dearer_by(0.2)) == [500, 540, 580]
    captured_steps(schedule, range(600, 1200), dearer_by(0.2))
    assert schedule.every == 13
    unknown = CaptureSchedule()
    unknown.go_on(0)
    assert unknown.every == WITHOUT_MEASUREMENT


def test_that_a_device_whose_steps_cannot_be_timed_is_captured_all_the_same() -> None:
    schedule = CaptureSchedule()
    never_told = 10_000
    found = captured_steps(schedule, range(FIRST_STEPS + PATIENCE + 40), dearer_by(0.2), never_told)
    assert [step for step in found if step > FIRST_STEPS][:2] == [111, 126]
    assert schedule.cost() is None


def test_that_a_run_tells_what_its_captures_cost() -> None:
    events = list(train(tiny_run(steps=140, capture_every=5), tiny_data(), control=TrainingControl()))
    costs = only(CaptureCostMeasured, events)
    made = {event.step for event in only(StepCompleted, events)}
    assert costs and {cost.step for cost in costs} <= made
    assert costs[-1].capture_every == 5 and costs[-1].capture_budget is None
    assert 0 <= costs[-1].capture_share < 1 and 0 <= costs[-1].capture_share_so_far < 1
    assert 0 < costs[-1].plain_step_s <= costs[-1].captured_step_s
    assert len(only(GradientCaptured, events)) == 11 + 25


def test_that_a_run_chooses_its_period_itself_and_says_so() -> None:
    events = list(train(tiny_run(steps=120, capture_every=0), tiny_data(), control=TrainingControl()))
    costs = only(CaptureCostMeasured, events)
    assert costs and all(LEAST_EVERY <= cost.capture_every <= MOST_EVERY for cost in costs)
    assert all(cost.capture_budget == BUDGET and 0 <= cost.capture_share < 1 for cost in costs)
    steps = [event.step for event in only(GradientCaptured, events)]
    assert steps[: FIRST_STEPS + 1] == list(range(FIRST_STEPS + 1))


def test_that_a_resumed_run_goes_on_with_the_period_of_its_checkpoint(tmp_path: Path) -> None:
    control, context = TrainingControl(), RunContext(checkpoints=tmp_path)
    run = tiny_run(steps=60, capture_every=0)
    for event in train(run, tiny_data(), control=control, context=context):
        if isinstance(event, StepCompleted) and event.step >= 30:
            control.stop()
    checkpoint = load_checkpoint(max(tmp_path.iterdir()))
    every, at = checkpoint.facts.capture_every, checkpoint.facts.step
    assert every >= LEAST_EVERY
    known = checkpoint._replace(facts=checkpoint.facts._replace(capture_every=7))
    resumed = train(run, tiny_data(), control=TrainingControl(), context=context, start_from=known)
    steps = [event.step for event in only(GradientCaptured, resumed)]
    assert steps[:2] == [at, at + 7]
