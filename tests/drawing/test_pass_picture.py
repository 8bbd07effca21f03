"""What a pass paints lies on the lines of the structure, follows shapes and norms, and never invents a number."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Arch, Item, Polyline, Text, edge_id, flat
from resnet_core.drawing.pass_glyph import slab_of
from resnet_core.drawing.pass_norms import PassNorms, WidthScale
from resnet_core.drawing.pass_picture import PassPicture, pass_items, pass_picture
from resnet_core.drawing.pass_roads import Road, ribbon, road_of
from resnet_core.drawing.pass_sight import PassSight
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.say import as_written
from resnet_core.drawing.structure import level_for, level_items
from resnet_core.drawing.tensor_pass import Direction, PassTimeline
from resnet_core.number_text import shape_text
from tests.drawing.test_tensor_pass import DIRECTIONS, timeline_of

NAMES = ("ResNet-50", "Plain-20", "PreResNet-56", "SE", "CBAM on the shortcut")
NO_NORMS = PassNorms()


def placed(timeline: PassTimeline, block: str = "", width: float = 1200.0) -> Placement:
    """The placement of the whole network, or of one block's layers."""
    view = DepthView.fitted(timeline.axis, 0.0, width)
    span = timeline.axis.span_of(block) if block else None
    view = view.showing(span, 0.9) if span else view
    return Placement(view.axis, -view.first * view.scale, view.scale, view.first, view.last - 1e-9, 0.0, 150.0)


def picture_of(timeline: PassTimeline, block: str = "", norms: PassNorms = NO_NORMS) -> tuple[PassPicture, Placement]:
    placement = placed(timeline, block)
    level = level_for(timeline.axis, placement.scale)
    assert level == ("layer" if block else level)
    return pass_picture(PassSight(timeline, placement, level, norms, as_written)), placement


def items_at(picture: PassPicture, moment: float) -> list[Item]:
    return list(flat(pass_items(picture, moment)))


def texts(items: list[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, Text) and item.role == "pass_label"]


def middles(items: list[Item]) -> list[tuple[float, float]]:
    """The centres of the slabs: halfway between the corners of the whole, slanted depth included."""
    found: list[tuple[float, float]] = []
    faces = [
        item for item in items if isinstance(item, Polyline) and item.role.startswith(("pass_tensor", "pass_grad"))
    ]
    for top, side, front in zip(faces[::3], faces[1::3], faces[2::3], strict=True):
        boxes = [face.box for face in (top, side, front)]
        left, right = min(box.left for box in boxes), max(box.right for box in boxes)
        found.append(((left + right) / 2, (min(b.top for b in boxes) + max(b.bottom for b in boxes)) / 2))
    return found


def roads_of(placement: Placement) -> dict[str, Road]:
    """The roads of the shown edges, by the edges' ids."""
    items = level_items(placement, "layer")
    return {item.id: road_of(item) for item in items if isinstance(item, Arch | Polyline) and "→" in item.id}


def distance(point: tuple[float, float], road: Road) -> float:
    """How far a point is from a road, measured densely along it."""
    steps = max(int(road.length / 2), 8)
    return min(math.dist(point, road.at(step / steps)) for step in range(steps + 1))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_that_every_tensor_between_layers_is_on_a_drawn_edge_or_in_a_layer(name: str, direction: Direction) -> None:
    timeline = timeline_of(name, direction)
    block = timeline.graph.blocks[4].id
    picture, placement = picture_of(timeline, block)
    items, roads = list(level_items(placement, "layer")), roads_of(placement).values()
    boxes = [item.box for item in items if not isinstance(item, Text) and item.id in timeline.graph.node_by_id]
    column = timeline.axis.column_of(block)
    assert column is not None
    place = timeline.place_of(column)
    for step in range(16):
        for point in middles(items_at(picture, place + step / 16)):
            inside = any(b.left - 1 <= point[0] <= b.right + 1 and b.top <= point[1] <= b.bottom for b in boxes)
            assert inside or min(distance(point, road) for road in roads) < 1.5, (point, step)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", ["ResNet-50", "Plain-20", "ResNet-1202"])
