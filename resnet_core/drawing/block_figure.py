"""Draws one block from top to bottom, as papers do: the branch in the middle, the way round at its right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.drawing.captions import (
    ATTENTION_WORDS,
    WAY_WORDS,
    block_title,
    kernel_caption,
    node_title,
    pill_captions,
    shape_caption,
)
from resnet_core.drawing.display_list import (
    LABEL_ROLES,
    SHORTCUT_ROLES,
    Drawing,
    Item,
    Polyline,
    Rectangle,
    Role,
    Text,
)
from resnet_core.drawing.fitted_text import centered_text
from resnet_core.drawing.layer_level import layer_role
from resnet_core.drawing.layer_places import JOINTS, WEIGHTED
from resnet_core.drawing.placement import SMALL_TEXT_SHARE
from resnet_core.drawing.text_metrics import text_height, text_width

_GAP, _BEND, _MARGIN, _LANE_GAP = 7.0, 7.0, 2.0, 10.0
_LEAST_SHARE = 0.55
_LEAST_BRANCH_SHARE = 7.0
"""What a branch needs beside an attention on its way round that is drawn layer by layer, in sizes of the text."""


class FigureRoom(NamedTuple):
    """How wide the figure may be and how large its text, in pixels; `fit` is that of a Placement."""

    width: float
    text_size: float
    fit: float = 1.0

    @property
    def small(self) -> float:
        """The size of the quieter text."""
        return self.text_size * SMALL_TEXT_SHARE


class _Row(NamedTuple):
    """Layers of one row, from `top` to `top + height`; more than one only beside one another in a gate."""

    nodes: tuple[Node, ...]
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height


def block_figure(graph: Graph, block: Block, room: FigureRoom) -> Drawing:
    """Return the picture of `block`; every layer carries its id and what it is."""
    figure = _Figure(graph, block, room)
    shapes = f"{shape_caption(block.input_shape)} → {shape_caption(block.output_shape)}"
    return Drawing(block.id, f"{block_title(block)}; {shapes}", room.width, figure.height, tuple(figure.items()))


class _Figure:
    """The rows of one block and the lanes that they stand in."""

    def __init__(self, graph: Graph, block: Block, room: FigureRoom) -> None:
        self._block, self._room = block, room
        nodes = graph.nodes_of(block)
        self._way = _way_nodes(nodes)
        on_way = {node.id for node in self._way}
        self._is_open = self._has_room_for_gates()
        self._shown_way = [node for node in self._way if self._is_open or not _is_part_of_attention(node)]
        self._widest = max(max(node.input_shape.channels, node.output_shape.channels) for node in nodes)
        line = text_height(room.text_size)
        self._rows: dict[str, _Row] = {}
        self._top = line + _GAP
        gates = self._gates_width()
        lane = self._lane_width() + gates
        self._main = (_MARGIN, room.width - lane - _MARGIN)
        self._axis = (self._main[0] + self._main[1]) / 2
        self._way_gates = (room.width - lane + _LANE_GAP / 2, room.width - lane + gates - _LANE_GAP / 2)
        self._lane = (room.width - lane + gates + _LANE_GAP / 2, room.width - _MARGIN)
        self._stack([node for node in nodes if node.id not in on_way])
        self.height = max(row.bottom for row in self._rows.values()) + _GAP + line

    def items(self) -> Iterator[Item]:
        """Yield the lines first, then the layers and their texts."""
        block, size = self._block, self._room.text_size
        yield from self._way_line()
        bottom = self.height - text_height(size)
        yield Polyline("", "main_line", ((self._axis, text_height(size)), (self._axis, bottom)))
        yield from self._gate_lines()
        for row in dict.fromkeys(self._rows.values()):
            for place, node in enumerate(row.nodes):
                yield from self._layer(node, row, place)
        texts = ((block.input_id, "x", block.input_shape, 0.0), (block.output_id, "H(x)", block.output_shape, bottom))
        for id, name, shape, top in texts:
            y, words = top + text_height(size) / 2, (f"{name}  {shape_caption(shape)}", name)
            yield from centered_text(self._room.fit, id, "quiet_label", self._main, y, words, size)

    def _has_room_for_gates(self) -> bool:
        """Whether the layers of an attention on the way round have room beside branch and way; else it is one box."""
        self._shown_way, self._is_open = self._way, True
        left = self._room.width - self._lane_width() - self._gates_width()
        return left >= _LEAST_BRANCH_SHARE * self._room.text_size

    def _gates_width(self) -> float:
        """Return the room that the layers of an attention on the way round need, at the left of the way."""
        small = self._room.small * self._room.fit
        gates = [node for node in self._shown_way if node.path == "gate"]
        widths = [text_width(_gate_captions(node, paired=False)[-1], small) for node in gates]
        return max(widths) + 8 + 2 * _LANE_GAP if widths else 0.0

    def _lane_width(self) -> float:
        """Return the room at the right that the way round needs."""
        small = self._room.small * self._room.fit
        if self._block.plan.shortcut == "none":
            return 0.0
        way = [node for node in self._shown_way if node.path == "shortcut"]
        texts = [WAY_WORDS[self._block.plan.shortcut]] if not way else []
        for node in way:
            if self._is_open and node.kind in JOINTS:
                continue
            texts += [*_way_captions(node)[:1], _channels(node)] if node.kind in WEIGHTED else _way_captions(node)[1:2]
        return max((text_width(text, small) for text in texts), default=self._room.text_size) + 10 + _LANE_GAP

    def _stack(self, nodes: Sequence[Node]) -> None:
        """Place every layer of the branch in a row of its own, and those of the way beside them."""
        top = self._top + _GAP
        for _, run in groupby(
            nodes, key=lambda node: (node.path == "gate", node.inputs, node.path == "gate" or node.id)
        ):
            row_nodes = tuple(run)
            if row_nodes[0].kind == "add":
                top = max(top, self._stack_way() + _GAP)
            row = _Row(row_nodes, top, self._height_of(row_nodes[0]))
            self._rows |= {node.id: row for node in row_nodes}
            top = row.bottom + _GAP

    def _stack_way(self) -> float:
        """Place the layers of the way round in the middle beside the branch; return where the last one ends."""
        first = self._after(self._way[0].inputs[0] if self._way else self._block.input_id) + _GAP
        last = max((row.bottom for row in self._rows.values()), default=first)
        rows = [tuple(run) for _, run in groupby(self._shown_way, key=_row_key)]
        heights = [self._height_of(row[0]) for row in rows]
        needed = sum(heights) + _GAP * max(len(heights) - 1, 0)
        top = max(first, (first + last - needed) / 2)
        for nodes, height in zip(rows, heights, strict=True):
            self._rows |= {node.id: _Row(nodes, top, height) for node in nodes}
            top += height + _GAP
        return top - _GAP if heights else first

    def _height_of(self, node: Node) -> float:
        room = self._room
        if node.kind in WEIGHTED and node.path != "gate":
            return text_height(room.text_size) + text_height(room.small) + 4
        if self._is_joint(node):
            return 1.3 * room.text_size
        return text_height(room.small) + 4

    def _is_joint(self, node: Node) -> bool:
        """Whether a layer is drawn as ⊕ or ⊗."""
        return node.kind in JOINTS and (node.path == "main" or self._is_open)

    def _after(self, id: str) -> float:
        """Return the y where a line leaves the branch under the layer `id`; under x where it is none of the block."""
        row = self._rows.get(id)
        return row.bottom + _GAP / 2 if row else self._top + _GAP / 2

    def _way_line(self) -> Iterator[Item]:
        block = self._block
        kind = block.plan.shortcut
        if kind == "none":
            return
        start = self._after(self._way[0].inputs[0] if self._way else block.input_id)
        add = self._rows[f"{block.id}.add"]
        x = self._way_axis() if self._shown_way else self._lane[1] - 4
        points = ((self._axis, start), (x, start), (x, add.middle), (self._axis, add.middle))
        yield Polyline(block.id, SHORTCUT_ROLES[kind], points, title=block_title(block), bend=_BEND)
        if not self._shown_way:
            words, y = WAY_WORDS[kind], (start + add.middle) / 2
            yield Text(block.id, LABEL_ROLES[kind], x - 6, y, words, self._room.small, "right", title=words)

    def _gate_lines(self) -> Iterator[Item]:
        """Yield a line from each weighed tensor through what computes its weights to the multiplication."""
        for row in self._rows.values():
            node = row.nodes[0]
            if node.kind == "multiply" and self._is_joint(node):
                on_way = node.path == "shortcut"
                axis, edges = self._way_axis() if on_way else self._axis, self._gate_edges(on_way=on_way)
                x, start = (edges[0] + edges[1]) / 2, self._after(node.inputs[0])
                if on_way and node.inputs[0] not in {other.id for other in self._way}:
                    start = self._rows[self._way[0].id].top - _GAP / 2
                points = ((axis, start), (x, start), (x, row.middle), (axis, row.middle))
                yield Polyline(node.id, "gate", points, title=node_title(node), bend=_BEND)

    def _way_axis(self) -> float:
        return (self._lane[0] + self._lane[1]) / 2

    def _gate_edges(self, *, on_way: bool) -> tuple[float, float]:
        return self._way_gates if on_way else (self._main[0], self._axis - _LANE_GAP)

    def _layer(self, node: Node, row: _Row, place: int) -> Iterator[Item]:
        on_way = node in self._shown_way
        if self._is_joint(node):
            yield from self._joint(node, row, self._way_axis() if on_way else self._axis)
        elif on_way and node.path == "shortcut":
            yield from self._box(node, row, self._lane, _way_captions(node))
        elif node.path == "gate":
            left, right = self._gate_edges(on_way=on_way)
            width = (right - left) / len(row.nodes)
            edges = (left + place * width, left + (place + 1) * width)
            yield from self._box(node, row, edges, _gate_captions(node, paired=len(row.nodes) > 1))
        else:
            yield from self._box(node, row, self._edges_of(node), _main_captions(node))

    def _edges_of(self, node: Node) -> tuple[float, float]:
        """Return how wide a layer of the branch is: the wider, the more channels, so that a bottleneck has a waist."""
        full = self._main[1] - self._main[0]
        share = 0.5
        if node.kind in WEIGHTED:
            channels = max(node.input_shape.channels, node.output_shape.channels)
            channels = min(channels, node.output_shape.channels) if node.operation.kernel == 1 else channels
            share = _LEAST_SHARE + (1 - _LEAST_SHARE) * float(channels / self._widest) ** 0.5
        half = share * full / 2
        return self._axis - half, self._axis + half

    def _box(self, node: Node, row: _Row, edges: tuple[float, float], texts: tuple[str, ...]) -> Iterator[Item]:
        role, fit, size = layer_role(node), self._room.fit, self._room.text_size
        large = node.kind in WEIGHTED and node.path != "gate"
        role = "gate_box" if _is_collapsed(node) else role  # Only where it is a box, not a joint.
        radius = 3.0 if large or node.path == "gate" else row.height / 2
        title = node_title(node)
        yield Rectangle(node.id, role, edges[0], row.top, edges[1] - edges[0], row.height, radius, title)
        if not large:
            label: Role = "gate_label" if role == "gate_box" else "label"
            yield from centered_text(fit, node.id, label, edges, row.middle, texts, self._room.small)
            return
        label = "projection_label" if node.path == "shortcut" else "strong_label"
        size = size if node.path == "main" else self._room.small
        upper, lower = row.middle - text_height(self._room.small) / 2, row.middle + text_height(size) / 2
        yield from centered_text(fit, node.id, label, edges, upper, texts, size, bold=True)
        change = (_channels(node), f"→{node.output_shape.channels}")
        yield from centered_text(fit, node.id, "quiet_label", edges, lower, change, self._room.small)

    def _joint(self, node: Node, row: _Row, x: float) -> Iterator[Item]:
        """Yield ⊕ for an addition, ⊗ for a multiplication."""
        y, half = row.middle, row.height / 2
        yield Rectangle(node.id, "joint", x - half, row.top, row.height, row.height, half, node_title(node))
        arm = half * (0.6 if node.kind == "add" else 0.45)
        slants = ((arm, 0.0), (0.0, arm)) if node.kind == "add" else ((arm, arm), (arm, -arm))
        for dx, dy in slants:
            yield Polyline(node.id, "joint", ((x - dx, y - dy), (x + dx, y + dy)))


def _way_nodes(nodes: Sequence[Node]) -> list[Node]:
    """Return the layers of the way round, what computes its attention's weights included."""
    gates: list[Node] = []
    found: list[Node] = []
    for node in nodes:
        if node.path == "gate":
            gates.append(node)
        elif node.path == "shortcut":
            found += [*gates, node] if node.kind == "multiply" else [node]
            gates = []
        elif node.kind == "multiply":
            gates = []
    return found


