"""Draws the images that a study shows to a network: training images in a run's order, or test images at random."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from resnet_core.findings.conditions import ImageSplit
from resnet_core.studies.subject import StudySubject
from resnet_core.training.batch_order import seeded_generator


def training_images(subject: StudySubject, count: int, number: int) -> Tensor:
    """Return `count` training images (count, C, H, W) on the subject's device, the draw `number` from 0.

    They are those of the run's batches, in their order and shifted as there; no two draws share a batch.
    """
    steps = math.ceil(count / subject.run.training.batch_size)
    parts = [subject.batches.batch(number * steps + step)[0] for step in range(steps)]
    return torch.cat(parts)[:count]


def statistics_images(subject: StudySubject) -> Tensor:
    """Return the images that BatchNorm may have its statistics of: the run's first micro-batch, at least two."""
    return training_images(subject, max(2, subject.run.training.micro_batch), 0)


class ImageDraw(NamedTuple):
    """So many batches of so many images each, out of one split of the data."""

    split: ImageSplit
    images: int
    batches: int


def planned_draw(subject: StudySubject, images: int, batches: int) -> ImageDraw:
    """Return what can be drawn of `batches` batches of `images` each without an image twice: at least one batch.

    Test images where the data has any, else training images.
    """
    batch_size = subject.run.training.batch_size
    there = subject.batches.test_count
    if there:
        images = min(images, there)
        return ImageDraw("test", images, min(batches, there // images))
    images = min(images, subject.batches.steps_per_epoch * batch_size)
    return ImageDraw(
        "training", images, min(batches, subject.batches.steps_per_epoch // math.ceil(images / batch_size))
    )


def drawn_batches(subject: StudySubject, draw: ImageDraw) -> Iterator[Tensor]:
    """Yield the batches (images, C, H, W); test images, which may lie sorted, at random by the recipe's seed."""
    if draw.split == "training":
        yield from (training_images(subject, draw.images, number) for number in range(draw.batches))
        return
    generator = seeded_generator(subject.run.training.seed, "study images", 0)
    order = torch.randperm(subject.batches.test_count, generator=generator)
    yield from (subject.batches.test_images(chosen) for chosen in order.split(draw.images)[: draw.batches])
