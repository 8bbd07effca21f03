"""The tracks of parameters, branches, units and norms draw what a run measured, of blocks and near by of layers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resnet_core.analysis.flow_alerts import DEAD, AlertLog, FlowAlert, dead_blocks_in
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Polyline, Rectangle, Text
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.flow_words import alert_words
from resnet_core.drawing.tracks.track import Track, TrackFrame
from tests.drawing.flow_bench import counted, flow, frame, of_role, track, words
from tests.drawing.flow_runs import MadeUpRun, level_run, plausible_run, run_of, with_layers

NAME = "ResNet-20"
GRAPH = counted(NAME).graph


def near(block: str, width: float = 900.0) -> TrackFrame:
    """A frame that shows the layers of one block."""
    axis = DepthAxis(GRAPH)
    span = axis.span_of(block)
    assert span is not None
    view = DepthView.fitted(axis, 100.0, width).showing(span, 0.9).settled()
    assert view.layer_opacity() == 1
    return TrackFrame(view, Box(100.0, 10.0, 100.0 + width, 110.0), Box(0.0, 10.0, 100.0, 110.0))


def run_with(name: str, values_SN: np.ndarray) -> MadeUpRun:
    return run_of(GRAPH, np.ones((len(values_SN), len(GRAPH.boundaries))), {name: values_SN})


def by_layer(run: MadeUpRun, values: dict[str, float]) -> MadeUpRun:
    """The run with these update ratios, one everywhere else."""
    row = [values.get(id, 1.0) for id in run.layers]
    return run._replace(layer_quantities={"update_ratio": np.array([row]), "gradient_norm": np.array([row])})


# By layer


@pytest.mark.parametrize("key", ["update_ratio", "parameter_gradient"])
def test_that_layers_take_the_place_of_blocks_where_layers_are_shown(key: str) -> None:
    made = track(key, NAME, flow(level_run(GRAPH)))
    far = of_role(made.items(frame(GRAPH)), "profile_dot")
    assert {dot.id for dot in far} == {block.id for block in GRAPH.blocks}
    close = {dot.id for dot in of_role(made.items(near("layer2.1")), "profile_dot")}
    assert {"layer2.1.conv1", "layer2.1.conv2"} <= close and "layer2.1" not in close
    norms = {dot.id for dot in of_role(made.items(near("layer2.1")), "second_dot")}
    assert {"layer2.1.bn1", "layer2.1.bn2"} <= norms


def test_that_a_layer_stands_at_the_height_of_its_logarithm_over_its_own_place() -> None:
    run = by_layer(level_run(GRAPH, 1), {"layer2.1.conv1": 1e-2, "layer2.1.bn1": 1e-4})
    made, shown = track("update_ratio", NAME, flow(run)), near("layer2.1")
    found = {dot.id: dot for dot in of_role(made.items(shown), "profile_dot", "second_dot")}
    one, hundredth, other = (found[f"layer2.1.{name}"].box.center for name in ("conv2", "conv1", "bn1"))
    assert hundredth[1] - one[1] == pytest.approx(other[1] - hundredth[1])
    assert hundredth[0] == pytest.approx(shown.view.x(shown.view.axis.span_of("layer2.1.conv1").middle))  # type: ignore[union-attr]
    assert "10⁻⁴" in words(made.scale_items(shown))


def test_that_the_tooltip_of_a_layer_names_it() -> None:
    run = by_layer(level_run(GRAPH, 1), {"layer2.1.conv1": 0.0123})
    shown = near("layer2.1")
    x = shown.view.x(shown.view.axis.span_of("layer2.1.conv1").middle)  # type: ignore[union-attr]
    told = track("update_ratio", NAME, flow(run)).value_at(shown, x, 50)
    assert "1.23" in told and "layer2.1.conv1" in told and "step 0" in told
    relu = shown.view.x(shown.view.axis.span_of("layer2.1.relu1").middle)  # type: ignore[union-attr]
    assert track("update_ratio", NAME, flow(run)).value_at(shown, relu, 50) == ""


def test_that_a_guide_of_a_thousandth_stays_where_layers_are_shown() -> None:
    items = list(track("update_ratio", NAME, flow(level_run(GRAPH))).items(near("layer2.1")))
    assert len(of_role(items, "guide")) == 1 and "10⁻³" in words(items)


def test_that_a_layer_whose_gradient_is_zero_is_marked() -> None:
    run = by_layer(level_run(GRAPH, 1), {"layer2.1.conv1": 0.0})
    marks = of_role(track("parameter_gradient", NAME, flow(run)).items(near("layer2.1")), "odd_mark")
    assert {mark.id for mark in marks} == {"layer2.1.conv1"}


def test_that_the_way_round_a_block_has_dots_and_no_part_of_the_line() -> None:
    name = "ResNet-18"
    graph = counted(name).graph
    axis = DepthAxis(graph)
    span = axis.span_of("layer2.0")
    assert span is not None
    shown = near("layer2.0")._replace(view=DepthView.fitted(axis, 100.0, 900.0).showing(span, 0.9).settled())
    items = list(track("parameter_gradient", name, flow(level_run(graph, 1))).items(shown))
    dots = {dot.id: dot.box.center[0] for dot in of_role(items, "profile_dot")}
    (line,) = of_role(items, "profile")
    assert isinstance(line, Polyline)
    on_line = {round(x, 3) for x, _ in line.points}
    assert round(dots["layer2.0.conv1"], 3) in on_line
    assert round(dots["layer2.0.downsample.0"], 3) not in on_line


def test_that_a_run_without_layers_shows_its_blocks_near_by_too() -> None:
    run = level_run(GRAPH)._replace(layers=(), layer_quantities={})
    made = track("update_ratio", NAME, flow(run))
    assert "layer2.1" in {dot.id for dot in of_role(made.items(near("layer2.1")), "profile_dot")}
    assert made.legend() == ()


def test_that_layers_that_a_run_learns_of_later_are_shown() -> None:
    """A run of an earlier version that was resumed."""
    first = level_run(GRAPH, 1)._replace(layers=(), layer_quantities={})
    data = flow(first)
    made: Track = track("update_ratio", NAME, data)
    assert not data.has_layers("update_ratio")
    rows = np.array([[np.nan], [0.5]])
    data.set_run(with_layers(level_run(GRAPH, 2), GRAPH, {"update_ratio": rows, "gradient_norm": rows}))
    assert data.has_layers("update_ratio")
    assert "layer2.1.conv1" in {dot.id for dot in of_role(made.items(near("layer2.1")), "profile_dot")}


# Branch against stream


def test_that_the_guide_is_one_over_the_root_of_the_blocks_number_in_its_stage() -> None:
    expected = np.array([[1 / math.sqrt(place) for _ in range(3) for place in (1, 2, 3)]])
    items = list(track("branch_stream", NAME, flow(run_with("branch_stream_ratio", expected))).items(frame(GRAPH)))
    guides = [line.points for line in of_role(items, "guide") if isinstance(line, Polyline)]
    assert [len(points) for points in guides] == [3, 3, 3]
    dots = [dot.box.center for dot in of_role(items, "profile_dot")]
    assert np.array(guides).reshape(-1, 2) == pytest.approx(np.array(dots))


def test_that_the_guide_does_not_leave_the_track() -> None:
    made = track("branch_stream", NAME, flow(level_run(GRAPH)))
    shown = near("layer2.1")
    groups = [item for item in made.items(shown) if any(of_role([item], "guide"))]
    assert all(getattr(group, "clip", None) is not None for group in groups) and groups


# Dead units


def test_that_shares_stand_between_nothing_at_the_foot_and_all_at_the_top() -> None:
    shares = np.array([[0.0, 0.5, 1.0, *[0.25] * 6]])
    made = track("dead_units", NAME, flow(run_with("dead_fraction", shares)))
    heights = [dot.box.center[1] for dot in of_role(made.items(frame(GRAPH)), "profile_dot")]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])
    numbers = {text.text: text.y for text in made.scale_items(frame(GRAPH)) if isinstance(text, Text)}
    assert set(numbers) == {"0", "0.5", "1"}
    assert numbers["0.5"] == pytest.approx(heights[1], abs=1)


def test_that_a_dead_block_is_marked_and_said_so() -> None:
    shares = np.full((2, 9), 0.1)
    shares[1, 3:5] = DEAD
    data = flow(run_with("dead_fraction", shares))
    made = track("dead_units", NAME, data)
    (mark,) = of_role(made.items(frame(GRAPH)), "alert_mark")
    assert mark.id == "layer2.0"
    x = [dot.box.center[0] for dot in of_role(made.items(frame(GRAPH)), "profile_dot")]
    assert "dead" in made.value_at(frame(GRAPH), x[4], 50) and "the block is dead" in made.value_at(
        frame(GRAPH), x[4], 50
    )
    assert "the block" not in made.value_at(frame(GRAPH), x[0], 50)
    data.set_step(0)
    assert not of_role(made.items(frame(GRAPH)), "alert_mark")


def test_that_the_first_dead_block_is_an_alert_among_those_of_the_gradient_by_block_and_step() -> None:
    shares, norms = np.full((4, 9), np.nan), np.ones((4, 10))
    shares[2, 5], shares[3, 1], norms[1, 4] = 0.95, 1.0, np.nan
    run = run_of(GRAPH, norms, {"dead_fraction": shares}, steps=np.array([0, 10, 20, 30]))
    data = flow(run)
    alerts = data.alerts("gradient_norm")
    assert [(alert.kind, alert.row) for alert in alerts] == [("not_finite", 1), ("dead", 2)]
    assert alert_words(data, alerts[1], DepthAxis(GRAPH), as_written) == "units dead at layer2.2, step 20"
    history = track("gradient_history", NAME, data)
    told = words(history.items(frame(GRAPH, 240)))
    assert "units dead at layer2.2, step 20" in told


def test_that_an_alert_of_dead_units_is_found_in_a_run_that_grows() -> None:
    log = AlertLog(dead_blocks_in)
    log.append(np.full((3, 4), 0.5))
    log.append(np.array([[0.1, 0.2, 0.3, 0.9], [1.0, 1.0, 1.0, 1.0]]))
    assert log.first == (FlowAlert("dead", 3, 3),)


def test_that_a_run_that_has_not_measured_units_has_no_alert_of_them() -> None:
    assert flow(run_of(GRAPH, np.ones((2, 10)))).alerts("gradient_norm") == ()


# Drift


def test_that_a_drift_of_one_standard_deviation_lies_on_the_guide() -> None:
    items = list(track("norm_drift", NAME, flow(run_with("norm_drift", np.ones((1, 9))))).items(frame(GRAPH)))
    (guide,) = of_role(items, "guide")
    (line,) = of_role(items, "profile")
    assert isinstance(guide, Polyline) and isinstance(line, Polyline)
    assert [y for _, y in line.points] == pytest.approx([guide.points[0][1]] * 9, abs=0.5)


def test_that_a_plain_network_has_no_stream_to_compare_a_branch_with() -> None:
    plain = counted("Plain-20").graph
    made = track("branch_stream", "Plain-20", flow(level_run(plain)))
    assert words(made.items(frame(plain))) == "No block has a shortcut: there is no stream that a branch adds to."
    assert made.legend() == () and not list(made.scale_items(frame(plain)))


@pytest.mark.parametrize("key", ["parameter_gradient", "branch_stream", "dead_units", "norm_drift"])
def test_that_each_track_says_what_is_healthy_what_is_sick_and_the_step(key: str) -> None:
    made = track(key, NAME, flow(plausible_run(GRAPH, 20), step=7))
    assert "step 7" in made.subtitle(as_written)
    assert len(made.explanation()) > 200
    dots = of_role(made.items(frame(GRAPH)), "profile_dot")
    assert len(dots) == 9 and all(isinstance(dot, Rectangle) for dot in dots)
