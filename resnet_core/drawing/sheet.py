"""Collects what a level draws and gives it back in layers from back to front, likes together."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.drawing.display_list import Arch, Item, Polyline, Rectangle, Role, Text


class Sheet:
    """The items of one level, by the layer they lie in.

    From the back: the ways round, the lines of the main path, marks under a path, boxes, signs on boxes, texts. Within
    a layer nothing lies on anything else, so likes stand together there: a painter paints a run of them in one go.
    """

    def __init__(self) -> None:
        self.ways: list[Arch | Polyline] = []
        self.lines: list[Polyline] = []
        self.marks: list[Polyline | Rectangle] = []
        self.boxes: list[Rectangle | Polyline] = []
        self.signs: list[Rectangle | Polyline] = []
        self.texts: list[Text] = []

    def items(self) -> Iterator[Item]:
        """Yield everything, back to front."""
        yield from sorted(self.ways, key=_by_role)
        yield from sorted(self.lines, key=_by_role)
        yield from sorted(self.marks, key=_by_kind)
        yield from sorted(self.boxes, key=_by_role)
        yield from sorted(self.signs, key=_by_kind)
        yield from sorted(self.texts, key=_by_size)


def _by_role(item: Arch | Polyline | Rectangle) -> Role:
    return item.role


def _by_kind(item: Polyline | Rectangle) -> tuple[bool, Role]:
    """Lines before boxes, which cover their ends."""
    return isinstance(item, Rectangle), item.role


def _by_size(item: Text) -> tuple[Role, float, bool]:
    return item.role, item.size, item.bold