def test_that_from_afar_the_tensor_is_on_the_main_path_and_its_copy_on_the_arch(
    name: str, direction: Direction
) -> None:
    timeline = timeline_of(name, direction)
    picture, placement = picture_of(timeline)
    level = level_for(timeline.axis, placement.scale)
    arches = [road_of(item) for item in level_items(placement, level) if isinstance(item, Arch)]
    seen_copies = 0
    for place in range(0, int(timeline.length), max(int(timeline.length) // 8, 1)):
        *copies, main = middles(items_at(picture, place + 0.3))
        assert main[1] == pytest.approx(placement.main_y)
        left, right = placement.edges(timeline.column(place))
        assert left <= main[0] <= right
        for copy in copies:
            assert min(distance(copy, arch) for arch in arches) < 1.5
        seen_copies += len(copies)
    assert bool(seen_copies) == (name == "ResNet-50")


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_that_at_the_end_every_shown_edge_lies_behind_on_the_line_that_stands_for_it(
    name: str, direction: Direction
) -> None:
    timeline = timeline_of(name, direction)
    picture, placement = picture_of(timeline, timeline.graph.blocks[4].id)
    lines = {
        i.id: road_of(i) for i in level_items(placement, "layer") if isinstance(i, Arch | Polyline) and "→" in i.id
    }
    behind = {item.id: item for item in items_at(picture, timeline.length) if isinstance(item, Polyline)}
    drawn = {id for id, road in lines.items() if road.length > 0}
    assert set(behind) == drawn
    for id in drawn:
        points, half = behind[id].points, len(behind[id].points) // 2
        # The two sides of a band are equally far from the line between them.
        for a, b in zip(points[:half], reversed(points[half:]), strict=True):
            assert distance(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), lines[id]) < 1.5


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_that_the_road_behind_grows_and_ends_where_the_pass_is(direction: Direction) -> None:
    timeline = timeline_of("ResNet-50", direction)
    picture, placement = picture_of(timeline)
    reached = []
    for step in range(41):
        moment = timeline.length * step / 40
        bands = [
            i for i in items_at(picture, moment) if isinstance(i, Polyline) and i.role in ("pass_road", "pass_trunk")
        ]
        on_main = [band.box for band in bands if band.box.top >= placement.main_y - 5]
        xs = [box.right if direction == "forward" else -box.left for box in on_main]
        reached.append(max(xs, default=-1e9))
    assert reached == sorted(reached)
    # The stem, every block and the head, with 16 arches.
    assert len(picture.stretches) == 18
    assert picture.behind(timeline.length) == (range(18), range(0))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_that_forward_the_copy_leaves_the_fork_and_backward_its_gradient_the_addition(direction: Direction) -> None:
    timeline = timeline_of("ResNet-50", direction)
    column = timeline.axis.column_of("layer2.1")
    assert column is not None
    place = timeline.place_of(column)
    leg = next(leg for leg in timeline.times(place).legs if leg.edge.role == "shortcut")
    for block in ("layer2.1", ""):
        picture, placement = picture_of(timeline, block)
        soon = leg.departs + 0.3 * (leg.arrives - leg.departs) if block else place + 0.1
        roads = (item for item in items_at(picture, soon) if item.role in ("pass_road", "pass_skip"))
        left, right = placement.edges(column)
        # Narrower than the whole arch, and above the main road.
        shown = [item.box for item in roads if item.box.top < placement.main_y - 9 and item.box.left > left - 5]
        band = next(box for box in shown if box.right < right + 5)
        copy = min(middles(items_at(picture, soon)), key=lambda point: point[1])
        if direction == "forward":
            assert band.left < left + 9 and copy[0] == pytest.approx(band.right, abs=4) and copy[0] < (left + right) / 2
        else:
            assert band.right > right - 0.2 * (right - left) and copy[0] == pytest.approx(band.left, abs=4)
            assert copy[0] > (left + right) / 2


def test_that_the_road_is_cut_into_neighbours_without_a_gap_at_every_level() -> None:
    for name, width in (("ResNet-1202", 1200.0), ("ResNet-1202", 60.0), ("ResNet-152", 1200.0), ("Plain-20", 40.0)):
        timeline = timeline_of(name, "forward")
        placement = placed(timeline, width=width)
        level = level_for(timeline.axis, placement.scale)
        picture = pass_picture(PassSight(timeline, placement, level, NO_NORMS, as_written))
        stretches = picture.stretches
        assert stretches[0].left == pytest.approx(0.0, abs=1) and stretches[-1].right == pytest.approx(width, abs=1)
        assert all(a.right == pytest.approx(b.left, abs=1) for a, b in pairwise(stretches)), (name, level)
        for step in range(9):
            done, begun = picture.behind(timeline.length * step / 8)
            assert len(begun) <= 1 and (not begun or not done or begun[0] == done[-1] + 1)


def test_that_labels_are_the_shapes_of_the_graph() -> None:
    timeline = timeline_of("ResNet-50", "forward")
    for number, block in enumerate(timeline.graph.blocks, start=1):
        picture, _ = picture_of(timeline)
        assert texts(items_at(picture, number + 0.02))[-1] == shape_text(block.input_shape)
        assert texts(items_at(picture, number + 0.9))[-1] == shape_text(block.output_shape)


def test_that_a_slab_is_higher_for_resolution_and_thicker_for_channels() -> None:
    wide, deep = slab_of(Shape(64, 56, 56)), slab_of(Shape(2048, 7, 7))
    assert wide.height > deep.height and wide.depth < deep.depth
    assert slab_of(Shape(1000, 1, 1)).height > 0


MEASURED = PassNorms(
    boundaries=tuple(10.0 ** (-3 + i / 16) for i in range(17)),
    branch=tuple(0.5 * 10.0 ** (-3 + i / 16) for i in range(16)),
    skip=tuple(0.75 * 10.0 ** (-3 + i / 16) for i in range(16)),
    cosine=(0.25,) * 16,
)


def test_that_the_sum_at_the_fork_says_that_vectors_are_added() -> None:
    timeline = timeline_of("ResNet-50", "backward")
    column = timeline.axis.column_of("layer2.1")
    assert column is not None
    for block in ("", "layer2.1"):
        picture, _ = picture_of(timeline, block, MEASURED)
        label = texts(items_at(picture, timeline.place_of(column) + 0.995))[0]
        assert label == "‖g‖ 1.8·10⁻³ = ‖branch + skip‖; ‖branch‖ 8.9·10⁻⁴, ‖skip‖ 1.3·10⁻³, cosine 0.25"


@pytest.mark.parametrize("block", ["", "layer2.1"])
def test_that_without_norms_no_number_is_shown_and_every_road_is_equally_wide(block: str) -> None:
    timeline = timeline_of("ResNet-50", "backward")
    picture, _ = picture_of(timeline, block)
    widths = set()
    for step in range(60):
        items = items_at(picture, timeline.length * step / 60)
        assert not any("‖" in text or "10" in text.replace("1024", "").replace("1000", "") for text in texts(items))
    for item in items_at(picture, timeline.length):
        if isinstance(item, Polyline) and item.role in ("pass_trunk", "pass_skip", "pass_branch") and not block:
            a, b = item.points[0], item.points[-1]
            widths.add(round(math.dist(a, b), 6))
    assert len(widths) <= 1


def test_that_a_projection_says_the_skips_norm_only_behind_it() -> None:
    timeline = timeline_of("ResNet-50", "backward")
    column = timeline.axis.column_of("layer2.0")
    assert column is not None
    picture, _ = picture_of(timeline, "layer2.0", MEASURED)
    place = timeline.place_of(column)
    before = texts(items_at(picture, place + 0.3))
    after = texts(items_at(picture, place + 0.8))
    assert not any("skip" in text for text in before)
    assert any(text.startswith("‖skip‖ 1.2·10⁻³") for text in after)


def test_that_width_follows_log10_of_the_norm_and_nearly_equal_norms_look_equal() -> None:
    scale = WidthScale.over((1e-6, 1e-4, 1e-2))
    assert scale.width(1e-2) - scale.width(1e-4) == pytest.approx(scale.width(1e-4) - scale.width(1e-6))
    close = WidthScale.over((1.0, 1.1))
    assert close.width(1.1) - close.width(1.0) < 0.3
    assert scale.width(0.0) == scale.width(1e-6) < scale.width(math.inf) == scale.width(1e-2)
    assert scale.width(None) == scale.width(math.nan) == WidthScale.over(()).width(3.0)


def test_that_the_road_is_plain_where_no_norm_was_measured_at_both_its_ends() -> None:
    timeline = timeline_of("ResNet-50", "backward")
    norms = PassNorms(MEASURED.boundaries)
    picture, placement = picture_of(timeline, "", norms)
    widths = {}
    for item in items_at(picture, timeline.length):
        if isinstance(item, Polyline) and item.role == "pass_trunk":
            box = item.box
            column = timeline.axis.column_at(((box.left + box.right) / 2 - placement.left) / placement.scale)
            a, b, c, d = item.points
            widths[column.id] = (math.dist(a, d), math.dist(b, c))
    assert widths["stem"] == pytest.approx((3.2, 3.2)) and widths["head"] == pytest.approx((3.2, 3.2))
    scale = norms.scale()
    for number, block in enumerate(timeline.graph.blocks):
        wanted = scale.width(norms.boundaries[number]), scale.width(norms.boundaries[number + 1])
        assert widths[block.id] == pytest.approx(wanted)


def test_that_a_road_is_as_long_as_it_is_drawn_and_a_band_keeps_to_it() -> None:
    half_circle = road_of(Arch("", "identity", 0.0, 100.0, 50.0, 50.0, 50.0))
    assert half_circle.length == pytest.approx(math.pi * 50, rel=0.01)
    assert half_circle.at(0.5) == pytest.approx((50.0, 0.0), abs=0.5)
    assert half_circle.at(0.0) == pytest.approx((0.0, 50.0)) and half_circle.at(1.0) == pytest.approx((100.0, 50.0))
    line = road_of(Polyline("", "gate", ((0.0, 0.0), (0.0, 10.0), (20.0, 10.0)), bend=4.0))
    assert 24 < line.length < 30
    assert ribbon(((0.0, 5.0), (10.0, 5.0)), 1.0, 2.0) == ((0.0, 6.0), (10.0, 7.0), (10.0, 3.0), (0.0, 4.0))


def test_that_the_edge_behind_carries_the_id_of_its_edge() -> None:
    timeline = timeline_of("ResNet-18", "forward")
    picture, _ = picture_of(timeline, "layer1.1")
    shown = {item.id for item in items_at(picture, timeline.length)}
    assert edge_id("layer1.1.conv1", "layer1.1.bn1") in shown
