"""What is found of how the gradients of different inputs agree (Balduzzi et al. 2017, arXiv 1702.08591)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from resnet_core.configuration.fields import FrozenConfig, chosen, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.conditions import STATISTICS_TEXTS, StatisticsSource
from resnet_core.findings.figures import Axis, BarFigure, Figure, Line, LineFigure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import decimal, exact

LAGS: Final = 15
"""Two points of a path are compared where they lie up to so many apart, as in the paper's figure 2."""

WHITE, SMOOTH = 0.1, 0.9
"""Below, the correlation of neighbours is called white noise; above, smooth."""

InputKind = Literal["images", "noise"]


class ShatteringOptions(FrozenConfig):
    """Which paths through the space of inputs, and how finely they are walked."""

    points: int = setting(
        256, label=N_("Field", "Points"), help=N_("Field", "Inputs on each path, equally far apart."),
        minimum=2, maximum=65_536,
    )  # fmt: skip
    paths: int = setting(
        2, label=N_("Field", "Paths"), help=N_("Field", "Each leads from one input to another; means are over all."),
        minimum=1, maximum=1000,
    )  # fmt: skip
    inputs: InputKind = chosen(
        "images",
        label=N_("Field", "Inputs"),
        help=N_("Field", "Paths lead between training images, or between images of Gaussian noise."),
        choices={"images": N_("Choice", "training images"), "noise": N_("Choice", "noise")},
    )


class BoundaryAgreement(Findings):
    """How the gradients at one boundary agree, each of `size` numbers.

    `by_lag`: mean cosine between points 1, 2, ... apart on a path. `between`: mean |cosine| between different inputs.
    """

    size: int
    by_lag: tuple[Number, ...]
    between: Number

    @property
    def neighbours(self) -> float:
        """The mean cosine between neighbouring points."""
        return self.by_lag[0]

    @property
    def reach(self) -> int:
        """The most points apart that were compared: fewer than asked for on a short path, or in small micro-batches."""
        return max((lag for lag, cosine in enumerate(self.by_lag, 1) if math.isfinite(cosine)), default=0)

    @property
    def half_length(self) -> float:
        """How many points apart the cosine has fallen to 1/2, between two lags on a line; inf where it does not."""
        curve = (1.0, *self.by_lag[: self.reach])
        if not math.isfinite(self.neighbours):
            return math.nan
        for lag, (before, after) in enumerate(pairwise(curve)):
            if after < 0.5:
                return lag + (before - 0.5) / (before - after)
        return math.inf

    @property
    def chance(self) -> float:
        """The mean |cosine| of independent Gaussian vectors of this size, sqrt(2 / (pi d)) for large d."""
        return math.sqrt(2 / (math.pi * self.size))


class ShatteringFindings(Findings):
    """Gradients at the network's input, at the input of each block (`block_ids`), and at the output of the last.

    `arc_degrees` is the mean angle from end to end of the paths, `path_neighbours` the cosine of neighbours at the
    network's input path by path, `images` how many different inputs were compared at a time.
    """

    points: int
    arc_degrees: Number
    images: int
    statistics: StatisticsSource
    path_neighbours: tuple[Number, ...]
    block_ids: tuple[str, ...]
    input: BoundaryAgreement
    blocks: tuple[BoundaryAgreement, ...]
    output: BoundaryAgreement


