"""The strip of structure as the window shows it: at every zoom, wide or narrow, high or low, nothing overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.display_list import Drawing, Rectangle, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.structure import level_for
from tests.drawing.drawn import BOXES, FAMILIES, TRICKY, overlapping, shapes, strip, texts, tricky
from tests.strategies import architectures, examples

# The room that a window of 1280 or 1920 pixels leaves, and a track as high as it likes to be or squeezed to its least.
WIDTHS, HEIGHTS = (1100.0, 1740.0), (128.0, 72.0)


def strips(graph: Graph) -> Iterator[tuple[Placement, Drawing]]:
    """What is seen of a network from far to near: whole, then about a few of its blocks down to one layer."""
    axis = DepthAxis(graph)
    blocks = (axis.stem, axis.blocks[0], axis.blocks[-1], axis.head)
    for width, height in product(WIDTHS, HEIGHTS):
        yield strip(axis, level_for(axis, width / axis.length), width / axis.length, width, height)
    for (column, share), height in product(zip(blocks, (0.5, 0.95, 0.5, 0.95), strict=True), HEIGHTS):
        scale = share * WIDTHS[0] / column.width
        first = max(column.middle - WIDTHS[0] / scale / 2, 0.0)
        yield strip(axis, level_for(axis, scale), scale, WIDTHS[0], height, first)


def check_strips(graph: Graph) -> None:
    for placement, drawing in strips(graph):
        where = (placement.first, placement.scale, placement.height)
        assert overlapping(texts(drawing)) == [], where
        assert overlapping(shapes(drawing)) == [], where
        for item in drawing.items:
            assert item.box.top >= 0 and item.box.bottom <= placement.height, (where, item)
        boxes = {item.id: item.box for item in drawing.of_role(*BOXES) if isinstance(item, Rectangle)}
        for text in texts(drawing):
            box = boxes.get(text.id)
            if isinstance(text, Text) and box is not None and box.overlaps(text.box):
                assert box.top - 1 <= text.box.top and text.box.bottom <= box.bottom + 1, (where, text)


@pytest.mark.parametrize("name", [*TRICKY, *FAMILIES])
def test_that_nothing_overlaps_or_leaves_the_strip_at_any_zoom(name: str) -> None:
    check_strips(build_graph(tricky(name) if name in TRICKY else preset(name)))


@settings(max_examples=examples(25))
@given(architectures())
def test_that_nothing_of_any_network_overlaps_or_leaves_the_strip(config: ArchitectureConfig) -> None:
    check_strips(build_graph(config))


@pytest.mark.parametrize("height", [72.0, 100.0, 128.0, 240.0])
@pytest.mark.parametrize("name", ["SE", "CBAM", "CBAM on the shortcut", "two pools and a neck", "D with blur"])
def test_that_the_rows_below_a_path_keep_off_it_and_off_one_another(name: str, height: float) -> None:
    axis = DepthAxis(build_graph(tricky(name)))
    placement = Placement(axis, 0.0, 300.0, 0.0, axis.length, 0.0, height, 11.4)
    rows = ((False, axis.rows_below, placement.main_y), (True, axis.rows_of_way, placement.way_y))
    for on_way, count, host in rows:
        above = host
        for row in range(1, count + 1):
            middle, half = placement.row_below(row, on_way=on_way)
            assert above < middle - half
            above = middle + half
        assert above < (placement.main_y if on_way else height)
