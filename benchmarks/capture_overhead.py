"""Times training with the default capture of gradient flow against training without, in alternating turns.

    python -m benchmarks.capture_overhead [--rounds 30] [--threads 1] [--every N] [--device cpu] [NAME ...]

Three runs of the same recipe and seed take turns of a few steps: one with capture, two without. A round gives one ratio
of the one with to the mean of those without, and one of those without to each other, which should be 1: this control
tells how far to trust the rest. What must hold: a median of at most 1.02 on the wall clock. The processor's time, which
other programs disturb less, is printed beside it. Steps 0 to 10, which are all captured, lie in the warm-up.

On a machine that does other work too, `--every 1 --rounds 60` tells more: turns of one step, each captured, follow one
another so closely that what disturbs one disturbs the others. From what a captured step costs more, the last columns
tell what it costs at the default period, which is what is held against the bound.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch loads

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.measuring import print_rows
from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.configuration.fitting import fit_for_training
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.runs.run_events import StepCompleted
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import TensorDataSet, load_data_set
from resnet_core.training.loop import train

BOUND = 1.02
DEFAULT_NAMES = ("ResNet-56", "ResNet-20")
WARM_UP_STEPS = 12


class Turn(NamedTuple):
    """What a few steps took: seconds on the wall clock and of all processors."""

    wall_s: float
    cpu_s: float


class Round(NamedTuple):
    """One turn of each run."""

    captured: Turn
    plain: Turn
    control: Turn


def main() -> int:
    """Time every network; return the exit status: 1 where a median is above the bound."""
    options = _options()
    rows, good = [], True
    for name in options.names:
        rounds = list(_rounds(name, options))
        row, kept = _row(name, rounds, options)
        rows.append(row)
        good &= kept
    every = options.every
    print_rows(
        f"Training with gradients captured every {every} step{'s' if every > 1 else ''}, against without "
        f"({options.rounds} rounds of {options.steps} steps, {options.threads or 'all'} threads, {options.device}; "
        "median and quartiles)",
        (
            "network", "ms/step", "wall", "wall q1-q3", "control", "control q1-q3", "cpu", "cpu q1-q3",
            f"every {TrainingConfig().capture_every}th", f"<= {BOUND}",
        ),
        rows,
    )
    return 0 if good else 1


def _options() -> argparse.Namespace:
    recipe = TrainingConfig()
    parser = argparse.ArgumentParser(description="What the default gradient capture costs.")
    parser.add_argument("names", nargs="*", default=list(DEFAULT_NAMES), metavar="NAME")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--steps", type=int, default=0, help="steps a turn; 0 takes one capture period")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=recipe.capture_every)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    options.steps = options.steps or options.every
    return options


def _rounds(name: str, options: argparse.Namespace) -> Iterator[Round]:
    facts = find_data_set("digits", TrainingConfig().image_size)
    data = load_data_set(facts, facts.height)
    captured, plain, control = (_steps(name, options, data, capture) for capture in (True, False, False))
    runs = [captured, plain, control]
    for run in runs:
        _turn(run, max(WARM_UP_STEPS, options.every))
    for number in range(options.rounds):
        turns: dict[int, Turn] = {}
        for position in range(len(runs)):  # each goes first, second and last equally often
            index = (position + number) % len(runs)
            turns[index] = _turn(runs[index], options.steps)
        yield Round(turns[0], turns[1], turns[2])


def _steps(name: str, options: argparse.Namespace, data: TensorDataSet, capture: bool) -> Iterator[int]:
    """Train by the default recipe and yield after each step."""
    training = TrainingConfig(
        steps=100_000,
        threads=options.threads,
        device=options.device,
        capture=capture,
        capture_every=options.every,
    )
    fitted = fit_for_training(RunConfig(architecture=preset(name), training=training), find_data_set("digits"))
    run = RunConfig(architecture=fitted.config, training=training)
    for event in train(run, data, control=TrainingControl()):
        if isinstance(event, StepCompleted):
            yield event.step


def _turn(steps: Iterator[int], count: int) -> Turn:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        next(steps)
    return Turn(time.perf_counter() - wall, time.process_time() - cpu)


def _row(name: str, rounds: Sequence[Round], options: argparse.Namespace) -> tuple[tuple[str, ...], bool]:
    wall = [2 * one.captured.wall_s / (one.plain.wall_s + one.control.wall_s) for one in rounds]
    control = [one.control.wall_s / one.plain.wall_s for one in rounds]
    cpu = [2 * one.captured.cpu_s / (one.plain.cpu_s + one.control.cpu_s) for one in rounds]
    step_ms = 1e3 / options.steps * statistics.median(one.plain.wall_s for one in rounds)
    at_default = 1 + (statistics.median(wall) - 1) * options.every / TrainingConfig().capture_every
    kept = at_default <= BOUND
    cells = [cell for ratios in (wall, control, cpu) for cell in _cells(ratios)]
    return (name, f"{step_ms:.0f}", *cells, f"{at_default:.4f}", "yes" if kept else "NO"), kept


def _cells(ratios: Sequence[float]) -> tuple[str, str]:
    first, median, third = statistics.quantiles(ratios, n=4)
    return f"{median:.4f}", f"{first:.3f}-{third:.3f}"


if __name__ == "__main__":
    sys.exit(main())
