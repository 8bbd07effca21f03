"""Compares the outputs of all blocks by centred kernel alignment (Kornblith et al. 2019, arXiv 1905.00414)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.findings.cka import STEM, CkaFindings, CkaOptions
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.gram import gram
from resnet_core.studies.hsic import LEAST_IMAGES, FloatArray, alignment, unbiased_hsic
from resnet_core.studies.settled_network import settled_copy
from resnet_core.studies.study_images import drawn_batches, planned_draw, statistics_images
from resnet_core.studies.subject import StudySubject

DIGITS = 6
"""Decimals of each alignment that are kept; a network of 600 blocks has 180,000 of them."""


def cka_study(subject: StudySubject, options: CkaOptions) -> Course[CkaFindings]:
    """Compare what the stem and each block put out, on `options.batches` batches of `options.images` images.

    Each image goes through the network by itself, see `settled_copy`. A Gram matrix of N x N is made of each output
    while the network runs, and the output is let go; M outputs take 8 M N^2 bytes, twice over at the peak. The HSIC of
    every pair is averaged over the batches, and the alignment is that of the averages. Raises ConfigurationError below
    4 images.
    """
    draw = planned_draw(subject, options.images, options.batches)
    if draw.images < LEAST_IMAGES:
        text = f"CKA compares at least {LEAST_IMAGES} images, and the {draw.split} split has {draw.images}"
        raise ConfigurationError([Problem(("training", "data"), "other", {"text": text})])
    settled = settled_copy(subject.model, statistics_images(subject))
    blocks = settled.model.blocks
    hsic_MM = np.zeros((len(blocks) + 1,) * 2)
    for done, images_NCHW in enumerate(drawn_batches(subject, draw), start=1):
        grams_MNN = output_grams(settled.model, tuple(blocks.values()), images_NCHW)
        hsic_MM += unbiased_hsic(grams_MNN) / draw.batches
        yield StudyProgress(done, draw.batches, "comparing the outputs of all blocks")
    yield CkaFindings(
        split=draw.split,
        images=draw.images,
        batches=draw.batches,
        statistics=settled.statistics,
        ids=(STEM, *blocks),
        triangle=_triangle(alignment(hsic_MM)),
    )


def output_grams(model: nn.Module, blocks: Sequence[nn.Module], images_NCHW: Tensor) -> FloatArray:
    """Return the Gram matrices (N+1, B, B) of what comes into the first block, and of what each block puts out.

    Each is of the flattened outputs less their mean over the images. It changes no estimate, and keeps digits.
    """
    found: list[Tensor] = []

    def keep(output_NCHW: Tensor) -> None:
        found.append(gram(output_NCHW, centred=True))

    handles = [block.register_forward_hook(lambda _block, _taken, output: keep(output)) for block in blocks]
    handles.append(blocks[0].register_forward_pre_hook(lambda _block, taken: keep(taken[0])))
    try:
        with torch.no_grad():
            model(images_NCHW)
    finally:
        for handle in handles:
            handle.remove()
    return np.asarray(torch.stack(found).cpu().double().numpy())


def _triangle(alignment_MM: FloatArray) -> tuple[tuple[float, ...], ...]:
    """Return the rows up to the diagonal."""
    rounded = np.round(alignment_MM, DIGITS).tolist()
    return tuple(tuple(row[: place + 1]) for place, row in enumerate(rounded))
