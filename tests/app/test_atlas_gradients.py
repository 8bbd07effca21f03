"""The pyramid of gradient norms and their colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.state.runs_state import ShownRun
from resnet_core.configuration.presets import preset
from resnet_core.drawing.color_map import colored, viridis_table
from resnet_core.drawing.tracks.norm_pyramid import NormPyramid
from resnet_core.runs.run_records import RunSummary


def run_of(norms: np.ndarray, key: str = "run", steps: np.ndarray | None = None) -> ShownRun:
    summary = RunSummary(key, Path(key), key, "running")
    steps = np.arange(len(norms), dtype=np.int64) if steps is None else steps
    boundaries = tuple(str(number) for number in range(norms.shape[1]))
    return ShownRun(summary, preset("ResNet-18"), {}, boundaries, steps, norms)


def norms(steps: int, seed: int = 0) -> np.ndarray:
    return 10 ** np.random.default_rng(seed).uniform(-4, 1, (steps, 5))


def test_that_growing_by_pieces_gives_what_taking_in_the_whole_gives() -> None:
    data = norms(1003)
    grown, whole = NormPyramid(), NormPyramid()
    for stop in (1, 3, 4, 5, 17, 400, 1003):
        grown.update(run_of(data[:stop]))
    whole.update(run_of(data))
    assert grown.count == whole.count == 1003
    assert grown.bounds == whole.bounds == (-4, 1)
    for captures in (np.arange(1003), np.linspace(0, 1002, 80).astype(np.int64)):
        np.testing.assert_array_equal(grown.sampled(captures), whole.sampled(captures))
    np.testing.assert_allclose(grown.rows(), np.log10(data), rtol=1e-5, atol=1e-6)


def test_that_a_sample_of_many_captures_is_their_mean_in_log() -> None:
    data = norms(640)
    pyramid = NormPyramid()
    pyramid.update(run_of(data))
    captures = np.arange(0, 640, 16)
    expected = np.log10(data).reshape(40, 16, 5).mean(axis=1)
    np.testing.assert_allclose(pyramid.sampled(captures), expected, rtol=1e-4, atol=1e-5)


def test_that_one_step_that_is_not_a_number_is_seen_from_afar() -> None:
    data = norms(1024)
    data[500, 2] = np.nan
    pyramid = NormPyramid()
    pyramid.update(run_of(data))
    sampled = pyramid.sampled(np.arange(0, 1024, 64))
    assert np.isnan(sampled[500 // 64, 2])
    assert np.isnan(sampled).sum() == 1


def test_that_a_run_that_went_back_or_another_run_is_taken_in_anew() -> None:
    pyramid = NormPyramid()
    pyramid.update(run_of(norms(100)))
    pyramid.update(run_of(norms(60)))
    assert pyramid.count == 60
    pyramid.update(run_of(norms(80, seed=1)))
    np.testing.assert_allclose(pyramid.rows(), np.log10(norms(80, seed=1)), rtol=1e-5, atol=1e-6)
    pyramid.update(run_of(norms(90, seed=2), "other"))
    assert pyramid.count == 90
    pyramid.update(None)
    assert pyramid.count == 0


def test_that_a_norm_of_zero_or_infinity_leaves_the_range_alone() -> None:
    data = norms(4)
    data[0, 0], data[1, 1], data[2, 2] = 0.0, np.inf, np.nan
    pyramid = NormPyramid()
    pyramid.update(run_of(data))
    low, high = pyramid.bounds
    assert -5 <= low < high <= 2


def test_that_the_colour_map_grows_lighter_evenly() -> None:
    table = viridis_table()
    rgb = np.stack([(table >> shift) & 255 for shift in (16, 8, 0)], axis=1) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    lightness = np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)
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


@pytest.mark.parametrize("count", [1, 2, 5])
def test_that_few_captures_are_shown_as_they_are(count: int) -> None:
    pyramid = NormPyramid()
    pyramid.update(run_of(norms(count)))
    captures = np.minimum(np.arange(200) * count // 200, count - 1)
    np.testing.assert_array_equal(pyramid.sampled(captures), pyramid.rows()[captures])
