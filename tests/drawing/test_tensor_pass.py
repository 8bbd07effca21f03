"""A pass goes through every edge once, splits and joins where the graph does, and takes a time that is bounded."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.pass_pace import MOST_PASS_S, pass_seconds, units_per_second
from resnet_core.drawing.tensor_pass import Direction, Leg, PassTimeline
from tests.drawing.drawn import TRICKY, tricky
from tests.strategies import architectures, examples

MAKES = ("ResNet-18", "ResNet-50", "Plain-20", "PreResNet-56", "SE", "CBAM on the shortcut", "two pools and a neck",
         "SkipInit, scaled", "option A, SE", "backbone")  # fmt: skip
DIRECTIONS: tuple[Direction, ...] = ("forward", "backward")


def timeline_of(network: str | ArchitectureConfig, direction: Direction) -> PassTimeline:
    """The timeline of a preset, of one of the tricky networks, or of a configuration."""
    if isinstance(network, str):
        network = tricky(network) if network in TRICKY else preset(network)
    return PassTimeline(DepthAxis(build_graph(network)), direction)


def ends_of(leg: Leg, direction: Direction) -> tuple[str, str]:
    """The layers that a leg leads from and to."""
    return (leg.edge.source, leg.edge.target) if direction == "forward" else (leg.edge.target, leg.edge.source)


def check_timeline(timeline: PassTimeline) -> None:
    graph, direction = timeline.graph, timeline.direction
    legs = list(timeline.legs())
    assert Counter(leg.edge for leg in legs) == Counter(graph.edges)
    visits = {id: visit for place in range(int(timeline.length)) for id, visit in timeline.times(place).visits.items()}
    assert set(visits) == set(graph.node_by_id)
    for leg in legs:
        start, stop = ends_of(leg, direction)
        assert leg.shape == graph.node_by_id[leg.edge.source].output_shape
        assert visits[start].leaves - 1e-6 <= leg.departs < leg.arrives <= leg.ends + 1e-6, leg
        assert leg.ends <= visits[stop].enters + 1e-6 < visits[stop].leaves + 1e-6, leg
        assert leg.departs >= 0 and leg.ends <= timeline.length


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", MAKES)
def test_that_every_edge_is_travelled_once_and_no_layer_begins_before_all_it_reads_is_there(
    name: str, direction: Direction
) -> None:
    check_timeline(timeline_of(name, direction))


@pytest.mark.parametrize("direction", DIRECTIONS)
@settings(max_examples=examples(15))
@given(config=architectures())
def test_that_every_edge_of_any_network_is_travelled_once_and_in_order(
    direction: Direction, config: ArchitectureConfig
) -> None:
    check_timeline(timeline_of(config, direction))


def legs_of(timeline: PassTimeline, block: str) -> tuple[Leg, ...]:
    """The edges that are travelled while the pass is in a block."""
    column = timeline.axis.columns[timeline.axis.number_of(block)]
    return timeline.times(timeline.place_of(column)).legs


def additions(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes if node.kind == "add"]


@pytest.mark.parametrize("name", MAKES)
def test_that_backward_an_addition_hands_its_gradient_to_both_roads_at_one_moment(name: str) -> None:
    timeline = timeline_of(name, "backward")
    legs = list(timeline.legs())
    for id in additions(timeline.graph):
        leaving = [leg for leg in legs if leg.edge.target == id]
        assert sorted(leg.edge.role for leg in leaving) == ["main", "shortcut"]
        assert len({leg.departs for leg in leaving}) == 1


@pytest.mark.parametrize("name", MAKES)
def test_that_two_roads_lead_through_every_block_but_a_plain_one(name: str) -> None:
    for direction in DIRECTIONS:
        timeline = timeline_of(name, direction)
        for block in timeline.graph.blocks:
            legs = legs_of(timeline, block.id)
            ways = [leg for leg in legs if leg.edge.role == "shortcut"]
            assert bool(ways) == (block.plan.shortcut != "none")


@pytest.mark.parametrize("name", ["ResNet-50", "PreResNet-56", "option A, SE"])
def test_that_the_shortcut_is_done_first_and_waits_where_the_roads_meet(name: str) -> None:
    for direction in DIRECTIONS:
        timeline = timeline_of(name, direction)
        for block in timeline.graph.blocks:
            legs = legs_of(timeline, block.id)
            meeting = [leg for leg in legs if leg.ends > leg.arrives + 1e-6 and leg.edge.role == "shortcut"]
            assert len(meeting) == 1, (block.id, direction)
            stop = ends_of(meeting[0], direction)[1]
            others = [leg for leg in legs if ends_of(leg, direction)[1] == stop and leg.edge.role == "main"]
            assert max(other.arrives for other in others) > meeting[0].arrives


def walked(timeline: PassTimeline, *, by_layer: bool) -> list[float]:
    """Every moment that stepping on from the start comes to."""
    stops = [0.0]
    while stops[-1] < timeline.length:
        stops.append(timeline.stop_after(stops[-1], by_layer=by_layer))
    return stops


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_that_steps_lead_on_to_the_end_and_back_the_same_way(direction: Direction) -> None:
    for name in ("ResNet-50", "Plain-20", "SE"):
        timeline = timeline_of(name, direction)
        for by_layer in (False, True):
            stops = walked(timeline, by_layer=by_layer)
            assert all(a < b for a, b in pairwise(stops))
            back = [timeline.stop_before(stop, by_layer=by_layer) for stop in stops[1:]]
            assert back == pytest.approx(stops[:-1])
            assert timeline.stop_before(0.0, by_layer=by_layer) == 0.0
        done = {
            visit.leaves for place in range(int(timeline.length)) for visit in timeline.times(place).visits.values()
        }
        assert all(min(abs(stop - moment) for stop in stops) < 1e-6 for moment in done)


def test_that_a_pass_from_afar_takes_a_bounded_time_whatever_the_depth() -> None:
    for name, least in (("ResNet-18", 4.0), ("ResNet-152", 11.5), ("ResNet-1202", 11.5)):
        timeline = timeline_of(name, "forward")
        moment, elapsed = 0.0, 0.0
        while moment < timeline.length:
            moment += units_per_second(timeline, moment, "block") / 60
            elapsed += 1 / 60
        assert least <= elapsed <= MOST_PASS_S * 1.03, name
        assert elapsed == pytest.approx(pass_seconds(timeline), rel=0.03)


def test_that_resnet_1202_is_laid_out_only_as_far_as_it_is_asked_for() -> None:
    timeline = timeline_of("ResNet-1202", "backward")
    place = timeline.place_of(timeline.axis.blocks[300])
    times = timeline.times(place)
    assert times.column is timeline.axis.blocks[300]
    assert {leg.edge.target for leg in times.legs} == {node.id for node in timeline.axis.nodes_of(times.column)}
    assert timeline.stop_after(place + 0.2, by_layer=False) == place + 0.5
