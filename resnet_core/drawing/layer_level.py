"""Draws every layer of the shown blocks: convolutions as boxes, steps without a kernel as pills, the addition as ⊕."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resnet_core.architecture.graph import Block, Node
from resnet_core.architecture.layers import ACTIVATION_KINDS, NORM_KINDS
from resnet_core.drawing.captions import (
    WAY_WORDS,
    block_title,
    channel_captions,
    kernel_caption,
    node_title,
    pill_captions,
    shape_caption,
    weight_captions,
)
from resnet_core.drawing.depth_axis import HEAD_ID, Span
from resnet_core.drawing.display_list import (
    LABEL_ROLES,
    SHORTCUT_ROLES,
    Anchor,
    Arch,
    Item,
    Polyline,
    Rectangle,
    Role,
    Text,
)
from resnet_core.drawing.feature_marks import feature_mark, is_backbone
from resnet_core.drawing.fitted_text import centered_text
from resnet_core.drawing.layer_edges import edge_items
from resnet_core.drawing.layer_places import JOINTS, PORTS, WEIGHTED, LayerPlace, layer_places
from resnet_core.drawing.placement import SMALL_TEXT_SHARE, Placement
from resnet_core.drawing.sheet import Sheet
from resnet_core.drawing.text_metrics import elided, text_height, text_width

_POOLS = frozenset({"max_pool", "local_average_pool", "blur_pool", "average_pool", "global_max_pool", "channel_mean",
                    "channel_max"})  # fmt: skip
_SCALES = frozenset({"scale", "scalar_bias"})
_DROPS = frozenset({"dropout", "drop_path"})
_WAYS = frozenset(SHORTCUT_ROLES.values())
_LEAST_ROW_TEXT = 0.82
_PORT_ANCHORS: tuple[Anchor, Anchor] = ("right", "left")


def layer_items(placement: Placement) -> Iterator[Item]:
    """Yield the shown columns at the level of layers: first every edge, the ways round before the others."""
    sheet = Sheet()
    columns = list(placement.axis.columns_between(placement.first, placement.last))
    layers = [layer_places(placement, column) for column in columns]
    places = {place.node.id: place for column in layers for place in column}
    left, right = placement.x(placement.first), placement.x(placement.last)
    blocks, features = placement.axis.graph.block_by_id, _features(placement)
    for column, own in zip(columns, layers, strict=True):
        lines = list(edge_items(placement, column, own, places))
        for line in lines:
            if isinstance(line, Arch) or line.role in _WAYS:
                sheet.ways.append(line)
            else:
                sheet.lines.append(line)
        for place in own:
            if place.right >= left and place.left <= right:
                _layer(sheet, placement, place)
        for place in own:
            if place.node.id in features:
                _feature(sheet, placement, place, features[place.node.id])
        if column.id in blocks:
            sheet.texts += _way_words(placement, blocks[column.id], lines)
            sheet.texts += _caption(placement, blocks[column.id], column, own)
    if columns and columns[-1].id != HEAD_ID:
        sheet.lines.append(_way_out(placement, columns[-1], layers[-1]))
    return sheet.items()


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


def _layer(sheet: Sheet, placement: Placement, place: LayerPlace) -> None:
    kind = place.node.kind
    radius = 3.0 if kind in WEIGHTED else min(place.half, (place.right - place.left) / 2)
    box = Rectangle(
        place.node.id, layer_role(place.node), place.left, place.y - place.half, place.right - place.left,
        2 * place.half, radius, node_title(place.node),
    )  # fmt: skip
    sheet.boxes.append(box)
    if kind in WEIGHTED:
        sheet.texts += (_gate_weights if place.lane.row else _weights)(placement, place)
    elif kind in JOINTS:
        sheet.signs += _joint(place)
    elif kind in PORTS:
        sheet.texts += _port(placement, place)
    else:
        sheet.texts += _row_text(placement, place, "label", pill_captions(place.node))


def _weights(placement: Placement, place: LayerPlace) -> list[Text]:
    """Return what stands on a layer of weights of the main path or the way round: its channels under its kernel."""
    node, size = place.node, placement.text_size
    small = size * SMALL_TEXT_SHARE
    texts = weight_captions(node)
    label: Role = "projection_label" if node.on_shortcut else "strong_label"
    edges, height = (place.left, place.right), 2 * place.half
    if height < text_height(size) + text_height(small):
        size, bold = min(size, height / text_height(1.0)), not node.on_shortcut
        return centered_text(placement.fit, node.id, label, edges, place.y, texts, size, bold=bold, whole=True)
    upper, lower = place.y - text_height(small) / 2, place.y + text_height(size) / 2
    return [
        *centered_text(placement.fit, node.id, label, edges, upper, texts, size, bold=True, whole=True),
        *centered_text(placement.fit, node.id, "quiet_label", edges, lower, channel_captions(node), small),
    ]


def _gate_weights(placement: Placement, place: LayerPlace) -> list[Text]:
    """Return what stands on a layer of weights in a row below: its channels, or its kernel if that is not a point."""
    node = place.node
    texts: tuple[str, ...]
    if node.kind == "channel_conv":
        texts = (f"conv1d {node.operation.kernel}", f"1d {node.operation.kernel}", f"{node.operation.kernel}")
    else:
        texts = (kernel_caption(node),) if node.operation.kernel > 1 else channel_captions(node)
    return _row_text(placement, place, "gate_label", texts)


def _row_text(placement: Placement, place: LayerPlace, role: Role, texts: tuple[str, ...]) -> list[Text]:
    """Return the first of `texts` that fits in width, where there is the height for any."""
    small = placement.text_size * SMALL_TEXT_SHARE
    size = min(small, 2 * place.half / text_height(1.0))
    if size < small * _LEAST_ROW_TEXT:
        return []
    edges = place.left - 1.5, place.right + 1.5
    return centered_text(placement.fit, place.node.id, role, edges, place.y, texts, size)


def _joint(place: LayerPlace) -> list[Polyline]:
    """Return the sign of ⊕ for an addition, of ⊗ for a multiplication."""
    id, x, y = place.node.id, place.middle, place.y
    arm = place.half * 0.6
    if place.node.kind == "add":
        ends = (((x - arm, y), (x + arm, y)), ((x, y - arm), (x, y + arm)))
    else:
        arm *= 0.8
        ends = (((x - arm, y - arm), (x + arm, y + arm)), ((x - arm, y + arm), (x + arm, y - arm)))
    return [Polyline(id, "joint", line) for line in ends]


def _port(placement: Placement, place: LayerPlace) -> list[Text]:
    """Return the shape at the network's input or output, where it has half the column for it."""
    node = place.node
    column, span = placement.axis.column_of(node.id), placement.axis.span_of(node.id)
    assert column is not None and span is not None
    text, size = shape_caption(node.output_shape), placement.text_size * SMALL_TEXT_SHARE
    rows = placement.rows
    is_low = rows.caption_y - text_height(size) / 2 < rows.main_y + place.half
    if is_low or text_width(text, size) >= column.width * placement.scale / 2:
        return []
    left, right = placement.edges(span)
    is_input = node.kind == "input"
    at, anchor = left if is_input else right, _PORT_ANCHORS[is_input]
    return [Text(node.id, "quiet_label", at, rows.caption_y, text, size, anchor)]


