"""Draws every layer of the shown blocks: convolutions as boxes, BN and ReLU as pills, the addition as ⊕."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.architecture.graph import Block, Node
from resnet_core.drawing.block_level import centered_text, main_line
from resnet_core.drawing.captions import WAY_WORDS, block_title, kernel_caption, node_title, shape_caption
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import LABEL_ROLES, SHORTCUT_ROLES, Arch, Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.text_metrics import elided, text_height, text_width

_PILLS: dict[str, tuple[Role, tuple[str, ...]]] = {
    "batch_norm": ("batch_norm", ("BN",)),
    "relu": ("relu", ("ReLU",)),
    "max_pool": ("pool", ("max pool", "pool")),
    "average_pool": ("pool", ("avg pool", "pool")),
    "zero_pad": ("zero_pad_box", ("zero pad", "pad", "+0")),
    "flatten": ("pool", ("flatten", "flat")),
}


def layer_items(placement: Placement) -> Iterator[Item]:
    """Yield the shown columns at the level of layers, shortcuts first."""
    axis = placement.axis
    columns = list(axis.columns_between(placement.first, placement.last))
    blocks = [(axis.graph.block_by_id[c.id], c) for c in columns if c.id in axis.graph.block_by_id]
    for block, column in blocks:
        yield from _shortcut(placement, block, column)
    if columns:
        yield main_line(placement, columns[0], columns[-1])
    for column in columns:
        yield from _layers(placement, column)
    for block, column in blocks:
        yield from _caption(placement, block, column)


def way_y(placement: Placement) -> float:
    """Return the y of the level part of a shortcut at the level of layers."""
    return placement.arch_top + text_height(placement.text_size * 0.85) * 1.25


def _shortcut(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    """Yield the way round: from where the tensor forks to the addition."""
    kind = block.plan.shortcut
    if kind == "none":
        return
    layers = {layer.id: layer for layer in placement.axis.layers_of(column)}
    add = layers[f"{block.id}.add"]
    x0, x1 = _fork(placement, block, column, layers), placement.x(add.middle)
    y, top = placement.main_y, way_y(placement)
    shoulder = min((x1 - x0) / 2, 1.2 * (y - top))
    yield Arch(block.id, SHORTCUT_ROLES[kind], x0, x1, y, y - top, shoulder, block_title(block))
    taken = [layers[node.id] for node in placement.axis.graph.nodes_of(block) if node.on_shortcut]
    stop = placement.x(taken[0].start) if taken else x1 - shoulder / 2
    start, words = x0 + shoulder / 2, WAY_WORDS[kind]
    size = placement.text_size * 0.85
    text = elided(words, stop - start - 8, size)
    if text:
        y = top - text_height(size) / 2 - 2
        yield Text(block.id, LABEL_ROLES[kind], (start + stop) / 2, y, text, size, title=words)


def _fork(placement: Placement, block: Block, column: Span, layers: dict[str, Span]) -> float:
    """Return the x where the shortcut leaves the main path: the block's input, or what its first ReLU puts out."""
    graph = placement.axis.graph
    shortcut_layers = [node for node in graph.nodes_of(block) if node.on_shortcut]
    source = shortcut_layers[0].inputs[0] if shortcut_layers else block.input_id
    return placement.x(layers[source].stop) if source in layers else placement.x(column.start) + 1


def _layers(placement: Placement, column: Span) -> Iterator[Item]:
    nodes = placement.axis.nodes_of(column)
    widest = max(max(node.input_shape.channels, node.output_shape.channels) for node in nodes)
    for node, span in zip(nodes, placement.axis.layers_of(column), strict=True):
        if span.stop < placement.first or span.start > placement.last:
            continue
        x0, x1 = placement.edges(span)
        y = way_y(placement) if node.on_shortcut else placement.main_y
        if node.kind in ("conv", "linear"):
            yield from _weighted(placement, node, (x0, x1), y, widest)
        elif node.kind == "add":
            yield from _addition(placement, node, (x0 + x1) / 2)
        elif node.kind in ("input", "output"):
            yield from _port(placement, node, (x0, x1))
        else:
            yield from _pill(placement, node, (x0, x1), y)


