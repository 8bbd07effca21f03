"""Trains ResNet-56 and its plain twin by the default recipe, seed by seed, and prints median and worst accuracy.

    python -m benchmarks.digits_recipe [--seeds 0 1 2 3 4] [--steps 160] [--threads 1] [NAME ...]

What must hold on the embedded digits (16x16, batch 64, shifts up to 2 px, zero-init residual, 160 steps): a median test
accuracy of at least 90 % for ResNet-56 and of at most 40 % for Plain-56. Exit status 1 if it does not.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch loads

import argparse
import statistics
import sys
from typing import NamedTuple

from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.configuration.fitting import fit_for_training, fitting_line
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.runs.run_events import EvaluationCompleted, RunFinished
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import TensorDataSet, load_data_set
from resnet_core.training.loop import train

BOUNDS = {"ResNet-56": (0.90, 1.0), "Plain-56": (0.0, 0.40)}


class Result(NamedTuple):
    """What one seed came to: test accuracy and loss after the last step, seconds of training."""

    seed: int
    accuracy: float
    loss: float
    elapsed_s: float


def main() -> int:
    """Train every network with every seed; return the exit status."""
    options = _options()
    facts = find_data_set("digits", TrainingConfig().image_size)
    data = load_data_set(facts, facts.height)
    good = True
    for name in options.names:
        training = TrainingConfig(steps=options.steps, threads=options.threads)
        fitted = fit_for_training(RunConfig(architecture=preset(name), training=training), facts)
        print(fitting_line(name, facts.name, fitted.changes), flush=True)
        results = []
        for seed in options.seeds:
            run = RunConfig(architecture=fitted.config, training=training.model_copy(update={"seed": seed}))
            results.append(_result(run, data))
            print(f"  {_line(results[-1])}", flush=True)
        good &= _summary(name, results)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Accuracy of the default recipe over seeds.")
    parser.add_argument("names", nargs="*", default=list(BOUNDS), metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--steps", type=int, default=160)
    parser.add_argument("--threads", type=int, default=0, help="0 measures and takes the faster")
    return parser.parse_args()


def _result(run: RunConfig, data: TensorDataSet) -> Result:
    accuracy = loss = elapsed_s = float("nan")
    for event in train(run, data, control=TrainingControl()):
        if isinstance(event, EvaluationCompleted):
            accuracy, loss = event.test_accuracy, event.test_loss
        elif isinstance(event, RunFinished):
            elapsed_s = event.elapsed_s
    return Result(run.training.seed, accuracy, loss, elapsed_s)


def _line(result: Result) -> str:
    return (
        f"seed {result.seed}: test accuracy {result.accuracy:6.1%}, test loss {result.loss:6.3f}, "
        f"{result.elapsed_s:5.1f} s"
    )


def _summary(name: str, results: list[Result]) -> bool:
    """Print median and worst of `results`; return whether the median keeps the bound of `name`."""
    accuracies = sorted(result.accuracy for result in results)
    median = statistics.median(accuracies)
    low, high = BOUNDS.get(name, (0.0, 1.0))
    # The worst is the one nearest to breaking the bound: the lowest of a net that should learn, else the highest.
    worst = accuracies[-1] if low == 0.0 and high < 1.0 else accuracies[0]
    kept = low <= median <= high
    verdict = f"{'within' if kept else 'OUTSIDE'} {low:.0%} to {high:.0%}"
    print(f"  {name}: median {median:.1%} ({verdict}), worst {worst:.1%}", flush=True)
    return kept


if __name__ == "__main__":
    sys.exit(main())