def _row_key(node: Node) -> tuple[str, ...]:
    """Return what layers of one row share: those of a gate that read the same tensor stand beside one another."""
    return ("gate", *node.inputs) if node.path == "gate" else (node.id,)


def _is_part_of_attention(node: Node) -> bool:
    """Whether a layer of the way round is left to the box that stands for its whole attention."""
    return node.path == "gate" or node.id.endswith("cbam.pixel_scale")


def _is_collapsed(node: Node) -> bool:
    return node.kind == "multiply" and node.path == "shortcut"


def _attention(node: Node) -> str:
    return ATTENTION_WORDS.get(node.id.removeprefix(f"{node.block}.").partition(".")[0], "×")


def _channels(node: Node) -> str:
    return f"{node.input_shape.channels}→{node.output_shape.channels}"


def _main_captions(node: Node) -> tuple[str, ...]:
    if node.kind not in WEIGHTED:
        return pill_captions(node)
    name = kernel_caption(node) if node.kind == "conv" else "fc"
    groups = (f"{name} · {node.operation.groups} groups", f"{name} ·{node.operation.groups}")
    return (*(groups if node.operation.groups > 1 else ()), name, name.replace(" ", ""), name.split(" ")[0])


def _way_captions(node: Node) -> tuple[str, ...]:
    if _is_collapsed(node):
        return _attention(node), _attention(node)
    if node.kind in WEIGHTED:
        return _main_captions(node)
    texts = pill_captions(node)
    return texts if len(texts) > 1 else texts * 2


def _gate_captions(node: Node, *, paired: bool) -> tuple[str, ...]:
    """Return what stands on a layer that computes weights; of two beside one another, only a word or a sign."""
    if paired:
        return ("max",) if "max" in node.kind else ("mean", "μ")
    if node.kind == "channel_conv":
        return f"conv1d {node.operation.kernel}", f"1d {node.operation.kernel}"
    if node.kind in WEIGHTED and node.operation.kernel > 1:
        return (kernel_caption(node),)
    return (_channels(node), f"→{node.output_shape.channels}") if node.kind in WEIGHTED else pill_captions(node)
