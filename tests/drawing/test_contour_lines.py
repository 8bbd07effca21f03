"""The lines of one level through a grid of values."""

from __future__ import annotations

import numpy as np
import pytest

from resnet_core.drawing.contour_lines import contour_segments


def test_that_the_contour_of_a_cone_is_a_circle() -> None:
    rows, columns = np.indices((41, 41))
    segments = contour_segments(np.hypot(rows - 20.0, columns - 20.0), 12.0)
    radii = np.hypot(segments[..., 0] - 20, segments[..., 1] - 20)
    assert np.abs(radii - 12).max() < 0.01
    length = np.hypot(*(segments[:, 1] - segments[:, 0]).T).sum()
    assert length == pytest.approx(2 * np.pi * 12, rel=5e-3)


def test_that_a_line_between_two_columns_stands_where_the_values_say() -> None:
    segments = contour_segments(np.array([[0.0, 4.0], [0.0, 4.0], [0.0, 4.0]]), 1.0)
    assert np.allclose(segments[..., 0], 0.25) and len(segments) == 2
    assert sorted(segments[..., 1].ravel().tolist()) == [0, 1, 1, 2]


def test_that_a_saddle_has_two_lines_round_the_corners_that_are_below() -> None:
    segments = contour_segments(np.array([[0.0, 2.0], [2.0, 0.0]]), 1.0)
    assert len(segments) == 2
    assert sorted(segment.sum(axis=1).min() for segment in segments) == [0.5, 1.5]


def test_that_no_line_goes_through_what_is_not_finite_or_past_the_values() -> None:
    values = np.arange(16.0).reshape(4, 4)
    assert not len(contour_segments(values, 99.0))
    values[1, 1] = np.nan
    assert all(not (0 <= x <= 2 and 0 <= y <= 2) for x, y in contour_segments(values, 5.0).mean(axis=1))
    assert not len(contour_segments(np.ones((1, 3)), 0.5))
