"""Makes one update of a copy of a network, and counts how large weights, gradients and updates are by layer.

The batch is that of the run's next step, in training mode, in the recipe's precision and micro-batches. Gradients are
those of the mean loss, before clipping and without weight decay; the update is the difference of the float32 weights
before and after.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.findings.histograms import (
    HistogramFindings,
    HistogramOptions,
    HistogramQuantity,
    LayerHistogram,
    QuantityHistogram,
)
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.subject import StudySubject
from resnet_core.training.learner import Learner
from resnet_core.training.optimization import learning_rate_at

Floats = NDArray[np.float64]

LOWEST_DECADE, HIGHEST_DECADE = -60, 40
"""float32 reaches from 1.4e-45 to 3.4e38; a scaled loss has gradients yet smaller, by as much as it was scaled."""
QUANTITIES: tuple[HistogramQuantity, ...] = ("weight", "gradient", "update")


class _Step(NamedTuple):
    """The parameters by their names, before an update and after it, and the gradients it was made of."""

    before: Mapping[str, Tensor]
    after: Mapping[str, Tensor]
    gradients: Mapping[str, Tensor]
    loss_scale: float

    def values(self, names: list[str]) -> dict[HistogramQuantity, Floats]:
        """Return all values of the parameters `names`, in one row a quantity."""
        weights = [_wide(self.before[name]) for name in names]
        updates = [_wide(self.after[name]) - before for name, before in zip(names, weights, strict=True)]
        gradients = [
            _wide(self.gradients[name]) / self.loss_scale if name in self.gradients else np.zeros_like(before)
            for name, before in zip(names, weights, strict=True)
        ]
        parts = {"weight": weights, "gradient": gradients, "update": updates}
        return {quantity: np.concatenate(parts[quantity]) for quantity in QUANTITIES}


class _Counted(NamedTuple):
    """One layer's values in all bins there can be."""

    id: str
    size: int
    bins: NDArray[np.int64]
    zeros: int
    not_finite: int
    median: float
    least: float
    largest: float


def histogram_study(subject: StudySubject, options: HistogramOptions) -> Course[HistogramFindings]:
    """Make one update of a copy and count its values, layer by layer."""
    layers = studied_layers(subject.model, norms_and_biases=options.norms_and_biases)
    total = len(layers) + 1
    yield StudyProgress(0, total, "one update of a copy")
    rate = options.rate or natural_rate(subject)
    step = _made_step(subject, rate)
    yield StudyProgress(1, total, "one update of a copy")
    counted: dict[HistogramQuantity, list[_Counted]] = {quantity: [] for quantity in QUANTITIES}
    ratios = []
    for number, (id, names) in enumerate(layers.items(), 2):
        values = step.values(names)
        for quantity in QUANTITIES:
            counted[quantity].append(_counted(id, np.abs(values[quantity]), options.per_decade))
        ratios.append(_ratio(values["update"], values["weight"]))
        yield StudyProgress(number, total, "sizes by layer")
    weights, gradients, updates = (_trimmed(name, counted[name], options.per_decade) for name in QUANTITIES)
    yield HistogramFindings(
        weights=weights, gradients=gradients, updates=updates, update_ratios=tuple(ratios), rate=rate
    )


def studied_layers(model: nn.Module, *, norms_and_biases: bool) -> dict[str, list[str]]:
    """Return the names of the parameters that count by the id of their layer, in order of depth.

    Filters are parameters of more than one dimension.
    """
    layers: dict[str, list[str]] = {}
    for name, parameter in model.named_parameters():
        if norms_and_biases or parameter.dim() > 1:
            layers.setdefault(name.rpartition(".")[0], []).append(name)
    return layers


def natural_rate(subject: StudySubject) -> float:
    """Return the rate of the run's next update, of its last where it has ended; the peak before any training."""
    training: TrainingConfig = subject.run.training
    if subject.checkpoint is None:
        return training.learning_rate
    facts = subject.checkpoint.facts
    return learning_rate_at(min(facts.step, facts.total_steps - 1), facts.total_steps, training)


def _made_step(subject: StudySubject, rate: float) -> _Step:
    """Make the update of a copy, with the momentum and the loss scale of the checkpoint."""
    learner = Learner(copy.deepcopy(subject.model), subject.run, subject.device, 1)
    if subject.checkpoint is not None:
        learner.restore(subject.checkpoint)
    before = {name: parameter.detach().clone() for name, parameter in learner.model.named_parameters()}
    number = subject.network.step
    learner.seed_noise(number)
    with _seen_gradients(learner.model) as gradients:
        learner.update(*subject.batches.batch(number), rate, 0)
    scale = learner.measured(1)[0].loss_scale
    return _Step(before, dict(learner.model.named_parameters()), gradients, scale or 1.0)


@contextmanager
def _seen_gradients(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Copy each gradient as backward passes leave it: what an optimiser does with it later, it may do in place."""
    seen: dict[str, Tensor] = {}

    def see(name: str, parameter: Tensor) -> None:
        assert parameter.grad is not None
        seen[name] = parameter.grad.detach().clone()

    handles = [
        parameter.register_post_accumulate_grad_hook(lambda tensor, name=name: see(name, tensor))
        for name, parameter in model.named_parameters()
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _counted(id: str, sizes: Floats, per_decade: int) -> _Counted:
    finite = sizes[np.isfinite(sizes)]
    there = finite[finite > 0]
    lowest = LOWEST_DECADE * per_decade
    places = np.maximum(np.floor(np.log10(there) * per_decade).astype(np.int64) - lowest, 0)
    bins = np.bincount(places, minlength=(HIGHEST_DECADE - LOWEST_DECADE) * per_decade)
    median = float(np.median(sizes)) if len(finite) == len(sizes) else math.nan
    least, largest = (float(there.min()), float(there.max())) if there.size else (math.nan, math.nan)
    return _Counted(id, sizes.size, bins, finite.size - there.size, sizes.size - finite.size, median, least, largest)


def _trimmed(quantity: HistogramQuantity, layers: list[_Counted], per_decade: int) -> QuantityHistogram:
    """Return the histogram with the bins that any layer needs, and those between."""
    used = np.flatnonzero(np.sum([layer.bins for layer in layers], axis=0)) if layers else np.empty(0, np.int64)
    first, last = (int(used[0]), int(used[-1])) if used.size else (0, -1)
    found = tuple(
        LayerHistogram(
            id=layer.id,
            count=layer.size,
            shares=tuple((layer.bins[first : last + 1] / layer.size).tolist()),
            zeros=layer.zeros / layer.size,
            not_finite=layer.not_finite / layer.size,
            median=layer.median,
            least=layer.least,
            largest=layer.largest,
        )
        for layer in layers
    )
    return QuantityHistogram(
        quantity=quantity, per_decade=per_decade, first_bin=LOWEST_DECADE * per_decade + first, layers=found
    )


def _ratio(updates: Floats, weights: Floats) -> float:
    """Return ||update||/||weights||; nan where that is no number."""
    length = float(np.linalg.norm(weights))
    ratio = float(np.linalg.norm(updates)) / length if length > 0 else math.nan
    return ratio if math.isfinite(ratio) else math.nan


def _wide(tensor: Tensor) -> Floats:
    return tensor.detach().flatten().to("cpu", torch.float64).numpy()
