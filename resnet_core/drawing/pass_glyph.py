"""Draws a tensor as a slab: as high as its resolution, as thick as its channels, both on a log scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.display_list import Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.placement import SMALL_TEXT_SHARE
from resnet_core.drawing.text_metrics import text_height, text_width

Look = Literal["tensor", "gradient"]

_LEAST_PX, _RESOLUTION_PX, _CHANNEL_PX = 3.0, 2.3, 1.25
_SLANT = 0.45
_LABEL_PAD = 4.0

_FACES: dict[Look, tuple[Role, Role]] = {
    "tensor": ("pass_tensor", "pass_tensor_side"),
    "gradient": ("pass_gradient", "pass_gradient_side"),
}


class Slab(NamedTuple):
    """Height and width of the front and the thickness behind it, in pixels."""

    height: float
    width: float
    depth: float

    @property
    def half(self) -> float:
        """Half the height of the whole, its slanted depth included."""
        return (self.height + _SLANT * self.depth) / 2

    def mixed(self, other: Slab, share: float) -> Slab:
        """Return what lies `share` of the way to another slab, for a tensor that is being changed."""
        return Slab(*(a + (b - a) * share for a, b in zip(self, other, strict=True)))


def slab_of(shape: Shape, scale: float = 1.0) -> Slab:
    """Return the slab of a tensor; `scale` makes it larger or smaller."""
    sizes = (_LEAST_PX + _RESOLUTION_PX * math.log2(max(size, 1)) for size in (shape.height, shape.width))
    height, width = sizes
    return Slab(height * scale, 0.45 * width * scale, (1.0 + _CHANNEL_PX * math.log2(shape.channels)) * scale)


def slab_items(id: str, slab: Slab, at: tuple[float, float], look: Look, title: str = "") -> Iterator[Polyline]:
    """Yield the faces of a slab whose middle is `at`: its side and top behind its front."""
    front, side = _FACES[look]
    rise = _SLANT * slab.depth
    left, top = at[0] - (slab.width + slab.depth) / 2, at[1] - (slab.height + rise) / 2 + rise
    right, bottom = left + slab.width, top + slab.height
    back = right + slab.depth
    upper = ((left, top), (left + slab.depth, top - rise), (back, top - rise), (right, top))
    beside = ((right, top), (back, top - rise), (back, bottom - rise), (right, bottom))
    yield Polyline(id, side, upper, True, title)
    yield Polyline(id, side, beside, True, title)
    yield Polyline(id, front, ((left, top), (right, top), (right, bottom), (left, bottom)), True, title)


class LabelRoom(NamedTuple):
    """Where a label may stand: between `left` and `right`, and at what size of text; `fit` as in a Placement."""

    left: float
    right: float
    text_size: float
    fit: float


def label_items(
    id: str, room: LabelRoom, at: tuple[float, float], texts: tuple[str, ...], below: Iterable[Text] = ()
) -> Iterator[Item]:
    """Yield the first of `texts` that fits, on a ground of its own, as near to `at` as the room lets it.

    The texts `below` that it would cover in part are covered whole.
    """
    size = room.text_size * SMALL_TEXT_SHARE
    for text in texts:
        width = text_width(text, size) * room.fit + 2 * _LABEL_PAD
        if width <= room.right - room.left:
            x = min(max(at[0], room.left + width / 2), room.right - width / 2)
            high = text_height(size) + 2
            ground = Rectangle(id, "pass_label_ground", x - width / 2, at[1] - high / 2, width, high, high / 2)
            for covered in below:
                left, top, right, bottom = covered.box
                if ground.box.overlaps(covered.box):
                    yield Rectangle("", "ground", left, top, right - left, bottom - top)
            yield ground
            yield Text(id, "pass_label", x, at[1], text, size, title=texts[0])
            return
