"""Finds the outer eigenvalues of the Hessian of the training loss, and the blocks that the top eigenvector lies in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch

from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.memory_fit import fits, memory_problem
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.findings.hessian import HessianFindings, HessianOptions, SpectrumProbe
from resnet_core.model.resnet import ResNet
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.hessian_products import LossHessian, Part
from resnet_core.studies.lanczos import KrylovBasis, kept_vectors, random_start
from resnet_core.studies.subject import StudySubject
from resnet_core.verification.memory_probe import free_bytes

MEMORY_FACTOR = 2.5
"""What a product needs, as a multiple of a training step: the first backward pass is kept to be differentiated."""


class _Grown(NamedTuple):
    """A basis with the outer eigenvalues after each product; `finite`: every product was."""

    basis: KrylovBasis
    highest: list[float]
    lowest: list[float]
    finite: bool


class _Places(NamedTuple):
    blocks: dict[str, float]
    stem: float
    head: float


def hessian_study(subject: StudySubject, options: HessianOptions) -> Course[HessianFindings]:
    """Find the largest eigenvalues and the most negative one, of the mean loss of the fixed training images.

    The network is a copy in training mode (see `LossHessian`). Raises ConfigurationError where the device has not the
    memory for it, or torch no second derivative.
    """
    parts = _parts(subject, options.images)
    _refuse_memory(subject, len(parts[0][1]), options.iterations)
    hessian = LossHessian(subject.model, parts)
    grown, shares = list[_Grown](), dict[str, float]()
    for probe in range(options.probes):
        products = len(grown[0].highest) if grown else options.iterations
        for state in _grow(hessian, options, probe, products):
            if not isinstance(state, _Grown):
                yield state
                continue
            if not grown and state.finite and len(state.basis.pairs.values):
                shares = hessian.shares(state.basis.top_vector())
            state.basis.release()  # before the next probe takes as much
            grown.append(state)
        if not grown[0].finite:
            break
    yield _findings(subject, options, hessian, grown, shares)


def stability_edges(training: TrainingConfig) -> tuple[float, float]:
    """Return the sharpness beyond which gradient descent at the peak rate r diverges on a quadratic loss.

    2/r without momentum, and (2 + 2b) / (r (1 + 2b)) with Nesterov momentum b (Cohen et al. 2021, arXiv 2103.00065,
    section 2); nan for a rate of 0.
    """
    rate, momentum = training.learning_rate, training.momentum
    if rate == 0:
        return math.nan, math.nan
    return 2 / rate, (2 + 2 * momentum) / (rate * (1 + 2 * momentum))


def _parts(subject: StudySubject, images: int) -> list[Part]:
    """Return the fixed training images, in parts of one size that go through the network at once, as in training."""
    parts = [
        part
        for images_NCHW, labels_N in subject.batches.fixed_batches(images)
        for part in zip(
            images_NCHW.split(subject.run.training.micro_batch),
            labels_N.split(subject.run.training.micro_batch),
            strict=True,
        )
    ]
    return [part for part in parts if len(part[1]) == len(parts[0][1])]


def _refuse_memory(subject: StudySubject, at_once: int, products: int) -> None:
    """Raise ConfigurationError where a product and the vectors that are kept do not fit."""
    free = free_bytes(subject.device)
    if free is None:
        return
    weights = list(subject.model.parameters())
    size, width = sum(weight.numel() for weight in weights), weights[0].element_size()
    held = size * width * kept_vectors(size, width, products)
    graph, recipe = build_graph(subject.run.architecture), MemoryRecipe(at_once, "sgd")
    fit = fits(graph, recipe, int(max(free - held, 0) / MEMORY_FACTOR), loop="none")
    asked = fit._replace(needed_bytes=held + int(MEMORY_FACTOR * fit.needed_bytes), available_bytes=free)
    problem = memory_problem(asked, str(subject.device), ("study", "images"))
    if problem is not None:
        raise ConfigurationError([problem])


def _grow(hessian: LossHessian, options: HessianOptions, probe: int, products: int) -> Iterator[StudyProgress | _Grown]:
    """Grow a basis by at most `products`; the first probe's until it has converged."""
    start = random_start(hessian.size, options.seed + probe, hessian.like)
    basis = KrylovBasis(start, products, options.eigenvalues)
    total = 2 * hessian.part_count * options.iterations * options.probes
    done, highest, lowest = total * probe // options.probes, list[float](), list[float]()
    while len(highest) < products and not basis.exhausted:
        product = torch.zeros_like(basis.direction)
        for number in range(hessian.part_count):
            hessian.prepare(number)
            yield StudyProgress(done + 1, total, "products with the Hessian")
            product += hessian.product(basis.direction)
            done += 2
            yield StudyProgress(done, total, "products with the Hessian")
        if not basis.grow(product):
            yield _Grown(basis, highest, lowest, False)
            return
        highest.append(float(basis.pairs.values[-1]))
        lowest.append(float(basis.pairs.values[0]))
        if probe == 0 and _has_converged(basis, options):
            break
    yield _Grown(basis, highest, lowest, True)


