"""Draws every layer of the shown blocks: convolutions as boxes, steps without a kernel as pills, the addition as ⊕."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resnet_core.architecture.graph import Block, Node
from resnet_core.architecture.layers import ACTIVATION_KINDS, NORM_KINDS
from resnet_core.drawing.block_level import centered_text
from resnet_core.drawing.captions import (
    WAY_WORDS,
    block_title,
    kernel_caption,
    node_title,
    pill_captions,
    shape_caption,
)
from resnet_core.drawing.depth_axis import HEAD_ID, Span
from resnet_core.drawing.display_list import LABEL_ROLES, Arch, Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.layer_edges import edge_items
from resnet_core.drawing.layer_places import JOINTS, PORTS, WEIGHTED, LayerPlace, layer_places
from resnet_core.drawing.placement import SMALL_TEXT_SHARE, Placement
from resnet_core.drawing.text_metrics import elided, text_height, text_width

_POOLS = frozenset({"max_pool", "local_average_pool", "blur_pool", "average_pool", "global_max_pool", "channel_mean",
                    "channel_max"})  # fmt: skip
_SCALES = frozenset({"scale", "scalar_bias"})
_DROPS = frozenset({"dropout", "drop_path"})


def layer_items(placement: Placement) -> Iterator[Item]:
    """Yield the shown columns at the level of layers: first every edge, the ways round before the others."""
    columns = list(placement.axis.columns_between(placement.first, placement.last))
    layers = [layer_places(placement, column) for column in columns]
    places = {place.node.id: place for column in layers for place in column}
    edges = [tuple(edge_items(placement, column, own, places)) for column, own in zip(columns, layers, strict=True)]
    for roles in (("identity", "projection", "zero_pad"), ("main_line",), ("gate",)):
        yield from (item for own in edges for item in own if item.role in roles)
    if columns and columns[-1].id != HEAD_ID:
        yield _way_out(placement, columns[-1], layers[-1])
    for own in layers:
        for place in own:
            if place.right >= placement.x(placement.first) and place.left <= placement.x(placement.last):
                yield from _layer(placement, place)
    blocks = placement.axis.graph.block_by_id
    for column, lines in zip(columns, edges, strict=True):
        if column.id in blocks:
            yield from _way_words(placement, blocks[column.id], lines)
            yield from _caption(placement, blocks[column.id], column)


def layer_role(node: Node) -> Role:
    """Return the look of a layer, by its kind and its path."""
    kind = node.kind
    if kind in WEIGHTED:
        if node.path == "gate":
            return "gate_box"
        return "projection_box" if node.path == "shortcut" else "linear" if kind == "linear" else "conv"
    if kind in NORM_KINDS:
        return "norm"
    if kind in ACTIVATION_KINDS:
        return "gate_mark" if kind == "sigmoid" else "activation"
    if kind in JOINTS:
        return "joint"
    if kind in PORTS:
        return "port"
    if kind == "zero_pad":
        return "zero_pad_box"
    if kind in _POOLS:
        return "pool"
    return "scale" if kind in _SCALES else "dropout" if kind in _DROPS else "reshape"


def _way_out(placement: Placement, column: Span, layers: Sequence[LayerPlace]) -> Polyline:
    """Return the end of the main path's line where the picture goes on elsewhere."""
    y, last = placement.main_y, max(place.right for place in layers if place.node.path == "main")
    return Polyline("", "main_line", ((last, y), (placement.x(column.stop), y)))


def _layer(placement: Placement, place: LayerPlace) -> Iterator[Item]:
    kind = place.node.kind
    if kind in WEIGHTED:
        yield from (_gate_weights if place.lane.row else _weights)(placement, place)
    elif kind in JOINTS:
        yield from _joint(place)
    elif kind in PORTS:
        yield from _port(placement, place)
    else:
        yield from _pill(placement, place)


def _box(place: LayerPlace, radius: float) -> Rectangle:
    box = place.box
    return Rectangle(
        place.node.id, layer_role(place.node), box.left, box.top, box.right - box.left, 2 * place.half, radius,
        node_title(place.node),
    )  # fmt: skip


def _weights(placement: Placement, place: LayerPlace) -> Iterator[Item]:
    """Yield a convolution or linear layer of the main path or the way round, its channels under its kernel."""
    node, size = place.node, placement.text_size
    small = size * SMALL_TEXT_SHARE
    yield _box(place, 3)
    name = kernel_caption(node) if node.kind == "conv" else "fc"
    texts: tuple[str, ...] = (name, name.replace(" ", ""), name.split(" ")[0])
    if node.operation.groups > 1:
        texts = (f"{name} ·{node.operation.groups}", *texts)
    label: Role = "projection_label" if node.on_shortcut else "strong_label"
    edges, height = (place.left, place.right), 2 * place.half
    if height < text_height(size) + text_height(small):
        size, bold = min(size, height / text_height(1.0)), not node.on_shortcut
        yield from centered_text(placement.fit, node.id, label, edges, place.y, texts, size, bold=bold)
        return
    upper, lower = place.y - text_height(small) / 2, place.y + text_height(size) / 2
    yield from centered_text(placement.fit, node.id, label, edges, upper, texts, size, bold=True)
    channels = (f"{node.input_shape.channels}→{node.output_shape.channels}", f"→{node.output_shape.channels}")
    yield from centered_text(placement.fit, node.id, "quiet_label", edges, lower, channels, small)


