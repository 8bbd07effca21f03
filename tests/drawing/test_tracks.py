"""The tracks of the Atlas say what the counts say, at the height that their scale asks for, and become pictures."""

from __future__ import annotations

import itertools
import struct
import zlib
from base64 import b64decode
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest

from resnet_core.analysis.arithmetic_intensity import total_traffic, traffic_of
from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.memory_by_layer import memory_by_layer
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import (
    LEVELS,
    Box,
    Drawing,
    Group,
    Item,
    Level,
    Polyline,
    Raster,
    Rectangle,
    Text,
    flat,
)
from resnet_core.drawing.png_image import png_bytes
from resnet_core.drawing.say import as_written
from resnet_core.drawing.svg import to_svg
from resnet_core.drawing.text_metrics import text_width
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.catalog import Counted, MeasuredTimes, TrackSources, make_track
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.picture import MOST_SYSTEM_PX, PictureTracks, level_picture, seen_picture, whole_picture
from resnet_core.drawing.tracks.quantities import QUANTITIES
from resnet_core.drawing.tracks.scene import SceneStyle, frame_of, gutter_width
from resnet_core.drawing.tracks.titles import FRESH, HIDDEN_AT_FIRST, TITLES
from resnet_core.drawing.tracks.track import Track, TrackFrame
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, Frame, stacked
from resnet_core.drawing.tracks.value_scale import ValueScale

SVG = "{http://www.w3.org/2000/svg}"
STATIC = ("structure", "shape", *QUANTITIES)


def counted(name: str) -> Counted:
    graph = build_graph(preset(name))
    return Counted(graph, cost_report(graph))


def track(name: str, key: str, reference: str = "") -> Track:
    return make_track(key, TrackSources(counted(name), FlowData(), counted(reference) if reference else None))


def frame(graph: Graph, width: float = 900.0, **changes: object) -> TrackFrame:
    view = DepthView.fitted(DepthAxis(graph), 100.0, width)
    whole = TrackFrame(view, Box(100.0, 10.0, 100.0 + width, 64.0), Box(0.0, 10.0, 100.0, 64.0))
    return whole._replace(**changes)  # type: ignore[arg-type]


def bars(items: object) -> dict[str, Rectangle]:
    return {item.id: item for item in flat(items) if isinstance(item, Rectangle)}  # type: ignore[arg-type]


def marks(track: Track, graph: Graph) -> list[Item]:
    return [item for item in flat(track.items(frame(graph))) if item.role == "reference_mark"]


def shown(name: str, keys: tuple[str, ...] = STATIC) -> PictureTracks:
    sources = TrackSources(counted(name), FlowData())
    return PictureTracks(tuple(make_track(key, sources) for key in keys), FRESH)


@pytest.mark.parametrize("key", ["parameters", "macs", "activations", "training_memory"])
def test_that_a_bar_is_as_high_as_its_share_of_the_largest(key: str) -> None:
    network = counted("ResNet-50")
    drawn = bars(make_track(key, TrackSources(network, FlowData())).items(frame(network.graph)))
    values = QUANTITIES[key](network.graph, network.report).columns
    most = max(values.values())
    assert drawn.keys() == {id for id, value in values.items() if value}
    for id, bar in drawn.items():
        assert bar.y + bar.height == 64
        assert bar.height == max(round(values[id] / most * 53), 1)


def test_that_the_columns_of_what_can_be_added_make_the_whole() -> None:
    graph, report, _ = counted("SE-ResNeXt-50-32x4d")
    for key in ("parameters", "macs", "activations", "training_memory"):
        quantity = QUANTITIES[key](graph, report)
        assert sum(quantity.columns.values()) == sum(quantity.layers.values()) == quantity.total
    assert QUANTITIES["training_memory"](graph, report).layers == memory_by_layer(graph, report)


def test_that_the_intensity_of_layer_block_and_network_is_that_of_the_roofline() -> None:
    graph, report, _ = counted("ResNeXt-50-32x4d")
    quantity = QUANTITIES["arithmetic_intensity"](graph, report)
    assert quantity.total == pytest.approx(total_traffic(graph.nodes).intensity)
    block = graph.blocks[5]
    assert quantity.columns[block.id] == pytest.approx(total_traffic(graph.nodes_of(block)).intensity)
    for node in graph.nodes:
        assert quantity.layers.get(node.id) == pytest.approx(traffic_of(node).intensity)


def test_that_a_subtitle_says_the_total_and_what_it_depends_on() -> None:
    words = {key: track("ResNet-50", key).subtitle(as_written) for key in QUANTITIES}
    assert words["training_memory"] == "393 MB in all, batch 1"
    assert words["arithmetic_intensity"] == "43.2 FLOPs a byte"
    assert (words["macs"], words["receptive_field"]) == ("4.09 G in all", "px of 224")


