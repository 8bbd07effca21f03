"""Computes the silhouettes of blocks: a Bottleneck has a waist, a branch of one's own one segment a convolution."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.configuration.architecture_config import BlockConfig, BlockPlan
from resnet_core.configuration.block_plan import branch_convolutions

Points = tuple[tuple[float, float], ...]

WAIST = 0.45
_CHAMFER_PX, _CHAMFER_SHARE = 4.0, 0.28
_LEAST_SHARE = 0.35


class Outline(NamedTuple):
    """A closed line, and half the height that a text in its middle has."""

    points: Points
    text_half: float


def waisted_outline(x0: float, x1: float, y: float, half: float) -> Points:
    """Return the outline of a Bottleneck: wide, narrow where the 3x3 convolution is, wide."""
    a, b, waist = x0 + (x1 - x0) * 0.3, x1 - (x1 - x0) * 0.3, half * WAIST
    return (
        (x0, y - half), (a, y - waist), (b, y - waist), (x1, y - half),
        (x1, y + half), (b, y + waist), (a, y + waist), (x0, y + half),
    )  # fmt: skip


def custom_outline(plan: BlockPlan, block: BlockConfig, edges: tuple[float, float], y: float, half: float) -> Outline:
    """Return the outline of a branch of any convolutions: one segment with cut corners for each.

    A segment is as high as the more of the channels that its convolution reads and puts out, and the longer the
    larger its kernel. So 3x3, 1x1, 3x3 shows a short segment between two long ones.
    """
    convolutions = branch_convolutions(plan, block)
    channels = [max(one.in_channels if place else plan.in_channels, one.out_channels)
                for place, one in enumerate(convolutions)]  # fmt: skip
    lengths = [one.kernel + 1.0 for one in convolutions]
    widest, unit = max(channels), (edges[1] - edges[0]) / sum(lengths)
    halves = [half * max((count / widest) ** 0.5, _LEAST_SHARE) for count in channels]
    top: list[tuple[float, float]] = []
    x, deepest = edges[0], 0.0
    for length, high in zip(lengths, halves, strict=True):
        stop = x + length * unit
        cut = min(_CHAMFER_PX, _CHAMFER_SHARE * (stop - x), 0.5 * high)
        top += [(x, high - cut), (x + cut, high), (stop - cut, high), (stop, high - cut)]
        x, deepest = stop, max(deepest, cut if len(convolutions) > 1 else 0.0)
    upper = tuple((x, y - high) for x, high in top)
    lower = tuple((x, y + high) for x, high in reversed(top))
    return Outline(upper + lower, min(halves) - deepest - 0.5)
