"""Computes the silhouettes of blocks, which follow the channels along their branches."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from resnet_core.configuration.architecture_config import BlockConfig, BlockPlan
from resnet_core.configuration.block_plan import branch_convolutions

Points = tuple[tuple[float, float], ...]
Stretch = tuple[float, float]

_CHAMFER_PX, _CHAMFER_SHARE = 4.0, 0.28
_LEAST_SHARE = 0.35
_NEAR_PX, _FAR_PX = 90.0, 300.0
_RADIUS, _LEAST_ROUNDED_PX = 3.0, 15.0
_MIDDLE_SHARE = 0.18


class Silhouette(NamedTuple):
    """The form of a block, apart from its size.

    A branch of a known kind has the outline of its tensor: `shares` of the full height before the first and after
    each convolution. Of a custom branch each convolution is a segment of its own, so high. `stretches` are where,
    between 0 and 1, a convolution's segment lies in a small block, `layers` where the layer stands in one that is
    large enough to show it.
    """

    is_custom: bool
    shares: tuple[float, ...]
    stretches: tuple[Stretch, ...]
    layers: tuple[Stretch, ...]

    @property
    def is_flat(self) -> bool:
        """Whether it is as high everywhere: a plain box."""
        return not self.is_custom and min(self.shares) == max(self.shares)


class Outline(NamedTuple):
    """A silhouette `width` wide, about (0, 0) at its left end: a closed line, and each convolution's place in it.

    No points stand for a box with corners rounded by `radius`. `rooms` are where a text on each convolution may
    lie, `centers` where it had best, `half_texts` half its height at most; `half_text` is that of one
    about the `middle`, where the narrowest part of a Bottleneck is.
    """

    width: float
    points: Points
    radius: float
    rooms: tuple[Stretch, ...]
    centers: tuple[float, ...]
    half_texts: tuple[float, ...]
    middle: float
    half_text: float

    def at(self, x: float, y: float) -> Points:
        """Return its points, with its left end at (x, y)."""
        return tuple([(x + dx, y + dy) for dx, dy in self.points])


def silhouette(plan: BlockPlan, block: BlockConfig, layers: tuple[Stretch, ...]) -> Silhouette:
    """Return the form of a block whose convolutions stand at `layers` once there is room to show them.

    Heights follow the square roots of the channels, so that areas compare as parameters do and the narrowest part of
    a Bottleneck, a quarter of its ends, is half as high. Of a custom branch, a segment is as high as the more of the
    channels that its convolution reads and puts out, and the longer the larger its kernel: so 3x3, 1x1, 3x3 shows a
    short segment between two long ones.
    """
    convolutions = branch_convolutions(plan, block)
    if plan.is_custom:
        channels = [max(one.in_channels if place else plan.in_channels, one.out_channels)
                    for place, one in enumerate(convolutions)]  # fmt: skip
        lengths = [one.kernel + 1.0 for one in convolutions]
    else:
        channels = [plan.in_channels, *(one.out_channels for one in convolutions)]
        lengths = [(one.kernel + 1.0) ** 0.5 for one in convolutions]
    widest, total = max(channels), sum(lengths)
    shares = tuple(max((count / widest) ** 0.5, _LEAST_SHARE) for count in channels)
    stops = [length / total for length in accumulate(lengths, initial=0.0)]
    return Silhouette(plan.is_custom, shares, tuple(pairwise(stops)), layers)


def nearness(width: float) -> float:
    """Return how far a block `width` pixels wide has come, from 0 to 1, towards the places of its layers."""
    return min(max((width - _NEAR_PX) / (_FAR_PX - _NEAR_PX), 0.0), 1.0)


@lru_cache(maxsize=512)
def outline(form: Silhouette, width: float, half: float) -> Outline:
    """Return `form` as wide as `width` and as high as twice `half`, in pixels.

    As the block grows, its convolutions move to where their layers will stand.
    """
    near = nearness(width)
    stretches = [
        (width * (a + (c - a) * near), width * (b + (d - b) * near))
        for (a, b), (c, d) in zip(form.stretches, form.layers, strict=True)
    ]
    edges = [0.0, *((before[1] + after[0]) / 2 for before, after in pairwise(stretches)), width]
    rooms = tuple(pairwise(edges))
    centers = tuple((start + stop) / 2 for start, stop in stretches)
    if form.is_custom:
        return _segments(form, rooms, centers, half)
    halves = [half * share for share in form.shares]
    lows = tuple(min(pair) - 0.5 for pair in pairwise(halves))
    if form.is_flat:
        # Square corners on narrow blocks, of which there are many: nobody sees the rest, and they paint at once.
        radius = _RADIUS if width >= _LEAST_ROUNDED_PX else 0.0
        return Outline(width, (), radius, rooms, centers, lows, width / 2, half)
    upper = _without_repeats(_profile(stretches, halves, width))
    middle = centers[len(centers) // 2] if len(centers) % 2 else width / 2
    half_text = _least_about(upper, middle, _MIDDLE_SHARE * width) - 0.5
    return Outline(width, _mirrored(upper), 0.0, rooms, centers, lows, middle, half_text)


def _profile(stretches: list[Stretch], halves: list[float], width: float) -> list[tuple[float, float]]:
    """Return the upper half: each convolution leads from the height before it to the one after it."""
    upper = [(0.0, halves[0])]
    for (start, stop), before, after in zip(stretches, halves, halves[1:], strict=False):
        if before != after:
            upper += [(start, before), (stop, after)]
    return [*upper, (width, halves[-1])]


def _segments(form: Silhouette, edges: tuple[Stretch, ...], centers: tuple[float, ...], half: float) -> Outline:
    """Return one segment with cut corners for each convolution."""
    upper: list[tuple[float, float]] = []
    halves = [half * share for share in form.shares]
    deepest = 0.0
    for (start, stop), high in zip(edges, halves, strict=True):
        cut = min(_CHAMFER_PX, _CHAMFER_SHARE * (stop - start), 0.5 * high)
        upper += [(start, high - cut), (start + cut, high), (stop - cut, high), (stop, high - cut)]
        deepest = max(deepest, cut if len(edges) > 1 else 0.0)
    lows = tuple(high - 0.5 for high in halves)
    return Outline(
        edges[-1][1], _mirrored(upper), 0.0, edges, centers, lows, edges[-1][1] / 2, min(halves) - deepest - 0.5
    )


def _least_about(upper: list[tuple[float, float]], middle: float, reach: float) -> float:
    """Return the least height of a profile within `reach` of `middle`, where a text stands."""
    left, right = max(middle - reach, 0.0), min(middle + reach, upper[-1][0])
    heights = [high for x, high in upper if left < x < right]
    for (a, high), (b, next_high) in pairwise(upper):
        heights += [high + (next_high - high) * (x - a) / (b - a) for x in (left, right) if a <= x <= b and b > a]
    return min(heights)


def _mirrored(upper: list[tuple[float, float]]) -> Points:
    return (*((x, -high) for x, high in upper), *((x, high) for x, high in reversed(upper)))


def _without_repeats(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [point for place, point in enumerate(points) if not place or point != points[place - 1]]
