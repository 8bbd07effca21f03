"""What the loss does on a plane of two random directions of the weights (Li et al. 2018, arXiv 1712.09913)."""

from __future__ import annotations

import math
from itertools import chain
from statistics import median

from resnet_core.configuration.fields import setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.conditions import StatisticsSource
from resnet_core.findings.figures import Axis, Figure, MapFigure
from resnet_core.findings.loss_direction import (
    DirectionOptions,
    conditions_sentence,
    guessing_sentence,
    is_steep,
    loss_text,
    sharpness_sentence,
)
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import decimal, percent

MOST_CONTOURS = 10


class LandscapeOptions(DirectionOptions):
    """As for one direction; a grid has the square of the points."""

    points: int = setting(
        21, label=N_("Field", "Points a side"),
        help=N_("Field", "Places along each direction; one more where the number is even, so that one is the weights."),
        minimum=3, maximum=201,
    )  # fmt: skip
    log_color: bool = setting(
        True, label=N_("Field", "Colour by the logarithm"),
        help=N_("Field", "Colours and contours follow the logarithm of the loss, where its values lie far apart."),
    )  # fmt: skip


class LossLandscapeFindings(Findings):
    """The mean cross-entropy at every point of the plane: `losses` [rows][columns], a row a value of `betas`.

    `loss` and `accuracy` are those at the weights; distance is the root of alpha^2 + beta^2. `doubled_at` is the
    distance of the nearest point at which the loss is at least twice that, `guessing_at` of the nearest with at least
    ln(classes); nan where there is none, 0 where the weights themselves are such a point. `sharpness` is the most the
    loss rises within SHARPNESS_RADIUS, nan where no point but the weights lies there, or the grid ends before it.
    `curvatures` [rows][columns] is l/|m| of the two eigenvalues of the plane's Hessian, by finite differences over
    neighbouring points: l the lesser, m the one larger in size. Below 0 the loss is not convex there. It is nan at the
    border, where a loss is no number and where it is flat. `nonconvex_share` is the share of the others that is below
    -0.05, nan where there is none. `images`, `batch` and `statistics` are as for one direction.
    """

    alphas: tuple[Number, ...]
    betas: tuple[Number, ...]
    losses: tuple[tuple[Number, ...], ...]
    curvatures: tuple[tuple[Number, ...], ...]
    loss: Number
    accuracy: Number
    doubled_at: Number
    guessing_at: Number
    sharpness: Number
    nonconvex_share: Number
    classes: int
    images: int
    batch: int
    statistics: StatisticsSource
    log_color: bool


class LossLandscapeStudy(Study[LossLandscapeFindings]):
    """How the loss rises around the weights, on a plane."""

    name = "loss_landscape"
    title = N_("Study", "Loss landscape")
    words = StudyWords(
        shows=N_("Study",
            "The training loss on a plane through the weights, along two random directions in which each filter moves "
            "in proportion to its own length. At 1 a step is as long as the weights."
        ),
        healthy=N_("Study",
            "Round contours about a wide, even bowl that curves upwards nearly everywhere. Shortcuts keep it so in "
            "deep networks, too."
        ),
        unhealthy=N_("Study",
            "A small, jagged basin within steep walls, contours that twist, and curvature below zero: deep plain "
            "networks, where training fails or does not generalise."
        ),
        source="Li et al. 2018, arXiv 1712.09913",
    )  # fmt: skip
    options = LandscapeOptions
    findings = LossLandscapeFindings

    def headline(self, found: LossLandscapeFindings, say: Say) -> str:
        """Say what the loss is at the weights, how far from them it is lost, how steep and how convex it is."""
        parts = [
            say("Study", N_("Study", "The loss is {loss} at the weights.")).format(loss=loss_text(found.loss)),
            guessing_sentence(found.loss, found.guessing_at, found.classes, max(found.alphas), say),
        ]
        if math.isfinite(found.sharpness):
            parts.append(sharpness_sentence(found.sharpness, say))
        if math.isfinite(found.nonconvex_share):
            text = say("Study", N_("Study", "{share} of the plane is not convex."))
            parts.append(text.format(share=percent(found.nonconvex_share)))
        parts.append(conditions_sentence(found.images, found.statistics, say))
        return " ".join(parts)

    def figures(self, found: LossLandscapeFindings) -> tuple[Figure, ...]:
        """Return the loss with its contours, and the curvature, over the plane."""
        flat = tuple(chain.from_iterable(found.losses))
        logarithmic = found.log_color and is_steep(flat)
        loss = Axis(N_("Study", "training loss"), logarithmic=logarithmic)
        curvature = Axis(N_("Study", "lesser curvature over larger"))
        extent = (found.alphas[0], found.alphas[-1], found.betas[0], found.betas[-1])
        first, second = Axis(N_("Study", "along the first direction")), Axis(N_("Study", "along the second direction"))
        return (
            MapFigure("loss", N_("Study", "Loss around the weights"), first, second, loss, found.losses, extent,
                contours=contour_levels(flat, logarithmic=logarithmic), square=True, marks=((0.0, 0.0),)),
            MapFigure("curvature", N_("Study", "Where the loss is not convex"), first, second, curvature,
                found.curvatures, extent, colors="diverging", square=True, marks=((0.0, 0.0),)),
        )  # fmt: skip

    def table(self, found: LossLandscapeFindings) -> TextTable:
        """Return a row a distance from the weights: the least, the middle and the largest loss of the points there."""
        rings = _rings(found)
        rows = tuple(
            (
                decimal(place, 3), len(losses),
                loss_text(min(finite)) if (finite := [loss for loss in losses if math.isfinite(loss)]) else "",
                loss_text(median(finite)) if finite else "", loss_text(max(finite)) if finite else "",
                len(losses) - len(finite),
            )
            for place, losses in rings.items()
        )  # fmt: skip
        return TextTable(("distance up to", "points", "least loss", "median", "largest", "not finite"), rows)


def contour_levels(losses: tuple[float, ...], *, logarithmic: bool) -> tuple[float, ...]:
    """Return round levels between the least and the largest loss, at most MOST_CONTOURS: of 1, 2, 5 or their steps."""
    finite = [loss for loss in losses if math.isfinite(loss)]
    if not finite or min(finite) == max(finite):
        return ()
    low, high = min(finite), max(finite)
    if logarithmic:
        series = _one_two_five(low, high)
        return series[:: max(1, -(-len(series) // MOST_CONTOURS))]
    step = next(step for step in _one_two_five((high - low) / MOST_CONTOURS / 10, high - low) if
                (high - low) / step <= MOST_CONTOURS)  # fmt: skip
    first = math.floor(low / step) + 1
    return tuple(round(index * step, 12) for index in range(first, math.ceil(high / step)))


def _one_two_five(low: float, high: float) -> tuple[float, ...]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    series = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 2, 5))
    return tuple(level for level in series if low < level < high)


def _rings(found: LossLandscapeFindings) -> dict[float, list[float]]:
    """Return the losses by distance, rounded up to whole steps of the grid; the weights alone at 0."""
    step = found.alphas[1] - found.alphas[0]
    rings: dict[float, list[float]] = {}
    for beta, row in zip(found.betas, found.losses, strict=True):
        for alpha, loss in zip(found.alphas, row, strict=True):
            ring = math.ceil(math.hypot(alpha, beta) / step - 1e-9)
            rings.setdefault(ring * step, []).append(loss)
    return dict(sorted(rings.items()))
