"""The values of a run as its tracks take them: several resolutions, ranges, and a run that grows."""

from __future__ import annotations

import numpy as np
import pytest

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES
from resnet_core.drawing.tracks.value_pyramid import ValuePyramid
from resnet_core.drawing.tracks.value_range import ValueRange
from tests.drawing.flow_runs import level_run, run_of

GRAPH = build_graph(preset("ResNet-18"))


def norms(steps: int, seed: int = 0, graph: Graph = GRAPH) -> np.ndarray:
    return 10 ** np.random.default_rng(seed).uniform(-4, 1, (steps, len(graph.boundaries)))


def pyramid_of(values: np.ndarray) -> ValuePyramid:
    pyramid = ValuePyramid()
    pyramid.append(values)
    return pyramid


@pytest.mark.parametrize("count", [1003, 4999, 10_000])
def test_that_the_newest_row_counts_however_far_one_looks_from(count: int) -> None:
    data = np.ones((count, 3))
    data[-1] = np.nan
    sampled = pyramid_of(data).sampled(np.linspace(0, count, 60, endpoint=False).astype(np.int64))
    assert np.isnan(sampled[-1]).all() and (sampled[:-1] == 1).all()


def test_that_growing_by_pieces_gives_what_taking_in_the_whole_gives() -> None:
    data = norms(1003)
    grown, whole = ValuePyramid(), pyramid_of(data)
    for start, stop in ((0, 1), (1, 3), (3, 3), (3, 17), (17, 400), (400, 1003)):
        grown.append(data[start:stop])
    assert grown.count == whole.count == 1003
    for captures in (np.arange(1003), np.linspace(0, 1002, 80).astype(np.int64)):
        np.testing.assert_array_equal(grown.sampled(captures), whole.sampled(captures))
    np.testing.assert_array_equal(grown.rows(), data.astype(np.float32))


def test_that_a_sample_of_many_rows_is_their_mean_in_the_columns_asked_for() -> None:
    data = norms(640)
    captures = np.arange(0, 640, 16)
    expected = data.reshape(40, 16, -1).mean(axis=1)
    np.testing.assert_allclose(pyramid_of(data).sampled(captures), expected, rtol=1e-4)
    np.testing.assert_allclose(pyramid_of(data).sampled(captures, slice(2, 5)), expected[:, 2:5], rtol=1e-4)


def test_that_a_sample_is_made_anew_when_rows_have_come_or_others_are_asked_for() -> None:
    data = norms(640)
    pyramid = pyramid_of(data[:300])
    captures = np.arange(0, 320, 64)
    pyramid.sampled(captures)
    pyramid.append(data[300:])
    np.testing.assert_array_equal(pyramid.sampled(captures), pyramid_of(data).sampled(captures))
    captures += 8
    np.testing.assert_array_equal(pyramid.sampled(captures), pyramid_of(data).sampled(captures))


