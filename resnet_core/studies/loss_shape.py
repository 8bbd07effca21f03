"""Turns the losses around a network's weights into what is said of them: where they are lost, how steep, how convex.

A loss that is not finite counts as higher than any other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.findings.loss_direction import SHARPNESS_RADIUS

Floats = NDArray[np.float64]

NOT_CONVEX = -0.05
"""Curvature below 0 by less than a twentieth of the larger one is taken for the roughness of the loss."""
ROUNDING = 1e-6
"""Losses are sums of float32 values: as a share of them, second differences below this are taken for 0."""


class Shape(NamedTuple):
    """See `LossDirectionFindings`, which defines these."""

    doubled_at: float
    guessing_at: float
    sharpness: float


def odd_count(points: int) -> int:
    """Return `points`, or one more, so that one in the middle is the weights."""
    return points | 1


def line_shape(distances: Floats, losses: Floats, classes: int) -> Shape:
    """Return the shape along a line of points (P,), an odd number, with the weights in the middle."""
    middle = len(distances) // 2
    sides = [(np.abs(distances[part]), losses[part]) for part in (slice(middle, None), slice(middle, None, -1))]

    def nearest(level: float) -> float:
        return _least([crossing(*side, level) for side in sides])

    center = float(losses[middle])
    return Shape(nearest(2 * center), nearest(math.log(classes)), sharpness(np.abs(distances), losses, center))


def plane_shape(distances: Floats, losses: Floats, classes: int) -> Shape:
    """Return the shape on a grid of points (B, A), odd numbers, with the weights in the middle."""
    center = float(losses[losses.shape[0] // 2, losses.shape[1] // 2])

    def nearest(level: float) -> float:
        reached = ~(losses < level)
        return float(distances[reached].min()) if reached.any() else math.nan

    return Shape(nearest(2 * center), nearest(math.log(classes)), sharpness(distances, losses, center))


def crossing(distances: Floats, losses: Floats, level: float) -> float:
    """Return where losses (P,) at growing distances first reach `level`, by a straight line; nan where they do not."""
    reached = ~(losses < level)
    if not reached.any():
        return math.nan
    first = int(reached.argmax())
    if first == 0 or not math.isfinite(losses[first]):
        return float(distances[first])
    before, after = losses[first - 1], losses[first]
    share = (level - before) / (after - before)
    return float(distances[first - 1] + share * (distances[first] - distances[first - 1]))


def sharpness(distances: Floats, losses: Floats, center: float) -> float:
    """Return the most the loss is above `center` within SHARPNESS_RADIUS.

    nan without a point there, or a number; and where the points do not reach as far.
    """
    if distances.max() < SHARPNESS_RADIUS - 1e-9:
        return math.nan
    near = losses[(distances > 0) & (distances <= SHARPNESS_RADIUS + 1e-9)]
    return float((near - center).max()) if near.size and np.isfinite(near).all() else math.nan


def curvature_ratios(losses: Floats) -> Floats:
    """Return l/|m| at each point of a grid (B, A), its steps alike both ways; see `LossLandscapeFindings`."""
    ratios = np.full(losses.shape, np.nan)
    middle = losses[1:-1, 1:-1]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        along_a = losses[1:-1, 2:] - 2 * middle + losses[1:-1, :-2]
        along_b = losses[2:, 1:-1] - 2 * middle + losses[:-2, 1:-1]
        mixed = (losses[2:, 2:] - losses[2:, :-2] - losses[:-2, 2:] + losses[:-2, :-2]) / 4
        mean, spread = (along_a + along_b) / 2, np.hypot((along_a - along_b) / 2, mixed)
        lesser, greater = mean - spread, mean + spread
        larger = np.maximum(np.abs(greater), np.abs(lesser))
        flat = larger <= ROUNDING * np.abs(middle)
        ratios[1:-1, 1:-1] = np.where(flat, np.nan, lesser / larger)
    ratios[~np.isfinite(ratios)] = np.nan
    return ratios


def nonconvex_share(ratios: Floats) -> float:
    """Return the share of ratios below NOT_CONVEX, of those there are."""
    there = ratios[np.isfinite(ratios)]
    return float((there < NOT_CONVEX).mean()) if there.size else math.nan


def _least(values: list[float]) -> float:
    there = [value for value in values if not math.isnan(value)]
    return min(there) if there else math.nan
