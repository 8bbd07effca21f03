"""Trains residual and plain networks on the digits, and tests each without any one of its blocks.

    python -m benchmarks.lesion_study [--steps 320] [--size 8] [--seed 0] [--threads 1] [NAME ...]

What must hold of networks that have learned (at least 90 % of the test images right): with one block removed the median
accuracy of a residual network is at least 75 %, that of a plain one at most 25 %. Exit status 1 if it does not. The
plain network is less deep by default, since Plain-56 hardly learns in so few steps.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch loads

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from resnet_core.command_line.tables import print_table
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.findings.catalog import read_report
from resnet_core.findings.lesion import LesionFindings
from resnet_core.number_text import percent
from resnet_core.process.jobs import run_train_job
from resnet_core.process.messages import Study
from resnet_core.process.study_job import run_study_job
from resnet_core.training.control import TrainingControl

DEFAULT_NAMES = ("ResNet-56", "Plain-20")
LEARNED, RESIDUAL_LEAST, PLAIN_MOST = 0.90, 0.75, 0.25


def main() -> int:
    """Study every network; return the exit status."""
    options = _options()
    rows, good = [], True
    for name in options.names:
        began_s = time.monotonic()
        study = _studied(name, options)
        holds = _holds(name, study)
        good &= holds
        found = sorted(block.accuracy for block in study.blocks if block.removable)
        shares = (study.accuracy, study.median_accuracy, found[0], found[-1])
        percents = map(percent, shares)
        rows.append((name, f"{len(found)} of {len(study.blocks)}", *percents, f"{time.monotonic() - began_s:.0f}"))
        verdict = "holds" if holds else "DOES NOT HOLD"
        median = percent(study.median_accuracy)
        print(f"{name}, {percent(study.accuracy)}, {median} without one block: {verdict}", flush=True)
    header = ("network", "removable", "accuracy", "median without one", "least", "most", "seconds")
    print_table(header, rows)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Accuracy of trained networks without each of their blocks.")
    parser.add_argument("names", nargs="*", default=list(DEFAULT_NAMES), metavar="NAME")
    parser.add_argument("--steps", type=int, default=320)
    parser.add_argument("--size", type=int, default=8, help="pixels a side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0 measures and takes the faster")
    return parser.parse_args()


def _studied(name: str, options: argparse.Namespace) -> LesionFindings:
    training = TrainingConfig(
        steps=options.steps, image_size=options.size, seed=options.seed, threads=options.threads, capture=False
    )
    with TemporaryDirectory() as folder:
        run_folder = Path(folder) / "run"
        run_train_job(RunConfig(architecture=preset(name), training=training), run_folder, control=TrainingControl())
        found = read_report(run_study_job(Study("lesion", run_folder=str(run_folder)))).found
        assert isinstance(found, LesionFindings)
        return found


def _holds(name: str, study: LesionFindings) -> bool:
    plain = preset(name).shortcut.option == "none"
    bound = study.median_accuracy <= PLAIN_MOST if plain else study.median_accuracy >= RESIDUAL_LEAST
    return study.accuracy >= LEARNED and bound


if __name__ == "__main__":
    sys.exit(main())
