"""What is found of how alike the outputs of a network's blocks are (Kornblith et al. 2019, arXiv 1905.00414)."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from resnet_core.configuration.fields import FrozenConfig, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.conditions import SPLIT_TEXTS, STATISTICS_TEXTS, ImageSplit, StatisticsSource
from resnet_core.findings.figures import Axis, BarFigure, Figure, MapFigure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import decimal, exact, percent

STEM: Final = "stem"
"""What stands for the stem's output, which is the first block's input."""

ALIKE: Final = 0.9
"""A pair above this counts as alike."""


class CkaOptions(FrozenConfig):
    """On how many images."""

    images: int = setting(
        64, label=N_("Field", "Images a batch"),
        help=N_("Field", "Images that are compared with each other; memory grows with their square times the blocks."),
        unit="images", minimum=4, maximum=256,
    )  # fmt: skip
    batches: int = setting(
        8, label=N_("Field", "Batches"),
        help=N_("Field", "Estimates are averaged over as many, if the data has the images."),
        minimum=1, maximum=1000,
    )  # fmt: skip


class CkaFindings(Findings):
    """Linear CKA between the outputs `ids` (the stem's and every block's), on `batches` batches of `images` images.

    `triangle[i][j]` is that of the outputs i and j <= i, nan where one is the same for all images or not finite.
    """

    split: ImageSplit
    images: int
    batches: int
    statistics: StatisticsSource
    ids: tuple[str, ...]
    triangle: tuple[tuple[Number, ...], ...]

    def between(self, one: int, other: int) -> float:
        """Return the alignment of two outputs by their places."""
        return self.triangle[max(one, other)][min(one, other)]

    @property
    def steps(self) -> tuple[float, ...]:
        """The alignment of each block's output with its input, first to last."""
        return tuple(row[-2] for row in self.triangle[1:])

    @property
    def alike(self) -> float:
        """The share of pairs of different outputs that are above 0.9, of those that can be compared; else nan."""
        pairs = [value for row in self.triangle for value in row[:-1] if math.isfinite(value)]
        return sum(value > ALIKE for value in pairs) / len(pairs) if pairs else math.nan

    @property
    def jump(self) -> int | None:
        """The place in `ids` of the block that changes its input most; None where none can be compared."""
        places = [place for place, value in enumerate(self.steps, start=1) if math.isfinite(value)]
        return min(places, key=lambda place: self.steps[place - 1]) if places else None

    @property
    def stage_starts(self) -> frozenset[str]:
        """The blocks that begin a stage."""
        return frozenset(here for before, here in pairwise(self.ids) if _stage(before) != _stage(here))


class CkaStudy(Study[CkaFindings]):
    """Which blocks of a network compute alike outputs."""

    name = "cka"
    title = N_("Study", "Likeness of blocks (CKA)")
    words = StudyWords(
        shows=N_("Study",
            "How alike the outputs of every two blocks are on the same images: centred kernel alignment, 1 where they "
            "tell the images apart in the same way up to rotation and scale, 0 where they have nothing in common."
        ),
        healthy=N_("Study",
            "Bright near the diagonal and darker away from it: each block changes the output a little. Steps where "
            "stages begin."
        ),
        unhealthy=N_("Study",
            "A large bright square: many blocks in a row hardly change what comes in, as in networks with more layers "
            "than the data needs. Such blocks can often be left out."
        ),
        source="Kornblith et al. 2019, arXiv 1905.00414; Nguyen et al. 2021, arXiv 2010.15327",
    )  # fmt: skip
    options = CkaOptions
    findings = CkaFindings

    def headline(self, found: CkaFindings, say: Say) -> str:
        """Say how alike neighbours are, where the largest step is, and how many pairs are alike."""
        jump = found.jump
        if jump is None:
            none = N_("Study", "No two outputs can be compared: they are the same for all images, or not finite.")
            return f"{say('Study', none)} {_way(found, say)}"
        steps = [value for value in found.steps if math.isfinite(value)]
        neighbours = N_("Study", "A block's output is like its input by {mean} (mean CKA).")
        largest = (
            N_("Study", "The largest step, to {least}, is made by {block}, which begins a stage.")
            if found.ids[jump] in found.stage_starts
            else N_("Study", "The largest step, to {least}, is made by {block}.")
        )
        alike = N_("Study", "Of all pairs {share} are above {bound}.")
        return " ".join((
            say("Study", neighbours).format(mean=decimal(sum(steps) / len(steps), 3)),
            say("Study", largest).format(least=decimal(found.steps[jump - 1], 3), block=found.ids[jump]),
            say("Study", alike).format(share=percent(found.alike), bound=ALIKE),
            _way(found, say),
        ))  # fmt: skip

    def figures(self, found: CkaFindings) -> tuple[Figure, ...]:
        """Return the map of all pairs, and each block's step."""
        count = len(found.ids)
        values = tuple(tuple(found.between(row, column) for column in range(count)) for row in range(count))
        ends = (0.0, float(count - 1), 0.0, float(count - 1))
        whole = MapFigure(
            "pairs", N_("Study", "Likeness of all pairs"), _OUTPUT, _OUTPUT, _CKA, values, ends, found.ids, found.ids,
            square=True, limits=(0.0, 1.0),
        )  # fmt: skip
        return whole, BarFigure("steps", N_("Study", "Output against input"), _STEP, found.ids[1:], found.steps)

    def table(self, found: CkaFindings) -> TextTable:
        """Return a row an output: its alignment with the one before, with the first and with the last."""
        last = len(found.ids) - 1
        rows = tuple(
            (id, _text(found.between(place, place - 1)) if place else "", _text(found.between(place, 0)),
             _text(found.between(place, last)))
            for place, id in enumerate(found.ids)
        )  # fmt: skip
        return TextTable(("output of", "with input", f"with {found.ids[0]}", f"with {found.ids[-1]}"), rows)


_OUTPUT = Axis(N_("Study", "output of"))
_CKA = Axis(N_("Study", "CKA"))
_STEP = Axis(N_("Study", "CKA of output and input"))


def _stage(id: str) -> str:
    return id.rpartition(".")[0]


def _way(found: CkaFindings, say: Say) -> str:
    """Say on what it was measured."""
    text = N_("Study", "Batches: {batches}, of {images} {split} each; {statistics}.")
    return say("Study", text).format(
        batches=exact(found.batches),
        images=exact(found.images),
        split=say("Study", SPLIT_TEXTS[found.split]),
        statistics=say("Study", STATISTICS_TEXTS[found.statistics]),
    )


def _text(value: float) -> str:
    return "" if math.isnan(value) else decimal(value, 3)
