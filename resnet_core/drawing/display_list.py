"""Defines the frozen records of a drawing: rectangles, polylines, arches and texts, each with the id it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from resnet_core.drawing.text_metrics import text_height, text_width

Level = Literal["network", "stage", "block", "layer"]
LEVELS: tuple[Level, ...] = ("network", "stage", "block", "layer")

Role = Literal[
    "identity", "projection", "zero_pad", "projection_box", "zero_pad_box", "main_line", "separator",
    "stem", "head", "block", "stage", "conv", "batch_norm", "relu", "pool", "linear", "add", "port",
    "heading", "label", "strong_label", "quiet_label", "identity_label", "projection_label", "zero_pad_label",
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


class Box(NamedTuple):
    """A measured area: `left`, `top`, `right`, `bottom` in pixels, y growing downward."""

    left: float
    top: float
    right: float
    bottom: float

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
    """A rectangle with corners rounded by `radius`; a radius of half its height makes a pill."""

    id: str
    role: Role
    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    title: str = ""

    @property
    def box(self) -> Box:
        """The area it covers."""
        return Box(self.x, self.y, self.x + self.width, self.y + self.height)


class Polyline(NamedTuple):
    """Straight lines through `points` (x, y); a closed one is filled."""

    id: str
    role: Role
    points: tuple[tuple[float, float], ...]
    closed: bool = False
    title: str = ""

    @property
    def box(self) -> Box:
        """The area its points span."""
        xs, ys = zip(*self.points, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))


class Arch(NamedTuple):
    """A way round: up from (`x0`, `base`) along a quarter ellipse of `shoulder` x `height`, level, and down to `x1`.

    With a shoulder of half its width it is a half ellipse.
    """

    id: str
    role: Role
    x0: float
    x1: float
    base: float
    height: float
    shoulder: float
    title: str = ""

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


Item = Rectangle | Polyline | Arch | Text


class Drawing(NamedTuple):
    """A picture `width` x `height` pixels large; later items lie on earlier ones."""

    title: str
    description: str
    width: float
    height: float
    items: tuple[Item, ...]

    def of_role(self, *roles: Role) -> Iterator[Item]:
        """Yield the items that have one of `roles`, in order."""
        return (item for item in self.items if item.role in roles)
