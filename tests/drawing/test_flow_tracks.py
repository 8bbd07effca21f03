"""The tracks of a run show its numbers where they belong, and say in words what they mean or why there are none."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.gradient_profile import MEAN_FIELD_GROWTH, branch_layers, growth_per_layer
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Rectangle, Text, flat
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.catalog import FLOW_TRACKS, Counted, TrackSources, make_track
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.drawing.tracks.gradient_norm_track import GradientNormTrack
from resnet_core.drawing.tracks.growth_guides import layers_behind
from resnet_core.drawing.tracks.profile_track import ProfileTrack
from resnet_core.drawing.tracks.scene import SceneStyle, frame_of, gutter_width, row_group
from resnet_core.drawing.tracks.titles import FRESH, TITLES
from resnet_core.drawing.tracks.track import Track
from resnet_core.drawing.tracks.track_rows import TrackRow
from tests.drawing.flow_bench import counted, flow, frame, of_role, track, words
from tests.drawing.flow_runs import level_run, plausible_run, run_of

# Skip against branch


def test_that_the_shares_of_branch_and_shortcut_stand_on_one_another_and_fill_the_track() -> None:
    graph = counted("ResNet-18").graph
    shape = (1, len(graph.blocks))
    run = run_of(graph, np.ones((1, 9)), {"branch_norm": np.full(shape, 3.0), "shortcut_norm": np.full(shape, 4.0)})
    items = list(track("skip_branch", "ResNet-18", flow(run)).items(frame(graph)))
    branches, shortcuts = of_role(items, "branch_share"), of_role(items, "shortcut_share")
    assert [bar.id for bar in branches] == [bar.id for bar in shortcuts] == [block.id for block in graph.blocks]
    for branch, shortcut in zip(branches, shortcuts, strict=True):
        assert isinstance(branch, Rectangle) and isinstance(shortcut, Rectangle)
        assert branch.box.bottom == 110
        assert branch.height == 36
        assert shortcut.box == (branch.x, 10, branch.box.right, 74)
    assert "shortcut" in words(items) and "branch" in words(items)


def test_that_narrow_blocks_share_one_outline_with_the_same_heights() -> None:
    graph = counted("ResNet-1202").graph
    run = plausible_run(graph, 2)
    shown = frame(graph)
    shares = flow(run).values("branch_share")
    assert shares is not None
    (outline,) = of_role(track("skip_branch", "ResNet-1202", flow(run)).items(shown), "branch_share")
    assert isinstance(outline, Polyline)
    heights = {110 - y for _, y in outline.points}
    assert heights == {0, *np.rint(shares[1] * 100).tolist()}
    (ground,) = of_role(track("skip_branch", "ResNet-1202", flow(run)).items(shown), "shortcut_share")
    assert ground.box.height == 100
    assert ground.box.width == pytest.approx(shown.view.scale * 600, abs=1)


def test_that_the_effective_depth_is_the_sum_of_the_branches_shares() -> None:
    name = track("skip_branch", "ResNet-18", flow(level_run(counted("ResNet-18").graph)))
    # Of the 2^8 ways, each as likely, 37 pass through at most 2 of 8 branches, 219 through at most 5.
    assert name.subtitle(as_written) == "effective depth 4.0 of 8\n80 % on paths of 2 to 6"


def test_that_a_block_without_shortcut_is_empty_and_says_so() -> None:
    config = with_value(preset("ResNet-18"), ("overrides",), ({"block": "layer2.1", "shortcut": "none"},))
    graph = build_graph(config)
    made = make_track("skip_branch", TrackSources(Counted(graph, cost_report(graph)), flow(level_run(graph))))
    items, shown = list(made.items(frame(graph))), frame(graph)
    assert "layer2.1" not in [item.id for item in of_role(items, "branch_share", "shortcut_share")]
    (outline,) = of_role(items, "separator")
    assert (outline.id, outline.title) == ("layer2.1", "no shortcut")
    assert "no shortcut" in words(items)
    assert made.subtitle(as_written).startswith("effective depth 4.5 of 8\n")
    span = shown.view.axis.span_of("layer2.1")
    assert span is not None
    assert made.value_at(shown, shown.view.x(span.middle), 50) == "no shortcut"


@pytest.mark.parametrize(("key", "variant"), [("skip_branch", ""), ("structure", "gradient")])
def test_that_nothing_of_the_blocks_reaches_beyond_the_edges_of_the_track(key: str, variant: str) -> None:
    graph = counted("ResNet-110").graph
    shown = frame(graph)
    for zoom in (2.0, 8.0, 30.0):
        near = shown._replace(view=shown.view.zoomed(zoom, 500.0))
        made = track(key, "ResNet-110", flow(level_run(graph)), **{key: variant})
        groups = [item for item in made.items(near) if isinstance(item, Group)]
        assert all(group.clip is not None and near.rect.right <= group.clip.right <= 1002 for group in groups)
        loose = [item for item in made.items(near) if not isinstance(item, Group)]
        assert {item.role for item in loose} <= {"shortcut_share_label", "branch_share_label"}


def test_that_the_tooltip_of_a_block_says_share_and_cosine_where_there_is_one() -> None:
    graph, shown = counted("ResNet-18").graph, frame(counted("ResNet-18").graph)
    run = level_run(graph, 1)
    run.block_quantities["branch_shortcut_cosine"][0, :2] = -0.125, np.nan
    made = track("skip_branch", "ResNet-18", flow(run))
    xs = [shown.view.x(span.middle) for span in shown.view.axis.blocks[:2]]
    assert made.value_at(shown, xs[0], 50) == (
        "0.500 through the branch, step 0; ‖g_F‖ 1.00·10⁻², ‖g_S‖ 1.00·10⁻²; cosine −0.12"
    )
    assert made.value_at(shown, xs[1], 50) == "0.500 through the branch, step 0; ‖g_F‖ 1.00·10⁻², ‖g_S‖ 1.00·10⁻²"
    assert made.value_at(shown, shown.view.x(0.5), 50) == ""


def test_that_a_share_that_is_no_number_is_marked() -> None:
    graph = counted("ResNet-18").graph
    run = level_run(graph, 1)
    run.block_quantities["branch_norm"][0, 3] = np.nan
    (mark,) = of_role(track("skip_branch", "ResNet-18", flow(run)).items(frame(graph)), "not_finite")
    assert mark.id == graph.blocks[3].id


def test_that_a_plain_network_is_told_in_words_to_have_no_skip() -> None:
    graph = counted("Plain-34").graph
    made = track("skip_branch", "Plain-34", flow(level_run(graph)))
    assert "No block has a shortcut" in words(made.items(frame(graph)))
    assert made.subtitle(as_written) == ""


# Profiles


def ys(items: Iterable[Item], role: str) -> list[float]:
    (line,) = of_role(items, role)
    assert isinstance(line, Polyline)
    return [y for _, y in line.points]


def test_that_updates_of_a_thousandth_lie_on_the_guide_with_its_label() -> None:
    graph = counted("ResNet-18").graph
    items = list(track("update_ratio", "ResNet-18", flow(level_run(graph, value=1e-3))).items(frame(graph)))
    (guide,) = of_role(items, "guide")
    assert ys(items, "profile") == pytest.approx([60.0] * 8)
    assert guide.box.top == 60
    (label,) = of_role(items, "note")
    assert isinstance(label, Text)
    assert (label.text, label.y) == ("10⁻³", 60)


def test_that_values_stand_at_the_height_of_their_logarithm_over_the_middle_of_their_block() -> None:
    graph = counted("ResNet-18").graph
    values = 10.0 ** -np.arange(8)[None, :]
    run = run_of(graph, np.ones((1, 9)), {"stream_variance": values, "branch_variance": values / 10})
    shown = frame(graph)
    items = list(track("signal_variance", "ResNet-18", flow(run)).items(shown))
    step = (100 - 8) / 8  # the branch's last value is 10⁻⁸
    assert ys(items, "profile") == pytest.approx([14 + step * place for place in range(8)])
    assert ys(items, "second_profile") == pytest.approx([14 + step * (place + 1) for place in range(8)])
    (line,) = of_role(items, "profile")
    assert isinstance(line, Polyline)
    assert [x for x, _ in line.points] == pytest.approx([shown.view.x(span.middle) for span in shown.view.axis.blocks])


def test_that_earlier_steps_stand_paler_behind_the_chosen_one() -> None:
    graph = counted("ResNet-18").graph
    levels = 10.0 ** -np.arange(4)[:, None] * np.ones((4, 9))
    made = track("gradient_norm", "ResNet-18", flow(run_of(graph, levels)))
    earlier = [line.box.top for line in of_role(made.items(frame(graph)), "profile_earlier")]
    assert len(earlier) == 3
    assert earlier == sorted(earlier)
    (now,) = of_role(made.items(frame(graph)), "profile")
    assert now.box.top > earlier[-1]
    first = track("gradient_norm", "ResNet-18", flow(run_of(graph, levels), step=0))
    assert of_role(first.items(frame(graph)), "profile_earlier") == []


def test_that_the_variance_has_a_legend_of_two_lines_and_of_none_where_there_is_no_branch() -> None:
    graph = counted("ResNet-18").graph
    made = track("signal_variance", "ResNet-18", flow(level_run(graph)))
    assert [entry.role for entry in made.legend()] == ["profile", "second_profile"]
    plain = counted("Plain-34").graph
    made = track("signal_variance", "Plain-34", flow(level_run(plain)))
    assert made.legend() == ()
    assert of_role(made.items(frame(plain)), "second_profile", "odd_mark") == []


def test_that_a_value_that_does_not_exist_raises_no_mark_but_one_that_is_lost_does() -> None:
    config = with_value(preset("ResNet-18"), ("overrides",), ({"block": "layer2.1", "shortcut": "none"},))
    graph = build_graph(config)
    run = level_run(graph, 1)
    made = make_track("signal_variance", TrackSources(Counted(graph, cost_report(graph)), flow(run)))
    assert of_role(made.items(frame(graph)), "odd_mark") == []
    run.block_quantities["branch_variance"][0, 0] = np.inf
    assert {mark.id for mark in of_role(made.items(frame(graph)), "odd_mark")} == {"layer1.0"}


def test_that_the_smallest_and_the_largest_numbers_are_shown() -> None:
    graph = counted("ResNet-18").graph
    values = np.geomspace(1e-25, 1e25, 9)[None, :]
    shown = frame(graph)
    made = track("gradient_norm", "ResNet-18", flow(run_of(graph, values)))
    assert isinstance(made, ProfileTrack)
    heights = ys(made.items(shown), "profile")
    plot = made.plot(shown).rect
    assert heights[0] == pytest.approx(plot.bottom - 4)
    assert heights[-1] == pytest.approx(plot.top + 4)
    assert {"10⁻²⁵", "10²⁵"} & {item.text for item in made.scale_items(shown) if isinstance(item, Text)}


# The gradient norm in words


def norm_track(norms: list[float], name: str = "ResNet-18", variant: str = "") -> Track:
    graph = counted(name).graph
    return track("gradient_norm", name, flow(run_of(graph, np.array([norms]), batch_size=4)), gradient_norm=variant)


@pytest.mark.parametrize(
    ("first", "start"),
    [(5e3, "Grows towards the input: "), (20.0, "Rises a little towards the input: "), (1.5, "Level: "),
     (0.1, "Falls a little towards the input: "), (1e-4, "Vanishes towards the input: ")],
)  # fmt: skip
def test_that_it_is_said_in_words_how_the_gradient_changes_towards_the_input(first: float, start: str) -> None:
    graph = counted("ResNet-18").graph
    norms = np.geomspace(first, 1.0, 9).tolist()
    made = norm_track(norms)
    growth = growth_per_layer(norms, branch_layers(graph))
    assert growth == pytest.approx(first ** (2 / 16))
    assert made.subtitle(as_written).splitlines() == [
        "‖∂L/∂x‖₂, step 0", f"r = {growth:.3f} a layer", "mean loss, batch 4", "train mode",
    ]  # fmt: skip
    said = words(made.items(frame(graph)))
    assert said.startswith(start)
    alarmed = [text.text for text in of_role(made.items(frame(graph)), "alert_note") if isinstance(text, Text)]
    assert bool(alarmed) == (start[0] in "GV")


def test_that_gradients_that_leave_float32_are_told_by_block() -> None:
    made = norm_track([math.inf, math.nan, math.inf, 1e38, 1e37, 1e36, 1e30, 1e20, 1.0])
    graph = counted("ResNet-18").graph
    said = words(made.items(frame(graph)))
    assert "Leaves float32: behind a norm of 1.0·10³⁸ it overflows at layer2.0" in said
    assert "r = " not in made.subtitle(as_written)
    assert "exactly 0 at layer2.1" in words(norm_track([0.0] * 4 + [1.0] * 5).items(frame(graph)))


def test_that_the_sentence_says_what_it_means_and_knows_plain_networks_that_grow() -> None:
    graph = counted("Plain-20").graph
    shown = frame(graph)
    made = norm_track(np.geomspace(1e4, 1.0, len(graph.boundaries)).tolist(), "Plain-20")
    meant = made.value_at(shown, shown.view.x(shown.view.axis.blocks[1].middle), shown.rect.top + 2)
    assert meant.startswith("Grows towards the input: ") and "It does not vanish" in meant


@pytest.mark.parametrize("rate", [1.0, MEAN_FIELD_GROWTH])
def test_that_a_gradient_that_grows_at_a_rate_of_theory_lies_on_its_guide(rate: float) -> None:
    graph, shown = counted("Plain-20").graph, frame(counted("Plain-20").graph, 160)
    behind = np.array([2 * (len(graph.blocks) - number) for number in range(len(graph.boundaries))])
    made = norm_track((1e-2 * rate ** (behind / 2)).tolist(), "Plain-20")
    heights = ys(made.items(shown), "profile")
    lines = [item for item in of_role(made.items(shown), "guide") if isinstance(item, Polyline)]
    guide = next(line for line in lines if line.title == ("r = 1" if rate == 1.0 else "r = 1.467"))
    assert [y for _, y in guide.points] == pytest.approx(heights)
    assert {"r = 1", "r = 1.467"} <= {text.text for text in of_role(made.items(shown), "note")}


def test_that_a_guide_that_leaves_the_plot_ends_at_its_edge_with_its_name_inside() -> None:
    graph, shown = counted("ResNet-56").graph, frame(counted("ResNet-56").graph, 140)
    made = norm_track([1e-2] * len(graph.boundaries), "ResNet-56")
    assert isinstance(made, ProfileTrack)
    plot = made.plot(shown).rect
    steep = next(item for item in of_role(made.items(shown), "guide") if item.title == "r = 1.467")
    (label,) = [item for item in of_role(made.items(shown), "note") if item.text == "r = 1.467"]
    assert steep.points[0][1] == pytest.approx(plot.top) and steep.points[0][0] > plot.left
    assert plot.contains(label.box) and label.box.right < steep.points[0][0]  # where the line is not
    assert layers_behind(graph).tolist() == list(range(54, -1, -2))


def test_that_an_alert_marks_the_block_where_it_begins_and_the_tooltip_says_which() -> None:
    graph, shown = counted("ResNet-18").graph, frame(counted("ResNet-18").graph)
    made = norm_track([2e4, 3e3, 999.0, *[1.0] * 6])
    (mark,) = of_role(made.items(shown), "alert_mark")
    span = shown.view.axis.blocks[1]
    assert (mark.id, mark.title) == (graph.blocks[1].id, "explodes at layer1.1, step 0")
    assert mark.box.center[0] == pytest.approx(shown.view.x(span.middle))
    assert made.value_at(shown, shown.view.x(span.middle), 60).endswith("; explodes at layer1.1, step 0")
    assert "explodes" not in made.value_at(shown, shown.view.x(shown.view.axis.blocks[2].middle), 60)


def test_that_root_mean_squares_are_never_mixed_with_norms() -> None:
    graph, shown = counted("ResNet-18").graph, frame(counted("ResNet-18").graph)
    norms = [8.0] * 9
    made = norm_track(norms, variant="rms")
    sizes = [block.input_shape.elements * 4 for block in graph.blocks]
    assert made.subtitle(as_written).startswith("RMS ∂L/∂x, step 0")
    x = shown.view.x(shown.view.axis.blocks[0].middle)
    assert sizes[0] == 64 * 56 * 56 * 4
    assert made.value_at(shown, x, 60) == "RMS 8.93·10⁻³ at the block's input, step 0"
    history = track("gradient_history", "ResNet-18", flow(run_of(graph, np.array([norms]), batch_size=4)),
                    gradient_norm="rms")  # fmt: skip
    assert history.subtitle(as_written) == "step ↓, log₁₀ RMS ∂L/∂x"
    assert history.value_at(shown, x, 12) == made.value_at(shown, x, 60)
    unknown = track("gradient_norm", "ResNet-18", flow(run_of(graph, np.ones((1, 9)))), gradient_norm="rms")
    assert "does not say how large its batches were" in words(unknown.items(shown))


# Without numbers, and with any


@pytest.mark.parametrize("key", sorted(FLOW_TRACKS))
def test_that_an_empty_track_says_why(key: str) -> None:
    graph = counted("ResNet-18").graph
    none = words(track(key, "ResNet-18", flow(None)).items(frame(graph)))
    assert any(part in none for part in ("probe it before", "Every captured step", "A run shows here"))
    empty = words(track(key, "ResNet-18", flow(run_of(graph, np.empty((0, 9))))).items(frame(graph)))
    assert "captured" in empty
    old = track(key, "ResNet-18", flow(run_of(graph, np.ones((2, 9)))), gradient_history="update_ratio")
    if key != "gradient_norm":
        assert "recorded by an earlier version" in words(old.items(frame(graph)))
        assert old.value_at(frame(graph), 500, 50) == ""
        assert not list(old.scale_items(frame(graph)))
    assert len(old.explanation()) > 80
    assert isinstance(old.subtitle(as_written), str)


def test_that_what_a_track_shows_is_kept_with_the_arrangement_and_unknown_choices_are_passed_over() -> None:
    chosen = FRESH.varied("gradient_norm", "rms").varied("gradient_history", "branch_share")
    again = Arrangement.from_dict(chosen.to_dict(), FRESH)
    assert again == chosen
    odd = Arrangement.from_dict({**FRESH.to_dict(), "variants": {"no track": "x", "gradient_norm": 3}}, FRESH)
    assert odd.variants == ()
    data = FlowData()
    assert GradientHistoryTrack(data, "no such quantity").variant == "gradient_norm"
    assert GradientNormTrack(data, counted("ResNet-18").graph, "no such norm").variant == "l2"
    assert {choice.key for choice in GradientNormTrack.variants} == {"l2", "rms"}


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-110", "Plain-56", "ResNet-1202"])
@pytest.mark.parametrize(("width", "size"), [(420.0, 12.0), (1500.0, 18.0)])
def test_that_no_texts_of_a_track_overlap_at_its_own_and_its_least_height(name: str, width: float, size: float) -> None:
    graph = counted(name).graph
    run = plausible_run(graph, 60)
    run.boundary_norms[30, 2] = np.nan
    style = SceneStyle(size)
    left = gutter_width(TITLES.values(), style)
    view = DepthView.fitted(DepthAxis(graph), left, width)
    for key in sorted(FLOW_TRACKS):
        made = track(key, name, flow(run, step=30))
        for height in (made.height, made.least_height):
            rect = Box(left, 10.0, left + width, 10.0 + height)
            row = TrackRow(made, rect, Box(0.0, 10.0, left, 10.0 + height))
            items = [row_group(row, frame_of(row, view, FRESH, style))]
            texts = [item for item in flat(items) if isinstance(item, Text) and item.text]
            for one, other in itertools.combinations(texts, 2):
                assert not _shrunk(one).overlaps(_shrunk(other)), (key, height, one.text, other.text)


def _shrunk(text: Text) -> Box:
    """Where the letters are: lines may touch."""
    left, top, right, bottom = text.box
    return Box(left, top + 1.5, right, bottom - 1.5)
