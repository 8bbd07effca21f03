"""Draws a pass where blocks or stages are seen: the road behind it, the tensor on it, and its copy on the way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, Span
from resnet_core.drawing.display_list import Arch, Box, Group, Item, Polyline, Role, Text
from resnet_core.drawing.pass_glyph import LabelRoom, Look, Slab, label_items, slab_items, slab_of
from resnet_core.drawing.pass_pace import calm, eased, main_share, skip_share
from resnet_core.drawing.pass_roads import Road, ribbon, road_of
from resnet_core.drawing.pass_sight import PassSight, Stretch, numbers_of, passes_unchanged
from resnet_core.drawing.pass_words import BRANCH, SKIP, norm_label, part_label, sum_label
from resnet_core.drawing.structure import level_items
from resnet_core.drawing.text_metrics import text_height
from resnet_core.number_text import shape_text

_CHANGES_FROM, _CHANGES_UNTIL = 0.4, 0.6
_SPLITS_UNTIL, _MEETS_FROM = 0.14, 0.86
_SLAB_PX = 24.0
#: What the structure writes on its lines stays above the road.
_OVER_THE_ROAD = frozenset({"label", "quiet_label", "projection_box", "zero_pad_box", "funnel", "projection_label",
                            "zero_pad_label"})  # fmt: skip
_SLAB_COLUMN_SHARE = 0.75
_LEAST_SLAB_SCALE, _MOST_SLAB_SCALE = 0.65, 1.4
_SKIP_SLAB_SHARE = 0.75
_LEAST_SKIP_PX = 24.0
_CALM_LABELS = 0.5
_LABEL_LINES = 2.0
_PLAIN_WIDTH = 3.2


class _Section(NamedTuple):
    """A stretch with the arch over it, if there is one, and what is written on either."""

    stretch: Stretch
    road: Road | None
    over: tuple[Item, ...]


class BlockPass:
    """The pictures of a pass over the drawing of blocks, of one sight.

    The road is cut into `stretches`, from left to right: blocks, or where those are too narrow, the arches drawn for
    several. `whole` is a stretch that lies behind, `partial` the one that the pass is on.
    """

    def __init__(self, sight: PassSight) -> None:
        self._sight = sight
        self._timeline, self._placement = sight.timeline, sight.placement
        self._is_forward = sight.is_forward
        self._shows_blocks = sight.level == "block"
        self._calm = calm(sight.timeline)
        self._scale = sight.norms.scale()
        items = list(level_items(sight.placement, sight.level))
        first, last = max(sight.placement.first, 0.0), min(sight.placement.last, sight.placement.axis.length)
        self._ends = sight.placement.x(first), sight.placement.x(last)
        self._over = [item for item in items if item.role in _OVER_THE_ROAD]
        self._texts = [item for item in self._over if isinstance(item, Text) and item.y > sight.placement.main_y + 1]
        arches = [item for item in items if isinstance(item, Arch)]
        self._sections = self._columns(arches) if self._shows_blocks else self._arched(arches)
        room = min(2 * sight.placement.half_block, _SLAB_COLUMN_SHARE * sight.placement.scale)
        self._slab_scale = min(max(room / _SLAB_PX, _LEAST_SLAB_SCALE), _MOST_SLAB_SCALE)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The parts of the road, from left to right."""
        return tuple(section.stretch for section in self._sections)

    def front_depth(self, moment: float) -> float:
        """Return how deep in the network the tensor on the main road is."""
        place = self._timeline.place_at(moment)
        column, way = self._timeline.column(place), main_share(min(moment - place, 1.0), self._calm)
        return column.start + column.width * (way if self._is_forward else 1 - way)

    def behind(self, moment: float) -> tuple[range, range]:
        """Return the numbers of the stretches that lie wholly behind, and of those that the pass is on."""
        count = len(self._sections)
        if self._shows_blocks:
            place = self._timeline.place_at(moment)
            done = [self._timeline.place_of(self._column(number)) < place for number in range(count)]
            on = [self._timeline.place_of(self._column(number)) == place for number in range(count)]
        else:
            x = self._placement.x(self.front_depth(moment))
            left, right = (0, 1) if self._is_forward else (1, 0)
            done = [(x - s.stretch[right]) * (1 if self._is_forward else -1) >= 0 for s in self._sections]
            on = [
                not over and (x - s.stretch[left]) * (1 if self._is_forward else -1) > 0
                for s, over in zip(self._sections, done, strict=True)
            ]
        if moment >= self._timeline.length:
            return range(count), range(0)
        return numbers_of(done), numbers_of(on)

    def whole(self, number: int) -> Iterator[Item]:
        """Yield a stretch that the pass has behind it."""
        yield from self._section_items(number, self._sections[number].stretch, 1.0)

    def partial(self, number: int, moment: float) -> Iterator[Item]:
        """Yield as much of a stretch as the pass has behind it at `moment`."""
        left, right = stretch = self._sections[number].stretch
        x = self._placement.x(self.front_depth(moment))
        if self._shows_blocks:
            way = skip_share(min(moment - self._timeline.place_at(moment), 1.0))
        else:
            way = min(2 * (x - left if self._is_forward else right - x) / (right - left), 1.0)
        part = Stretch(left, min(x, right)) if self._is_forward else Stretch(max(x, left), right)
        yield from self._section_items(number, part if part.right > part.left else stretch._replace(right=left), way)

    def travellers(self, moment: float) -> Iterator[Item]:
        """Yield what is on its way at `moment`, with its label."""
        if not self._shows_blocks:
            yield from self._over
        if moment < self._timeline.length:
            place = self._timeline.place_at(moment)
            yield from self._skip_slab(moment, place)
            yield from self._main_slab(moment, place)

    # The road behind

    def _columns(self, arches: Sequence[Arch]) -> tuple[_Section, ...]:
        """Return the shown columns as stretches."""
        roads = {arch.id: road_of(arch) for arch in arches}
        placement, found = self._placement, []
        for column in placement.axis.columns_between(placement.first, placement.last):
            left, right = placement.edges(column)
            over = tuple(item for item in self._over if left <= (item.box.left + item.box.right) / 2 < right)
            found.append(_Section(Stretch(left, right), roads.get(column.id), over))
        return tuple(found)

    def _arched(self, arches: Sequence[Arch]) -> tuple[_Section, ...]:
        """Return a stretch for every arch of a stage, and for what no arch spans."""
        found: list[_Section] = []
        x = self._ends[0]
        for arch in sorted(arches, key=lambda arch: arch.x0):
            if arch.x0 < x - 0.5 and found:
                continue
            if arch.x0 > x + 0.5:
                found.append(_Section(Stretch(x, arch.x0), None, ()))
            found.append(_Section(Stretch(arch.x0, arch.x1), road_of(arch), ()))
            x = arch.x1
        if self._ends[1] > x:
            found.append(_Section(Stretch(x, self._ends[1]), None, ()))
        return tuple(found)

    def _column(self, number: int) -> Span:
        left, right = self._sections[number].stretch
        return self._column_at((left + right) / 2)

    def _column_at(self, x: float) -> Span:
        return self._placement.axis.column_at((x - self._placement.left) / self._placement.scale)

    def _section_items(self, number: int, part: Stretch, way: float) -> Iterator[Item]:
        """Yield the main road over `part` of a section and `way` of its arch."""
        section = self._sections[number]
        left, right = max(part.left, self._ends[0]), min(part.right, self._ends[1])
        if right > left:
            role, before, after = self._look_of(number)
            width = section.stretch.right - section.stretch.left
            halves = [(before + (after - before) * (x - section.stretch.left) / width) / 2 for x in (left, right)]
            y = self._placement.main_y
            yield Polyline("", role, ribbon(((left, y), (right, y)), halves[0], halves[1]), True)
        if section.road is not None and way > 0:
            yield self._skip_road(number, section.road, way)
        yield from section.over

    def _look_of(self, number: int) -> tuple[Role, float, float]:
        """Return the look of a section's main road, and how wide it is at its left and right: by the norms there."""
        if self._is_forward:
            return "pass_road", _PLAIN_WIDTH, _PLAIN_WIDTH
        width = self._scale.width
        if self._shows_blocks:
            known = self._sight.known(self._column(number).id)
            if known.branch is not None:
                return "pass_branch", width(known.branch), width(known.branch)
            return ("pass_trunk", *self._widths(known.at_input, known.at_output))
        left, right = self._sections[number].stretch
        first, last = (self._sight.known(self._column_at(x).id) for x in (left + 1e-4, right - 1e-4))
        return ("pass_trunk", *self._widths(first.at_input, last.at_output))

    def _widths(self, before: float | None, after: float | None) -> tuple[float, float]:
        """Return the widths for the norms at both ends of a road; where one is not known neither tells anything."""
        known = before is not None and after is not None
        return (self._scale.width(before), self._scale.width(after)) if known else (_PLAIN_WIDTH, _PLAIN_WIDTH)

    def _skip_road(self, number: int, road: Road, way: float) -> Item:
        points = road.stretch(0.0, way) if self._is_forward else road.stretch(1.0 - way, 1.0)
        role: Role = "pass_road" if self._is_forward else "pass_skip"
        known = not self._is_forward and self._shows_blocks
        half = (self._scale.width(self._sight.known(self._column(number).id).skip) if known else _PLAIN_WIDTH) / 2
        item = Polyline("", role, ribbon(points, half, half), True)
        if self._shows_blocks:
            return item
        # A stage's box lies on what passes behind it.
        bottom = self._placement.main_y - self._placement.half_block
        return Group("", (item,), clip=Box(self._ends[0], self._placement.top, self._ends[1], bottom))

    # What is on its way

    def _main_slab(self, moment: float, place: int) -> Iterator[Item]:
        column, share = self._timeline.column(place), moment - place
        before, after = self._sight.shapes(column)
        way = main_share(share, self._calm)
        at = (self._placement.x(self.front_depth(moment)), self._placement.main_y)
        if not self._room.left - _SLAB_PX <= at[0] <= self._room.right + _SLAB_PX:
            return
        change = min(max((way - _CHANGES_FROM) / (_CHANGES_UNTIL - _CHANGES_FROM), 0.0), 1.0)
        slab = self._slab(before).mixed(self._slab(after), eased(change))
        shape = before if way < 0.5 else after
        yield from slab_items(column.id, slab, at, self._look, shape_text(shape))
        texts = (shape_text(shape),) if self._is_forward else self._gradient_texts(column, share, shape)
        yield from label_items(column.id, self._room, (at[0], self._placement.caption_y), texts, self._texts)

    def _gradient_texts(self, column: Span, share: float, shape: Shape) -> tuple[str, ...]:
        known, say = self._sight.known(column.id), self._sight.say
        if self._calm < _CALM_LABELS and column.id not in (STEM_ID, HEAD_ID):
            return norm_label(shape, known.at_output)
        if share >= _MEETS_FROM:
            return sum_label(known, say) or norm_label(shape, None)
        if share < _SPLITS_UNTIL:
            return norm_label(shape, known.at_output)
        # What comes through the branch is known where it ends: at the block's input.
        ends = main_share(share, self._calm) >= _CHANGES_UNTIL
        return part_label(BRANCH, shape, known.branch if ends else None, say)

    def _skip_slab(self, moment: float, place: int) -> Iterator[Item]:
        """Yield the copy on the way round, where there is room to see it and time to look."""
        column, share = self._timeline.column(place), moment - place
        left, right = self._placement.edges(column)
        road = next((section.road for section in self._sections if section.stretch.left == left), None)
        if road is None or right - left < _LEAST_SKIP_PX or self._calm <= 0 or share >= 0.97:
            return
        way = skip_share(share)
        before, after = self._sight.shapes(column)
        at, shape = road.at(way if self._is_forward else 1 - way), before if way < 0.5 else after
        yield from slab_items(column.id, self._slab(shape, _SKIP_SLAB_SHARE), at, self._look, shape_text(shape))
        if self._skip_label_y is None or not _SPLITS_UNTIL <= share < _MEETS_FROM:
            return
        texts: tuple[str, ...] = (shape_text(shape),)
        if not self._is_forward:
            # An identity leaves the gradient as it is; what a projection makes of it is known behind it.
            known = self._sight.known(column.id).skip if way > 0.5 or self._is_unchanged(column) else None
            texts = part_label(SKIP, shape, known, self._sight.say)
        room = self._room._replace(left=left + 1, right=right - 1)
        yield from label_items(column.id, room, ((left + right) / 2, self._skip_label_y), texts)

    @cached_property
    def _skip_label_y(self) -> float | None:
        """The middle of the labels under the arches, on the blocks; None where arches are too low for them."""
        rows, line = self._placement.rows, text_height(self._placement.text_size)
        top = rows.main_y - rows.half_block
        return top - line / 2 - 2 if top - rows.arch_top >= _LABEL_LINES * line else None

    def _is_unchanged(self, column: Span) -> bool:
        graph = self._placement.axis.graph
        return passes_unchanged(graph, graph.block_by_id[column.id])

    def _slab(self, shape: Shape, share: float = 1.0) -> Slab:
        return slab_of(shape, self._slab_scale * share)

    @property
    def _look(self) -> Look:
        return "tensor" if self._is_forward else "gradient"

    @cached_property
    def _room(self) -> LabelRoom:
        """Where labels may stand: over the shown stretch."""
        place = self._placement
        return LabelRoom(place.x(place.first) + 1, place.x(place.last) - 1, place.text_size, place.fit)
