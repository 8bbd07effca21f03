"""Makes networks to study that are small and nowhere neutral."""

from __future__ import annotations

from typing import Any

import torch

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.studies.subject import StudySubject, initial_subject
from tests.training.tiny_runs import tiny_data, tiny_run


def subject_of(architecture: ArchitectureConfig | None = None, *, step: int = 0, **recipe: Any) -> StudySubject:
    """A tiny network as it begins, said to have had `step` updates."""
    subject = initial_subject(tiny_run(architecture, **recipe), lambda _: tiny_data())
    return subject._replace(network=subject.network._replace(step=step))


def lived_in(subject: StudySubject) -> StudySubject:
    """The subject with BatchNorms that have seen images, and weights that are nowhere neutral."""
    with torch.no_grad():
        for index, parameter in enumerate(subject.model.parameters()):
            parameter.add_(0.05 * torch.sin(torch.arange(parameter.numel()).reshape(parameter.shape) + index))
        subject.model(tiny_data().train_images_NCHW[:64])
    return subject
