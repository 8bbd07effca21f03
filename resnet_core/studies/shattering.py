"""Walks through the space of inputs and compares the gradients along the way (Balduzzi 2017, arXiv 1702.08591)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from resnet_core.findings.shattering import LAGS, BoundaryAgreement, ShatteringFindings, ShatteringOptions
from resnet_core.model.resnet import ResNet
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.gradient_correlation import (
    FloatArray,
    GradientCosines,
    MeanByLag,
    gradient_cosines,
    mean_absolute,
)
from resnet_core.studies.input_path import angle_between, arc_between
from resnet_core.studies.settled_network import settled_copy
from resnet_core.studies.study_images import statistics_images, training_images
from resnet_core.studies.subject import StudySubject
from resnet_core.training.batch_order import seeded_generator

SEGMENT = 32
"""Inputs that go through the network at once; only they are compared with each other."""


def shattering_study(subject: StudySubject, options: ShatteringOptions) -> Course[ShatteringFindings]:
    """Compare gradients on `options.paths` paths, and between as many times 32 different inputs.

    The gradient is that of f, a fixed random combination of the outputs, the same for all inputs. Each input goes
    through the network by itself, see `settled_copy`. A path is cut into segments of 32 points, or of the recipe's
    micro-batch where that is smaller, so that memory stays below that of a training step; pairs within a segment
    count. Everything is made of a copy, and follows from the recipe's seed.
    """
    inputs = _Inputs(subject, options, max(2, min(SEGMENT, subject.run.training.micro_batch)))
    settled = settled_copy(subject.model, inputs.for_statistics())
    gradients = _Gradients(settled.model, readout(subject))
    total = options.paths * (math.ceil(options.points / inputs.at_once) + 1)
    walk, walks = MeanByLag(LAGS), list[MeanByLag]()
    between, degrees, done = list[FloatArray](), list[float](), 0
    for number in range(options.paths):
        drawn_NCHW = inputs.draw(number)
        path_PCHW = arc_between(drawn_NCHW[0], drawn_NCHW[1], options.points)
        degrees.append(math.degrees(angle_between(drawn_NCHW[0], drawn_NCHW[1])))
        walks.append(MeanByLag(LAGS))
        for segment_NCHW in path_PCHW.split(inputs.at_once):
            walks[-1].add(gradients.of(segment_NCHW).cosines)
            done += 1
            yield StudyProgress(done, total, "gradients along paths between inputs")
        found = gradients.of(drawn_NCHW)
        between.append(mean_absolute(found.cosines))
        done += 1
        yield StudyProgress(done, total, "gradients of different inputs")
        walk.join(walks[-1])
    agreements = _agreements(found.sizes, walk.means(), np.mean(between, axis=0))
    yield ShatteringFindings(
        points=options.points,
        arc_degrees=float(np.mean(degrees)),
        images=inputs.at_once,
        statistics=settled.statistics,
        path_neighbours=tuple(float(one.means()[0, 0]) for one in walks),
        block_ids=tuple(subject.model.blocks),
        input=agreements[0],
        blocks=agreements[1:-1],
        output=agreements[-1],
    )


class _Inputs(NamedTuple):
    """Draws inputs of the kind that was asked for, `at_once` at a time."""

    subject: StudySubject
    options: ShatteringOptions
    at_once: int

    def draw(self, number: int) -> Tensor:
        return self._of_kind(training_images(self.subject, self.at_once, 1 + number), 1 + number)

    def for_statistics(self) -> Tensor:
        return self._of_kind(statistics_images(self.subject), 0)

    def _of_kind(self, images_NCHW: Tensor, number: int) -> Tensor:
        if self.options.inputs == "images":
            return images_NCHW
        generator = seeded_generator(self.subject.run.training.seed, "noise inputs", number)
        return torch.randn(images_NCHW.shape, generator=generator).to(images_NCHW)


class _Gradients(NamedTuple):
    model: ResNet
    readout_K: Tensor  # noqa: N815 - the shape stands in the name

    def of(self, images_NCHW: Tensor) -> GradientCosines:
        return gradient_cosines(self.model, tuple(self.model.blocks.values()), images_NCHW, self.readout_K)


def readout(subject: StudySubject) -> Tensor:
    """Return the numbers that combine the outputs into f: standard normal (K,), by the recipe's seed."""
    generator = seeded_generator(subject.run.training.seed, "readout", 0)
    count = subject.run.architecture.head.classes
    return torch.randn(count, generator=generator).to(subject.device)


def _agreements(sizes: tuple[int, ...], by_lag: FloatArray, between: FloatArray) -> tuple[BoundaryAgreement, ...]:
    rows = zip(sizes, by_lag.tolist(), between.tolist(), strict=True)
    return tuple(BoundaryAgreement(size=size, by_lag=tuple(lags), between=mean) for size, lags, mean in rows)
