"""Every preset in the strip that the window has, at every level and at each of its makes: nothing overlaps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resnet_core.configuration.presets import preset_names
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.display_list import Box, Drawing, Level, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.structure import BLOCK_FROM_PX, LAYER_FROM_PX, STAGE_FROM_PX, level_for
from tests.drawing.drawn import axis_of, makes_of, overlapping, shapes, strip, texts

# What windows 1280 and 1920 pixels wide leave of a track with docks and without; at its own height, low and high.
ROOMS = ((440.0, 128.0), (760.0, 72.0), (1400.0, 250.0))


def level_strips(axis: DepthAxis) -> Iterator[tuple[Placement, Drawing]]:
    """The whole network as the window first shows it, and its middle at the nearest and farthest of each level."""
    layers = LAYER_FROM_PX / axis.layer_share
    scales = (BLOCK_FROM_PX * 0.8, BLOCK_FROM_PX, 24.0, 60.0, 150.0, 0.99 * layers)
    levels: list[tuple[Level, float]] = [("network", STAGE_FROM_PX / axis.widest_stage), ("stage", 3.0)]
    levels += [("stage", BLOCK_FROM_PX), *(("block", scale) for scale in scales)]
    for width, height in ROOMS:
        fitted = width / axis.length
        yield strip(axis, level_for(axis, fitted), fitted, width, height)
        for level, scale in levels:
            first = max(axis.length / 2 - width / scale / 2, 0.0)
            yield strip(axis, level, scale, width, height, first)


def layer_strips(axis: DepthAxis, seen: set[object]) -> Iterator[tuple[Placement, Drawing]]:
    """One column of each make that is not `seen` yet, as its layers appear and with room to spare."""
    for make, column in makes_of(axis):
        if make in seen:
            continue
        seen.add(make)
        for near, height in ((1.0, 72.0), (1.0, 128.0), (1.8, 100.0)):
            scale = near * LAYER_FROM_PX / axis.layer_share
            hair = 1e-6
            width = (column.width - 2 * hair) * scale
            yield strip(axis, "layer", scale, width, height, column.start + hair, headings=False)


def check(placement: Placement, drawing: Drawing) -> None:
    """Nothing overlaps or leaves the strip, and a text on a box lies inside it."""
    words, boxes = texts(drawing), shapes(drawing)
    where = (placement.axis.graph.name, placement.first, placement.scale, placement.height)
    assert overlapping(words) == [], where
    assert overlapping(boxes) == [], where
    for item in drawing.items:
        box = item.box
        assert box.top >= -1e-6 and box.bottom <= placement.height + 1e-6, (where, item)
    box_of = {item.id: item.box for item in boxes}
    for text in words:
        box, own = box_of.get(text.id), text.box
        if box is not None and box.overlaps(own) and not is_on_the_way(text):
            assert Box(box.left - 1, box.top - 1, box.right + 1, box.bottom + 1).contains(own), (where, text)


def is_on_the_way(text: Text) -> bool:
    """Whether a text stands on a block's shortcut, in a box of its own."""
    return text.role in ("projection_label", "zero_pad_label", "identity_label", "gate_label")


@pytest.mark.parametrize("name", preset_names())
def test_that_nothing_overlaps_at_any_level_above_the_layers(name: str) -> None:
    for placement, drawing in level_strips(axis_of(name)):
        check(placement, drawing)


def test_that_nothing_overlaps_in_any_make_of_any_preset_at_the_level_of_layers() -> None:
    seen: set[object] = set()
    for name in preset_names():
        for placement, drawing in layer_strips(axis_of(name), seen):
            check(placement, drawing)
    assert len(seen) > 500
