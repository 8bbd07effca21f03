"""Colours the structure by a run: blocks by the gradient at their input, shortcuts as strong as their share of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, Box, Group, Item, Polyline, Rectangle, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.structure import heading_items, level_items
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.structure_track import StructureTrack, placement_of
from resnet_core.drawing.tracks.track import LegendEntry, TrackFrame
from resnet_core.drawing.tracks.track_rows import TRACK_GAP
from resnet_core.number_text import exact

_LEVELS = 10
"""How many strengths of a colour there are: what has the same one is painted at once."""

_LEAST_FILL, _MOST_FILL = 0.04, 0.6
_LEAST_LINE = 0.15
_WAYS = frozenset(SHORTCUT_ROLES.values())
_BODIES = frozenset({"block", "run"})


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
        """Return how to read the colours."""
        return N_("Atlas", "The stronger the colour of a block, the larger the gradient at its input, on the scale of "
                  "the track of the gradient norm. A shortcut is as strong as its share of the gradient at the "
                  "block's fork.")  # fmt: skip

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return the kinds of shortcut, and the colour."""
        if not self._data.has(self._norm):
            return super().legend()
        return (LegendEntry("flow_fill", N_("Drawing", "large gradient")), *super().legend())

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
                items = self._coloured(items, frame.view.axis)
            yield Group("", tuple(items), "", opacity)

    def _coloured(self, items: Iterable[Item], axis: DepthAxis) -> Iterator[Item]:
        """Yield bodies under their colour and ways in their strength, the rest as it is; the order stays."""
        fills, lines = self._fills(), self._lines()
        for kind, run in groupby(items, key=_kind):
            if kind == "body":
                bodies = [item for item in run if isinstance(item, Rectangle | Polyline)]
                yield from bodies
                colours = (item._replace(role="flow_fill", title="") for item in bodies)
                yield from _by_strength(colours, lambda id: _mean(fills, axis, id))
            elif kind == "way":
                yield from _by_strength(run, lambda id: _mean(lines, axis, id))
            else:
                yield from (_readable(item) for item in run)

    def _fills(self) -> NDArray[np.float64]:
        """Return how strong the colour of each block is [N], on the scale of all steps."""
        data = self._data
        low, high = data.bounds(self._norm)
        logs = FLOW_QUANTITIES[self._norm].drawn(data.values_at(self._norm, data.row))[:-1]
        shares = np.clip((np.maximum(logs, low) - low) / (high - low), 0.0, 1.0)
        return _LEAST_FILL + shares * (_MOST_FILL - _LEAST_FILL)

    def _lines(self) -> NDArray[np.float64]:
        """Return how strong each shortcut is [N]: 1 where nothing is known of it."""
        data = self._data
        if not data.has("branch_share"):
            return np.ones(len(data.values_at(self._norm, data.row)) - 1)
        return _LEAST_LINE + (1 - _LEAST_LINE) * (1 - data.values_at("branch_share", data.row))


def _kind(item: Item) -> str:
    if isinstance(item, Rectangle | Polyline) and item.role in _BODIES:
        return "body"
    return "way" if isinstance(item, Arch | Polyline) and item.role in _WAYS else "other"


def _readable(item: Item) -> Item:
    """Return a quiet text on a block as a plain one, which can be read on a colour."""
    return item._replace(role="label") if isinstance(item, Text) and item.role == "quiet_label" else item


def _by_strength(items: Iterable[Item], strength: Callable[[str], float]) -> Iterator[Item]:
    """Yield the items in one group a strength."""
    found: dict[int, list[Item]] = {}
    for item in items:
        found.setdefault(round(strength(item.id) * _LEVELS), []).append(item)
    for level in sorted(found):
        yield Group("", tuple(found[level]), "", level / _LEVELS)


def _mean(strengths: NDArray[np.float64], axis: DepthAxis, id: str) -> float:
    """Return the mean strength of the blocks that an item stands for; 1 for none, and where one is no number.

    Its id is that of a block, of a run of blocks ("layer1.0..layer1.15") or of an edge into a block.
    """
    first, _, last = id.rpartition("→")[2].partition("..")
    start, stop = axis.column_of(first), axis.column_of(last or first)
    if start is None or stop is None:
        return 1.0
    mean = float(strengths[axis.number_of(start.id) - 1 : axis.number_of(stop.id)].mean())
    return mean if mean == mean else 1.0
