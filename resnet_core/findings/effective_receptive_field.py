"""What the receptive-field study finds: how far about its centre a block really looks (Luo et al. 2016)."""

from __future__ import annotations

import math

from resnet_core.configuration.fields import FrozenConfig, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.conditions import STATISTICS_TEXTS, StatisticsSource
from resnet_core.findings.figures import Axis, BarFigure, Figure, Line, LineFigure, LineRole, MapFigure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import decimal, exact, percent

MOST_CANVAS_PX = 1024
GAUSSIAN_68 = math.sqrt(-2 * math.log(1 - 0.68))
"""The radius that holds 68 % of a round Gaussian of standard deviation 1 in two dimensions."""


class ReceptiveFieldOptions(FrozenConfig):
    """On how many images, of which block, and how large the images are."""

    images: int = setting(
        32, label=N_("Field", "Images"), help=N_("Field", "Training images that the mean is over."),
        unit="images", minimum=2, maximum=100_000,
    )  # fmt: skip
    block: str = setting(
        "",
        label=N_("Field", "Block"),
        help=N_("Field", "A block's id, as layer3.1; empty: every block, with a map of the last of each stage."),
    )
    canvas: int = setting(
        0,
        label=N_("Field", "Canvas"),
        help=N_("Field",
            "Training images are laid side by side until they fill so many pixels a side, so that large fields are "
            "not cut; 0: each image alone."
        ),
        unit="px", minimum=0, maximum=MOST_CANVAS_PX,
    )  # fmt: skip


class BlockField(Findings):
    """How far one unit in the middle of a block's output looks, in input pixels.

    `field` is the side of the square that its layers reach, `radius_68` and `radius_95` the distances from its centre
    within which so much of the mean |gradient| lies; nan where it was not measured, or no gradient came through.
    `outside` is the share beyond the square, which only layers that see the whole map bring there. `cut`: the image
    ends before the field does.
    """

    id: str
    stage: int
    field: int
    radius_68: Number = math.nan
    radius_95: Number = math.nan
    outside: Number = math.nan
    cut: bool = False

    @property
    def is_measured(self) -> bool:
        """Whether there is a gradient to tell of."""
        return math.isfinite(self.radius_95)

    @property
    def share(self) -> float:
        """The radius of 95 % as a share of half the field's side."""
        return self.radius_95 / (self.field / 2)


class FieldMap(Findings):
    """Mean |gradient| about the centre of block `id`, the largest 1; the first row is the lowest of the image.

    `left` and `right` are the first and the last column's, `low` and `high` the rows' distance from the centre in
    pixels. No values where there was no gradient.
    """

    id: str
    values: tuple[tuple[Number, ...], ...]
    left: Number
    right: Number
    low: Number
    high: Number


class FieldProfile(Findings):
    """The same summed over rows, by the columns' distance from the centre in pixels; the largest 1."""

    id: str
    places: tuple[Number, ...]
    values: tuple[Number, ...]


class ReceptiveFieldFindings(Findings):
    """All blocks, first to last, and the maps of those that were asked for; `height` and `width` of what was shown."""

    images: int
    height: int
    width: int
    statistics: StatisticsSource
    fields: tuple[BlockField, ...]
    maps: tuple[FieldMap, ...]
    profiles: tuple[FieldProfile, ...]

    @property
    def chosen(self) -> BlockField:
        """The last block that there is a map of."""
        return next(field for field in self.fields if field.id == self.maps[-1].id)


class ReceptiveFieldStudy(Study[ReceptiveFieldFindings]):
    """How much of what its layers reach a block really looks at."""

    name = "receptive_field"
    title = N_("Study", "Effective receptive field")
    words = StudyWords(
        shows=N_("Study",
            "How strongly each input pixel acts on one unit in the middle of a block's output: the mean |gradient| "
            "over images. Its spread is compared with the field that kernels and strides reach in theory."
        ),
        healthy=N_("Study",
            "A round spot, dense in the middle: the effective field is a fraction of the theoretical one, and that "
            "fraction falls with depth. Shortcuts make it smaller; training widens it where the task asks for it."
        ),
        unhealthy=N_("Study",
            "A spot of a few pixels in the last blocks, on objects that are larger: they are never seen whole. A "
            "field that the image cuts off tells nothing of its size: choose a canvas."
        ),
        source="Luo et al. 2016, arXiv 1701.04128",
    )  # fmt: skip
    options = ReceptiveFieldOptions
    findings = ReceptiveFieldFindings

    def headline(self, found: ReceptiveFieldFindings, say: Say) -> str:
        """Say how far the last block looks, and how much of its theoretical field that is."""
        field = found.chosen
        if not field.is_measured:
            text = say("Study", N_("Study", "No finite gradient of {block} reaches the input."))
            return text.format(block=field.id)
        text = N_("Study", "{block}: 95 % within {radius} px of the centre, {share} of the {half} px its layers reach.")
        radius, half = decimal(field.radius_95, 1), decimal(field.field / 2, 1)
        parts = [say("Study", text).format(block=field.id, radius=radius, share=percent(field.share, 0), half=half)]
        if field.cut:
            text = N_("Study",
                "The image of {width} × {height} px cuts the field of {field} px off: choose a canvas to see it whole."
            )  # fmt: skip
            parts.append(say("Study", text).format(field=field.field, width=found.width, height=found.height))
        return " ".join(parts)

    def figures(self, found: ReceptiveFieldFindings) -> tuple[Figure, ...]:
        """Return the maps, the profiles, and the radii by block where more than one was measured."""
        maps = [_map(shown) for shown in reversed(found.maps) if shown.values]
        measured = [field for field in found.fields if field.is_measured]
        by_block = (_radii(found), _shares(found)) if len(measured) > 1 else ()
        return (*by_block[:1], *maps, _profiles(found), *by_block[1:])

    def table(self, found: ReceptiveFieldFindings) -> TextTable:
        """Return a row a block."""
        header = ("block", "field px", "68 % px", "95 % px", "share", "outside", "note")
        return TextTable(header, (*(_row(field) for field in found.fields), _conditions(found)))


