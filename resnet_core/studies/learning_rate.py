"""Finds learning rates that a recipe can take, by raising the rate with every update (Smith 2017, arXiv 1506.01186)."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.findings.learning_rate import LearningRateFindings, LearningRateOptions
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.subject import StudySubject
from resnet_core.training.learner import Learner

REACH = 4
"""A loss is averaged with so many before it and after it."""
FALLEN = 2.0
"""The loss falls where its mean does by as many times as single losses scatter about it."""
DIVERGED = 4.0
"""A loss has left its range where it is no number, or as many times the lowest mean so far and worse than guessing."""


def find_learning_rate(subject: StudySubject, options: LearningRateOptions) -> Course[LearningRateFindings]:
    """Make up to `options.steps` updates of a copy, each at a rate a constant factor above the last.

    It ends before, where the loss has diverged. Batches and what is dropped are those of a run with the same seed.
    Raises ConfigurationError where the rates would not grow.
    """
    if options.highest <= options.lowest:
        text = f"{options.highest:g} is not above the lowest rate, {options.lowest:g}; take a larger one"
        raise ConfigurationError([Problem(("study", "highest"), "other", {"text": text})])
    rates = np.geomspace(options.lowest, options.highest, options.steps).tolist()
    learner = Learner(copy.deepcopy(subject.model), subject.run, subject.device, 1)
    losses: list[float] = []
    guessing = math.log(max(2, subject.run.architecture.head.classes))
    for step, rate in enumerate(rates):
        images_NCHW, labels_N = subject.batches.batch(step)
        learner.seed_noise(step)
        learner.update(images_NCHW, labels_N, rate, 0)
        losses.append(learner.read(1)[0][0])
        yield StudyProgress(step + 1, len(rates), "updates at growing rates")
        if has_diverged(losses, guessing):
            break
    yield conclusions(rates[: len(losses)], losses, guessing)


def conclusions(rates: Sequence[float], losses: Sequence[float], guessing: float = 0.0) -> LearningRateFindings:
    """Return what follows from the loss at each rate; `guessing` is as in `has_diverged`."""
    smoothed_S = smoothed(losses)
    lowest = int(np.argmin(np.where(np.isfinite(smoothed_S), smoothed_S, np.inf)))
    scatters = np.abs(np.array(losses) - smoothed_S)
    scatter = float(np.median(scatters[np.isfinite(scatters)])) if np.isfinite(losses).any() else math.nan
    falls = smoothed_S[0] - smoothed_S[lowest] > FALLEN * scatter  # not where nothing is a number
    lowest_at = rates[lowest] if falls else math.nan
    return LearningRateFindings(
        rates=tuple(rates),
        losses=tuple(losses),
        smoothed=tuple(smoothed_S.tolist()),
        lowest_at=lowest_at,
        suggested=lowest_at / 10,
        diverged_at=rates[-1] if has_diverged(losses, guessing) else math.nan,
    )


def smoothed(losses: Sequence[float]) -> NDArray[np.float64]:
    """Return the mean of each loss with its neighbours (S,), of fewer at the ends; what is not finite is left out."""
    values = np.array(losses)
    kernel = np.ones(2 * REACH + 1)
    finite = np.isfinite(values)
    sums = np.convolve(np.where(finite, values, 0.0), kernel)[REACH:-REACH]
    counts = np.convolve(finite.astype(float), kernel)[REACH:-REACH]
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts)


def has_diverged(losses: Sequence[float], guessing: float = 0.0) -> bool:
    """Return whether the last loss has left its range, and is above `guessing`, ln(classes).

    In a network that has learned, a loss of one batch may well be four times the mean of others.
    """
    last, before_S = losses[-1], smoothed(losses)[: max(1, len(losses) - REACH)]
    return not math.isfinite(last) or last > max(guessing, DIVERGED * float(np.nanmin(before_S)))
