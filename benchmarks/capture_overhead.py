"""Times training with the default capture of gradient flow against training without, in alternating turns.

    python -m benchmarks.capture_overhead [--rounds 30] [--threads 1] [--every N] [--device cpu] [NAME ...]

Three runs of the same recipe and seed take turns: one with capture, two without. The first chooses its period itself,
from what a captured step is measured to cost, unless `--every` gives one; a turn is one period, one step of which is
captured. A round gives one ratio of the run with capture to the mean of those without, and one of those without to each
other, which should be 1: this control tells how far to trust the rest. What must hold: a median of at most 1.02 on the
wall clock. The processor's time, which other programs disturb less, is printed beside it, and the share that the run
says it pays. Steps 0 to 10, which are all captured, lie in the warm-up.

On a machine that does other work too, `--every 1 --rounds 60` tells more of a captured step: turns of one step, each
captured, follow one another so closely that what disturbs one disturbs the others. No bound is held against that.
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
from resnet_core.number_text import percent
from resnet_core.runs.run_events import CaptureCostMeasured, RunEvent, StepCompleted
from resnet_core.training import measurements
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import TensorDataSet, load_data_set
from resnet_core.training.loop import train

BOUND = 1.02
DEFAULT_NAMES = ("ResNet-56", "ResNet-20")
FEWEST_ROUNDS = 15
WARM_UP_STEPS = 40
"""So many steps that a run has chosen its period."""


class Turn(NamedTuple):
    """What a few steps took: seconds on the wall clock and of all processors."""

    wall_s: float
    cpu_s: float


class Round(NamedTuple):
    """One turn of each run, of as many steps."""

    steps: int
    captured: Turn
    plain: Turn
    control: Turn


class Trainee:
    """A run that goes on for as many steps as it is told to."""

    def __init__(self, events: Iterator[RunEvent]) -> None:
        self._events = events
        self.cost: CaptureCostMeasured | None = None

    def turn(self, steps: int) -> Turn:
        """Make so many steps and return what they took; the numbers of a step are read before the next one."""
        wall, cpu = time.perf_counter(), time.process_time()
        while steps:
            event = next(self._events)
            if isinstance(event, CaptureCostMeasured):
                self.cost = event
            steps -= isinstance(event, StepCompleted)
        return Turn(time.perf_counter() - wall, time.process_time() - cpu)


def main() -> int:
    """Time every network; return the exit status: 1 where a median is above the bound."""
    options = _options()
    measurements.CAPACITY = 1  # whole steps lie in a turn
    rows, good = [], True
    for name in options.names:
        captured = _trainee(name, options, capture=True)
        rounds = list(_rounds(captured, name, options))
        row, kept = _row(name, rounds, captured.cost)
        rows.append(row)
        good &= kept or options.every == 1
    period = f"every {options.every} steps" if options.every else "as often as they cost less than 2 %"
    print_rows(
        f"Training with gradients captured {period}, against without ({options.rounds} rounds, "
        f"{options.threads or 'all'} threads, {options.device}; median and quartiles)",
        (
            "network", "ms/step", "steps a turn", "wall", "q1-q3", "control", "q1-q3", "cpu", "q1-q3", "cpu control",
            "q1-q3", "says itself", f"<= {BOUND}",
        ),
        rows,
    )  # fmt: skip
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the default gradient capture costs.")
    parser.add_argument("names", nargs="*", default=list(DEFAULT_NAMES), metavar="NAME")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=TrainingConfig().capture_every, help="0: the run chooses it")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"at least {FEWEST_ROUNDS} rounds")
    return options


def _rounds(captured: Trainee, name: str, options: argparse.Namespace) -> Iterator[Round]:
    runs = [captured, _trainee(name, options, capture=False), _trainee(name, options, capture=False)]
    for run in runs:
        run.turn(WARM_UP_STEPS)
    for number in range(options.rounds):
        steps = captured.cost.capture_every if captured.cost else max(1, options.every)
        turns: dict[int, Turn] = {}
        for position in range(len(runs)):  # each goes first, second and last equally often
            index = (position + number) % len(runs)
            turns[index] = runs[index].turn(steps)
        yield Round(steps, turns[0], turns[1], turns[2])


def _trainee(name: str, options: argparse.Namespace, *, capture: bool) -> Trainee:
    """Return a run by the default recipe that does not end."""
    training = TrainingConfig(
        steps=100_000,
        threads=options.threads,
        device=options.device,
        capture=capture,
        capture_every=options.every,
    )
    fitted = fit_for_training(RunConfig(architecture=preset(name), training=training), find_data_set("digits"))
    run = RunConfig(architecture=fitted.config, training=training)
    return Trainee(train(run, _digits(), control=TrainingControl()))


def _digits() -> TensorDataSet:
    facts = find_data_set("digits", TrainingConfig().image_size)
    return load_data_set(facts, facts.height)


def _row(name: str, rounds: Sequence[Round], cost: CaptureCostMeasured | None) -> tuple[tuple[str, ...], bool]:
    wall = [2 * one.captured.wall_s / (one.plain.wall_s + one.control.wall_s) for one in rounds]
    cpu = [2 * one.captured.cpu_s / (one.plain.cpu_s + one.control.cpu_s) for one in rounds]
    controls = ([one.control.wall_s / one.plain.wall_s for one in rounds],
                [one.control.cpu_s / one.plain.cpu_s for one in rounds])  # fmt: skip
    step_ms = 1e3 * statistics.median(one.plain.wall_s / one.steps for one in rounds)
    turn = f"{min(one.steps for one in rounds)}-{max(one.steps for one in rounds)}"
    kept = statistics.median(wall) <= BOUND
    cells = [cell for ratios in (wall, controls[0], cpu, controls[1]) for cell in _cells(ratios)]
    said = percent(cost.capture_share) if cost else ""
    return (name, f"{step_ms:.0f}", turn, *cells, said, "yes" if kept else "NO"), kept


def _cells(ratios: Sequence[float]) -> tuple[str, str]:
    first, median, third = statistics.quantiles(ratios, n=4)
    return f"{median:.4f}", f"{first:.3f}-{third:.3f}"


if __name__ == "__main__":
    sys.exit(main())
