"""Lists the networks that a study can be made of: the open architecture, and runs that have a checkpoint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from app.state.runs_state import RunsState
from app.state.study_state import StudyKey, StudyResult, StudyState
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.findings.study import Study, SubjectKind
from resnet_core.runs.run_database import CHECKPOINTS_NAME
from resnet_core.runs.run_records import RunSummary

_CHECKPOINT = re.compile(r"step-(\d{8})")


class Subject(NamedTuple):
    """A network that can be studied: the open architecture where `run` is empty, else a run after `step` updates."""

    kind: SubjectKind
    run: str = ""
    name: str = ""
    step: int = 0
    folder: Path = Path()


def checkpoint_step(summary: RunSummary) -> int | None:
    """Return after how many updates a run was stored last, or None where it never was."""
    try:
        names = [
            found
            for entry in (summary.folder / CHECKPOINTS_NAME).iterdir()
            if (found := _CHECKPOINT.fullmatch(entry.name))
        ]
    except OSError:
        return None
    # A run that was resumed from an earlier one may have left later ones behind, which do not count.
    steps = [step for found in names if (step := int(found[1])) <= max(summary.step, 0)]
    return max(steps, default=None)


def subjects_of(study: Study[Any], config: ArchitectureConfig, runs: RunsState) -> tuple[Subject, ...]:
    """Return what `study` can be made of: the open architecture, the run that is looked at, other runs."""
    found: list[Subject] = []
    if "initial" in study.subjects:
        found.append(Subject("initial", name=config.name))
    if "trained" not in study.subjects:
        return tuple(found)
    current = [runs.current.summary] if runs.current is not None else []
    others = [summary for summary in runs.library if not current or summary.run != current[0].run]
    trained = [subject for summary in (*current, *others) if (subject := _trained(summary)) is not None]
    return (*found, *trained)


def chosen_subject(subjects: tuple[Subject, ...], wished: str | None, shown: str) -> Subject | None:
    """Return the subject of the run that is wished for, else of the one that is shown, else the first there is."""
    for run in (wished, shown):
        for subject in subjects:
            if run is not None and subject.run == run and (run or subject.kind == "initial"):
                return subject
    return subjects[0] if subjects else None


def result_of(studies: StudyState, study: str, subject: Subject, config: ArchitectureConfig) -> StudyResult | None:
    """Return what `study` found of a subject: at its step, else the newest of its run."""
    if not subject.run:
        return studies.newest_of_architecture(study, config)
    exact = studies.result(StudyKey(study, subject.run, subject.step))
    return exact or studies.newest_of_run(study, subject.run)


def _trained(summary: RunSummary) -> Subject | None:
    if summary.status == "unreadable":
        return None
    step = checkpoint_step(summary)
    if step is None:
        return None
    return Subject("trained", summary.run, summary.architecture_name or summary.name, step, summary.folder)
