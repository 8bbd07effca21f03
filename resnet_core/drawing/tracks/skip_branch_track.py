"""Draws how much of the gradient reaches each block's fork through its shortcut and how much through its branch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from resnet_core.analysis.branch_share import effective_depth
from resnet_core.analysis.gradient_profile import path_length_shares
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import text_height, text_width
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FlowKey, has_shortcut
from resnet_core.drawing.tracks.flow_words import value_words, why_empty
from resnet_core.drawing.tracks.profile_track import column_number
from resnet_core.drawing.tracks.quantity_track import SEPARATE_FROM_PX, pixel_edges, shown_range, snapped
from resnet_core.drawing.tracks.skyline import Whole, skylines
from resnet_core.drawing.tracks.track import Track, TrackFrame, Variant, note_items, scale_number
from resnet_core.number_text import decimal, scientific

NO_SHORTCUT = N_("Atlas", "no shortcut")
NO_FORK = N_("Atlas", "No block has a shortcut: the whole gradient comes through every branch.")
FORK_VARIANTS = (
    Variant("shares", N_("Atlas", "Shares of branch and shortcut")),
    Variant("norms", N_("Atlas", "Norms of both")),
    Variant("cosine", N_("Atlas", "Cosine between both")),
)
_NORMS: tuple[FlowKey, ...] = ("branch_norm", "shortcut_norm")
_LABEL_GAP = 6.0
_MIDDLE = (0.1, 0.9)


class SkipBranchTrack(Track):
    """The shares p of the branch and 1 - p of the shortcut in the gradient at each fork, as stacked bars."""

    key = "skip_branch"
    height = 56.0
    least_height = 34.0
    live = True
    variants = FORK_VARIANTS
    variant = "shares"

    def __init__(self, data: FlowData, graph: Graph) -> None:
        self._data = data
        self._has_shortcut = has_shortcut(graph)
        self._lengths: tuple[NDArray[np.float64], tuple[int, int]] | None = None

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see."""
        return bool(self._has_shortcut.any()) and self._data.has("branch_share")

    def subtitle(self, say: Say) -> str:
        """Return the effective depth at the step that is looked at, and how long the paths of most of it are."""
        if not self.has_rows:
            return ""
        shares = self._data.values_at("branch_share", self._data.row)
        depth = effective_depth(shares, self._has_shortcut)
        words = say("Atlas", N_("Atlas", "effective depth %1 of %2"))
        words = words.replace("%1", decimal(depth, 1)).replace("%2", str(len(self._has_shortcut)))
        lengths = self._most_lengths(np.where(self._has_shortcut, shares, 1.0))
        if lengths is None:
            return words
        if lengths[0] == lengths[1]:
            most = say("Atlas", N_("Atlas", "80 % on paths of %1"))
            return f"{words}\n{most.replace('%1', str(lengths[0]))}"
        most = say("Atlas", N_("Atlas", "80 % on paths of %1 to %2"))
        return f"{words}\n{most.replace('%1', str(lengths[0])).replace('%2', str(lengths[1]))}"

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the stacked bars with the names of their two parts, or why there are none."""
        if not self._has_shortcut.any():
            yield from note_items(frame, frame.say("Atlas", NO_FORK))
            return
        if not self.has_rows:
            yield from note_items(frame, frame.say("Atlas", self._why_empty()))
            return
        axis = frame.view.axis
        first, last = shown_range(frame.view)
        first, last = max(first, 1), min(last, len(axis.blocks) + 1)
        place = slice(first - 1, last - 1)
        shares = self._data.values_at("branch_share", self._data.row)[place]
        if frame.view.scale >= SEPARATE_FROM_PX:
            bars = _bars(frame, axis.blocks[place], shares, self._has_shortcut[place])
        else:
            bars = _outlines(frame, pixel_edges(frame.view, first, last), shares, self._has_shortcut[place])
        left, top, right, bottom = frame.rect
        yield Group("", tuple(bars), "", 1.0, Box(left - 1, top - 1, right + 1, bottom + 1))
        yield from _part_names(frame)

    def _why_empty(self) -> str:
        if self._data.run is None:
            return N_("Atlas", "A run shows here how much of the gradient takes the shortcut at each block.")
        return why_empty(self._data, ("branch_share",))

    def _most_lengths(self, shares: NDArray[np.float64]) -> tuple[int, int] | None:
        """Return between how many branches the middle four fifths of the gradient's square passes, or None."""
        if not np.isfinite(shares).all():
            return None
        if self._lengths is None or not np.array_equal(self._lengths[0], shares):
            first, last = np.searchsorted(np.cumsum(path_length_shares(shares)), _MIDDLE).tolist()
            self._lengths = shares, (first, last)
        return self._lengths[1]

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield 0 and 1, where both have room."""
        if self.has_rows and _has_two_lines(frame):
            yield scale_number(frame, frame.rect.top, "1")
            yield scale_number(frame, frame.rect.bottom, "0")

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the share of the branch, the two norms and the cosine between the gradients of the block at `x`."""
        number = column_number(frame, "branch_share", x)
        if number is None or not self.has_rows:
            return ""
        if not self._has_shortcut[number]:
            return frame.say("Atlas", NO_SHORTCUT)
        data = self._data
        words = value_words(data, "branch_share", number, data.row, frame.say)
        known = data.has("branch_shortcut_cosine")
        cosine = float(data.values_at("branch_shortcut_cosine", data.row)[number]) if known else math.nan
        norms = (float(data.values_at(key, data.row)[number]) for key in _NORMS)
        both = frame.say("Atlas", N_("Atlas", "%1; ‖g_F‖ %2, ‖g_S‖ %3")).replace("%1", words)
        for place, norm in enumerate(norms, start=2):
            both = both.replace(f"%{place}", scientific(norm, 3))
        if not math.isfinite(cosine):  # of a branch that brings nothing there is none
            return both
        return frame.say("Atlas", N_("Atlas", "%1; cosine %2")).replace("%1", both).replace("%2", decimal(cosine, 2))