def _gate_weights(placement: Placement, place: LayerPlace) -> Iterator[Item]:
    """Yield a layer of weights in a row below: its channels, or its kernel where that is more than a point."""
    node = place.node
    yield _box(place, 3)
    texts: tuple[str, ...]
    if node.kind == "channel_conv":
        texts = (f"conv1d {node.operation.kernel}", f"1d {node.operation.kernel}", f"{node.operation.kernel}")
    elif node.operation.kernel > 1:
        texts = (kernel_caption(node),)
    else:
        texts = (f"{node.input_shape.channels}→{node.output_shape.channels}", f"→{node.output_shape.channels}")
    yield from _row_text(placement, place, "gate_label", texts)


def _pill(placement: Placement, place: LayerPlace) -> Iterator[Item]:
    yield _box(place, min(place.half, (place.right - place.left) / 2))
    yield from _row_text(placement, place, "label", pill_captions(place.node))


def _row_text(placement: Placement, place: LayerPlace, role: Role, texts: tuple[str, ...]) -> Iterator[Item]:
    """Yield the first of `texts` that fits in width, where there is the height for any."""
    size = min(placement.text_size * SMALL_TEXT_SHARE, 2 * place.half / text_height(1.0))
    if size >= placement.text_size * SMALL_TEXT_SHARE**2:
        edges = (place.left - 1, place.right + 1)
        yield from centered_text(placement.fit, place.node.id, role, edges, place.y, texts, size)


def _joint(place: LayerPlace) -> Iterator[Item]:
    """Yield ⊕ for an addition, ⊗ for a multiplication."""
    id, x, y = place.node.id, place.middle, place.y
    yield _box(place, place.half)
    arm = place.half * 0.6
    if place.node.kind == "add":
        yield Polyline(id, "joint", ((x - arm, y), (x + arm, y)))
        yield Polyline(id, "joint", ((x, y - arm), (x, y + arm)))
    else:
        arm *= 0.8
        yield Polyline(id, "joint", ((x - arm, y - arm), (x + arm, y + arm)))
        yield Polyline(id, "joint", ((x - arm, y + arm), (x + arm, y - arm)))


def _port(placement: Placement, place: LayerPlace) -> Iterator[Item]:
    """Yield a dot for the network's input or output, its shape under it."""
    node = place.node
    yield _box(place, place.half)
    column, span = placement.axis.column_of(node.id), placement.axis.span_of(node.id)
    assert column is not None and span is not None
    text, size = shape_caption(node.output_shape), placement.text_size * SMALL_TEXT_SHARE
    if text_width(text, size) < column.width * placement.scale / 2:
        left, right = placement.edges(span)
        is_input = node.kind == "input"
        at = left if is_input else right
        yield Text(node.id, "quiet_label", at, placement.caption_y, text, size, "left" if is_input else "right")


def _way_words(placement: Placement, block: Block, edges: Sequence[Item]) -> Iterator[Text]:
    """Yield what the way round does, over its first level stretch."""
    arch = next((item for item in edges if isinstance(item, Arch) and item.part != "falls"), None)
    if arch is None:
        return
    size, words = placement.text_size * SMALL_TEXT_SHARE, WAY_WORDS[block.plan.shortcut]
    left, right = arch.x0 + arch.shoulder / 2, arch.x1 - (arch.shoulder / 2 if arch.part == "whole" else 0)
    text = elided(words, right - left - 8, size)
    if text and placement.way_y - placement.arch_top >= text_height(size) + 2:
        y = placement.way_y - text_height(size) / 2 - 2
        yield Text(block.id, LABEL_ROLES[block.plan.shortcut], (left + right) / 2, y, text, size, title=words)


def _caption(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    """Yield the block's id and the shape it puts out, under it."""
    x0, x1 = placement.visible_edges(column)
    size, y = placement.text_size * SMALL_TEXT_SHARE, placement.caption_y
    shape = shape_caption(block.output_shape)
    id_width, shape_width = text_width(block.id, size), text_width(shape, size)
    if x1 - x0 > id_width + 10:
        yield Text(block.id, "quiet_label", x0 + 4, y, block.id, size, "left", title=block_title(block))
    if x1 - x0 > id_width + shape_width + 24:
        yield Text(block.output_id, "quiet_label", x1 - 4, y, shape, size, "right", title=block_title(block))