def test_that_the_receptive_field_ends_at_that_of_the_network() -> None:
    graph, report, _ = counted("ResNet-50")
    columns = QUANTITIES["receptive_field"](graph, report).columns
    fields = [columns[block.id] for block in graph.blocks]
    assert fields == sorted(fields) and fields[0] > columns["stem"] >= 7
    assert columns["head"] == report.total.receptive_field


def test_that_a_logarithmic_scale_gives_every_decade_the_same_height() -> None:
    scale = ValueScale.over("log", [3.0, 250.0, 0.0])
    assert (scale.low, scale.high) == (0.0, 3.0)
    assert [scale.share(value) for value in (1.0, 10.0, 100.0, 1000.0)] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert scale.ticks(100.0, 10.0) == (1.0, 10.0, 100.0, 1000.0)
    assert ValueScale.over("linear", [0.0, 4.0]).share(1.0) == 0.25
    assert ValueScale.over("linear", []).share(0.0) == 0.0


def test_that_small_counts_are_told_apart_on_a_logarithmic_scale() -> None:
    network = counted("ResNet-50")
    parameters = make_track("parameters", TrackSources(network, FlowData()))
    linear, log = (bars(parameters.items(frame(network.graph, scale=scale))) for scale in ("linear", "log"))
    assert linear["layer1.1"].height < 3 < 20 < log["layer1.1"].height < log["layer4.1"].height


def test_that_narrow_columns_are_one_outline_as_high_as_their_bars() -> None:
    network = counted("ResNet-1202")
    macs = make_track("macs", TrackSources(network, FlowData()))
    outlines = [item for item in macs.items(frame(network.graph)) if isinstance(item, Polyline) and item.closed]
    assert len(outlines) == 1
    values = QUANTITIES["macs"](network.graph, network.report).columns
    tops = {y for _, y in outlines[0].points}
    assert min(tops) == 64 - 53
    assert {64 - max(round(value / max(values.values()) * 53), 1) for value in values.values()} <= tops | {64}


def test_that_a_reference_is_marked_where_it_differs_and_said_in_the_total() -> None:
    parameters = track("ResNet-50", "parameters", "ResNet-101")
    network = counted("ResNet-50")
    assert not marks(parameters, network.graph)  # blocks that both have cost the same
    assert "−43 %" in parameters.subtitle(as_written)
    wide = track("ResNet-50", "parameters", "Wide-ResNet-50-2")
    assert len(marks(wide, network.graph)) > 4
    at = frame(network.graph).view.x(DepthAxis(network.graph).blocks[3].middle)
    assert "−" in wide.value_at(frame(network.graph), at, 30.0)


@pytest.mark.parametrize(
    ("key", "difference"),
    [
        ("parameters", "−541 k"), ("training_memory", "−10.5 MB"), ("arithmetic_intensity", "−32.7"),
        ("latency", "−12.0 ms"),
    ],
)
def test_that_a_difference_is_told_in_the_unit_of_its_quantity(key: str, difference: str) -> None:
    networks = [
        network._replace(times=MeasuredTimes({node.id: time_s for node in network.graph.nodes}, "cpu"))
        for network, time_s in ((counted("ResNet-50"), 1e-3), (counted("Wide-ResNet-50-2"), 2e-3))
    ]
    shown = make_track(key, TrackSources(networks[0], FlowData(), networks[1]))
    at = frame(networks[0].graph)
    assert f"  {difference}  −" in shown.value_at(at, at.view.x(at.view.axis.blocks[3].middle), 30.0)


def test_that_the_unit_of_a_mean_stands_beside_it_before_the_difference() -> None:
    intensity = track("ResNet-50", "arithmetic_intensity", "Wide-ResNet-50-2")
    assert intensity.subtitle(as_written) == "43.2 FLOPs a byte  −26 %"


def test_that_what_a_quantity_depends_on_is_said_in_the_words_of_the_window() -> None:
    memory = track("ResNet-50", "training_memory")
    assert memory.subtitle(lambda _context, text: text.replace("batch", "Stapel")).endswith(", Stapel 1")


def test_that_a_picture_of_the_whole_gives_each_track_the_height_it_asks_for() -> None:
    network = counted("ResNet-18")
    tracks = tuple(make_track(key, TrackSources(network, FlowData())) for key in ("parameters", "macs"))
    drawing = level_picture(network.graph, "block", PictureTracks(tracks, FRESH.resized("macs", 90.0)))
    (system,) = (item for item in drawing.items if isinstance(item, Group))
    for track, height in zip(tracks, (54.0, 90.0), strict=True):
        (group,) = (item for item in system.items if isinstance(item, Group) and item.id == f"track-{track.key}")
        (body,) = (item for item in group.items if isinstance(item, Group))
        assert body.clip is not None
        assert body.clip.bottom - body.clip.top == height + TRACK_GAP


