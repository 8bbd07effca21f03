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

    def stamp(self, pattern: Sheet, x: float, id: str, title: str) -> None:
        """Put down what `pattern` holds, `x` pixels to the right, for what has that id; items without a title get one.

        A pattern has no lines of the main path, and every item of it stands for the one id.
        """
        for item in pattern.ways:
            if isinstance(item, Arch):
                _, role, x0, x1, base, height, shoulder, own, part = item
                self.ways.append(Arch(id, role, x0 + x, x1 + x, base, height, shoulder, own or title, part))
        self.marks += [_moved(item, x, id, title) for item in pattern.marks]
        self.boxes += [_moved(item, x, id, title) for item in pattern.boxes]
        self.signs += [_moved(item, x, id, title) for item in pattern.signs]
        for _, role, at, y, text, size, anchor, bold, own in pattern.texts:
            self.texts.append(Text(id, role, at + x, y, text, size, anchor, bold, own or title))

    def items(self) -> Iterator[Item]:
        """Yield everything, back to front."""
        yield from sorted(self.ways, key=_by_role)
        yield from sorted(self.lines, key=_by_role)
        yield from sorted(self.marks, key=_by_kind)
        yield from sorted(self.boxes, key=_by_role)
        yield from sorted(self.signs, key=_by_kind)
        yield from sorted(self.texts, key=_by_size)


def _moved(item: Rectangle | Polyline, by: float, id: str, title: str) -> Rectangle | Polyline:
    if isinstance(item, Rectangle):
        _, role, x, y, width, height, radius, own, strength = item
        return Rectangle(id, role, x + by, y, width, height, radius, own or title, strength)
    _, role, points, closed, own, bend = item
    return Polyline(id, role, tuple([(x + by, y) for x, y in points]), closed, own or title, bend)


def _by_role(item: Arch | Polyline | Rectangle) -> Role:
    return item.role


def _by_kind(item: Polyline | Rectangle) -> tuple[bool, Role]:
    """Lines before boxes, which cover their ends."""
    return isinstance(item, Rectangle), item.role


def _by_size(item: Text) -> tuple[Role, float, bool]:
    return item.role, item.size, item.bold
