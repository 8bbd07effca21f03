"""Draws every block as one silhouette with its shortcut, and a loop where an attention weighs what passes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from resnet_core.architecture.graph import Block
from resnet_core.configuration.architecture_config import BlockPlan
from resnet_core.drawing.block_outline import WAIST, custom_outline, waisted_outline
from resnet_core.drawing.captions import (
    ATTENTION_WORDS,
    block_title,
    head_captions,
    head_title,
    projection_caption,
    stem_captions,
)
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, Span
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.text_metrics import first_fitting, text_height, text_width

_SMALLEST_TEXT_SHARE = 0.85
_FUNNEL_SHARE = 0.9
_LOOP_PX = 5.0
_LEAST_CUSTOM_PX = 34.0
_LEAST_MARK_PX, _LEAST_MARK_ROOM = 20.0, 5.0
#: Where under a block its attention stands, as a share of the block's width.
_MARK_SHARES = {"pre": 0.2, "inner": 0.5, "end": 0.75, "post": 0.9}


def block_items(placement: Placement) -> Iterator[Item]:
    """Yield the shown columns at the level of blocks: the shortcuts, the main path, the boxes and their texts."""
    axis = placement.axis
    columns = list(axis.columns_between(placement.first, placement.last))
    blocks = [(axis.graph.block_by_id[c.id], c) for c in columns if c.id not in (STEM_ID, HEAD_ID)]
    for block, column in blocks:
        yield from _shortcut(placement, block, column)
    if columns:
        yield main_line(placement, columns[0], columns[-1])
    marks = [mark for block, column in blocks for mark in _attention_mark(placement, block, column)]
    for kind in (Polyline, Rectangle, Text):  # likes together, which are painted in one go
        yield from (mark for mark in marks if isinstance(mark, kind))
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
    graph, is_stem = placement.axis.graph, column.id == STEM_ID
    texts = stem_captions(graph) if is_stem else head_captions(graph)
    title = f"stem: {texts[0]}" if is_stem else head_title(graph)
    role: Role = "stem" if is_stem else "head"
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
    y, height = placement.main_y, _arch_height(placement, block)
    yield Arch(block.id, SHORTCUT_ROLES[kind], x0, x1, y, height, (x1 - x0) / 2, block_title(block))
    if kind != "identity":
        yield from _shortcut_label(placement, block, (x0 + x1) / 2, y - height, x1 - x0)


def _arch_height(placement: Placement, block: Block) -> float:
    height = placement.main_y - placement.arch_top
    if block.plan.shortcut == "identity":
        return height * 0.92
    return height - text_height(placement.text_size) / 2


def _shortcut_label(placement: Placement, block: Block, x: float, y: float, room: float) -> Iterator[Item]:
    """Yield what the shortcut does to the tensor, in a box on the top of its arch, where there is room for it.

    A funnel before it says that the tensor is average-pooled first.
    """
    plan, size = block.plan, placement.text_size * 0.8
    projects = plan.shortcut == "projection"
    kernel = projection_caption(placement.axis.graph.config, plan)
    texts = (kernel,) if projects else ("+0", "0")
    funnel = _FUNNEL_SHARE * size if plan.pooled else 0.0
    text = first_fitting(texts, room - 10 - funnel, size)
    if not text and (not funnel or room < 2 * funnel):
        return
    width, height = (text_width(text, size) + 5 if text else 0.0), text_height(size) + 1
    left = x - (width + funnel) / 2
    box_role: Role = "projection_box" if projects else "zero_pad_box"
    label_role: Role = "projection_label" if projects else "zero_pad_label"
    title = f"{kernel} projection" if projects else "subsampled and padded with zero channels"
    if funnel:
        yield _funnel(block.id, left, y, funnel - 2, height)
    if text:
        yield Rectangle(block.id, box_role, left + funnel, y - height / 2, width, height, 2.5, title)
        yield Text(block.id, label_role, left + funnel + width / 2, y, text, size, "middle", False, title)


def _funnel(id: str, x: float, y: float, width: float, height: float) -> Polyline:
    """Return the sign of a pooling: what is wide at the left leaves narrow at the right."""
    wide, narrow = height / 2, height / 5
    points = ((x, y - wide), (x + width, y - narrow), (x + width, y + narrow), (x, y + wide))
    return Polyline(id, "funnel", points, True, "average-pooled before the projection")


def _block(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    left, right = placement.edges(column)
    inset = _inset(right - left)
    x0, x1, y, half = left + inset, right - inset, placement.main_y, placement.half_block
    plan, title = block.plan, block_title(block)
    text_half = half
    if plan.is_custom:
        outline = custom_outline(plan, placement.axis.graph.config.block, (x0, x1), y, half)
        text_half = min(text_half, outline.text_half)
        yield Polyline(block.id, "block", outline.points, True, title)
    elif plan.kind == "bottleneck":
        text_half = half * WAIST
        yield Polyline(block.id, "block", waisted_outline(x0, x1, y, half), True, title)
    else:
        yield Rectangle(block.id, "block", x0, y - half, x1 - x0, 2 * half, min(3.0, (x1 - x0) / 4), title)
    size, shown = placement.text_size * 0.9, ""
    roomy = not plan.is_custom or x1 - x0 >= _LEAST_CUSTOM_PX
    if roomy and text_height(size * _SMALLEST_TEXT_SHARE) <= 2 * text_half:
        size = min(size, 2 * text_half / text_height(1.0))
        for text in centered_text(placement.fit, block.id, "quiet_label", (x0, x1), y, _block_texts(plan), size):
            shown = text.text
            yield text
    if plan.attention == "none" or placement.axis.graph.config.attention.placement == "identity":
        rest = " ".join(fact for fact in _set_apart(plan) if fact not in shown)
        size = placement.text_size * 0.8
        y = min(placement.caption_y, placement.main_y + half + 0.8 * placement.text_size)
        yield from centered_text(
            placement.fit, block.id, "quiet_label", (left, right), y, (rest,) if rest else (), size
        )


def _block_texts(plan: BlockPlan) -> tuple[str, ...]:
    """Return what stands on a block, longest first: the channels inside it, or the kernels of a branch of its own."""
    facts = _set_apart(plan)
    if not plan.is_custom:
        return " ".join((f"{plan.inner_channels}", *facts)), f"{plan.inner_channels}"
    return " ".join(facts), facts[0], f"{len(plan.kernels)} conv", f"{len(plan.kernels)}c"


def _set_apart(plan: BlockPlan) -> tuple[str, ...]:
    """Return what a block has of its own: its kernels, its dilation."""
    kernels = (",".join(map(str, plan.kernels)),) if plan.is_custom else ()
    dilation = max(plan.dilation, plan.first_dilation)
    return (*kernels, f"d={dilation}") if dilation > 1 and max(plan.kernels) > 1 else kernels


def _attention_mark(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    """Yield a loop under the block, or under the top of its shortcut, where it weighs what passes.

    The loop begins and ends on the path, so that it shows below a silhouette of any form that is drawn over it.
    """
    where, name = placement.axis.graph.config.attention.placement, ATTENTION_WORDS.get(block.plan.attention)
    on_way = where == "identity"
    if name is None or (on_way and block.plan.shortcut == "none"):
        return
    x0, x1 = placement.edges(column)
    x0, x1 = x0 + _inset(x1 - x0), x1 - _inset(x1 - x0)
    size, title = placement.text_size * 0.72, f"{name} attention"
    text = first_fitting((name, name[:1]), (x1 - x0 - 10) / placement.fit, size) if x1 - x0 >= _LEAST_MARK_PX else ""
    top, bottom = placement.main_y + placement.half_block, placement.caption_y + text_height(size) / 2
    if on_way:
        top, bottom = placement.arch_top + text_height(placement.text_size), placement.main_y - placement.half_block
    if bottom - top < _LEAST_MARK_ROOM:
        return
    top = min(top + _LOOP_PX, bottom - _LEAST_MARK_ROOM)
    if bottom - top < text_height(size) + 1:
        text = ""
    half = text_height(size) / 2 if text else 2.0
    width = text_width(text, size) * placement.fit + 6 if text else min(max((x1 - x0) * 0.4, 2.0), 6.0)
    legs = width / 2 + 2.5
    middle = (x0 + x1) / 2 if on_way else x0 + (x1 - x0) * _MARK_SHARES[where]
    x = min(max(middle, x0 + legs), x1 - legs) if x1 - x0 > 2 * legs else (x0 + x1) / 2
    base = _arch_y(placement, block, legs / (x1 - x0)) if on_way else placement.main_y
    y = top + half
    if x1 - x0 > 2 * legs:
        loop = ((x - legs, base), (x - legs, y), (x + legs, y), (x + legs, base))
        yield Polyline(block.id, "gate", loop, False, title, 4.0)
    yield Rectangle(block.id, "gate_mark", x - width / 2, y - half, width, 2 * half, half, title)
    if text:
        yield Text(block.id, "gate_label", x, y, text, size, "middle", False, title)


def _arch_y(placement: Placement, block: Block, share: float) -> float:
    """Return the y of a block's arch, `share` of the block's width beside its top."""
    return placement.main_y - _arch_height(placement, block) * math.sqrt(max(1 - 4 * share * share, 0.0))
