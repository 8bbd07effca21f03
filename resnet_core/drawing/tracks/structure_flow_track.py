"""Colours the structure by a run: blocks by the gradient at their input, both ways at a fork by their share of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.block_runs import blocks_of
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.display_list import (
    SHORTCUT_ROLES,
    Arch,
    Box,
    Group,
    Item,
    Level,
    Polyline,
    Rectangle,
    Text,
)
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.say import Say
from resnet_core.drawing.structure import heading_items, level_items
from resnet_core.drawing.tracks.flow_bands import BRANCH_BANDS, LEAST_PX, SHORTCUT_BANDS, band_items, branch_layers_of
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.structure_track import StructureTrack, placement_of
from resnet_core.drawing.tracks.track import GUTTER_GAP, LegendEntry, TrackFrame
from resnet_core.drawing.tracks.track_rows import TRACK_GAP
from resnet_core.drawing.tracks.track_words import WORDS
from resnet_core.number_text import exact, power_of_ten

_LEVELS = 10
"""How many strengths of a colour there are: what has the same one is painted at once."""

_LEAST_FILL, _MOST_FILL = 0.04, 0.6
_LEAST_LINE = 0.15
_GROUND_SHARE = 0.35
"""How strong the ground behind layers is beside the body of a block: the layers have colours of their own."""

_BAR_PX, _MOST_BAR_PX, _BAR_STEPS = 8.0, 64.0, 12
_WAYS = frozenset(SHORTCUT_ROLES.values())
_BODIES = frozenset({"block", "run", "stage"})


class StructureFlowTrack(StructureTrack):
    """The structure at the step that is looked at; as it always is while there is no run."""

    live = True
    variant = "gradient"

    def __init__(self, shortcuts: frozenset[str], data: FlowData, norm: FlowKey) -> None:
        """`norm` is the quantity that blocks are coloured by."""
        super().__init__(shortcuts)
        self._data, self._norm = data, norm

    def subtitle(self, say: Say) -> str:
        """Return what the colour is, at which step."""
        if not self._data.has(self._norm):
            return super().subtitle(say)
        words = say("Atlas", N_("Atlas", "%1, step %2")).replace("%1", FLOW_QUANTITIES[self._norm].symbol)
        return words.replace("%2", exact(self._data.shown_step))

    def explanation(self) -> str:
        """Return how to read the colours, or the drawing where there is no run to colour it by."""
        return WORDS[self.key].shows if self._data.has(self._norm) else super().explanation()

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return what the bands are, and the kinds of shortcut."""
        if not self._data.has(self._norm) or not self._data.has("branch_share") or not self._shortcuts:
            return super().legend()
        return (
            LegendEntry(SHORTCUT_BANDS[-2], N_("Drawing", "shortcut's share")),
            LegendEntry(BRANCH_BANDS[-2], N_("Drawing", "branch's share")),
            *super().legend(),
        )

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the colours of blocks from the largest gradient of the run to the smallest, with both numbers."""
        if not self._data.has(self._norm):
            return
        low, high = (round(bound) for bound in self._data.bounds(self._norm))
        left, top = frame.gutter.right - GUTTER_GAP - _BAR_PX, frame.rect.top + frame.small / 2
        height = max(min(frame.height - frame.small, _MOST_BAR_PX), 1.0)
        for number in range(_BAR_STEPS):
            strength = _strength_at(1 - (number + 0.5) / _BAR_STEPS)
            y = round(top + height * number / _BAR_STEPS)
            bottom = round(top + height * (number + 1) / _BAR_STEPS)
            yield Rectangle("", "flow_fill", left, y, _BAR_PX, bottom - y, 0.0, "", strength)
        for exponent, middle in ((high, top), (low, top + height)):
            yield Text("", "number", left - 4, middle, power_of_ten(exponent), frame.small, "right")

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the shown stretch at its level of detail, coloured."""
        left, top, right, bottom = frame.rect
        inside = Box(left - 2, top - TRACK_GAP, right + 2, bottom + TRACK_GAP)
        yield Group("", tuple(self._levels(frame)), "", 1.0, inside)

    def _levels(self, frame: TrackFrame) -> Iterator[Item]:
        placement = placement_of(frame)
        yield from heading_items(placement)
        for level, opacity in frame.view.levels():
            items: Iterable[Item] = level_items(placement, level)
            if self._data.has(self._norm):
                items = self._coloured(items, placement, level)
            yield Group("", tuple(items), "", opacity)

    def _coloured(self, items: Iterable[Item], placement: Placement, level: Level) -> Iterator[Item]:
        """Yield bodies under their colour, ways in their strength and both on bands, the rest as it is, in order."""
        axis = placement.axis
        fills, branch = self._fills(), self._branch_shares()
        least_px = 0.0 if level == "layer" else LEAST_PX
        if level == "layer":
            yield from _filled(_grounds(placement), lambda id: _mean(fills, axis, id) * _GROUND_SHARE)
        for kind, run in groupby(items, key=_kind):
            drawn = list(run)
            if kind == "body":
                yield from band_items(drawn, lambda id: _mean(branch, axis, id), BRANCH_BANDS)
                yield from drawn
                yield from _filled(drawn, lambda id: _mean(fills, axis, id))
            elif kind == "way":
                yield from band_items(drawn, lambda id: 1 - _mean(branch, axis, id), SHORTCUT_BANDS, least_px)
                yield from _by_strength(drawn, lambda id: _line_strength(_mean(branch, axis, id)))
            elif kind == "line" and level == "layer":
                on_branch = branch_layers_of(axis.graph)
                lines = [item for item in drawn if _target(item.id) in on_branch]
                yield from band_items(lines, lambda id: _mean(branch, axis, id), BRANCH_BANDS, least_px)
                yield from drawn
            else:
                yield from (_readable(item) for item in drawn)

    def _fills(self) -> NDArray[np.float64]:
        """Return how strong the colour of each block is [N], on the scale of all steps; NaN of what is not finite."""
        data = self._data
        low, high = data.bounds(self._norm)
        logs = FLOW_QUANTITIES[self._norm].drawn(data.values_at(self._norm, data.row))[:-1]
        fills: NDArray[np.float64] = _strength_at(np.clip((np.maximum(logs, low) - low) / (high - low), 0.0, 1.0))
        return np.where(logs < np.inf, fills, np.nan)

    def _branch_shares(self) -> NDArray[np.float64]:
        """Return the share p of each branch [N], NaN where nothing is known of it."""
        data = self._data
        if not data.has("branch_share"):
            return np.full(len(data.values_at(self._norm, data.row)) - 1, np.nan)
        return data.values_at("branch_share", data.row)


