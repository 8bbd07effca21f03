"""Defines the frozen records of a drawing: shapes, texts, images and groups, each with the id it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from resnet_core.drawing.text_metrics import text_height, text_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Level = Literal["network", "stage", "block", "layer"]
LEVELS: tuple[Level, ...] = ("network", "stage", "block", "layer")

ShortcutBand = Literal["shortcut_band_1", "shortcut_band_2", "shortcut_band_3", "shortcut_band_4", "shortcut_band_5"]
BranchBand = Literal["branch_band_1", "branch_band_2", "branch_band_3", "branch_band_4", "branch_band_5"]
Role = ShortcutBand | BranchBand | Literal[
    "identity", "projection", "zero_pad", "gate", "main_line", "separator",
    "projection_box", "zero_pad_box", "funnel", "gate_box", "gate_mark", "stem", "head", "block", "run", "stage",
    "division", "feature",
    "conv", "linear", "norm", "activation", "pool", "reshape", "dropout", "scale", "joint", "port",
    "heading", "label", "strong_label", "quiet_label", "identity_label", "projection_label", "zero_pad_label",
    "gate_label",
    "title", "subtitle", "number", "note",
    "pass_road", "pass_trunk", "pass_branch", "pass_skip", "pass_node", "pass_node_back",
    "pass_tensor", "pass_tensor_side", "pass_gradient", "pass_gradient_side", "pass_label", "pass_label_ground",
    "ground", "grid", "base_line", "guide", "shape_band", "raster", "raster_gap", "color_bar", "not_finite",
    "parameters_bar", "macs_bar", "activations_bar", "memory_bar", "field_bar", "intensity_bar", "latency_bar",
    "worth_bar", "gain_bar",
    "reference_mark", "profile", "profile_fine", "profile_earlier", "profile_dot", "second_profile",
    "second_profile_fine", "second_dot", "odd_mark", "alert_mark", "alert_note", "flow_fill", "lost_fill",
    "shortcut_share_label", "branch_share_label",
    "branch_share", "shortcut_share", "step_halo", "step_line", "step_handle", "step_handle_open", "step_number",
    "step_number_open",
    "member_reference", "member_open", "member_1", "member_2", "member_3", "member_4",
    "member_reference_fill", "member_open_fill", "member_1_fill", "member_2_fill", "member_3_fill", "member_4_fill",
    "steps_reference", "steps_open", "steps_1", "steps_2", "steps_3", "steps_4", "open_area",
    "more_bar", "less_bar", "zero_line", "empty_place",
]  # fmt: skip
"""What an item is; a style, never a colour, so that each palette can paint it."""

SHORTCUT_ROLES: dict[str, Role] = {"identity": "identity", "projection": "projection", "zero_pad": "zero_pad"}
"""The role of each kind of shortcut."""

LABEL_ROLES: dict[str, Role] = {
    "identity": "identity_label",
    "projection": "projection_label",
    "zero_pad": "zero_pad_label",
}
"""The role of the words on each kind of shortcut."""

Anchor = Literal["left", "middle", "right"]
ArchPart = Literal["whole", "rises", "falls"]


class Box(NamedTuple):
    """A measured area: `left`, `top`, `right`, `bottom` in pixels, y growing downward."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its extent from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its extent from top to bottom."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        """The point in its middle (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def moved(self, dx: float, dy: float) -> Box:
        """Return the area moved to the right by `dx` and down by `dy`."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def overlaps(self, other: Box, tolerance: float = 1e-6) -> bool:
        """Return whether the two areas share more than an edge."""
        return (
            self.left < other.right - tolerance
            and other.left < self.right - tolerance
            and self.top < other.bottom - tolerance
            and other.top < self.bottom - tolerance
        )

    def contains(self, other: Box, tolerance: float = 1e-6) -> bool:
        """Return whether `other` lies inside."""
        return (
            self.left <= other.left + tolerance
            and self.top <= other.top + tolerance
            and self.right >= other.right - tolerance
            and self.bottom >= other.bottom - tolerance
        )


class Rectangle(NamedTuple):
    """A rectangle with corners rounded by `radius`; a radius of half its height makes a pill.

    `strength` from 0 to 1 mixes its fill with nothing: for a colour that grows with a number.
    """

    id: str
    role: Role
    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    title: str = ""
    strength: float = 1.0

    @property
    def box(self) -> Box:
        """The area it covers."""
        return Box(self.x, self.y, self.x + self.width, self.y + self.height)


