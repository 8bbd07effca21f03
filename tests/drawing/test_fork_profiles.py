"""The track of the forks shows norms or the cosine instead of shares, each on its own scale."""

from __future__ import annotations

import numpy as np
import pytest

from resnet_core.drawing.display_list import Polyline, Rectangle, Text
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.fork_profiles import ForkCosineTrack, ForkNormsTrack, skip_branch_track
from resnet_core.drawing.tracks.profile_track import ProfileTrack
from resnet_core.drawing.tracks.run_flow import RunFlow
from tests.drawing.flow_bench import counted, flow, frame, of_role, words
from tests.drawing.flow_runs import level_run, run_of


def fork_track(variant: str, run: RunFlow | None, name: str = "ResNet-18") -> ProfileTrack:
    made = skip_branch_track(flow(run), counted(name).graph, variant)
    assert isinstance(made, ProfileTrack) and made.variant == variant
    return made


def dots(made: ProfileTrack, role: str) -> list[float]:
    graph = counted("ResNet-18").graph
    return [item.box.center[1] for item in of_role(made.items(frame(graph)), role) if isinstance(item, Rectangle)]


def test_that_both_norms_stand_on_one_scale_and_differ_by_their_logarithm() -> None:
    graph = counted("ResNet-18").graph
    run = level_run(graph, 1, 1.0)
    run.block_quantities["branch_norm"][0] = 0.1
    made = fork_track("norms", run)
    shown = frame(graph)
    branch, shortcut = dots(made, "second_dot"), dots(made, "profile_dot")
    decade = abs(made._decades().y(shown, 0) - made._decades().y(shown, 1))
    assert np.subtract(branch, shortcut) == pytest.approx(np.full(8, decade))
    assert [entry.text for entry in made.legend()] == ["shortcut", "branch"]
    said = made.value_at(shown, shown.view.x(shown.view.axis.blocks[0].middle), 50)
    assert said == "‖g_S‖ = 1.00·10⁰ through the shortcut, step 0; ‖g_F‖ = 1.00·10⁻¹ through the branch, step 0"
    assert made.subtitle(as_written) == "‖g_F‖₂, ‖g_S‖₂, step 0"


def test_that_the_cosine_lies_between_minus_one_and_one() -> None:
    graph = counted("ResNet-18").graph
    run = level_run(graph, 1)
    run.block_quantities["branch_shortcut_cosine"][0] = np.linspace(-1, 1, 8)
    made, shown = fork_track("cosine", run), frame(graph)
    heights = dots(made, "profile_dot")
    assert heights == sorted(heights, reverse=True)
    assert heights[0] - heights[-1] == pytest.approx(shown.height - 8)
    assert [item.text for item in made.scale_items(shown) if isinstance(item, Text)] == ["−1", "0", "1"]
    assert len([item for item in of_role(made.items(shown), "grid") if isinstance(item, Polyline)]) == 3


@pytest.mark.parametrize("variant", ["norms", "cosine"])
def test_that_a_plain_network_and_an_old_run_say_why_there_is_nothing(variant: str) -> None:
    plain = counted("Plain-20").graph
    made = fork_track(variant, level_run(plain), "Plain-20")
    assert not made.has_rows and "No block has a shortcut" in words(made.items(frame(plain)))
    graph = counted("ResNet-18").graph
    old = fork_track(variant, run_of(graph, np.ones((1, 9))))
    assert "earlier version" in words(old.items(frame(graph)))


def test_that_every_variant_offers_the_others_and_an_unknown_one_shows_shares() -> None:
    graph = counted("ResNet-18").graph
    made = [skip_branch_track(flow(None), graph, variant) for variant in ("", "norms", "cosine", "no such thing")]
    assert [track.variant for track in made] == ["shares", "norms", "cosine", "shares"]
    assert {tuple(choice.key for choice in track.variants) for track in made} == {("shares", "norms", "cosine")}
    assert isinstance(made[1], ForkNormsTrack) and isinstance(made[2], ForkCosineTrack)