def _kind(item: Item) -> str:
    if isinstance(item, Rectangle | Polyline) and item.role in _BODIES:
        return "body"
    if isinstance(item, Arch | Polyline) and item.role in _WAYS:
        return "way"
    return "line" if item.role == "main_line" else "other"


def _readable(item: Item) -> Item:
    """Return a quiet text on a block as a plain one, which can be read on a colour."""
    return item._replace(role="label") if isinstance(item, Text) and item.role == "quiet_label" else item


def _grounds(placement: Placement) -> Iterator[Item]:
    """Yield the ground behind the layers of each shown block."""
    top, bottom = placement.arch_top, placement.caption_y - placement.text_size * 0.6
    for column in placement.axis.columns_between(placement.first, placement.last):
        if column.id in placement.axis.graph.block_by_id:
            x0, x1 = placement.visible_edges(column)
            yield Rectangle(column.id, "flow_fill", x0 + 1, top, max(x1 - x0 - 2, 1.0), bottom - top, 4.0)


def _strength_at(share: Any) -> Any:
    """Return how strong a colour is, at a share of the scale or at each in an array."""
    return _LEAST_FILL + share * (_MOST_FILL - _LEAST_FILL)


def _line_strength(branch_share: float) -> float:
    """Return how strong the line of a shortcut is; fully where nothing is known of it."""
    return _LEAST_LINE + (1 - _LEAST_LINE) * (1 - branch_share) if branch_share == branch_share else 1.0


def _filled(bodies: Iterable[Item], strength: Callable[[str], float]) -> Iterator[Item]:
    """Yield the colours of bodies in one group a strength; what has lost its numbers has the colour of that."""
    known: list[Item] = []
    for item in bodies:
        if isinstance(item, Rectangle | Polyline):
            own = strength(item.id)
            if own == own:
                known.append(item._replace(role="flow_fill", title=""))
            else:
                yield item._replace(role="lost_fill", title="")
    yield from _by_strength(known, strength)


def _by_strength(items: Iterable[Item], strength: Callable[[str], float]) -> Iterator[Item]:
    """Yield the items in one group a strength."""
    found: dict[int, list[Item]] = {}
    for item in items:
        found.setdefault(round(strength(item.id) * _LEVELS), []).append(item)
    for level in sorted(found):
        yield Group("", tuple(found[level]), "", level / _LEVELS)


def _target(id: str) -> str:
    """Return what an edge leads to, or the id itself."""
    return id.rpartition("→")[2]


def _mean(values: NDArray[np.float64], axis: DepthAxis, id: str) -> float:
    """Return the mean value of the blocks that an item stands for; NaN for none, and where one is no number.

    Its id is that of a block, of a stretch of blocks, of a stage, or of an edge into a block.
    """
    places = blocks_of(axis.graph, _target(id))
    if not places:
        column = axis.column_of(_target(id))
        places = range(0) if column is None else blocks_of(axis.graph, column.id)
    if len(places) == 1:
        return float(values[places.start])
    return float(values[places.start : places.stop].mean()) if places else math.nan