class ShatteringStudy(Study[ShatteringFindings]):
    """Whether the gradient changes smoothly from one input to the next, or like noise."""

    name = "shattering"
    title = N_("Study", "Gradients of neighbouring inputs")
    words = StudyWords(
        shows=N_("Study",
            "How alike the gradients of neighbouring inputs are: the cosine between them, along paths from one image "
            "to another, at the input of the network and of every block."
        ),
        healthy=N_("Study",
            "Neighbours near 1, and a curve that falls slowly: the gradient changes like a random walk (brown noise). "
            "Shallow and residual networks do so."
        ),
        unhealthy=N_("Study",
            "Shattered: from a few blocks before the output on, neighbours are near 0, and the gradient looks like "
            "white noise; a step that helps one input says nothing about the next. Deep plain networks do so."
        ),
        source="Balduzzi et al. 2017, arXiv 1702.08591",
    )  # fmt: skip
    options = ShatteringOptions
    findings = ShatteringFindings

    def headline(self, found: ShatteringFindings, say: Say) -> str:
        """Say how alike neighbours' gradients are at the input, beside white and brown noise."""
        return f"{self._agreement(found, say)} {_way(found, say)}"

    def _agreement(self, found: ShatteringFindings, say: Say) -> str:
        here = found.input.neighbours
        if math.isnan(here):
            last = _last_without(found)
            text = N_("Study", "At the network's input no gradients can be compared: they are zero or not finite.")
            where = N_("Study", "So it is up to the input of {block}.")
            return " ".join([say("Study", text)] + ([say("Study", where).format(block=last)] if last else []))
        text = N_("Study",
            "Gradients of inputs {step}° apart have a cosine of {cosine}, where white noise has 0 and brown noise "
            "{brown}: {verdict}."
        )  # fmt: skip
        brown = decimal(brown_noise(found.points, 1)[0], 3)
        verdict = say("Study", _verdict(here))
        step = decimal(found.arc_degrees / max(1, found.points - 1), 2)
        return say("Study", text).format(step=step, cosine=decimal(here, 3), brown=brown, verdict=verdict)

    def figures(self, found: ShatteringFindings) -> tuple[Figure, ...]:
        """Return the correlation by lag, that of neighbours by block, and the cosine between inputs by block."""
        neighbours = tuple(block.neighbours for block in found.blocks)
        between = tuple(block.between for block in found.blocks)
        return (
            self._by_lag(found),
            BarFigure("neighbours", N_("Study", "Neighbours by block"), _NEIGHBOURS, found.block_ids, neighbours),
            BarFigure("between", N_("Study", "Different inputs by block"), _BETWEEN, found.block_ids, between),
        )

    def _by_lag(self, found: ShatteringFindings) -> LineFigure:
        count = len(found.input.by_lag)
        lags = tuple(float(lag) for lag in range(count + 1))
        lines = [Line(N_("Study", "network's input"), lags, (1.0, *found.input.by_lag))]
        middle = len(found.blocks) // 2
        if middle:
            half = found.blocks[middle].by_lag
            lines.append(Line(N_("Study", "half-way"), lags, (1.0, *half), "second"))
        lines += [
            Line(N_("Study", "brown noise"), lags, (1.0, *brown_noise(found.points, count)), "faded"),
            Line(N_("Study", "white noise"), lags[1:], (0.0,) * count, "faded"),
        ]
        x, y = Axis(N_("Study", "points apart on the path")), Axis(N_("Study", "cosine between the gradients"))
        return LineFigure("by_lag", N_("Study", "Agreement by distance"), x, y, tuple(lines))

    def table(self, found: ShatteringFindings) -> TextTable:
        """Return a row a boundary, from the network's input on."""
        reached = max(boundary.reach for boundary in (found.input, *found.blocks, found.output))
        far = reached or len(found.input.by_lag)
        rows = [_row("network input", found.input, far)]
        rows += [_row(id, block, far) for id, block in zip(found.block_ids, found.blocks, strict=True)]
        rows.append(_row("last output", found.output, far))
        header = ("gradient at", "neighbours", f"{far} apart", "half at", "between inputs", "by chance")
        return TextTable(header, tuple(rows))


_NEIGHBOURS = Axis(N_("Study", "cosine of neighbours at the block's input"))
_BETWEEN = Axis(N_("Study", "mean |cosine| between inputs"))


def brown_noise(points: int, lags: int) -> tuple[float, ...]:
    """Return the expected correlation of a random walk with itself 1, 2, ... `lags` steps on.

    After t and t + k steps it is sqrt(t / (t + k)); this is the mean over a walk of `points` steps, nan beyond it.
    """
    return tuple(_mean([math.sqrt(t / (t + k)) for t in range(1, points - k + 1)]) for k in range(1, lags + 1))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _verdict(neighbours: float) -> str:
    if abs(neighbours) < WHITE:
        return N_("Study", "shattered into white noise")
    if neighbours > SMOOTH:
        return N_("Study", "smooth")
    return N_("Study", "partly shattered")


def _way(found: ShatteringFindings, say: Say) -> str:
    """Say how it was measured."""
    text = N_("Study", "Paths: {paths}, of {points} points over {degrees}° each; {statistics}.")
    return say("Study", text).format(
        paths=exact(len(found.path_neighbours)),
        points=exact(found.points),
        degrees=decimal(found.arc_degrees, 0),
        statistics=say("Study", STATISTICS_TEXTS[found.statistics]),
    )


def _last_without(found: ShatteringFindings) -> str:
    """Return the last block up to whose input no gradients can be compared; empty where only the network's is so."""
    last = ""
    for id, block in zip(found.block_ids, found.blocks, strict=True):
        if not math.isnan(block.neighbours):
            break
        last = id
    return last


def _row(name: str, boundary: BoundaryAgreement, far: int) -> tuple[str, ...]:
    length = boundary.half_length
    half = f"> {boundary.reach}" if length == math.inf else _text(length, 1)
    apart = _text(boundary.neighbours, 3), _text(boundary.by_lag[far - 1], 3)
    return name, *apart, half, _text(boundary.between, 3), _text(boundary.chance, 3)


def _text(value: float, digits: int) -> str:
    return "" if math.isnan(value) else decimal(value, digits)
