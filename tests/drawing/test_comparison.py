"""Several networks drawn one under the other: aligned, with differences that add up, each drawn as it is alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.configuration.twins import with_option
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.comparison_rows import Columns, least_height, own_height, placed_rows
from resnet_core.drawing.comparison.comparison_scene import Scene, comparison_drawing, row_items
from resnet_core.drawing.comparison.comparison_tracks import COUNTS, TrackChoice, comparison_tracks
from resnet_core.drawing.comparison.difference_track import DifferenceTrack
from resnet_core.drawing.comparison.gradient_profiles_track import CapturedNorms, GradientProfilesTrack
from resnet_core.drawing.comparison.member_look import member_look
from resnet_core.drawing.comparison.member_strip import MemberStrip
from resnet_core.drawing.comparison.overlay_track import OverlayTrack
from resnet_core.drawing.comparison.run_chart import ChartCurve, ChartFrame, RunChart, chart_items
from resnet_core.drawing.comparison.value_table import column_values
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Drawing, Group, Item, Polyline, Rectangle, Text, flat
from resnet_core.drawing.svg import to_svg
from resnet_core.drawing.tracks.catalog import Counted
from resnet_core.drawing.tracks.scene import row_group
from tests.drawing.drawn import tricky

SIX = ("ResNet-50", "ResNet-34", "Plain-34", "ResNeXt-50-32x4d", "PreResNet-56", "ResNet-101")


def counted(name: str) -> Counted:
    graph = build_graph(tricky(name) if name == "five convolutions" else preset(name))
    return Counted(graph, cost_report(graph))


@pytest.fixture(scope="module")
def six() -> tuple[Counted, ...]:
    return tuple(map(counted, SIX))


def scene_of(members: Sequence[Counted], choice: TrackChoice | None = None) -> Scene:
    alignment, choice = Alignment(members), choice or TrackChoice()
    return Scene(alignment, comparison_tracks(alignment, choice), choice.scale)


def group_of(drawing: Drawing, key: str) -> Group:
    return next(item for item in drawing.items if isinstance(item, Group) and item.id == f"track-{key}")


def middles(items: Sequence[Item]) -> dict[str, float]:
    """The middle of each block that is drawn, by id."""
    blocks = (item for item in flat(items) if item.role == "block")
    return {item.id: item.box.center[0] for item in blocks}


@pytest.mark.parametrize("count", range(1, 7))
def test_that_blocks_of_one_id_stand_over_one_another(six: tuple[Counted, ...], count: int) -> None:
    drawing = comparison_drawing(scene_of(six[:count]), None, 3000)
    drawn = [middles(group_of(drawing, f"structure-{place}").items) for place in range(count)]
    for found, member in zip(drawn, six, strict=False):
        assert set(found) == set(member.graph.block_by_id)
    for id in {id for found in drawn for id in found}:
        places = [found[id] for found in drawn if id in found]
        assert max(places) - min(places) < 0.01, id


@pytest.mark.parametrize("count", range(1, 7))
def test_that_every_network_has_a_strip_and_all_but_the_reference_their_differences(
    six: tuple[Counted, ...], count: int
) -> None:
    tracks = comparison_tracks(Alignment(six[:count]), TrackChoice())
    assert [track.member for track in tracks if isinstance(track, MemberStrip)] == list(range(count))
    expected = [(place, key) for place in range(1, count) for key in ("parameters", "macs")]
    assert [(t.member, t.quantity) for t in tracks if isinstance(t, DifferenceTrack)] == expected
    keys = [track.key for track in tracks]
    assert len(set(keys)) == len(keys)


def test_that_differences_stand_between_the_reference_and_the_network_they_belong_to(six: tuple[Counted, ...]) -> None:
    keys = [track.key for track in comparison_tracks(Alignment(six[:2]), TrackChoice())]
    assert keys[:4] == ["structure-0", "difference-parameters-1", "difference-macs-1", "structure-1"]


@pytest.mark.parametrize("key", COUNTS)
def test_that_differences_sum_to_the_difference_of_the_totals(six: tuple[Counted, ...], key: str) -> None:
    alignment = Alignment(six)
    for place in alignment.others:
        mine, reference = (alignment.quantity(number, key).total or 0 for number in (place, 0))
        assert sum(DifferenceTrack(alignment, place, key).deltas.values()) == pytest.approx(mine - reference, abs=1e-3)


def test_that_the_bars_are_as_long_as_the_differences(six: tuple[Counted, ...]) -> None:
    alignment = Alignment(six[:2])
    track = DifferenceTrack(alignment, 1, "parameters")
    rows = placed_rows((track,), Columns(0, 100, 900), 120)
    scene = Scene(alignment, (track,))
    frame = scene.frame(rows[0], DepthView.fitted(alignment.open_axis, 100, 900))
    bars = [item for item in track.items(frame) if isinstance(item, Rectangle)]
    span = max(track.deltas.values()) - min(track.deltas.values())
    for bar in bars:
        sign = 1 if bar.role == "more_bar" else -1
        wanted = track.deltas[bar.id] * (frame.height - 2) / span
        assert sign * bar.height == pytest.approx(wanted, abs=1), bar.id
    assert {bar.id for bar in bars} == {id for id, delta in track.deltas.items() if delta}


def test_that_the_difference_of_twins_is_nothing_where_they_agree() -> None:
    alignment = Alignment([counted("ResNet-20"), counted("Plain-20")])
    track = DifferenceTrack(alignment, 1, "parameters")
    assert set(track.deltas.values()) == {0}
    drawing = comparison_drawing(Scene(alignment, (track,)), None, 800)
    assert not list(drawing.of_role("more_bar", "less_bar"))
    assert [item.text for item in drawing.of_role("subtitle") if isinstance(item, Text)] == ["±0"]


def test_that_plain_and_residual_are_told_apart_by_their_strips() -> None:
    drawing = comparison_drawing(scene_of([counted("ResNet-34"), counted("Plain-34")]), None, 1600)
    drawn = [flat(group_of(drawing, f"structure-{place}").items) for place in (0, 1)]
    shortcuts = [[item for item in items if item.role in ("identity", "projection")] for items in drawn]
    assert len(shortcuts[0]) >= 16 and shortcuts[1] == []


def test_that_a_network_says_where_it_lacks_blocks() -> None:
    alignment = Alignment([counted("ResNet-50"), counted("ResNet-34"), counted("ResNet-152")])
    found = [(gap.stage, gap.blocks) for gap in alignment.gaps(0)]
    assert found == [("layer2", 4), ("layer3", 30)] == [(gap.stage, gap.blocks) for gap in alignment.gaps(1)]
    assert alignment.gaps(2) == ()
    drawing = comparison_drawing(Scene(alignment, comparison_tracks(alignment, TrackChoice())), None, 1600)
    assert "no such blocks: 30 more in ResNet-152" in {i.text for i in drawing.of_role("note") if isinstance(i, Text)}
    assert len(list(drawing.of_role("empty_place"))) == 4


def test_that_networks_of_other_stages_are_aligned_too() -> None:
    alignment = Alignment([counted("ResNet-20"), counted("ResNet-18"), counted("five convolutions")])
    assert [column.id for column in alignment.stage_starts] == [f"layer{n}.0" for n in (1, 2, 3, 4)] + ["head"]
    assert len({axis.length for axis in alignment.axes}) == 1
    assert [(gap.stage, gap.blocks) for gap in alignment.gaps(0)] == [("layer2", 1), ("layer3", 3), ("layer4", 3)]


@pytest.mark.parametrize("key", COUNTS)
def test_that_the_overlay_has_one_outline_a_network_in_its_own_look(six: tuple[Counted, ...], key: str) -> None:
    alignment = Alignment(six)
    drawing = comparison_drawing(Scene(alignment, (OverlayTrack(alignment, key),)), None, 1600)
    looks = [member_look(place, alignment.open) for place in range(6)]
    assert len(set(looks)) == 6
    for place, look in enumerate(looks):
        lines = [item for item in drawing.of_role(look.steps) if isinstance(item, Polyline)]
        assert {line.title for line in lines} == {alignment.name(place)}
    tops = [min(y for _, y in line.points) for look in looks for line in drawing.of_role(look.steps)]
    row = group_of(drawing, f"overlay-{key}").items[-1].box
    assert min(tops) >= row.top


def test_that_an_overlay_is_as_high_as_its_values(six: tuple[Counted, ...]) -> None:
    alignment = Alignment(six[:3])
    track = OverlayTrack(alignment, "macs")
    row = placed_rows((track,), Columns(0, 100, 900), 200)[0]
    view = DepthView.fitted(alignment.open_axis, 100, 900)
    for scale in ("linear", "log"):
        frame = Scene(alignment, (track,), scale).frame(row, view)
        lines = [item for item in track.items(frame) if item.role == "steps_reference" and isinstance(item, Polyline)]
        tops = {y for line in lines for _, y in line.points}
        assert len(tops) > 3 and min(tops) >= frame.rect.top and max(tops) <= frame.rect.bottom


def test_that_hidden_counts_have_no_tracks_and_strips_stay() -> None:
    members = [counted("ResNet-18"), counted("ResNet-34")]
    alignment, choice = Alignment(members), TrackChoice(frozenset({"activations"}), frozenset())
    keys = [track.key for track in comparison_tracks(alignment, choice)]
    assert keys == ["structure-0", "difference-activations-1", "structure-1", "legend"]
    for track in comparison_tracks(alignment, choice):
        rest = [other.key for other in comparison_tracks(alignment, choice.without(track))]
        assert (track.key in rest) == (not isinstance(track, DifferenceTrack))


def test_that_a_choice_of_tracks_comes_back_and_nonsense_is_left_out() -> None:
    choice = TrackChoice(frozenset({"activations"}), frozenset(), "log", False)
    assert TrackChoice.from_dict(choice.to_dict()) == choice
    assert TrackChoice.from_dict({}) == TrackChoice()
    odd = TrackChoice.from_dict({"differences": ["macs", "colour"], "overlays": 7, "scale": "cubic", "gradients": "?"})
    assert odd == TrackChoice(frozenset({"macs"}))


def test_that_the_gradients_of_runs_are_drawn_for_the_networks_that_have_one() -> None:
    alignment = Alignment([counted("ResNet-20"), counted("Plain-20"), counted("ResNet-56")])
    norms = np.geomspace(1e-3, 1e-1, 10)
    odd = norms.copy()
    odd[3:5] = np.nan, 0.0
    track = GradientProfilesTrack(alignment, (CapturedNorms(7, norms), CapturedNorms(7, odd), CapturedNorms(7, norms)))
    assert set(track.captured) == {0, 1}  # ten boundaries are not those of ResNet-56
    assert track.nearest(0, "stem") == norms[0] and track.nearest(0, "head") == norms[9]
    assert track.nearest(0, "layer2.2") == norms[5] and track.nearest(2, "layer2.2") is None
    drawing = comparison_drawing(Scene(alignment, (track,)), None, 900)
    assert len([i for i in drawing.of_role("member_reference") if isinstance(i, Polyline)]) == 1
    assert len([i for i in drawing.of_role("member_1") if isinstance(i, Polyline)]) == 2
    assert {i.id for i in drawing.of_role("odd_mark")} == {"layer2.0", "layer2.1"}


def test_that_the_values_of_a_column_are_those_of_each_network(six: tuple[Counted, ...]) -> None:
    alignment = Alignment(six[:3])
    rows = column_values(alignment, "layer1.1", ("parameters",))
    for row, member in zip(rows, six, strict=False):
        assert row.counts[0].value == f"{member.report.blocks['layer1.1'].parameters:,}"
        assert row.block is member.graph.block_by_id["layer1.1"]
    assert rows[0].counts[0].difference == "" and rows[1].counts[0].difference.startswith("+")


@pytest.mark.parametrize("height", [0.5, 1.0, 1.7])
@pytest.mark.parametrize("count", range(1, 7))
def test_that_rows_never_overlap_and_fill_the_height(six: tuple[Counted, ...], count: int, height: float) -> None:
    tracks = comparison_tracks(Alignment(six[:count]), TrackChoice())
    room = max(own_height(tracks) * height, least_height(tracks))
    rows = placed_rows(tracks, Columns(16, 180, 800), room)
    assert all(upper.rect.bottom < lower.rect.top for upper, lower in pairwise(rows))
    assert all(row.rect.height >= row.track.least_height - 1 for row in rows)
    assert room - 2 * len(rows) - 12 <= rows[-1].rect.bottom <= room


def test_that_no_texts_overlap_in_a_picture_of_six(six: tuple[Counted, ...]) -> None:
    drawing = comparison_drawing(scene_of(six, TrackChoice(frozenset(COUNTS), frozenset(COUNTS))), None, 1280)
    found = sorted((i.box for i in flat(drawing.items) if isinstance(i, Text) and i.text), key=lambda box: box.left)
    pairs = [(a, b) for n, a in enumerate(found) for b in found[n + 1 :] if b.left < a.right and a.overlaps(b, 1.5)]
    assert pairs == []
    assert all(box.right <= drawing.width + 1 and box.bottom <= drawing.height for box in found)


def test_that_a_shown_stretch_is_drawn_in_its_own_width_and_ids_are_unique(six: tuple[Counted, ...]) -> None:
    scene = scene_of(six[:3])
    columns = scene.columns(1000)
    view = DepthView.fitted(scene.alignment.open_axis, columns.left, columns.width).zoomed(4, 600)
    drawing = comparison_drawing(scene, view)
    assert drawing.width == 1000
    root = ElementTree.fromstring(to_svg(drawing))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids) and "track-structure-2" in ids
    assert drawing.title == "ResNet-34, Plain-34 against ResNet-50"


def test_that_a_strip_draws_a_network_as_it_is_drawn_alone() -> None:
    member = counted("ResNet-18")
    alignment = Alignment([member])
    strip = MemberStrip(alignment, 0)
    scene = Scene(alignment, (strip,))
    row = placed_rows((strip,), scene.columns(900), 140)[0]
    view = DepthView.fitted(alignment.open_axis, row.rect.left, row.rect.width)
    frame = scene.frame(row, view)
    assert list(strip.items(frame)) == list(super(MemberStrip, strip).items(frame))
    assert list(row_items(scene, (row,), view)) == [row_group(row, frame)]


def test_that_the_reference_stays_grey_and_the_open_network_is_told_apart_wherever_it_stands() -> None:
    assert member_look(0, 0).steps == member_look(0, 3).steps == "steps_reference"
    assert [member_look(place, 2).steps for place in range(4)] == [
        "steps_reference", "steps_1", "steps_open", "steps_2",
    ]  # fmt: skip
    assert len({member_look(place, 5) for place in range(6)}) == 6


def test_that_an_empty_alignment_cannot_be() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Alignment([])


def test_that_a_chart_breaks_where_a_value_is_not_finite_and_spreads_the_last_values() -> None:
    steps = np.arange(100, dtype=np.int64)
    broken = np.where((steps > 40) & (steps < 60), np.nan, 1.0)
    curves = tuple(ChartCurve(member_look(place, 2), f"run {place}", steps, broken) for place in range(3))
    chart = RunChart("loss", str, curves, step=50)
    frame = ChartFrame(Box(0, 0, 500, 120))
    items = list(chart_items(chart, frame))
    lines = [item for item in flat(items) if isinstance(item, Polyline) and item.role == "member_open"]
    assert len(lines) == 3  # two pieces and the stroke in the legend
    ends = [item.box for item in items if isinstance(item, Text) and item.text == "1.0" and item.role == "label"]
    assert len(ends) == 3 and not any(a.overlaps(b, 1) for n, a in enumerate(ends) for b in ends[n + 1 :])
    assert frame.step_at(chart, frame.area.center[0]) == pytest.approx(50, abs=1)


def test_that_options_a_b_and_c_differ_in_their_projections_alone() -> None:
    configs = [with_option(preset("ResNet-34"), option) for option in ("A", "B", "C")]
    graphs = [build_graph(config) for config in configs]
    alignment = Alignment([Counted(graph, cost_report(graph)) for graph in graphs])
    deltas = [DifferenceTrack(alignment, place, "parameters").deltas for place in (1, 2)]
    assert {id for id, delta in deltas[0].items() if delta} == {"layer2.0", "layer3.0", "layer4.0"}
    assert {id for id, delta in deltas[1].items() if not delta} == {"stem", "head"}
