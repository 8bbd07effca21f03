"""How large the weights, gradients and updates of each layer are: what the study of one step finds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Literal

from resnet_core.configuration.fields import FrozenConfig, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.figures import Axis, BarFigure, Figure, MapFigure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import exact, percent, scientific

HistogramQuantity = Literal["weight", "gradient", "update"]

USUAL_RATIO = 1e-3
"""What an update usually is of the weights it changes; a factor of USUAL_WITHIN off is told."""
USUAL_WITHIN = 5.0
ZERO_SHARE = 0.005
"""From as many zeros on, a picture of them is worth having."""


class HistogramOptions(FrozenConfig):
    """How fine the bins are, which parameters count, and at what rate the update is made."""

    per_decade: int = setting(
        4, label=N_("Field", "Bins a decade"), help=N_("Field", "Bins from one power of ten to the next."),
        minimum=1, maximum=20,
    )  # fmt: skip
    norms_and_biases: bool = setting(
        False, label=N_("Field", "Norms and biases"),
        help=N_("Field", "Count the parameters of norms, biases and learnt scales, too; else filters alone."),
    )  # fmt: skip
    rate: float = setting(
        0.0, label=N_("Field", "Learning rate"),
        help=N_("Field",
            "The rate of the update. 0: that of the run's next update, of its last one where it has ended, and the "
            "recipe's peak before any training."
        ),
        minimum=0.0, maximum=100.0,
    )  # fmt: skip


class LayerHistogram(Findings):
    """The sizes |v| of one layer's `count` values.

    `shares` has the share of all values in each bin, `zeros` that of exact zeros, `not_finite` that of infinities and
    of what is no number; together they are 1. `median` is of all values, zeros too; `least` and `largest` are of those
    that are finite and not 0. These are nan where there is nothing to take them of, or `median` is not finite.
    """

    id: str
    count: int
    shares: tuple[float, ...]
    zeros: float
    not_finite: float
    median: Number
    least: Number
    largest: Number


class QuantityHistogram(Findings):
    """The layers of a network, first to last, with common bins.

    Bin k holds sizes from 10^((first_bin + k) / per_decade) up to the next bin's first, that one not included. There
    are as many bins as the smallest and the largest size that were found need; none where all are 0.
    """

    quantity: HistogramQuantity
    per_decade: int
    first_bin: int
    layers: tuple[LayerHistogram, ...]

    @property
    def middles(self) -> tuple[float, ...]:
        """The middle of each bin, on the logarithmic scale."""
        bins = len(self.layers[0].shares) if self.layers else 0
        return tuple(10.0 ** ((self.first_bin + place + 0.5) / self.per_decade) for place in range(bins))


class HistogramFindings(Findings):
    """Weights before an update, gradients of its batch and the update, by layer, and the rate it is made at.

    `update_ratios` has ||update||/||weights|| of each layer, nan where its weights are all 0.
    """

    weights: QuantityHistogram
    gradients: QuantityHistogram
    updates: QuantityHistogram
    update_ratios: tuple[Number, ...]
    rate: Number

    @property
    def median_ratio(self) -> float:
        """The median of the ratios there are; nan where there is none."""
        there = [ratio for ratio in self.update_ratios if math.isfinite(ratio)]
        return median(there) if there else math.nan

    @property
    def mostly_silent(self) -> bool:
        """Whether half of the layers or more have no gradient, so that no rate would make their updates usual."""
        layers = self.gradients.layers
        return 2 * sum(layer.zeros == 1 for layer in layers) >= len(layers)


class HistogramStudy(Study[HistogramFindings]):
    """How large weights, gradients and updates are, layer by layer."""

    name = "histograms"
    title = N_("Study", "Histograms by layer")
    words = StudyWords(
        shows=N_("Study",
            "How large each layer's weights are, their gradients in one batch, and the update the recipe makes of "
            "them: the share of values by size. Exact zeros are counted apart."
        ),
        healthy=N_("Study",
            "Gradients of all layers share the same few decades, and an update is about a thousandth of the weights."
        ),
        unhealthy=N_("Study",
            "Gradients that slide by decades from layer to layer: they vanish or explode. Below 10⁻³⁸ they leave "
            "float32. Zeros stand for a silenced branch or dead units; an update far above 10⁻² of the weights "
            "overwrites what was learnt."
        ),
        source="Glorot & Bengio 2010 (AISTATS), figure 7; Karpathy, CS231n notes on training (ratio of updates)",
    )  # fmt: skip
    options = HistogramOptions
    trains = True
    findings = HistogramFindings

    def headline(self, found: HistogramFindings, say: Say) -> str:
        """Name the layers with the smallest and the largest gradients, and compare the update with 1e-3."""
        layers = found.gradients.layers
        lost = next((layer.id for layer in layers if layer.not_finite), "")
        if lost:
            text = say("Study", N_("Study", "Gradients are not finite, first in {layer}."))
            return text.format(layer=lost)
        return " ".join((*_gradient_sentences(layers, say), *_update_sentences(found, say)))

    def figures(self, found: HistogramFindings) -> tuple[Figure, ...]:
        """Return the three histograms, and the zeros among the gradients where there are some."""
        maps = (
            _map(found.gradients, N_("Study", "Gradients by layer"), N_("Study", "size of gradients")),
            _map(found.updates, N_("Study", "Updates by layer"), N_("Study", "size of updates")),
            _map(found.weights, N_("Study", "Weights by layer"), N_("Study", "size of weights")),
        )
        layers = found.gradients.layers
        if max((layer.zeros for layer in layers), default=0.0) < ZERO_SHARE:
            return maps
        share = Axis(N_("Study", "gradients that are exactly 0"), unit="%")
        zeros = tuple(100 * layer.zeros for layer in layers)
        ids = tuple(layer.id for layer in layers)
        return (*maps, BarFigure("zeros", N_("Study", "Zeros among the gradients"), share, ids, zeros))

    def table(self, found: HistogramFindings) -> TextTable:
        """Return a row a layer: medians, zeros and the ratio of update to weights."""
        rows = zip(found.weights.layers, found.gradients.layers, found.updates.layers, found.update_ratios, strict=True)
        cells = tuple(
            (
                weight.id, exact(weight.count), scientific(weight.median), scientific(gradient.median),
                percent(gradient.zeros), scientific(update.median), percent(update.zeros),
                scientific(ratio) if math.isfinite(ratio) else "",
            )
            for weight, gradient, update, ratio in rows
        )  # fmt: skip
        header = (
            "layer", "values", "median |w|", "median |gradient|", "zeros", "median |update|", "zeros", "update ratio",
        )  # fmt: skip
        return TextTable(header, cells)


def _map(histogram: QuantityHistogram, title: str, size: str) -> MapFigure:
    """Return a histogram's layers as rows, the first at the foot; a bin without values is empty."""
    middles = histogram.middles
    values = tuple(tuple(share or math.nan for share in layer.shares) for layer in histogram.layers)
    ends = (middles[0], middles[-1]) if middles else (1.0, 1.0)
    return MapFigure(
        histogram.quantity, title, Axis(size, logarithmic=True), Axis(N_("Study", "layer")),
        Axis(N_("Study", "share of the layer's values"), logarithmic=True), values,
        (*ends, 0.0, max(len(values) - 1.0, 0.0)), y_ids=tuple(layer.id for layer in histogram.layers),
    )  # fmt: skip