def test_that_a_picture_is_described_in_the_words_of_the_window() -> None:
    network, style = counted("ResNet-18"), SceneStyle(say=lambda _context, text: text.replace(" stages", " Stufen"))
    tracks = (make_track("macs", TrackSources(network, FlowData())),)
    drawing = level_picture(network.graph, "block", PictureTracks(tracks, FRESH, style))
    assert drawing.description == "ResNet-18, 8 blocks in 4 Stufen, 3×224² → 1000"


def test_that_measured_times_are_shown_or_asked_for() -> None:
    network = counted("ResNet-18")
    empty = make_track("latency", TrackSources(network, FlowData()))
    (note,) = empty.items(frame(network.graph))
    assert isinstance(note, Text) and "Not measured" in note.text
    times = MeasuredTimes({node.id: 1e-3 for node in network.graph.nodes}, "cpu, batch 1")
    measured = make_track("latency", TrackSources(network._replace(times=times), FlowData()))
    assert measured.subtitle(as_written) == f"{len(network.graph.nodes)}.0 ms in all, cpu, batch 1"
    assert bars(measured.items(frame(network.graph)))["layer1.0"].height > 1


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-152", "ResNet-1202", "Plain-34", "SE-ResNet-50"])
@pytest.mark.parametrize("width", [430.0, 1400.0])
@pytest.mark.parametrize("zoom", [1.0, 3.0, 40.0])
def test_that_tracks_stay_in_their_rows_and_their_texts_apart(name: str, width: float, zoom: float) -> None:
    network = counted(name)
    tracks = [make_track(key, TrackSources(network, FlowData())) for key in STATIC]
    left = 12.0 + gutter_width((one.title() for one in tracks), SceneStyle())
    rows, _ = stacked(tracks, {}, Frame(12.0, left, width, 640.0))
    view = DepthView.fitted(DepthAxis(network.graph), left, width).zoomed(zoom, left + 140.0)
    picture = seen_picture(rows, view, PictureTracks(tuple(tracks), FRESH))
    for group in (item for item in picture.items if isinstance(item, Group) and item.id.startswith("track-")):
        names = [item for item in group.items if isinstance(item, Text)]
        for place, one in enumerate(names):
            assert not any(one.box.overlaps(other.box, 0.5) for other in names[place + 1 :]), (one, group.id)
        for item in flat(group.items):
            if isinstance(item, Rectangle) and item.role.endswith("_bar"):
                assert item.y >= 0 and item.height >= 1 and item.width >= 1


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["ResNet-50", "Plain-34", "SE-ResNet-50"])
def test_that_the_whole_network_is_drawn_once_in_its_systems(name: str, level: Level) -> None:
    tracks = shown(name, ("structure", "macs"))
    graph = build_graph(preset(name))
    picture = level_picture(graph, level, tracks)
    drawn = Counter(item.id for item in picture.of_role("macs_bar") if isinstance(item, Rectangle))
    macs = QUANTITIES["macs"](graph, cost_report(graph))
    wanted = macs.layers if level == "layer" else macs.columns
    assert drawn == Counter({id: 1 for id, value in wanted.items() if value})
    assert picture.width <= MOST_SYSTEM_PX + 400
    assert all(item.box.right <= picture.width and item.box.bottom <= picture.height for item in picture.items)


def test_that_systems_follow_one_another_without_gap() -> None:
    picture = whole_picture(DepthAxis(build_graph(preset("ResNet-152"))), 200.0, shown("ResNet-152", ("structure",)))
    systems = [item for item in picture.items if isinstance(item, Group) and item.id.startswith("system-")]
    assert len(systems) > 4
    assert all(above.box.bottom <= below.box.top for above, below in itertools.pairwise(systems))


def test_that_the_svg_holds_a_group_a_track_and_real_text() -> None:
    root = ElementTree.fromstring(to_svg(level_picture(build_graph(preset("ResNet-18")), "block", shown("ResNet-18"))))
    groups = [element.get("id") for element in root.iter(f"{SVG}g") if element.get("id")]
    assert [f"track-{key}" for key in STATIC] == [id for id in groups if id.startswith("track-")]
    assert len(groups) == len(set(groups))
    texts = {"".join(element.itertext()) for element in root.iter(f"{SVG}text")}
    assert {"Parameters", "MACs", "ResNet-18"} <= texts
    clips = {element.get("id") for element in root.iter(f"{SVG}clipPath")}
    used = {element.get("clip-path") for element in root.iter(f"{SVG}g")} - {None}
    assert used == {f"url(#{clip})" for clip in clips}
    bar = next(element for element in root.iter(f"{SVG}rect") if element.get("class") == "macs_bar")
    assert bar.get("data-id") == "stem"