class Polyline(NamedTuple):
    """Straight lines through `points` (x, y); a closed one is filled, an open one may turn in bends of that radius."""

    id: str
    role: Role
    points: tuple[tuple[float, float], ...]
    closed: bool = False
    title: str = ""
    bend: float = 0.0

    @property
    def box(self) -> Box:
        """The area its points span."""
        xs, ys = zip(*self.points, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))


class Arch(NamedTuple):
    """A way round: up from (`x0`, `base`) along a quarter ellipse of `shoulder` x `height`, level, and down to `x1`.

    With a shoulder of half its width it is a half ellipse. Where layers stand on the way, its first part `rises` and
    ends level, its last one begins level and `falls`.
    """

    id: str
    role: Role
    x0: float
    x1: float
    base: float
    height: float
    shoulder: float
    title: str = ""
    part: ArchPart = "whole"

    @property
    def box(self) -> Box:
        """The area it spans."""
        return Box(self.x0, self.base - self.height, self.x1, self.base)


class Text(NamedTuple):
    """One line of text; `x` is its anchor, `y` the middle of the line, `size` its font size in pixels."""

    id: str
    role: Role
    x: float
    y: float
    text: str
    size: float
    anchor: Anchor = "middle"
    bold: bool = False
    title: str = ""

    @property
    def box(self) -> Box:
        """An upper estimate of the area it covers."""
        width, half = text_width(self.text, self.size, bold=self.bold), text_height(self.size) / 2
        left = self.x - {"left": 0.0, "middle": width / 2, "right": width}[self.anchor]
        return Box(left, self.y - half, left + width, self.y + half)


class Raster(NamedTuple):
    """An image: `values` [rows, columns], float32, in the colours of viridis from `low` (dark) to `high` (light).

    NaN and infinity have the colour of what is not finite. Its pixels are not smoothed. Of the values it shows the
    `columns` from the first to before the second, or all: what is cut from one large array is coloured only once.
    """

    id: str
    role: Role
    x: float
    y: float
    width: float
    height: float
    values: NDArray[np.float32]
    low: float
    high: float
    title: str = ""
    columns: tuple[int, int] | None = None

    @property
    def shown(self) -> NDArray[np.float32]:
        """The values that it shows."""
        return self.values if self.columns is None else self.values[:, slice(*self.columns)]

    @property
    def box(self) -> Box:
        """The area it covers."""
        return Box(self.x, self.y, self.x + self.width, self.y + self.height)


class Group(NamedTuple):
    """Items that belong together, painted with one opacity (0 to 1) and cut off outside `clip` where it is given."""

    id: str
    items: tuple[Any, ...]
    title: str = ""
    opacity: float = 1.0
    clip: Box | None = None
    role: Role = "ground"

    @property
    def box(self) -> Box:
        """The area its items span, or its clip."""
        if self.clip is not None or not self.items:
            return self.clip or Box(0.0, 0.0, 0.0, 0.0)
        lefts, tops, rights, bottoms = zip(*(item.box for item in self.items), strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))


Item = Rectangle | Polyline | Arch | Text | Raster | Group


def flat(items: Iterable[Item]) -> Iterator[Item]:
    """Yield every item that is not a group, those of groups included, in order."""
    for item in items:
        if isinstance(item, Group):
            yield from flat(item.items)
        else:
            yield item


def edge_id(source: str, target: str) -> str:
    """Return the id of the line that stands for the edge between two nodes."""
    return f"{source}→{target}"


def rounded_corners(item: Polyline) -> Iterator[tuple[tuple[float, float], ...]]:
    """Yield for each inner corner of an open line: where its bend begins, the corner, where the bend ends."""
    for before, corner, after in zip(item.points, item.points[1:], item.points[2:], strict=False):
        yield _towards(corner, before, item.bend), corner, _towards(corner, after, item.bend)


def _towards(corner: tuple[float, float], other: tuple[float, float], radius: float) -> tuple[float, float]:
    """Return the point `radius` away from `corner`, at most half the way to `other`."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = (dx * dx + dy * dy) ** 0.5
    share = min(radius / length, 0.5) if length else 0.0
    return corner[0] + share * dx, corner[1] + share * dy


class Drawing(NamedTuple):
    """A picture `width` x `height` pixels large; later items lie on earlier ones."""

    title: str
    description: str
    width: float
    height: float
    items: tuple[Item, ...]

    def of_role(self, *roles: Role) -> Iterator[Item]:
        """Yield the items that have one of `roles`, those of groups included, in order."""
        return (item for item in flat(self.items) if item.role in roles)
