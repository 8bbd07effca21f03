"""The track of what each block is worth: bars by accuracy lost, and words for what cannot be removed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Item, Polyline, Rectangle, Text
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.catalog import Counted, TrackSources, make_track
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.lesion_track import BlockWorth
from resnet_core.drawing.tracks.titles import FRESH
from resnet_core.drawing.tracks.track import Track, TrackFrame

HEIGHT = 101.0


def frame(name: str = "ResNet-18", width: float = 1000.0) -> TrackFrame:
    view = DepthView.fitted(DepthAxis(build_graph(preset(name))), 100.0, width)
    return TrackFrame(view, Box(100.0, 0.0, 100.0 + width, HEIGHT), Box(0.0, 0.0, 92.0, HEIGHT))


def lesion_track(worth: BlockWorth | None, name: str = "ResNet-18") -> Track:
    graph = build_graph(preset(name))
    return make_track("lesion", TrackSources(Counted(graph, cost_report(graph)), FlowData(), worth=worth))


def worth_of(name: str = "ResNet-18", **lost: float) -> BlockWorth:
    ids = [block.id for block in build_graph(preset(name)).blocks]
    values = dict.fromkeys(ids, 0.1) | {key.replace("_", ".", 1): value for key, value in lost.items()}
    return BlockWorth(values, 0.97, 320, {"layer2.0": "it changes channels"})


def bars(items: Iterator[Item]) -> dict[str, Rectangle]:
    return {item.id: item for item in items if isinstance(item, Rectangle)}


def test_that_a_bar_is_as_high_as_the_accuracy_that_is_lost() -> None:
    shown = bars(lesion_track(worth_of(layer1_1=0.4, layer3_0=0.0)).items(frame()))
    assert shown["layer1.1"].height == HEIGHT - 1 and shown["layer1.1"].role == "worth_bar"
    assert shown["layer1.0"].height == pytest.approx(25, abs=1)
    assert "layer3.0" not in shown and "stem" not in shown


def test_that_a_gain_stands_below_the_zero_line() -> None:
    track = lesion_track(worth_of(layer1_1=0.3, layer4_1=-0.1))
    items = list(track.items(frame()))
    (zero,) = (item.points[0][1] for item in items if isinstance(item, Polyline))
    gained, lost = bars(iter(items))["layer4.1"], bars(iter(items))["layer1.1"]
    assert gained.role == "gain_bar" and gained.y == zero and gained.box.bottom == pytest.approx(HEIGHT, abs=1)
    assert lost.box.bottom == zero and lost.y == pytest.approx(0, abs=1)
    assert [entry.role for entry in track.legend()] == ["worth_bar", "gain_bar"]
    assert [item.text for item in track.scale_items(frame()) if isinstance(item, Text)] == ["30.0 %", "−10.0 %"]


def test_that_a_block_that_cannot_be_removed_has_no_bar_and_says_why() -> None:
    track = lesion_track(worth_of(layer2_0=math.nan))
    assert "layer2.0" not in bars(track.items(frame()))
    view = frame().view
    words = {id: track.value_at(frame(), view.x(view.axis.span_of(id).middle), 5.0) for id in ("layer2.0", "layer1.0")}
    assert words["layer2.0"] == "cannot be removed: it changes channels"
    assert words["layer1.0"] == "10.0 % of the test images lost without it"
    assert track.value_at(frame(), view.x(view.axis.stem.middle), 5.0) == ""
    assert track.subtitle(as_written) == "median 10.0 %\nafter 320 steps"


def test_that_600_blocks_are_one_outline_and_the_few_gains_their_own_bars() -> None:
    track = lesion_track(worth_of("ResNet-1202", layer1_7=-0.05), "ResNet-1202")
    items = list(track.items(frame("ResNet-1202")))
    outlines = [item for item in items if isinstance(item, Polyline) and item.closed]
    assert 1 <= len(outlines) <= 2 and outlines[0].box.top == pytest.approx(0, abs=1)
    assert set(bars(iter(items))) == {"layer1.7"}


def test_that_the_track_is_hidden_at_first_and_says_how_to_fill_it() -> None:
    assert "lesion" in FRESH.hidden
    empty = lesion_track(None)
    assert not empty.has_rows and empty.title() == "Worth of each block"
    texts = " ".join(item.text for item in empty.items(frame()) if isinstance(item, Text))
    assert "Run › Study › Blocks removed" in texts


@pytest.mark.parametrize("value", [math.nan, 0.0])
def test_that_a_study_without_any_loss_still_draws(value: float) -> None:
    track = lesion_track(BlockWorth(dict.fromkeys(worth_of().lost, value), 0.1, 0))
    assert bars(track.items(frame())) == {}
    assert [item.text for item in track.scale_items(frame()) if isinstance(item, Text)] == ["1.0 %"]