def _weighted(
    placement: Placement, node: Node, edges: tuple[float, float], y: float, widest: int
) -> Iterator[Item]:
    """Yield a convolution or linear layer: its height follows its channels, so that a bottleneck has a waist."""
    size = placement.text_size
    small = size * 0.85
    lines = text_height(size) + text_height(small)
    channels = max(node.input_shape.channels, node.output_shape.channels)
    full = 2 * placement.half_block
    share = 1.0 if node.kind == "linear" else 0.55 + 0.45 * (channels / widest) ** 0.5
    height = max(full * share, min(lines + 1, full))
    role: Role = "conv" if node.kind == "conv" else "linear"
    if node.on_shortcut:
        # The way round has less room above it than the main path has.
        height, role = min(height, 2 * (y - placement.arch_top)), "projection_box"
    x0, x1 = edges[0] + 2, edges[1] - 2
    yield Rectangle(node.id, role, x0, y - height / 2, x1 - x0, height, 3, node_title(node))
    name = kernel_caption(node) if node.kind == "conv" else "fc"
    change = f"{node.input_shape.channels}→{node.output_shape.channels}"
    groups = node.operation.groups
    texts: tuple[str, ...] = (name, name.replace(" ", ""), name.split(" ")[0])
    if groups > 1:
        texts = (f"{name} ·{groups}", *texts)
    label: Role = "projection_label" if node.on_shortcut else "strong_label"
    if height < lines:
        size, bold = min(size, height / text_height(1.0)), not node.on_shortcut
        yield from centered_text(placement.fit, node.id, label, (x0, x1), y, texts, size, bold=bold)
        return
    upper = y - text_height(small) / 2
    yield from centered_text(placement.fit, node.id, label, (x0, x1), upper, texts, size, bold=True)
    quiet = (change, f"→{node.output_shape.channels}")
    yield from centered_text(placement.fit, node.id, "quiet_label", (x0, x1), y + text_height(size) / 2, quiet, small)


def _pill(placement: Placement, node: Node, edges: tuple[float, float], y: float) -> Iterator[Item]:
    role, texts = _PILLS[node.kind]
    size = placement.text_size * 0.85
    half = text_height(size) / 2 + 1.5
    x0, x1 = edges[0] + 1.5, edges[1] - 1.5
    yield Rectangle(node.id, role, x0, y - half, x1 - x0, 2 * half, min(half, (x1 - x0) / 2), node_title(node))
    yield from centered_text(placement.fit, node.id, "label", (x0 - 1, x1 + 1), y, texts, size)


def _addition(placement: Placement, node: Node, x: float) -> Iterator[Item]:
    y, radius = placement.main_y, placement.text_size * 0.62
    yield Rectangle(node.id, "add", x - radius, y - radius, 2 * radius, 2 * radius, radius, node_title(node))
    arm = radius * 0.6
    yield Polyline(node.id, "add", ((x - arm, y), (x + arm, y)))
    yield Polyline(node.id, "add", ((x, y - arm), (x, y + arm)))


def _port(placement: Placement, node: Node, edges: tuple[float, float]) -> Iterator[Item]:
    """Yield a dot for the network's input or output, its shape under it."""
    x, radius = (edges[0] + edges[1]) / 2, 3.0
    y, size = placement.main_y, placement.text_size * 0.85
    yield Rectangle(node.id, "port", x - radius, y - radius, 2 * radius, 2 * radius, radius, node_title(node))
    text = shape_caption(node.output_shape)
    anchored_left = node.kind == "input"
    column = placement.axis.column_of(node.id)
    assert column is not None
    if text_width(text, size) < column.width * placement.scale / 2:
        at = edges[0] if anchored_left else edges[1]
        yield Text(node.id, "quiet_label", at, placement.caption_y, text, size, "left" if anchored_left else "right")


def _caption(placement: Placement, block: Block, column: Span) -> Iterator[Item]:
    """Yield the block's id and the shape it puts out, under it."""
    x0, x1 = placement.visible_edges(column)
    size, y = placement.text_size * 0.85, placement.caption_y
    shape = shape_caption(block.output_shape)
    id_width, shape_width = text_width(block.id, size), text_width(shape, size)
    if x1 - x0 > id_width + 10:
        yield Text(block.id, "quiet_label", x0 + 4, y, block.id, size, "left", title=block_title(block))
    if x1 - x0 > id_width + shape_width + 24:
        yield Text(block.output_id, "quiet_label", x1 - 4, y, shape, size, "right", title=block_title(block))
