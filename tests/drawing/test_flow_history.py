"""The waterfall shows any quantity of a run on its own scale, and where the gradients first go wrong."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.drawing.display_list import Group, Item, Raster, Rectangle, Text, flat
from resnet_core.drawing.tracks.catalog import Counted, TrackSources, make_track
from resnet_core.drawing.tracks.flow_bands import BRANCH_BANDS, SHORTCUT_BANDS, branch_layers_of
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.drawing.tracks.run_flow import RunFlow
from tests.drawing.flow_bench import counted, flow, frame, of_role, track
from tests.drawing.flow_runs import level_run, plausible_run, run_of


def raster(items: Iterable[Item]) -> list[Raster]:
    return [item for item in flat(items) if isinstance(item, Raster) and item.role == "raster"]


def test_that_the_history_of_the_branchs_share_is_linear_from_0_to_1_and_leaves_plain_blocks_out() -> None:
    config = with_value(preset("ResNet-18"), ("overrides",), ({"block": "layer2.1", "shortcut": "none"},))
    graph = build_graph(config)
    sources = TrackSources(Counted(graph, cost_report(graph)), flow(level_run(graph)), None,
                           {"gradient_history": "branch_share"})  # fmt: skip
    made = make_track("gradient_history", sources)
    shown = frame(graph, 200)
    items = list(made.items(shown))
    left, right = raster(items)
    assert (left.low, left.high) == (0.0, 1.0)
    assert left.shown.shape[1] == 3
    assert right.shown.shape[1] == 4
    assert np.unique(left.shown).tolist() == pytest.approx([0.5])
    assert left.x == pytest.approx(shown.view.x(shown.view.axis.blocks[0].start))
    assert right.x == pytest.approx(shown.view.x(shown.view.axis.blocks[4].start))
    assert [item.text for item in of_role(items, "note") if isinstance(item, Text)][:2] == ["0", "1"]
    assert made.title() == "Branch share history"
    span = shown.view.axis.span_of("layer2.1")
    assert span is not None
    assert made.value_at(shown, shown.view.x(span.middle), 60) == "no shortcut"


@pytest.mark.parametrize("variant", [choice.key for choice in GradientHistoryTrack.variants])
def test_that_each_history_shows_its_own_quantity_on_its_own_scale(variant: str) -> None:
    graph = counted("ResNet-20").graph
    run = plausible_run(graph, 40)
    made = track("gradient_history", "ResNet-20", flow(run), gradient_history=variant)
    (image,) = raster(made.items(frame(graph, 200)))
    source = "branch_share" if variant == "branch_share" else variant
    values = flow(run).values(source)  # type: ignore[arg-type]
    assert values is not None
    expected = values if variant == "branch_share" else np.log10(values)
    np.testing.assert_allclose(image.values[[0, -1]], expected[[0, -1]], rtol=1e-5)
    assert image.low <= expected.min() and expected.max() <= image.high


def test_that_the_first_alert_of_each_kind_is_marked_at_its_step_and_block_and_told() -> None:
    graph = counted("ResNet-18").graph
    norms = np.ones((10, 9))
    norms[2, :2], norms[5:, 0], norms[7, 4] = 5e3, 5e3, np.nan
    made = track("gradient_history", "ResNet-18", flow(run_of(graph, norms)))
    assert isinstance(made, GradientHistoryTrack)
    shown = frame(graph, 200)
    marks = of_role(made.items(shown), "alert_mark")
    assert [(mark.id, mark.title) for mark in marks] == [
        ("layer1.1", "explodes at layer1.1, step 2"), ("layer3.0", "not a finite number at layer3.0, step 7"),
    ]  # fmt: skip
    assert [mark.box.bottom for mark in marks] == [made.y_of(2, shown.rect), made.y_of(7, shown.rect)]
    (told,) = of_role(made.items(shown), "alert_note")
    assert told.title == f"first: {marks[0].title}; {marks[1].title}"


def test_that_a_point_of_the_history_is_told_with_its_value_and_step() -> None:
    graph, shown = counted("ResNet-18").graph, frame(counted("ResNet-18").graph, 124)
    norms = 10.0 ** -np.arange(10)[:, None] * np.ones((10, 9))
    made = track("gradient_history", "ResNet-18", flow(run_of(graph, norms)))
    assert isinstance(made, GradientHistoryTrack)
    x = shown.view.x(shown.view.axis.blocks[3].middle)
    assert made.value_at(shown, x, made.y_of(4, shown.rect)) == "1.00·10⁻⁴ at the block's input, step 4"
    assert made.value_at(shown, x, shown.rect.bottom - 5) == ""
    assert made.step_at(made.y_of(4, shown.rect), shown.rect) == 4


# The structure in colour


def coloured(name: str, run: RunFlow | None, level: str = "block") -> list[tuple[float, Item]]:
    """What the coloured structure draws, each item with its opacity."""
    graph = counted(name).graph
    shown = frame(graph, 128)
    shown = shown._replace(view=shown.view._replace(level=level))
    (whole,) = track("structure", name, flow(run), structure="gradient").items(shown)
    assert isinstance(whole, Group)
    (group,) = [item for item in whole.items if isinstance(item, Group)]
    found: list[tuple[float, Item]] = []
    for item in group.items:
        found += [(item.opacity, inner) for inner in item.items] if isinstance(item, Group) else [(1.0, item)]
    return found


def test_that_blocks_are_coloured_by_their_gradient_and_shortcuts_by_their_share() -> None:
    graph = counted("ResNet-18").graph
    run = level_run(graph, 1)
    run.boundary_norms[0] = np.geomspace(1e-3, 1.0, 9)
    run.block_quantities["branch_norm"][0, 5] = 1e3
    items = coloured("ResNet-18", run)
    fills = {item.id: opacity for opacity, item in items if item.role == "flow_fill"}
    assert list(fills) == sorted(fills, key=lambda id: fills[id])
    assert set(fills) == {block.id for block in graph.blocks}
    assert fills["layer1.0"] == 0.0
    assert fills["layer4.1"] == 0.5
    ways = {item.id: opacity for opacity, item in items if item.role in ("identity", "projection")}
    assert ways["layer3.1"] == 0.2
    assert ways["layer3.0"] == 0.6


def test_that_the_coloured_structure_draws_what_the_plain_one_does() -> None:
    graph = counted("ResNet-56").graph
    for level in ("network", "stage", "block", "layer"):
        shown = frame(graph, 128)
        shown = shown._replace(view=shown.view._replace(level=level))
        plain = list(flat(track("structure", "ResNet-56", flow(None)).items(shown)))
        for run in (None, level_run(graph)):
            made = track("structure", "ResNet-56", flow(run), structure="gradient").items(shown)
            drawn = [item for item in flat(made) if item.role not in ("flow_fill", *SHORTCUT_BANDS, *BRANCH_BANDS)]
            assert sorted((item.id, item.box) for item in drawn) == sorted((item.id, item.box) for item in plain)


@pytest.mark.parametrize("level", ["network", "stage", "block", "layer"])
def test_that_the_bands_of_shortcut_and_branch_are_as_wide_as_their_shares_at_every_level(level: str) -> None:
    graph = counted("ResNet-18").graph
    for share, shortcut, branch in ((0.2, 4, 1), (0.8, 1, 4), (1.0, 0, 5), (0.0, 5, 0)):
        run = level_run(graph, 1)
        run.block_quantities["branch_norm"][0, :] = share**0.5
        run.block_quantities["shortcut_norm"][0, :] = (1 - share) ** 0.5
        roles = [item.role for _, item in coloured("ResNet-18", run, level)]
        found = {role for role in roles if role in (*SHORTCUT_BANDS, *BRANCH_BANDS)}
        wanted = {f"shortcut_band_{shortcut}"} if shortcut else set()
        assert found == wanted | ({f"branch_band_{branch}"} if branch else set())
        ways = sum(role in ("identity", "projection") for role in roles)
        assert sum(role in SHORTCUT_BANDS for role in roles) == (ways if shortcut else 0) > -1
        assert "flow_fill" in roles


def test_that_branches_of_plain_blocks_and_lines_of_the_trunk_have_no_band() -> None:
    plain = counted("Plain-20").graph
    assert not branch_layers_of(plain)
    assert not [item for _, item in coloured("Plain-20", level_run(plain), "layer") if item.role in BRANCH_BANDS]
    post, pre = counted("ResNet-18").graph, counted("PreResNet-56").graph
    assert {"layer1.0.conv1", "layer1.0.bn2", "layer1.0.add"} <= branch_layers_of(post)
    assert "layer1.0.relu2" not in branch_layers_of(post) and "layer2.0.downsample.0" not in branch_layers_of(post)
    assert "layer1.1.bn1" in branch_layers_of(pre)


def test_that_the_colours_of_blocks_have_a_scale_with_its_ends() -> None:
    graph = counted("ResNet-18").graph
    run = level_run(graph, 1)
    run.boundary_norms[0] = np.geomspace(1.2e-3, 0.9, 9)
    made = track("structure", "ResNet-18", flow(run), structure="gradient")
    items = list(made.scale_items(frame(graph, 128)))
    assert [item.text for item in items if isinstance(item, Text)] == ["10⁰", "10⁻³"]
    strengths = [item.strength for item in items if isinstance(item, Rectangle)]
    assert strengths == sorted(strengths, reverse=True) and len(strengths) >= 8
    assert not list(track("structure", "ResNet-18", flow(None), structure="gradient").scale_items(frame(graph, 128)))


@pytest.mark.parametrize("level", ["network", "stage", "block", "layer"])
def test_that_a_block_whose_gradient_is_no_finite_number_has_the_colour_of_that(level: str) -> None:
    graph = counted("ResNet-18").graph
    run = level_run(graph, 1)
    run.boundary_norms[0, :2] = np.inf, np.nan
    items = [item for _, item in coloured("ResNet-18", run, level)]
    lost = {item.id for item in items if item.role == "lost_fill"}
    assert lost and all(id.startswith("layer1") for id in lost)
    assert not lost & {item.id for item in items if item.role == "flow_fill"}
    zero = level_run(graph, 1)
    zero.boundary_norms[0, :2] = 0.0
    assert not [item for _, item in coloured("ResNet-18", zero, level) if item.role == "lost_fill"]
