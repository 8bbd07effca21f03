"""Holds what is said of a loss surface to surfaces whose shape is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from resnet_core.studies.loss_shape import (
    crossing,
    curvature_ratios,
    line_shape,
    nonconvex_share,
    odd_count,
    plane_shape,
)

Floats = NDArray[np.float64]
PLACES = np.linspace(-1, 1, 21)
ALPHAS, BETAS = np.meshgrid(PLACES, PLACES)
AWAY = np.hypot(ALPHAS, BETAS)
CLASSES = 10


def test_that_a_line_is_crossed_between_its_points() -> None:
    assert crossing(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 7.0]), 2.0) == 0.5
    assert crossing(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 7.0]), 5.0) == 1.5
    assert crossing(np.array([0.0, 1.0]), np.array([1.0, 0.5]), 1.0) == 0.0
    assert math.isnan(crossing(np.array([0.0, 1.0]), np.array([1.0, 1.5]), 2.0))
    assert crossing(np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.5, math.nan]), 2.0) == 2.0


def test_that_the_nearer_side_of_a_line_counts() -> None:
    """The loss is 0.5 + 10 x to the right, and 0.5 + 2 |x| to the left."""
    losses = np.where(PLACES > 0, 0.5 + 10 * PLACES, 0.5 - 2 * PLACES)
    shape = line_shape(PLACES, losses, CLASSES)
    assert shape.doubled_at == pytest.approx(0.05)
    assert shape.guessing_at == pytest.approx((math.log(10) - 0.5) / 10)
    assert shape.sharpness == pytest.approx(2.0)  # at 0.2, the farthest point within 0.25


def test_that_a_quadratic_bowl_doubles_at_its_radius_and_is_convex() -> None:
    losses = 0.25 + ALPHAS**2 + 2 * BETAS**2
    shape = plane_shape(AWAY, losses, CLASSES)
    assert shape.doubled_at == pytest.approx(math.hypot(0.1, 0.4) if 2 * 0.16 + 0.01 < 0.25 else 0.4)
    assert shape.sharpness == pytest.approx(0.1**2 + 2 * 0.2**2)
    ratios = curvature_ratios(losses)
    assert ratios[1:-1, 1:-1] == pytest.approx(0.5)
    assert np.isnan(ratios[0]).all() and np.isnan(ratios[:, -1]).all()
    assert nonconvex_share(ratios) == 0


def test_that_a_turned_saddle_has_the_ratio_of_its_curvatures() -> None:
    """Along one diagonal it curves by 4, along the other by -1."""
    first, second = (ALPHAS + BETAS) / math.sqrt(2), (ALPHAS - BETAS) / math.sqrt(2)
    ratios = curvature_ratios(10 + 2 * first**2 - 0.5 * second**2)
    assert ratios[1:-1, 1:-1] == pytest.approx(-0.25)
    assert nonconvex_share(ratios) == 1


def test_that_a_hill_is_nowhere_convex() -> None:
    assert curvature_ratios(5 - ALPHAS**2 - 3 * BETAS**2)[1:-1, 1:-1] == pytest.approx(-1)


def test_that_a_flat_or_tilted_surface_has_no_curvature() -> None:
    for losses in (np.full_like(ALPHAS, 2.5), 2.5 + ALPHAS - BETAS):
        assert np.isnan(curvature_ratios(losses)).all()
        assert math.isnan(nonconvex_share(curvature_ratios(losses)))


def test_that_a_constant_neither_doubles_nor_rises() -> None:
    for shape in (line_shape(PLACES, np.ones(21), CLASSES), plane_shape(AWAY, np.ones_like(AWAY), CLASSES)):
        assert math.isnan(shape.doubled_at) and math.isnan(shape.guessing_at)
        assert shape.sharpness == 0


def test_that_a_loss_that_is_no_number_is_higher_than_any() -> None:
    losses = 0.5 + AWAY * 0
    losses[10, 12] = math.nan
    shape = plane_shape(AWAY, losses, CLASSES)
    assert shape.doubled_at == shape.guessing_at == pytest.approx(0.2)
    assert math.isnan(shape.sharpness)
    assert np.isnan(curvature_ratios(losses)[9:12, 11:14]).all()


def test_that_sharpness_needs_a_point_near_the_weights() -> None:
    assert math.isnan(line_shape(np.array([-1.0, 0.0, 1.0]), np.array([3.0, 1.0, 3.0]), CLASSES).sharpness)
    near = np.linspace(-0.1, 0.1, 5)  # what lies between 0.1 and 0.25 was not seen
    assert math.isnan(line_shape(near, 1 + near**2, CLASSES).sharpness)


def test_that_a_middle_point_is_added_where_there_is_none() -> None:
    assert [odd_count(points) for points in (3, 4, 20)] == [3, 5, 21]