def _gradient_sentences(layers: Sequence[LayerHistogram], say: Say) -> list[str]:
    sentences = []
    alive = [layer for layer in layers if layer.zeros < 1]
    if alive:
        least, largest = min(alive, key=_median), max(alive, key=_median)
        text = N_("Study", "The median gradient is largest in {largest} ({most}) and smallest in {least} ({few}).")
        facts = {"largest": largest.id, "most": scientific(largest.median)}
        facts |= {"least": least.id, "few": scientific(least.median)}
        sentences.append(say("Study", text).format(**facts))
        emptiest = max(alive, key=_zeros)
        if emptiest.zeros >= ZERO_SHARE:
            text = say("Study", N_("Study", "Up to {share} of a layer's gradients are exactly 0, in {layer}."))
            sentences.append(text.format(share=percent(emptiest.zeros), layer=emptiest.id))
    if len(alive) < len(layers):
        text = say("Study", N_("Study", "{count} of {all} layers have gradients of exactly 0."))
        sentences.append(text.format(count=len(layers) - len(alive), all=len(layers)))
    return sentences


def _median(layer: LayerHistogram) -> float:
    return layer.median


def _zeros(layer: LayerHistogram) -> float:
    return layer.zeros


def _update_sentences(found: HistogramFindings, say: Say) -> list[str]:
    ratio = found.median_ratio
    if math.isnan(ratio):
        return []
    text = N_("Study", "At a rate of {rate} an update is {ratio} of a layer's weights (median); 10⁻³ is usual.")
    sentences = [say("Study", text).format(rate=f"{found.rate:.3g}", ratio=scientific(ratio))]
    if ratio > USUAL_RATIO * USUAL_WITHIN:
        sentences.append(say("Study", N_("Study", "That is much.")))
    elif ratio < USUAL_RATIO / USUAL_WITHIN and not found.mostly_silent:
        sentences.append(say("Study", N_("Study", "That is little.")))
    return sentences