def test_that_an_image_in_an_svg_has_the_colours_of_its_values() -> None:
    values = np.array([[0.0, 1.0], [np.nan, 0.5]], np.float32)
    drawing = Drawing("t", "d", 20.0, 20.0, (Raster("r", "raster", 0.0, 0.0, 20.0, 20.0, values, 0.0, 1.0),))
    (image,) = ElementTree.fromstring(to_svg(drawing)).iter(f"{SVG}image")
    data = b64decode(str(image.get("href")).partition("base64,")[2])
    assert struct.unpack(">II", data[16:24]) == (2, 2)
    length = struct.unpack(">I", data[33:37])[0]
    assert data[37:41] == b"IDAT"
    pixels = zlib.decompress(data[41 : 41 + length])
    assert pixels[1:4] == bytes.fromhex("440154")
    assert pixels[4:7] == bytes.fromhex("fde725")
    assert pixels[8:11] == bytes.fromhex("b3400d")


def test_that_png_bytes_are_a_png_of_that_size() -> None:
    data = png_bytes(np.full((3, 5), 0xFF010203, np.uint32))
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data.endswith(struct.pack(">I", zlib.crc32(b"IEND")))
    assert struct.unpack(">II", data[16:24]) == (5, 3)


def test_that_every_track_can_be_made_and_has_a_name() -> None:
    sources = TrackSources(counted("ResNet-18"), FlowData())
    for key in TITLES:
        made = make_track(key, sources)
        assert made.key == key and made.title() == TITLES[key]
        assert list(made.items(frame(sources.shown.graph)))
    assert set(TITLES) >= HIDDEN_AT_FIRST
    with pytest.raises(KeyError):
        make_track("no such track", sources)


def test_that_an_arrangement_survives_being_stored() -> None:
    chosen = FRESH.toggled("activations").moved("macs", -1).resized("shape", 70).scaled("macs", "log")
    assert Arrangement.from_dict(chosen.to_dict(), FRESH) == chosen
    assert Arrangement.from_dict({}, FRESH) == FRESH
    scales = {"macs": "cubic", "x": "log"}
    odd = {"order": ["macs", 3, "nothing"], "hidden": None, "heights": {"macs": -1}, "scales": scales}
    restored = Arrangement.from_dict(odd, FRESH)
    assert set(restored.order) == set(FRESH.order)
    assert restored.heights == restored.scales == ()


def test_that_a_track_of_a_later_version_appears_where_a_new_window_has_it() -> None:
    older = {"order": ["structure", "gradient_norm", "parameters"], "hidden": ["parameters"]}
    restored = Arrangement.from_dict(older, FRESH)
    assert restored.order.index("shape") == restored.order.index("structure") + 1
    assert "macs" in restored.shown and "activations" not in restored.shown


def test_that_a_chosen_scale_reaches_the_track_that_has_it() -> None:
    tracks = [make_track(key, TrackSources(counted("ResNet-18"), FlowData())) for key in ("structure", "macs")]
    rows, _ = stacked(tracks, {}, Frame(0.0, 100.0, 400.0, 300.0))
    view = DepthView.fitted(DepthAxis(build_graph(preset("ResNet-18"))), 100.0, 400.0)
    arrangement = FRESH.scaled("macs", "log").scaled("structure", "log")
    assert [frame_of(row, view, arrangement, SceneStyle()).scale for row in rows] == ["linear", "log"]


def test_that_a_note_is_broken_into_lines_that_fit() -> None:
    network = counted("ResNet-18")
    narrow = frame(network.graph, width=160.0)
    lines = list(make_track("gradient_norm", TrackSources(network, FlowData())).items(narrow))
    assert len(lines) > 1
    assert all(isinstance(line, Text) and text_width(line.text, line.size) < 160 for line in lines)


def test_that_a_note_never_leaves_its_row() -> None:
    network = counted("ResNet-18")
    tight = frame(network.graph, width=75.0)
    lines = list(make_track("gradient_norm", TrackSources(network, FlowData())).items(tight))
    assert isinstance(lines[-1], Text) and lines[-1].text.endswith("…")
    for line in lines:
        assert isinstance(line, Text)
        assert tight.rect.top <= line.y - line.size / 2 and line.y + line.size / 2 <= tight.rect.bottom