def _row(field: BlockField) -> tuple[str, ...]:
    if not field.is_measured:
        return field.id, str(field.field), "", "", "", "", ""
    radii = decimal(field.radius_68, 1), decimal(field.radius_95, 1)
    note = "cut by the image" if field.cut else ""
    return field.id, str(field.field), *radii, percent(field.share, 0), percent(field.outside), note


def _conditions(found: ReceptiveFieldFindings) -> tuple[str, ...]:
    shown = f"{exact(found.images)} images of {found.width} × {found.height}; {STATISTICS_TEXTS[found.statistics]}"
    return "images", "", "", "", "", "", shown


_OFFSET_X = Axis(N_("Study", "columns from the centre"), unit="px")
_OFFSET_Y = Axis(N_("Study", "rows above the centre"), unit="px")
_VALUE = Axis(N_("Study", "mean |gradient|, largest 1"))


def _map(shown: FieldMap) -> MapFigure:
    extent = (shown.left, shown.right, shown.low, shown.high)
    return MapFigure(f"map_{shown.id}", shown.id, _OFFSET_X, _OFFSET_Y, _VALUE, shown.values, extent, square=True)


def _profiles(found: ReceptiveFieldFindings) -> LineFigure:
    """Return all profiles, the last in the main colour, and the Gaussian that holds as much within its radius."""
    roles: dict[int, LineRole] = {len(found.profiles) - 1: "main", len(found.profiles) - 2: "second"}
    lines = [
        Line(profile.id, profile.places, profile.values, roles.get(number, "faded"))
        for number, profile in enumerate(found.profiles)
    ]
    radius = found.chosen.radius_68
    if math.isfinite(radius) and radius > 0:
        lines.append(Line(N_("Study", "Gaussian of its 68 %"), *_bell(found.profiles[-1], radius), "guide"))
    y = Axis(N_("Study", "mean |gradient| of a column, largest 1"))
    return LineFigure("profile", N_("Study", "Profile of the fields"), _OFFSET_X, y, tuple(lines))


def _bell(profile: FieldProfile, radius: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the points of a Gaussian that has 68 % within `radius` of a plane, and the mass of the profile."""
    heights = [math.exp(-0.5 * (place * GAUSSIAN_68 / radius) ** 2) for place in profile.places]
    scale = sum(profile.values) / sum(heights)
    return profile.places, tuple(scale * height for height in heights)


def _radii(found: ReceptiveFieldFindings) -> LineFigure:
    """Return the measured radii and half the theoretical side, over the blocks by number."""
    measured = [(float(number), field) for number, field in enumerate(found.fields, 1) if field.is_measured]
    places = tuple(number for number, _ in measured)
    all_places = tuple(float(number) for number in range(1, len(found.fields) + 1))
    lines = (
        Line(N_("Study", "95 %"), places, tuple(field.radius_95 for _, field in measured)),
        Line(N_("Study", "68 %"), places, tuple(field.radius_68 for _, field in measured), "second"),
        Line(N_("Study", "theoretical"), all_places, tuple(field.field / 2 for field in found.fields), "faded"),
    )
    x, y = Axis(N_("Study", "block")), Axis(N_("Study", "radius"), logarithmic=True, unit="px")
    return LineFigure("radii", N_("Study", "Effective and theoretical radius"), x, y, lines)


def _shares(found: ReceptiveFieldFindings) -> BarFigure:
    y = Axis(N_("Study", "95 % radius, of the theoretical"), unit="%")
    percents = tuple(100 * field.share for field in found.fields)
    title = N_("Study", "Share of the field that is used")
    return BarFigure("shares", title, y, tuple(field.id for field in found.fields), percents)