def _has_converged(basis: KrylovBasis, options: HessianOptions) -> bool:
    """Return whether the eigenvalues asked for have: each to a share of itself, the lowest to one of the largest.

    The lowest may be 0, of which nothing is a share.
    """
    values, residuals, _ = basis.pairs
    if basis.exhausted:
        return True
    if len(values) < options.eigenvalues + 1:
        return False
    top = slice(-options.eigenvalues, None)
    size = max(abs(float(values[0])), abs(float(values[-1])))
    high = (residuals[top] <= options.tolerance * abs(values[top])).all()
    return bool(high) and float(residuals[0]) <= options.tolerance * size


def _findings(
    subject: StudySubject,
    options: HessianOptions,
    hessian: LossHessian,
    grown: list[_Grown],
    shares: Mapping[str, float],
) -> HessianFindings:
    first = grown[0]
    values, residuals, _ = first.basis.pairs
    count = options.eigenvalues
    found = first.finite and len(values) > 0
    missing = (math.nan,) * count
    places = _places(subject.model, shares)
    edge, momentum_edge = stability_edges(subject.run.training)
    return HessianFindings(
        eigenvalues=tuple(values[::-1][:count].tolist()) if found else missing,
        residuals=tuple(residuals[::-1][:count].tolist()) if found else missing,
        lowest=float(values[0]) if found else math.nan,
        lowest_residual=float(residuals[0]) if found else math.nan,
        converged=found and _has_converged(first.basis, options),
        highest_by_product=tuple(first.highest),
        lowest_by_product=tuple(first.lowest),
        blocks=tuple(places.blocks),
        shares=tuple(places.blocks.values()),
        stem_share=places.stem,
        head_share=places.head,
        trace=sum(_trace(probe.basis, hessian.size) for probe in grown) / len(grown) if found else math.nan,
        probes=tuple(_probe(probe.basis) for probe in grown) if found else (),
        loss=hessian.loss if math.isfinite(hessian.loss) else math.nan,
        images=hessian.image_count,
        parameters=hessian.size,
        learning_rate=subject.run.training.learning_rate,
        edge=edge,
        momentum_edge=momentum_edge,
    )


def _trace(basis: KrylovBasis, size: int) -> float:
    """Return n · u'Hu of the start u of unit length; the weights are the squares of u's coordinates."""
    values, _, weights = basis.quadrature
    return float(values @ weights) * size


def _probe(basis: KrylovBasis) -> SpectrumProbe:
    values, _, weights = basis.quadrature
    return SpectrumProbe(values=tuple(values.tolist()), weights=tuple(weights.tolist()))


def _places(model: ResNet, shares: Mapping[str, float]) -> _Places:
    """Sum the parameters' shares by block, and those of what comes before the first and after the last."""
    blocks = dict.fromkeys(model.blocks, 0.0 if shares else math.nan)
    stem, head = (0.0, 0.0) if shares else (math.nan, math.nan)
    within = False
    for name, share in shares.items():
        block = ".".join(name.split(".")[:2])
        if block in blocks:
            blocks[block] += share
            within = True
        elif within:
            head += share
        else:
            stem += share
    return _Places(blocks, stem, head)
