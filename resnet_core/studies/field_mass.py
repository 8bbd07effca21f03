"""Measures how a map of what each pixel does to one unit spreads about the unit's centre."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.analysis.receptive_field import Reach
from resnet_core.findings.effective_receptive_field import FieldMap, FieldProfile

FloatArray = NDArray[np.float64]

SHOWN_SHARE = 0.999
"""A map is shown as far out as this share of its mass lies."""
MOST_SIDE = 96
"""Values a shown map has on a side, at most; larger ones are averaged over squares of pixels."""


class Unit(NamedTuple):
    """One place of a block's output: `row` and `column` there, and the centre of what it sees, in input pixels."""

    row: int
    column: int
    y: float
    x: float


def middle_unit(height: int, width: int, reach: Reach) -> Unit:
    """Return the unit in the middle of a block's map; of an even number of rows the one after the middle."""
    row, column = height // 2, width // 2
    middle = (reach.field - 1) / 2 - reach.padding
    return Unit(row, column, row * reach.stride + middle, column * reach.stride + middle)


def radius_holding(mass_HW: FloatArray, unit: Unit, share: float) -> float:
    """Return the least distance from the unit's centre, in pixels, within which `share` of all mass lies.

    nan where there is no mass, or where it is not finite.
    """
    total = float(mass_HW.sum())
    if not math.isfinite(total) or total <= 0:
        return math.nan
    distances = _distances(mass_HW, unit).ravel()
    order = np.argsort(distances, kind="stable")
    within = np.cumsum(mass_HW.ravel()[order]) / total
    place = int(np.searchsorted(within, share * (1 - 1e-12)))
    return float(distances[order][min(place, len(order) - 1)])


def share_outside(mass_HW: FloatArray, unit: Unit, reach: Reach) -> float:
    """Return the share of the mass beyond the square of the theoretical field; nan where there is no mass."""
    total = float(mass_HW.sum())
    if not math.isfinite(total) or total <= 0:
        return math.nan
    half = (reach.field - 1) / 2
    rows_H, columns_W = np.arange(mass_HW.shape[0]) - unit.y, np.arange(mass_HW.shape[1]) - unit.x
    inside_HW = (np.abs(rows_H) <= half)[:, None] & (np.abs(columns_W) <= half)
    return float(mass_HW[~inside_HW].sum()) / total


def is_cut(height: int, width: int, unit: Unit, reach: Reach) -> bool:
    """Return whether the theoretical field is cut by the border of the image."""
    half = (reach.field - 1) / 2
    return min(unit.y, unit.x) < half or unit.y + half > height - 1 or unit.x + half > width - 1


def shown_map(id: str, mass_HW: FloatArray, unit: Unit) -> FieldMap:
    """Return the map as a picture about the unit's centre, its largest value 1, cropped and thinned out."""
    bound = radius_holding(mass_HW, unit, SHOWN_SHARE)
    if math.isnan(bound):
        return FieldMap(id=id, values=(), left=math.nan, right=math.nan, low=math.nan, high=math.nan)
    rows, columns = _around(unit.y, bound, mass_HW.shape[0]), _around(unit.x, bound, mass_HW.shape[1])
    side = max(rows.stop - rows.start, columns.stop - columns.start)
    step = -(-side // MOST_SIDE)
    thinned = _averaged(mass_HW[rows, columns], step)
    first_y, first_x = rows.start + (step - 1) / 2 - unit.y, columns.start + (step - 1) / 2 - unit.x
    values = thinned[::-1] / thinned.max()  # from the bottom up, as a plane's rows go
    return FieldMap(
        id=id,
        values=tuple(tuple(float(f"{value:.4g}") for value in row) for row in values.tolist()),
        left=first_x,
        right=first_x + step * (thinned.shape[1] - 1),
        low=-(first_y + step * (thinned.shape[0] - 1)),
        high=-first_y,
    )


def profile(id: str, mass_HW: FloatArray, unit: Unit) -> FieldProfile:
    """Return the mass of each column, its largest 1: the map as it is seen from the side.

    It scatters less than one row through the centre, and is as wide: a round Gaussian looks alike both ways.
    """
    bound = radius_holding(mass_HW, unit, SHOWN_SHARE)
    places = np.arange(mass_HW.shape[1]) - unit.x
    if math.isnan(bound):
        return FieldProfile(id=id, places=tuple(places.tolist()), values=(math.nan,) * len(places))
    shown = _around(unit.x, bound, len(places))
    sums = mass_HW.sum(axis=0)[shown]
    return FieldProfile(id=id, places=tuple(places[shown].tolist()), values=tuple((sums / sums.max()).tolist()))


def _distances(mass_HW: FloatArray, unit: Unit) -> FloatArray:
    rows_H, columns_W = np.arange(mass_HW.shape[0]) - unit.y, np.arange(mass_HW.shape[1]) - unit.x
    distances: FloatArray = np.hypot(rows_H[:, None], columns_W)
    return distances


def _around(centre: float, bound: float, size: int) -> slice:
    return slice(max(0, math.ceil(centre - bound)), min(size, math.floor(centre + bound) + 1))


def _averaged(values_HW: FloatArray, step: int) -> FloatArray:
    """Return the mean over squares of `step` pixels; what does not fill one at the end is left out."""
    height, width = (max(1, size // step) for size in values_HW.shape)
    whole = values_HW[: height * step, : width * step]
    squares: FloatArray = whole.reshape(height, step, width, step).mean(axis=(1, 3))
    return squares
