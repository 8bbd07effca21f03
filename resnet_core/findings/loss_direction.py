"""What the loss does along one random direction of the weights (Li et al. 2018, arXiv 1712.09913, section 4)."""

from __future__ import annotations

import math
from typing import Literal

from resnet_core.configuration.fields import FrozenConfig, chosen, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.conditions import STATISTICS_TEXTS, StatisticsSource
from resnet_core.findings.figures import Axis, Figure, Line, LineFigure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import decimal, exact, percent

BatchStatistics = Literal["auto", "always", "never"]

SHARPNESS_RADIUS = 0.25
"""Sharpness is the most the loss rises within as much of the weights' length."""
STEEP = 30.0
"""Losses that differ by as many times are drawn on decades."""


class DirectionOptions(FrozenConfig):
    """How far and how finely the weights are moved, and what the loss is averaged over."""

    points: int = setting(
        41, label=N_("Field", "Points"),
        help=N_("Field", "Places along a direction; one more where the number is even, so that one is the weights."),
        minimum=3, maximum=1001,
    )  # fmt: skip
    reach: float = setting(
        1.0, label=N_("Field", "Reach"),
        help=N_("Field", "The farthest step to either side; at 1 it is as long as the weights themselves."),
        minimum=1e-6, maximum=100.0,
    )  # fmt: skip
    images: int = setting(
        256, label=N_("Field", "Images"),
        help=N_("Field", "Training images the loss is the mean of: always the same ones, not shifted."),
        unit="images", minimum=8, maximum=1_000_000,
    )  # fmt: skip
    direction_seed: int = setting(
        0, label=N_("Field", "Seed of the direction"),
        help=N_("Field", "Another seed draws another direction; the data and the network stay."),
        minimum=0, maximum=2**31 - 1,
    )  # fmt: skip
    batch_statistics: BatchStatistics = chosen(
        "auto", label=N_("Field", "BatchNorm by the batch"),
        help=N_("Field",
            "Whether BatchNorm takes the statistics of the batch or its running averages. Automatic: the averages of a "
            "trained network, the batch's before some 50 updates, when the averages know too little."
        ),
        choices={
            "auto": N_("Choice", "automatic"),
            "always": N_("Choice", "always"),
            "never": N_("Choice", "never"),
        },
    )  # fmt: skip


class LossDirectionFindings(Findings):
    """The mean cross-entropy and the share of right answers at each of `distances` along the direction.

    `loss` is that at the weights. `doubled_at` is the least distance, to either side, at which the loss is twice that,
    `guessing_at` that at which it is ln(classes), found between the points by straight lines; nan where it stays below
    within reach, 0 where it is not below at the weights. `sharpness` is the most it rises within SHARPNESS_RADIUS.
    `statistics` says where BatchNorm took its own from: of each batch, of `batch` images, or its averages.
    """

    distances: tuple[Number, ...]
    losses: tuple[Number, ...]
    accuracies: tuple[Number, ...]
    loss: Number
    doubled_at: Number
    guessing_at: Number
    sharpness: Number
    classes: int
    images: int
    batch: int
    statistics: StatisticsSource


