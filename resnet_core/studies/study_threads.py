"""Chooses the CPU threads of a study: those of the run, of the recipe, or the fastest measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from resnet_core.studies.subject import StudySubject
from resnet_core.training.learner import Learner
from resnet_core.training.pacing import fastest_threads
from resnet_core.training.plan import thread_choices


@contextmanager
def fitting_threads(subject: StudySubject, stopped: Callable[[], bool]) -> Iterator[None]:
    """Let torch compute with the threads that suit `subject` inside the `with`; many are slower on small layers.

    A run's checkpoint says what was fastest for it. Of a network that has not trained a few updates of a copy are timed
    where the recipe names no number.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(_threads(subject, stopped) or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _threads(subject: StudySubject, stopped: Callable[[], bool]) -> int | None:
    training = subject.run.training
    if subject.device.type != "cpu" or training.threads:
        return training.threads
    if subject.checkpoint is not None:
        return subject.checkpoint.facts.threads
    choices = thread_choices(training, subject.device)
    if len(choices) == 1:
        return choices[0]
    learner = Learner(subject.model, subject.run, subject.device, 1)
    return fastest_threads(learner, subject.batches, choices, stopped=stopped)
