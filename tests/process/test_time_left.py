"""Holds the forecast of how long a run still takes."""

from __future__ import annotations

import pytest

from resnet_core.process.time_left import TimeLeft


def test_that_nothing_is_told_before_two_steps_were_made() -> None:
    left = TimeLeft(100, 10)
    assert left.seconds is None
    left.note(0, 5.0)
    assert left.seconds is None


def test_that_steps_of_one_length_give_the_rest_exactly() -> None:
    left = TimeLeft(100, 10)
    for step in range(40):
        left.note(step, 0.5 * (step + 1))
    assert left.seconds == pytest.approx(0.5 * 60)


def test_that_nothing_is_left_after_the_last_step() -> None:
    left = TimeLeft(3, 10)
    for step in range(3):
        left.note(step, float(step))
    assert left.seconds == 0.0


def test_that_only_the_last_steps_count_when_the_machine_has_become_slower() -> None:
    left = TimeLeft(1000, 20)
    for step in range(100):
        left.note(step, 0.1 * step)
    for step in range(100, 200):
        left.note(step, 10.0 + 1.0 * (step - 100))
    assert left.seconds == pytest.approx(800.0)