def _features(placement: Placement) -> dict[str, str]:
    """Return the names of a backbone's maps by the layers that make them."""
    graph = placement.axis.graph
    return {id: name for name, id in graph.features.items()} if is_backbone(graph) else {}


def _feature(sheet: Sheet, placement: Placement, place: LayerPlace, name: str) -> None:
    """Mark the map that leaves after a layer, between it and the next."""
    feature_mark(sheet, placement, name, place.node.id, place.right + 1, place.right - place.left)


def _way_words(placement: Placement, block: Block, edges: Sequence[Item]) -> Iterator[Text]:
    """Yield what the way round does, over its first level stretch."""
    arch = next((item for item in edges if isinstance(item, Arch) and item.part != "falls"), None)
    if arch is None:
        return
    size, words = placement.text_size * SMALL_TEXT_SHARE, WAY_WORDS[block.plan.shortcut]
    left, right = arch.x0 + arch.shoulder / 2, arch.x1 - (arch.shoulder / 2 if arch.part == "whole" else 0)
    text, rows = elided(words, right - left - 8, size), placement.rows
    if text and rows.way_y - rows.arch_top >= text_height(size) + 2:
        y = rows.way_y - text_height(size) / 2 - 2
        yield Text(block.id, LABEL_ROLES[block.plan.shortcut], (left + right) / 2, y, text, size, title=words)


def _caption(placement: Placement, block: Block, column: Span, layers: Sequence[LayerPlace]) -> Iterator[Text]:
    """Yield the block's id and the shape it puts out under it, where no layer stands there."""
    x0, x1 = placement.visible_edges(column)
    size, y = placement.text_size * SMALL_TEXT_SHARE, placement.rows.caption_y
    shape, title = shape_caption(block.output_shape), block_title(block)
    id_width, shape_width = text_width(block.id, size), text_width(shape, size)
    low = [place for place in layers if place.y + place.half > y - text_height(size) / 2]
    if x1 - x0 > id_width + 10 and not _any_between(low, x0, x0 + 4 + id_width):
        yield Text(block.id, "quiet_label", x0 + 4, y, block.id, size, "left", title=title)
    right = x1 - 4
    if is_backbone(placement.axis.graph):
        right = min(right, layers[-1].right - text_width("C10", size, bold=True) - 6)
    if right - x0 > id_width + shape_width + 20 and not _any_between(low, right - shape_width, x1):
        yield Text(block.output_id, "quiet_label", right, y, shape, size, "right", title=title)


def _any_between(layers: Sequence[LayerPlace], left: float, right: float) -> bool:
    return any(place.left < right and place.right > left for place in layers)
