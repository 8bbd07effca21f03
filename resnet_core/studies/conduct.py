"""Conducts a study by its name: a generator that yields how far it is, and last what it found."""

from __future__ import annotations

from typing import Any

from resnet_core.findings.study import Findings
from resnet_core.studies.course import Course
from resnet_core.studies.subject import StudySubject


def conduct(name: str, subject: StudySubject, options: Any) -> Course[Findings]:
    """Make the study `name` of `subject`, with its `options`; raises KeyError for a name the catalog does not have.

    Each study is loaded only when it is made. Weights, buffers and modes of the subject's network are afterwards what
    they were, wherever the caller stops.
    """
    match name:
        case "learning_rate":
            from resnet_core.studies.learning_rate import find_learning_rate

            return find_learning_rate(subject, options)
        case "histograms":
            from resnet_core.studies.histograms import histogram_study

            return histogram_study(subject, options)
        case "lesion":
            from resnet_core.studies.lesion import lesion_study

            return lesion_study(subject.model, subject.batches)
        case "cka":
            from resnet_core.studies.cka import cka_study

            return cka_study(subject, options)
        case "shattering":
            from resnet_core.studies.shattering import shattering_study

            return shattering_study(subject, options)
        case "loss_direction":
            from resnet_core.studies.loss_surface import loss_direction

            return loss_direction(subject, options)
        case "loss_landscape":
            from resnet_core.studies.loss_surface import loss_landscape

            return loss_landscape(subject, options)
        case "hessian":
            from resnet_core.studies.hessian import hessian_study

            return hessian_study(subject, options)
        case "receptive_field":
            from resnet_core.studies.effective_receptive_field import receptive_field_study

            return receptive_field_study(subject, options)
    raise KeyError(name)
