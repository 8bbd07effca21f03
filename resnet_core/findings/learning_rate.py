"""What the learning-rate finder finds: the loss as the rate grows (Smith 2017, arXiv 1506.01186, section 3.3)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from resnet_core.configuration.fields import FrozenConfig, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.figures import Axis, Figure, Line, LineFigure, Mark
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import scientific


class LearningRateOptions(FrozenConfig):
    """From which rate to which, in how many updates."""

    steps: int = setting(
        100, label=N_("Field", "Updates"), help=N_("Field", "Rates that are tried, one update each."),
        minimum=10, maximum=10_000,
    )  # fmt: skip
    lowest: float = setting(
        1e-4, label=N_("Field", "Lowest rate"), help=N_("Field", "The rate of the first update."),
        minimum=1e-12, maximum=1.0,
    )  # fmt: skip
    highest: float = setting(
        10.0, label=N_("Field", "Highest rate"), help=N_("Field", "The rate of the last update, unless it diverges."),
        minimum=1e-6, maximum=1000.0,
    )  # fmt: skip


class LearningRateFindings(Findings):
    """The training loss of each update, its mean over neighbouring updates, and what follows from it.

    `rates`, `losses` and `smoothed` have one number an update that was made. `lowest_at` is the rate at which the mean
    is lowest, nan where it falls no further than it scatters; `suggested` is a tenth of it; `diverged_at` is the rate
    of the last update where the loss has left its range there, else nan.
    """

    rates: tuple[Number, ...]
    losses: tuple[Number, ...]
    smoothed: tuple[Number, ...]
    lowest_at: Number
    suggested: Number
    diverged_at: Number

    @property
    def still_falls(self) -> bool:
        """Whether the mean is lowest at the last rate that was tried, so that the loss might fall further beyond it."""
        return bool(self.rates) and self.lowest_at == self.rates[-1] and math.isnan(self.diverged_at)


class LearningRateStudy(Study[LearningRateFindings]):
    """How large a learning rate the recipe can take."""

    name = "learning_rate"
    title = N_("Study", "Learning-rate finder")
    words = StudyWords(
        shows=N_("Study",
            "The training loss while the learning rate grows with every update, on a copy that is then thrown away. "
            "The rest of the recipe stays: batch, momentum, weight decay."
        ),
        healthy=N_("Study",
            "The loss falls before it rises. A tenth of the rate where it is lowest is a safe peak. In so few updates "
            "it falls further in residual networks than in plain ones of their depth."
        ),
        unhealthy=N_("Study",
            "A curve that never falls before it rises: no rate trains this network in so few updates, as with deep "
            "plain ones whose gradients explode, or it has learned already."
        ),
        source="Smith 2017, arXiv 1506.01186",
    )  # fmt: skip
    options = LearningRateOptions
    trains = True
    findings = LearningRateFindings

    def headline(self, found: LearningRateFindings, say: Say) -> str:
        """Say where the loss is lowest, where it diverges, and what to take."""
        if not any(math.isfinite(loss) for loss in found.losses):
            return say("Study", N_("Study", "The loss is no finite number, not even at the lowest rate."))
        if found.still_falls:
            text = say("Study", N_("Study",
                "The loss still falls at the highest rate, {lowest}: try higher ones. A peak of {suggested} is on the "
                "safe side."
            ))  # fmt: skip
            return text.format(lowest=_rate(found.lowest_at), suggested=_rate(found.suggested))
        text = say("Study", N_("Study", "The loss is lowest at a rate of {lowest}: take a peak of about {suggested}."))
        parts = [text.format(lowest=_rate(found.lowest_at), suggested=_rate(found.suggested))]
        if math.isnan(found.lowest_at):
            parts = [say("Study", N_("Study", "The loss does not fall at any of these rates."))]
        if not math.isnan(found.diverged_at):
            parts.append(say("Study", N_("Study", "It diverges at {rate}.")).format(rate=_rate(found.diverged_at)))
        return " ".join(parts)

    def figures(self, found: LearningRateFindings) -> tuple[Figure, ...]:
        """Return the loss over the rate."""
        lines = (
            Line(N_("Study", "each update"), found.rates, found.losses, "faded"),
            Line(N_("Study", "mean of neighbours"), found.rates, found.smoothed),
        )
        marks = (
            Mark(N_("Study", "suggested"), found.suggested),
            Mark(N_("Study", "lowest"), found.lowest_at),
            Mark(N_("Study", "diverges"), found.diverged_at),
        )
        there = tuple(mark for mark in marks if not math.isnan(mark.x))
        x, y = Axis(N_("Study", "learning rate"), logarithmic=True), Axis(N_("Study", "training loss"))
        return (LineFigure("loss", N_("Study", "Loss by learning rate"), x, y, lines, there),)

    def offers(self, found: LearningRateFindings) -> Mapping[str, float]:
        """Offer the suggested rate, to two digits, as the recipe's peak."""
        return {} if math.isnan(found.suggested) else {"learning_rate": float(f"{found.suggested:.2g}")}

    def table(self, found: LearningRateFindings) -> TextTable:
        """Return a row an update."""
        rows = zip(found.rates, found.losses, found.smoothed, strict=True)
        cells = tuple((scientific(rate, 3), _loss(loss), _loss(mean)) for rate, loss, mean in rows)
        return TextTable(("rate", "loss", "mean of neighbours"), cells)


def _rate(rate: float) -> str:
    return f"{rate:.2g}"


def _loss(loss: float) -> str:
    return f"{loss:.4g}" if math.isfinite(loss) else "not finite"