class LossDirectionStudy(Study[LossDirectionFindings]):
    """How the loss rises around the weights, along one direction."""

    name = "loss_direction"
    title = N_("Study", "Loss along a direction")
    words = StudyWords(
        shows=N_("Study",
            "The training loss while all filters are moved along one random direction, each in proportion to its own "
            "length. At 1 the step is as long as the weights. Norm parameters and biases stay."
        ),
        healthy=N_("Study",
            "A wide bowl: the loss rises slowly and evenly on both sides. Residual networks of any depth look so."
        ),
        unhealthy=N_("Study",
            "A narrow slot, walls that rise by decades, or further valleys: the weights sit in a sharp place, as those "
            "of deep plain networks do. One direction says little; try other seeds."
        ),
        source="Li et al. 2018, arXiv 1712.09913",
    )  # fmt: skip
    options = DirectionOptions
    findings = LossDirectionFindings

    def headline(self, found: LossDirectionFindings, say: Say) -> str:
        """Say what the loss is at the weights, and how far from them it is lost."""
        parts = [
            say("Study", N_("Study", "The loss is {loss} at the weights.")).format(loss=loss_text(found.loss)),
            guessing_sentence(found.loss, found.guessing_at, found.classes, max(found.distances), say),
        ]
        if math.isfinite(found.sharpness):
            parts.append(sharpness_sentence(found.sharpness, say))
        parts.append(conditions_sentence(found.images, found.statistics, say))
        return " ".join(parts)

    def figures(self, found: LossDirectionFindings) -> tuple[Figure, ...]:
        """Return loss and accuracy over the distance, guessing as a guide."""
        span = (found.distances[0], found.distances[-1])
        loss = Axis(N_("Study", "training loss"), logarithmic=is_steep(found.losses))
        accuracy = Axis(N_("Study", "training accuracy"), unit="%")
        right = tuple(100 * share for share in found.accuracies)
        guess = 1 / found.classes
        guessing = (math.log(found.classes),) * 2, (100 * guess,) * 2
        return (
            LineFigure("loss", N_("Study", "Loss along the direction"), DISTANCE, loss, (
                Line(loss.label, found.distances, found.losses), Line(GUESSING, span, guessing[0], "guide"),
            )),
            LineFigure("accuracy", N_("Study", "Accuracy along the direction"), DISTANCE, accuracy, (
                Line(accuracy.label, found.distances, right), Line(GUESSING, span, guessing[1], "guide"),
            )),
        )  # fmt: skip

    def table(self, found: LossDirectionFindings) -> TextTable:
        """Return a row a point."""
        rows = zip(found.distances, found.losses, found.accuracies, strict=True)
        cells = tuple((decimal(place, 3), loss_text(loss), percent(right)) for place, loss, right in rows)
        return TextTable(("distance", "loss", "accuracy"), cells)


DISTANCE = Axis(N_("Study", "distance, in lengths of the weights"))
GUESSING = N_("Study", "guessing")


def guessing_sentence(loss: float, guessing_at: float, classes: int, reach: float, say: Say) -> str:
    """Say how far from the weights the loss is no better than guessing, ln(classes)."""
    facts = {"guess": decimal(math.log(classes), 2), "distance": decimal(guessing_at, 2), "reach": f"{reach:g}"}
    if guessing_at == 0 or not math.isfinite(loss):
        text = say("Study", N_("Study", "That is no better than guessing ({guess})."))
    elif math.isnan(guessing_at):
        text = say("Study", N_("Study", "It stays below guessing ({guess}) up to a distance of {reach}."))
    else:
        text = say("Study", N_("Study", "It is no better than guessing ({guess}) from a distance of {distance}."))
    return text.format(**facts)


def sharpness_sentence(sharpness: float, say: Say) -> str:
    """Say how far the loss rises near the weights."""
    if sharpness <= 0:
        text = say("Study", N_("Study", "It does not rise within {radius} of them."))
    else:
        text = say("Study", N_("Study", "It rises by up to {rise} within {radius} of them."))
    return text.format(rise=f"{sharpness:.3g}", radius=f"{SHARPNESS_RADIUS:g}")


def conditions_sentence(images: int, statistics: StatisticsSource, say: Say) -> str:
    """Say what the loss is the mean of; statistics of the batch are those of each batch, at each place."""
    text = say("Study", N_("Study", "Mean of {images} training images; {statistics}."))
    by_batch = N_("Study", "BatchNorm takes the statistics of each batch")
    source = by_batch if statistics == "batch" else STATISTICS_TEXTS[statistics]
    return text.format(images=exact(images), statistics=say("Study", source))


def is_steep(losses: tuple[float, ...]) -> bool:
    """Return whether losses are to be drawn on decades: all positive, and far apart."""
    finite = [loss for loss in losses if math.isfinite(loss)]
    return bool(finite) and min(finite) > 0 and max(finite) > STEEP * min(finite)


def loss_text(loss: float) -> str:
    """Return a loss with four digits; an empty text where there is none."""
    return f"{loss:.4g}" if math.isfinite(loss) else "not finite"
