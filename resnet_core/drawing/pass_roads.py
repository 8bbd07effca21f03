"""Turns a drawn line into a road that can be gone along: points by the way behind, stretches, and ribbons over it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from resnet_core.drawing.display_list import Arch, Polyline, rounded_corners

Point = tuple[float, float]

_ARC_PX = 6.0
_BEND_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


class Road(NamedTuple):
    """The points of a drawn line in the direction of the forward pass; `behind` is the way from the first to each."""

    points: tuple[Point, ...]
    behind: tuple[float, ...]

    @classmethod
    def through(cls, points: Sequence[Point]) -> Road:
        """Return the road through `points`, of which there are two or more."""
        return cls(tuple(points), tuple(accumulate((math.dist(a, b) for a, b in pairwise(points)), initial=0.0)))

    @property
    def length(self) -> float:
        """How long it is in pixels."""
        return self.behind[-1]

    def at(self, share: float) -> Point:
        """Return the point that has `share` of the way behind it."""
        way = min(max(share, 0.0), 1.0) * self.length
        place = min(max(bisect_right(self.behind, way) - 1, 0), len(self.points) - 2)
        start, stop = self.behind[place], self.behind[place + 1]
        within = (way - start) / (stop - start) if stop > start else 0.0
        return _between(self.points[place], self.points[place + 1], within)

    def stretch(self, start: float, stop: float) -> tuple[Point, ...]:
        """Return the points of the road from the share `start` to the share `stop` of the way."""
        first, last = start * self.length, stop * self.length
        inner = [point for point, way in zip(self.points, self.behind, strict=True) if first < way < last]
        return (self.at(start), *inner, self.at(stop))


def road_of(line: Arch | Polyline) -> Road:
    """Return the road that lies on `line` as it is drawn, bends included."""
    return Road.through(_arch_points(line) if isinstance(line, Arch) else _line_points(line))


def ribbon(points: Sequence[Point], half_start: float, half_stop: float) -> tuple[Point, ...]:
    """Return the outline of a band over `points`, so much to each side of it, growing evenly from start to stop."""
    count = len(points)
    left: list[Point] = []
    right: list[Point] = []
    for place, (x, y) in enumerate(points):
        half = half_start + (half_stop - half_start) * place / max(count - 1, 1)
        dx, dy = _heading(points, place)
        left.append((x - dy * half, y + dx * half))
        right.append((x + dy * half, y - dx * half))
    return (*left, *reversed(right))


def _heading(points: Sequence[Point], place: int) -> Point:
    """Return the unit vector along the road at one of its points, halfway between what leads there and on."""
    before, after = points[max(place - 1, 0)], points[min(place + 1, len(points) - 1)]
    dx, dy = after[0] - before[0], after[1] - before[1]
    length = math.hypot(dx, dy)
    return (dx / length, dy / length) if length > 1e-9 else (1.0, 0.0)


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _line_points(line: Polyline) -> tuple[Point, ...]:
    if not line.bend or len(line.points) < 3:
        return line.points
    inner = [
        _between(_between(begins, corner, share), _between(corner, ends, share), share)
        for begins, corner, ends in rounded_corners(line)
        for share in _BEND_SHARES
    ]
    return (line.points[0], *inner, line.points[-1])


def _arch_points(arch: Arch) -> tuple[Point, ...]:
    """Return points of the two quarter ellipses, and so of the level line between them."""
    steps = min(max(math.ceil((arch.shoulder + arch.height) / _ARC_PX), 4), 24)
    angles = [math.pi / 2 * step / steps for step in range(steps + 1)]
    rise = [_on_quarter(arch.x0 + arch.shoulder, arch, -math.cos(angle), math.sin(angle)) for angle in angles]
    fall = [_on_quarter(arch.x1 - arch.shoulder, arch, math.sin(angle), math.cos(angle)) for angle in angles]
    top = arch.base - arch.height
    if arch.part == "rises":
        return (*rise, (arch.x1, top))
    if arch.part == "falls":
        return ((arch.x0, top), *fall)
    return (*rise, *fall)


def _on_quarter(center_x: float, arch: Arch, across: float, up: float) -> Point:
    return center_x + arch.shoulder * across, arch.base - arch.height * up
