"""Draws a pass where layers are seen: every edge behind it, the layers at work, the tensors between and inside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from resnet_core.architecture.graph import Block, NodePath
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.display_list import Arch, Item, Polyline, Rectangle, Role, Text, edge_id
from resnet_core.drawing.layer_level import layer_items
from resnet_core.drawing.layer_places import PORTS, LayerPlace, layer_places
from resnet_core.drawing.pass_glyph import LabelRoom, Look, label_items, slab_items, slab_of
from resnet_core.drawing.pass_norms import BlockNorms
from resnet_core.drawing.pass_pace import eased
from resnet_core.drawing.pass_roads import Point, ribbon, road_of
from resnet_core.drawing.pass_sight import PassSight, Stretch, numbers_of, passes_unchanged
from resnet_core.drawing.pass_words import BRANCH, SKIP, norm_label, part_label, sum_label
from resnet_core.drawing.tensor_pass import ColumnTimes, Leg, Visit
from resnet_core.drawing.text_metrics import text_height
from resnet_core.number_text import shape_text

_SLAB_SHARE, _SIDE_SLAB_SHARE = 1.0, 0.7
_LABEL_GAP, _LABEL_LINES = 9.0, 2.0
_GATE_WIDTH, _ROAD_WIDTH = 2.4, 3.6


class _Traveller(NamedTuple):
    """A tensor, or its gradient, at a place on the drawing.

    `id` is the layer that the tensor comes out of; `reader` the one it leads to, empty inside a layer.
    """

    id: str
    shape: Shape
    at: Point
    road: NodePath
    reader: str = ""


class LayerPass:
    """The pictures of a pass over the drawing of layers, of one sight; only edges that are shown take part."""

    def __init__(self, sight: PassSight) -> None:
        self._sight = sight
        self._timeline, self._placement = sight.timeline, sight.placement
        self._is_forward = sight.is_forward
        self._scale = sight.norms.scale()
        placement = sight.placement
        columns = list(placement.axis.columns_between(placement.first, placement.last))
        self._times = [sight.timeline.times(sight.timeline.place_of(column)) for column in columns]
        self._places = {place.node.id: place for column in columns for place in layer_places(placement, column)}
        items = list(layer_items(placement))
        lines = {item.id: item for item in items if isinstance(item, Arch | Polyline)}
        self._texts = [item for item in items if isinstance(item, Text) and item.y == placement.caption_y]
        self._roads = {
            leg.edge: road_of(lines[edge_id(leg.edge.source, leg.edge.target)])
            for times in self._times
            for leg in times.legs
        }
        self._look: Look = "tensor" if self._is_forward else "gradient"
        self._is_gated_way = placement.axis.rows_of_way > 0
        self._firsts = {id for times in self._times for id in self._without_leg(times)}
        left, right = placement.x(placement.first), placement.x(placement.last)
        self._room = LabelRoom(left, right, placement.text_size, placement.fit)

    def front_depth(self, moment: float) -> float:
        """Return how deep in the network the pass is: where the foremost layer of the main path is at work."""
        place = self._timeline.place_at(moment)
        times, axis = self._timeline.times(place), self._timeline.axis
        nodes = {node.id: node for node in axis.nodes_of(times.column)}
        begun = [
            (visit.enters, id) for id, visit in times.visits.items()
            if visit.enters <= moment and nodes[id].path == "main"
        ]  # fmt: skip
        if not begun:
            return times.column.start if self._is_forward else times.column.stop
        span = axis.span_of(max(begun)[1])
        assert span is not None
        return span.middle

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The shown columns, from left to right."""
        return tuple(Stretch(*self._placement.edges(times.column)) for times in self._times)

    def behind(self, moment: float) -> tuple[range, range]:
        """Return the numbers of the columns that lie wholly behind, and of those that the pass is in."""
        done = [times.start + 1 <= moment for times in self._times]
        begun = [times.start <= moment < times.start + 1 for times in self._times]
        return numbers_of(done), numbers_of(begun)

    def whole(self, number: int) -> Iterator[Item]:
        """Yield the edges of a column that the pass has behind it."""
        yield from self.partial(number, self._times[number].start + 1)

    def partial(self, number: int, moment: float) -> Iterator[Item]:
        """Yield as much of a column's edges as lies behind at `moment`, and the layers at work."""
        times = self._times[number]
        for leg in times.legs:
            yield from self._behind(leg, moment)
        for id, visit in times.visits.items():
            if visit.enters <= moment < visit.leaves:
                yield from self._at_work(self._places[id])

    def travellers(self, moment: float) -> Iterator[Item]:
        """Yield what is on its way at `moment`: slabs first, then labels."""
        found: list[_Traveller] = []
        for number in self.behind(moment)[1]:
            times = self._times[number]
            for leg in times.legs:
                found += self._on_edge(leg, moment)
            for id, visit in times.visits.items():
                found += self._inside(id, visit, moment)
        found.sort(key=lambda one: one.road == "main")
        for one in found:
            slab = slab_of(one.shape, _SLAB_SHARE if one.road == "main" else _SIDE_SLAB_SHARE)
            yield from slab_items(one.id, slab, one.at, self._look, shape_text(one.shape))
        yield from self._labels(found, moment)

    def _without_leg(self, times: ColumnTimes) -> set[str]:
        """Return the layers of a column that no edge of it leads to: forward the input, backward what it puts out."""
        reached = {leg.edge.target if self._is_forward else leg.edge.source for leg in times.legs}
        return set(times.visits) - reached

    # The edges behind

    def _behind(self, leg: Leg, moment: float) -> Iterator[Polyline]:
        way = eased(leg.progress(moment))
        if way <= 0:
            return
        road = self._roads[leg.edge]
        stretch = road.stretch(0.0, way) if self._is_forward else road.stretch(1.0 - way, 1.0)
        role, width = self._style_of(leg)
        if road.length > 0:
            yield Polyline(edge_id(leg.edge.source, leg.edge.target), role, ribbon(stretch, width / 2, width / 2), True)

    def _style_of(self, leg: Leg) -> tuple[Role, float]:
        """Return the look of a travelled edge: backward as wide as the norm that its road brought to the block."""
        edge = leg.edge
        width = _GATE_WIDTH if edge.role == "gate" else _ROAD_WIDTH
        if self._is_forward:
            return "pass_road", width
        target = self._timeline.graph.node_by_id[edge.target]
        known = self._known(target.block)
        if edge.role == "shortcut":
            return "pass_skip", self._scale.width(known.skip)
        if edge.role == "gate" or not target.block:
            return "pass_trunk", width
        if self._is_after_addition(edge.source, target.block):
            return "pass_trunk", self._scale.width(self._at_addition(target.block))
        return ("pass_trunk", width) if known.branch is None else ("pass_branch", self._scale.width(known.branch))

    def _at_addition(self, block_id: str) -> float | None:
        """Return the norm at a block's addition: that of its output if it ends there, or what an identity passed on."""
        block, known = self._timeline.graph.block_by_id[block_id], self._known(block_id)
        graph = self._timeline.graph
        if graph.node_by_id[block.output_id].kind == "add":
            return known.at_output
        return known.skip if passes_unchanged(graph, block) else None

    def _is_after_addition(self, id: str, block: str) -> bool:
        """Whether a layer is the addition of `block` or follows it there."""
        graph = self._timeline.graph
        node = graph.node_by_id[id]
        while node.block == block and node.kind != "add":
            node = graph.node_by_id[node.inputs[0]]
        return node.block == block

    def _known(self, block: str) -> BlockNorms:
        return self._sight.known(block) if block else BlockNorms()

    # What is on its way

    def _at_work(self, place: LayerPlace) -> Iterator[Rectangle]:
        if place.node.kind in PORTS:
            return
        box = place.box
        width, height = box.right - box.left + 4, box.bottom - box.top + 4
        role: Role = "pass_node" if self._is_forward else "pass_node_back"
        radius = min(5.0 if place.half > self._placement.half_pill else place.half + 2, height / 2)
        yield Rectangle(place.node.id, role, box.left - 2, box.top - 2, width, height, radius)

    def _on_edge(self, leg: Leg, moment: float) -> Iterator[_Traveller]:
        if not leg.departs <= moment < leg.ends:
            return
        way = eased(leg.progress(moment))
        at = self._roads[leg.edge].at(way if self._is_forward else 1.0 - way)
        yield _Traveller(leg.edge.source, leg.shape, at, leg.edge.role, leg.edge.target)

    def _inside(self, id: str, visit: Visit, moment: float) -> Iterator[_Traveller]:
        """Yield what is inside a layer, crossing its box, or before it where it comes from no layer of the column."""
        place = self._places[id]
        if moment < visit.enters and id in self._firsts:
            edge = place.left if self._is_forward else place.right
            yield _Traveller(id, place.node.output_shape, (edge, place.y), "main")
        if not visit.enters <= moment < visit.leaves:
            return
        share = eased((moment - visit.enters) / (visit.leaves - visit.enters))
        way = share if self._is_forward else 1.0 - share
        at, node = (place.left + (place.right - place.left) * way, place.y), place.node
        if way < 0.5 and node.inputs:
            yield _Traveller(node.inputs[0], node.input_shape, at, node.path, id)
        else:
            yield _Traveller(id, node.output_shape, at, node.path)

    def _labels(self, travellers: list[_Traveller], moment: float) -> Iterator[Item]:
        """Yield a label for what is on the main path under it, and for the first beside it over the ways round."""
        main = [one for one in travellers if one.road == "main"][-1:]
        rows = [(one, self._room, self._placement.caption_y) for one in main]
        if not self._is_gated_way and self._beside is not None:
            ways = [one for one in travellers if one.road == "shortcut"][:1]
            rows += [(one, self._skip_room(one), self._beside) for one in ways]
        for one, room, y in rows:
            texts = (shape_text(one.shape),) if self._is_forward else self._gradient_texts(one, moment)
            yield from label_items(one.id, room, (one.at[0], y), texts, self._texts)

    @cached_property
    def _beside(self) -> float | None:
        """The middle of the labels under the ways round; None where there is no room above the branch for them."""
        rows, line = self._placement.rows, text_height(self._placement.text_size)
        free = rows.main_y - rows.half_block - rows.way_y
        return rows.way_y + 1.5 * line if free >= _LABEL_LINES * line else None

    def _skip_room(self, one: _Traveller) -> LabelRoom:
        """Return the room under the way round that a tensor is on, between its ends."""
        nodes = self._timeline.graph.node_by_id
        block = nodes[one.reader or one.id].block
        ways = [(edge, road) for edge, road in self._roads.items() if edge.role == "shortcut"]
        roads = [road for edge, road in ways if nodes[edge.target].block == block]
        left = max(self._room.left, min(road.points[0][0] for road in roads) + _LABEL_GAP)
        right = min(self._room.right, max(road.points[-1][0] for road in roads) - _LABEL_GAP)
        return self._room._replace(left=left, right=max(right, left))

    def _gradient_texts(self, one: _Traveller, moment: float) -> tuple[str, ...]:
        """Return the norm of the very gradient that is on its way, where it was measured, else its shape."""
        graph, say = self._timeline.graph, self._sight.say
        reader = graph.node_by_id.get(one.reader)
        block = graph.block_by_id.get(graph.node_by_id[one.id].block if reader is None else reader.block)
        if block is None:
            return norm_label(one.shape, None)
        known = self._known(block.id)
        if reader is None:
            return self._output_texts(one, block)
        if one.id != block.input_id:
            return norm_label(one.shape, None)
        if one.road == "shortcut":
            return part_label(SKIP, one.shape, known.skip, say)
        if moment >= self._meets(block.id):
            return sum_label(known, say) or norm_label(one.shape, None)
        return part_label(BRANCH, one.shape, known.branch, say)

    def _output_texts(self, one: _Traveller, block: Block) -> tuple[str, ...]:
        """Return what is known of the gradient at a block's output: the sum that the next block's roads brought."""
        if one.id != block.output_id:
            return norm_label(one.shape, None)
        number = self._timeline.axis.number_of(block.id)
        return sum_label(self._sight.norms.of_block(number), self._sight.say) or norm_label(
            one.shape, self._known(block.id).at_output
        )

    def _meets(self, block: str) -> float:
        """Return when the last of the roads back to a block's input is left."""
        column = self._timeline.axis.column_of(block)
        assert column is not None
        return max(leg.departs for leg in self._timeline.times(self._timeline.place_of(column)).legs)
