"""Evaluates a network's loss around its weights, along one filter-normalised direction or on a plane of two.

Li et al. 2018, arXiv 1712.09913. All is computed in float32, in evaluation mode, over the same images at every point.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from resnet_core.findings.conditions import StatisticsSource
from resnet_core.findings.loss_direction import DirectionOptions, LossDirectionFindings
from resnet_core.findings.loss_landscape import LandscapeOptions, LossLandscapeFindings
from resnet_core.model.resnet import ResNet
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.evaluation_mode import evaluating, statistics_source
from resnet_core.studies.filter_direction import filter_direction, movable
from resnet_core.studies.loss_shape import curvature_ratios, line_shape, nonconvex_share, odd_count, plane_shape
from resnet_core.studies.subject import StudySubject

Point = tuple[float, ...]


class Surface(NamedTuple):
    """Mean cross-entropy, nan where it is not finite, and share of right answers (P,) at points."""

    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]


class Images(NamedTuple):
    """What the loss is the mean over: batches of one size, on the network's device."""

    batches: tuple[tuple[Tensor, Tensor], ...]

    @property
    def batch(self) -> int:
        """Images in a batch."""
        return len(self.batches[0][1])

    @property
    def in_all(self) -> int:
        """Images in all batches together."""
        return self.batch * len(self.batches)


def loss_direction(subject: StudySubject, options: DirectionOptions) -> Course[LossDirectionFindings]:
    """Evaluate the loss at `options.points` places along one direction."""
    places = np.linspace(-options.reach, options.reach, odd_count(options.points))
    images = Images(tuple(subject.batches.fixed_batches(options.images)))
    points: list[Point] = [(place,) for place in places.tolist()]
    for state in _evaluated(subject, options, points, images):
        if isinstance(state, StudyProgress):
            yield state
            continue
        shape = line_shape(places, state.losses, subject.run.architecture.head.classes)
        yield LossDirectionFindings(
            distances=tuple(places.tolist()),
            losses=tuple(state.losses.tolist()),
            accuracies=tuple(state.accuracies.tolist()),
            loss=float(state.losses[len(points) // 2]),
            **shape._asdict(),
            **_averaged_over(subject, options, images),
        )


def loss_landscape(subject: StudySubject, options: LandscapeOptions) -> Course[LossLandscapeFindings]:
    """Evaluate the loss at a grid of `options.points` x `options.points` places, row by row."""
    places = np.linspace(-options.reach, options.reach, odd_count(options.points))
    images = Images(tuple(subject.batches.fixed_batches(options.images)))
    points: list[Point] = [(alpha, beta) for beta in places.tolist() for alpha in places.tolist()]
    for state in _evaluated(subject, options, points, images):
        if isinstance(state, StudyProgress):
            yield state
            continue
        losses_BA = state.losses.reshape(len(places), len(places))
        curvatures_BA = curvature_ratios(losses_BA)
        distances_BA = np.hypot(places[None, :], places[:, None])
        shape = plane_shape(distances_BA, losses_BA, subject.run.architecture.head.classes)
        yield LossLandscapeFindings(
            alphas=tuple(places.tolist()),
            betas=tuple(places.tolist()),
            losses=tuple(map(tuple, losses_BA.tolist())),
            curvatures=tuple(map(tuple, curvatures_BA.tolist())),
            loss=float(state.losses[len(points) // 2]),
            accuracy=float(state.accuracies[len(points) // 2]),
            **shape._asdict(),
            nonconvex_share=nonconvex_share(curvatures_BA),
            **_averaged_over(subject, options, images),
            log_color=options.log_color,
        )


def _averaged_over(subject: StudySubject, options: DirectionOptions, images: Images) -> dict[str, Any]:
    """Return what both kinds of findings say of the evaluation."""
    return {
        "classes": subject.run.architecture.head.classes,
        "images": images.in_all,
        "batch": images.batch,
        "statistics": _statistics(subject, options),
    }


def _statistics(subject: StudySubject, options: DirectionOptions) -> StatisticsSource:
    return statistics_source(subject.model, options.batch_statistics, subject.network.step)


def _evaluated(
    subject: StudySubject, options: DirectionOptions, points: Sequence[Point], images: Images
) -> Iterator[StudyProgress | Surface]:
    """Yield progress batch by batch, and last the loss and accuracy at all points; weights and modes are put back."""
    model = subject.model
    directions = [filter_direction(model, options.direction_seed, number) for number in range(len(points[0]))]
    by_batch = _statistics(subject, options) == "batch"
    total, losses, accuracies = len(points) * len(images.batches), list[float](), list[float]()
    with evaluating(model, batch_statistics=by_batch), movable(model, directions) as weights:
        for number, point in enumerate(points):
            weights.move(*point)
            sums = torch.zeros(2, dtype=torch.float64)
            for batch_number, (images_NCHW, labels_N) in enumerate(images.batches, 1):
                sums += _batch_sums(model, images_NCHW, labels_N)
                done = number * len(images.batches) + batch_number
                yield StudyProgress(done, total, "loss around the weights")
            loss, right = (sums / images.in_all).tolist()
            losses.append(loss if math.isfinite(loss) else math.nan)
            accuracies.append(right)
    yield Surface(np.array(losses), np.array(accuracies))


def _batch_sums(model: ResNet, images_NCHW: Tensor, labels_N: Tensor) -> Tensor:
    """Return the summed loss and the right answers of one batch, float64 on the CPU: a stop is heard in between."""
    with torch.no_grad():
        logits_NK = model(images_NCHW)
        assert isinstance(logits_NK, Tensor)
        loss = F.cross_entropy(logits_NK, labels_N, reduction="sum")
        right = (logits_NK.argmax(1) == labels_N).sum()
        return torch.stack((loss, right.to(loss.dtype))).cpu().double()
