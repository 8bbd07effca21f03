"""Draws every block as one silhouette with its shortcut: a Basic block is straight, a Bottleneck has a waist."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.architecture.graph import Block
from resnet_core.drawing.captions import block_title, stem_captions
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, Span
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.text_metrics import first_fitting, text_height, text_width

_WAIST = 0.45
_SMALLEST_TEXT_SHARE = 0.85


def block_items(placement: Placement) -> Iterator[Item]:
    """Yield the shown columns at the level of blocks: the shortcuts, the main path, the boxes and their texts."""
    axis = placement.axis
    columns = list(axis.columns_between(placement.first, placement.last))
    blocks = [(axis.graph.block_by_id[c.id], c) for c in columns if c.id not in (STEM_ID, HEAD_ID)]
    for block, column in blocks:
        yield from _shortcut(placement, block, column)
    if columns:
        yield main_line(placement, columns[0], columns[-1])
    for block, column in blocks:
        yield from _block(placement, block, column)
    for column in columns:
        if column.id in (STEM_ID, HEAD_ID):
            yield from end_box(placement, column)


def main_line(placement: Placement, first: Span, last: Span) -> Polyline:
    """Return the line of the main path from the column `first` to the column `last`."""
    y = placement.main_y
    return Polyline("", "main_line", ((placement.x(first.start) + 2, y), (placement.x(last.stop) - 2, y)))


def end_box(placement: Placement, column: Span) -> Iterator[Item]:
    """Yield the box of the stem or the head, with as much of its name as fits."""
    left, right = placement.edges(column)
    half = placement.half_block
    inset = _inset(right - left)
    x0, x1 = left + inset, right - inset
    if column.id == STEM_ID:
        texts = stem_captions(placement.axis.graph)
        title = f"stem: {texts[0]}"
    else:
        texts, title = ("pool, fc", "fc"), "head: average pool, fully connected"
    role: Role = "stem" if column.id == STEM_ID else "head"
    y = placement.main_y
    yield Rectangle(column.id, role, x0, y - half, x1 - x0, 2 * half, 3, title)
    yield from centered_text(placement.fit, column.id, "quiet_label", (x0, x1), y, texts, placement.text_size * 0.9)


def centered_text(
    fit: float,
    id: str,
    role: Role,
    edges: tuple[float, float],
    y: float,
    texts: tuple[str, ...],
    size: float,
    *,
    bold: bool = False,
) -> Iterator[Text]:
    """Yield the first of `texts` that fits between `edges`, a little smaller if that is what it takes, or nothing.

    `fit` is that of the Placement.
    """
    room = (edges[1] - edges[0] - 4) / fit
    for factor in (1.0, _SMALLEST_TEXT_SHARE):
        text = first_fitting(texts, room, size * factor, bold=bold)
        if text:
            yield Text(id, role, (edges[0] + edges[1]) / 2, y, text, size * factor, "middle", bold, texts[0])
            return


def _inset(width: float) -> float:
    """Return the gap between a column's edge and its box."""
    return min(max(width * 0.08, 0.75), 6.0)


def _shortcut(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    kind = block.plan.shortcut
    if kind == "none":
        return
    x0, x1 = placement.edges(column)
    y = placement.main_y
    height = y - placement.arch_top - (text_height(placement.text_size) / 2 if kind != "identity" else 0)
    if kind == "identity":
        height *= 0.92
    yield Arch(block.id, SHORTCUT_ROLES[kind], x0, x1, y, height, (x1 - x0) / 2, block_title(block))
    if kind != "identity":
        yield from _shortcut_label(block, (x0 + x1) / 2, y - height, x1 - x0, placement.text_size)


def _shortcut_label(block: Block, x: float, y: float, room: float, text_size: float) -> Iterator[Item]:
    """Yield what the shortcut does to the tensor, in a box on the top of its arch, where there is room for it."""
    projects = block.plan.shortcut == "projection"
    size = text_size * 0.8
    texts = ("1×1",) if projects else ("+0", "0")
    text = first_fitting(texts, room - 10, size)
    if not text:
        return
    width, height = text_width(text, size) + 5, text_height(size) + 1
    box_role: Role = "projection_box" if projects else "zero_pad_box"
    label_role: Role = "projection_label" if projects else "zero_pad_label"
    title = "1×1 projection" if projects else "subsampled and padded with zero channels"
    yield Rectangle(block.id, box_role, x - width / 2, y - height / 2, width, height, 2.5, title)
    yield Text(block.id, label_role, x, y, text, size, "middle", False, title)


def _block(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    left, right = placement.edges(column)
    inset = _inset(right - left)
    x0, x1, y, half = left + inset, right - inset, placement.main_y, placement.half_block
    title = block_title(block)
    text_half = half
    if block.plan.kind == "bottleneck":
        text_half = half * _WAIST
        yield Polyline(block.id, "block", _waisted(x0, x1, y, half), True, title)
    else:
        yield Rectangle(block.id, "block", x0, y - half, x1 - x0, 2 * half, min(3.0, (x1 - x0) / 4), title)
    size = placement.text_size * 0.9
    if text_height(size * _SMALLEST_TEXT_SHARE) <= 2 * text_half:
        size = min(size, 2 * text_half / text_height(1.0))
        texts = (f"{block.plan.inner_channels}",)
        yield from centered_text(placement.fit, block.id, "quiet_label", (x0, x1), y, texts, size)


def _waisted(x0: float, x1: float, y: float, half: float) -> tuple[tuple[float, float], ...]:
    """Return the outline of a Bottleneck: wide, narrow where the 3x3 convolution is, wide."""
    a, b, waist = x0 + (x1 - x0) * 0.3, x1 - (x1 - x0) * 0.3, half * _WAIST
    return (
        (x0, y - half), (a, y - waist), (b, y - waist), (x1, y - half),
        (x1, y + half), (b, y + waist), (a, y + waist), (x0, y + half),
    )  # fmt: skip
