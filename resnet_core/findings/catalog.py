"""Lists the studies there are, and finds them by their names."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.findings.cka import CkaStudy
from resnet_core.findings.effective_receptive_field import ReceptiveFieldStudy
from resnet_core.findings.hessian import HessianStudy
from resnet_core.findings.histograms import HistogramStudy
from resnet_core.findings.learning_rate import LearningRateStudy
from resnet_core.findings.lesion import LesionStudy
from resnet_core.findings.loss_direction import LossDirectionStudy
from resnet_core.findings.loss_landscape import LossLandscapeStudy
from resnet_core.findings.shattering import ShatteringStudy
from resnet_core.findings.study import Study, StudyReport, report_of

STUDIES: tuple[Study[Any], ...] = (
    LearningRateStudy(),
    LesionStudy(),
    LossDirectionStudy(),
    LossLandscapeStudy(),
    HistogramStudy(),
    ShatteringStudy(),
    CkaStudy(),
    HessianStudy(),
    ReceptiveFieldStudy(),
)
"""In the order in which they are offered."""


def study_names() -> tuple[str, ...]:
    """Return the names of all studies."""
    return tuple(study.name for study in STUDIES)


def study_named(name: str) -> Study[Any]:
    """Return the study of that name; raises ConfigurationError with the nearest one."""
    for study in STUDIES:
        if study.name == name:
            return study
    close = get_close_matches(name, study_names(), n=1)
    mend = f"did you mean {close[0]}?" if close else f"take one of {', '.join(study_names())}"
    raise ConfigurationError([Problem(("study",), "other", {"text": f"{name} is not a study; {mend}"})])


def read_report(document: Mapping[str, Any]) -> StudyReport[Any]:
    """Return the report of a study's document; raises ValueError where it is none."""
    name = document.get("study")
    for study in STUDIES:
        if study.name == name:
            return report_of(study, document)
    raise ValueError(f"this is no document of a study that is known here: {name!r}")
