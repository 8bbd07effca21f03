"""Defines what a study yields while it is made: how far it is, and last what it found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from resnet_core.findings.study import Findings

F_co = TypeVar("F_co", bound=Findings, covariant=True)


class StudyProgress(NamedTuple):
    """So many of `total` equal parts are done; `part` says in a few words what is being done."""

    done: int
    total: int
    part: str


Course = Iterator[StudyProgress | F_co]
"""Progress, often enough that a stop is heard within a second or so, and last the findings."""