def test_that_one_step_that_is_not_a_number_is_seen_from_afar() -> None:
    data = norms(1024)
    data[500, 2] = np.nan
    sampled = pyramid_of(data).sampled(np.arange(0, 1024, 64))
    assert np.isnan(sampled[500 // 64, 2])
    assert np.isnan(sampled).sum() == 1


@pytest.mark.parametrize("count", [1, 2, 5])
def test_that_few_rows_are_shown_as_they_are(count: int) -> None:
    pyramid = pyramid_of(norms(count))
    captures = np.minimum(np.arange(200) * count // 200, count - 1)
    np.testing.assert_array_equal(pyramid.sampled(captures), pyramid.rows()[captures])


def test_that_a_range_holds_what_is_positive_and_finite_in_whole_decades() -> None:
    values = ValueRange()
    assert values.decades() == (-3, 0)
    values.append(np.array([[0.0, np.nan, np.inf, 0.002, 0.5, -7.0]]))
    assert values.decades() == (-3, 0)
    values.append(np.array([[1e-25, 1e25]]))
    assert values.decades() == (-25, 25)
    assert values.count == 2
    other = ValueRange()
    other.append(np.array([[1.0]]))
    assert other.decades() == (0, 1)
    assert other.decades(holding=(-4, -2)) == (-4, 0)
    assert other.decades(values) == (-25, 25)


def test_that_a_run_that_went_back_or_another_run_is_taken_in_anew() -> None:
    data = FlowData()
    for graph_run in (
        run_of(GRAPH, norms(100)),
        run_of(GRAPH, norms(60)),
        run_of(GRAPH, norms(80, seed=1)),
        run_of(GRAPH, norms(90, seed=1), key="other"),
        run_of(GRAPH, norms(95, seed=1), steps=np.arange(95) * 2, key="other"),
    ):
        data.set_run(graph_run)
        expected = np.log10(graph_run.boundary_norms)
        np.testing.assert_allclose(data.history("gradient_norm").rows(), expected, rtol=1e-5, atol=1e-6)
    data.set_run(None)
    assert not data.has_rows
    assert not data.has("gradient_norm")


def test_that_what_a_run_gains_is_added_to_what_is_there() -> None:
    data, values = FlowData(), norms(50)
    data.set_run(run_of(GRAPH, values[:30]))
    kept = data.history("gradient_norm")
    data.set_run(run_of(GRAPH, values))
    assert data.history("gradient_norm") is kept
    assert kept.count == 50
    assert data.bounds("gradient_norm") == (-4, 1)


def test_that_nothing_is_made_of_quantities_that_no_track_asks_for() -> None:
    data = FlowData()
    data.set_run(level_run(GRAPH))
    data.history("branch_share")
    assert set(data._pyramids) == {"branch_share"}


def test_that_shares_and_logs_are_those_of_the_captured_norms() -> None:
    branch, shortcut = np.full((2, 8), 3.0), np.full((2, 8), 4.0)
    branch[1, 2], shortcut[1, 3] = 0.0, np.nan
    data = FlowData()
    data.set_run(run_of(GRAPH, norms(2), {"branch_norm": branch, "shortcut_norm": shortcut}))
    shares = data.values("branch_share")
    assert shares is not None
    assert shares[0].tolist() == pytest.approx([9 / 25] * 8)
    assert shares[1, 2] == 0
    assert np.isnan(shares[1, 3])
    assert data.bounds("branch_share") == (0.0, 1.0)
    np.testing.assert_allclose(data.history("branch_share").rows()[0], 9 / 25, rtol=1e-6)
    assert FLOW_QUANTITIES["update_ratio"].drawn(np.array([1e-25, 1e25])).tolist() == [-25, 25]


def test_that_the_root_mean_square_counts_the_values_that_the_run_trained_on() -> None:
    narrow = preset("ResNet-18").model_copy(
        update={"input": preset("ResNet-18").input.model_copy(update={"height": 32, "width": 32})}
    )
    run = run_of(GRAPH, norms(2), batch_size=10)._replace(architecture=narrow)
    data = FlowData()
    data.set_run(run)
    rms = data.values_at("gradient_rms", 1)
    # At 32 pixels the stem and its pool leave 64 channels of 8x8, the last block 512 of 1x1.
    assert rms[0] == pytest.approx(run.boundary_norms[1, 0] / (64 * 8 * 8 * 10) ** 0.5)
    assert rms[-1] == pytest.approx(run.boundary_norms[1, -1] / (512 * 10) ** 0.5)
    data.set_run(run._replace(batch_size=0, key="unknown batch"))
    assert not data.has("gradient_rms")


def test_that_the_step_looked_at_is_the_newest_capture_not_after_it() -> None:
    data = FlowData()
    data.set_run(run_of(GRAPH, norms(4), steps=np.array([0, 10, 20, 30])))
    for step, row in ((None, 3), (0, 0), (9, 0), (10, 1), (29, 2), (500, 3), (-5, 0)):
        data.set_step(step)
        assert data.row == row
    assert data.last_step == 30
