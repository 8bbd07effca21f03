"""Draws what each block of a trained network is worth: how much accuracy is lost where it is removed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Item, Polyline, Rectangle
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.quantity_track import SEPARATE_FROM_PX, pixel_edges, shown_range, snapped
from resnet_core.drawing.tracks.skyline import skylines
from resnet_core.drawing.tracks.track import LegendEntry, Track, TrackFrame, scale_number
from resnet_core.number_text import exact, percent

_LEAST_SCALE = 0.01
_LEAST_SHARE = 0.04


class BlockWorth(NamedTuple):
    """What a lesion study found: the share of test images lost without each block, nan where it cannot be removed.

    A loss below 0 is a gain. `reasons` say why a block cannot be removed; `accuracy` is that of the whole network after
    `step` updates.
    """

    lost: Mapping[str, float]
    accuracy: float
    step: int
    reasons: Mapping[str, str] = MappingProxyType({})


class LesionTrack(Track):
    """A bar a block, up where accuracy is lost without it and down where it is gained."""

    key = "lesion"
    height = 66.0
    least_height = 28.0

    def __init__(self, worth: BlockWorth) -> None:
        self._worth = worth
        finite = [value for value in worth.lost.values() if math.isfinite(value)]
        self._top = max((*finite, _LEAST_SCALE))
        lowest = min((*finite, 0.0))
        self._low = 0.0 if lowest > -_LEAST_SHARE * self._top else lowest
        self._median = median(finite) if finite else math.nan

    def subtitle(self, say: Say) -> str:
        """Return the median, and the step of the run."""
        text = say("Atlas", N_("Atlas", "median %1\nafter %2 steps"))
        return text.replace("%1", percent(self._median)).replace("%2", exact(self._worth.step))

    def explanation(self) -> str:
        """Return what it shows and how to read it."""
        return N_(
            "Atlas",
            "Accuracy lost on the test images where one block is removed and nothing is trained again. A residual "
            "network hardly notices, as half of its paths go round any block; a plain one falls to guessing (Veit et "
            "al. 2016, arXiv 1605.06431).",
        )

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return the meaning of both colours, where both are there."""
        if self._low == 0:
            return ()
        return (
            LegendEntry("worth_bar", N_("Drawing", "lost without it")),
            LegendEntry("gain_bar", N_("Drawing", "gained without it")),
        )

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the bars on their zero line."""
        rect, zero = frame.rect, self._y(frame, 0.0)
        yield Polyline("", "base_line", ((rect.left, zero), (rect.right, zero)))
        first, last = shown_range(frame.view)
        spans = frame.view.axis.columns[first:last]
        lost = np.array([self._worth.lost.get(span.id, math.nan) for span in spans], np.float64)
        heights = self._heights(frame, lost)
        separate = frame.view.scale >= SEPARATE_FROM_PX
        if not separate:
            lefts, rights = pixel_edges(frame.view, first, last)
            for points in skylines(lefts, rights, np.maximum(heights, 0), zero):
                yield Polyline("", "worth_bar", points, True, self.key)
        for span, height in zip(spans, heights.tolist(), strict=True):
            if height < 0 or (separate and height > 0):
                x0, x1 = snapped(frame.view, span)
                role, top = ("worth_bar", zero - height) if height > 0 else ("gain_bar", zero)
                yield Rectangle(span.id, role, x0, top, x1 - x0, abs(height))  # type: ignore[arg-type]

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield what the highest bar stands for, and the lowest where it reaches below zero."""
        yield scale_number(frame, self._y(frame, self._top), percent(self._top))
        if self._low < 0:
            yield scale_number(frame, self._y(frame, self._low), percent(self._low))

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return what the block at `x` is worth, or why it cannot be removed."""
        depth, axis = frame.view.depth(x), frame.view.axis
        if not 0 <= depth < axis.length:
            return ""
        id = axis.column_at(depth).id
        value = self._worth.lost.get(id)
        if value is None:
            return ""
        if math.isnan(value):
            words = frame.say("Atlas", N_("Atlas", "cannot be removed: %1"))
            return words.replace("%1", self._worth.reasons.get(id, ""))
        lost = N_("Atlas", "%1 of the test images lost without it")
        words = lost if value >= 0 else N_("Atlas", "%1 of the test images gained without it")
        return frame.say("Atlas", words).replace("%1", percent(abs(value)))

    def _y(self, frame: TrackFrame, value: float) -> int:
        share = (value - self._low) / (self._top - self._low)
        return round(frame.rect.bottom - share * (frame.rect.height - 1))

    def _heights(self, frame: TrackFrame, lost: np.ndarray) -> np.ndarray:
        """Return each bar's height in whole pixels, below 0 downward; what is there at all is seen."""
        room = (frame.rect.height - 1) / (self._top - self._low)
        known = np.nan_to_num(np.maximum(lost, self._low))
        sizes = np.maximum(np.rint(np.abs(known) * room), 1)
        heights: np.ndarray = (np.sign(known) * sizes).astype(np.int64)
        return heights
