"""The colours that stand for numbers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from resnet_core.drawing.color_map import colored, diverging_table, viridis_table


def lightness_of(table: NDArray[np.uint32]) -> NDArray[np.float64]:
    """CIE lightness of packed colours, 0 to 100."""
    rgb = np.stack([(table >> shift) & 255 for shift in (16, 8, 0)], axis=1) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


def test_that_the_colour_map_grows_lighter_evenly() -> None:
    lightness = lightness_of(viridis_table())
    # Eight entries apart, so that rounding to whole levels of red, green and blue does not show.
    steps = np.diff(lightness[::8])
    assert steps.min() > 0
    assert steps.max() < 1.5 * steps.mean()
    assert lightness[0] < 16 and lightness[-1] > 88


def test_that_values_get_the_colour_of_their_place_and_odd_ones_their_own() -> None:
    table = viridis_table()
    values = np.array([[-3, -1.5, 0, 5, -9, -np.inf, np.nan, np.inf]], dtype=np.float32)
    colors = colored(values, (-3, 0), table, 0xFFFF0000)
    assert colors[0].tolist() == [
        int(table[0]), int(table[127]), int(table[255]), int(table[255]), int(table[0]), int(table[0]),
        0xFFFF0000, 0xFFFF0000,
    ]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True])
def test_that_a_diverging_map_is_neutral_in_the_middle_and_as_far_from_it_at_both_ends(dark: bool) -> None:
    table = diverging_table(dark=dark)
    lightness = lightness_of(table)
    steps = np.diff(lightness[128::8]) * (1 if dark else -1)
    assert steps.min() > 0 and steps.max() < 1.5 * steps.mean()
    assert lightness[0] == pytest.approx(lightness[-1], abs=6)
    red, green, blue = (int((table[127] >> shift) & 255) for shift in (16, 8, 0))
    assert max(red, green, blue) - min(red, green, blue) < 8
    assert (table[0] & 255) > ((table[0] >> 16) & 255) and (table[-1] & 255) < ((table[-1] >> 16) & 255)