def _bars(
    frame: TrackFrame, spans: Sequence[Span], shares: NDArray[np.float64], forks: NDArray[np.bool_]
) -> Iterator[Item]:
    """Yield two rectangles a block, one on the other; a dashed frame with words where there is no shortcut."""
    top, bottom = round(frame.rect.top), round(frame.rect.bottom)
    found: dict[Role, list[Item]] = {"shortcut_share": [], "branch_share": []}
    for span, share, parts in zip(spans, shares.tolist(), forks.tolist(), strict=True):
        x0, x1 = snapped(frame.view, span)
        if not parts:
            yield from _plain_items(frame, span, (x0, x1))
        elif not math.isfinite(share):
            yield Rectangle(span.id, "not_finite", x0, bottom - 4, x1 - x0, 4)
        else:
            height = round(share * (bottom - top))
            found["shortcut_share"].append(
                Rectangle(span.id, "shortcut_share", x0, top, x1 - x0, bottom - top - height)
            )
            found["branch_share"].append(Rectangle(span.id, "branch_share", x0, bottom - height, x1 - x0, height))
    yield from found["shortcut_share"]
    yield from found["branch_share"]


def _outlines(
    frame: TrackFrame, edges: tuple[Whole, Whole], shares: NDArray[np.float64], forks: NDArray[np.bool_]
) -> Iterator[Item]:
    """Yield narrow blocks as one outline a stretch: the branches on the ground of the shortcuts."""
    top, bottom = round(frame.rect.top), round(frame.rect.bottom)
    known = np.isfinite(shares) & forks
    branches = np.where(known, np.rint(np.nan_to_num(shares) * (bottom - top)), 0).astype(np.int64)
    heights: tuple[tuple[Role, Whole], ...] = (
        ("shortcut_share", np.where(known, bottom - top, 0)),
        ("branch_share", branches),
        ("not_finite", np.where(forks & ~known, 4, 0)),
    )
    for role, height in heights:
        for points in skylines(*edges, height, bottom):
            yield Polyline("", role, points, True)


def _plain_items(frame: TrackFrame, span: Span, edges: tuple[int, int]) -> Iterator[Item]:
    (x0, x1), (top, bottom) = edges, (round(frame.rect.top), round(frame.rect.bottom))
    outline = ((x0, top), (x1, top), (x1, bottom), (x0, bottom), (x0, top))
    yield Polyline(span.id, "separator", outline, False, frame.say("Atlas", NO_SHORTCUT))
    words = frame.say("Atlas", NO_SHORTCUT)
    if text_width(words, frame.small) * frame.fit < x1 - x0 - 8:
        yield Text(span.id, "note", (x0 + x1) / 2, (top + bottom) / 2, words, frame.small)


def _has_two_lines(frame: TrackFrame) -> bool:
    return frame.height >= 2 * text_height(frame.small)


def _part_names(frame: TrackFrame) -> Iterator[Item]:
    """Yield the names of the two parts beside the bars, in their colours, where both have room."""
    if not _has_two_lines(frame):
        return
    x, line = frame.rect.right + _LABEL_GAP, text_height(frame.small)
    top, bottom = frame.rect.top + line / 2, frame.rect.bottom - line / 2
    yield Text("", "shortcut_share_label", x, top, frame.say("Atlas", N_("Atlas", "shortcut")), frame.small, "left")
    yield Text("", "branch_share_label", x, bottom, frame.say("Atlas", N_("Atlas", "branch")), frame.small, "left")
