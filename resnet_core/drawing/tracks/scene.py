"""Puts tracks together with their names, scales and legends, as one group a track that window and files share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Group, Item, Polyline, Rectangle, Role, Text
from resnet_core.drawing.say import Say, as_written
from resnet_core.drawing.styles import STYLES
from resnet_core.drawing.text_metrics import elided, text_height, text_width
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.gradient_history_track import HANDLE_ROOM
from resnet_core.drawing.tracks.track import GUTTER_GAP, SMALL_SHARE, TrackFrame
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow

_MOST_TITLE_PX = 150.0
_WIDEST_NUMBER = "88.8 MB"
_SWATCH_PX = 12.0


class SceneStyle(NamedTuple):
    """How large and in which words: text size in pixels, the font's `fit`, device pixels a pixel, the language."""

    text_size: float = 12.0
    fit: float = 1.0
    pixel_ratio: float = 1.0
    say: Say = as_written


def gutter_width(titles: Iterable[str], style: SceneStyle) -> float:
    """Return the room that the marked `titles` and the numbers of the scales need at the left."""
    widths = (text_width(style.say("Atlas", title), style.text_size, bold=True) * style.fit for title in titles)
    return float(round(min(max(widths, default=0.0), _MOST_TITLE_PX) + 8 + _numbers_width(style)))


def frame_of(row: TrackRow, view: DepthView, arrangement: Arrangement, style: SceneStyle) -> TrackFrame:
    """Return the frame of a row: where it stands, on which scale."""
    chosen = dict(arrangement.scales).get(row.track.key)
    scales = row.track.scales
    scale = chosen if chosen is not None and chosen in scales else scales[0] if scales else "linear"
    return TrackFrame(view, row.rect, row.gutter, *style[:3], scale, style.say)


def row_group(row: TrackRow, frame: TrackFrame) -> Group:
    """Return everything of one track: its name, its legend, its scale and what it shows, cut off at its edges."""
    rect, key = row.rect, row.track.key
    # What a live track shows may reach into the margin at the right, where its handle is.
    right = rect.right + (HANDLE_ROOM if row.track.live else 2)
    inside = Box(rect.left - 2, rect.top - TRACK_GAP / 2, right, rect.bottom + TRACK_GAP / 2)
    body = Group(f"{key}-body", tuple(row.track.items(frame)), "", 1.0, inside)
    items = (*_name_items(row, frame), *row.track.scale_items(frame), body)
    return Group(f"track-{key}", items, frame.say("Atlas", row.track.title()))


def stage_borders(view: DepthView, top: float, bottom: float) -> Iterator[Item]:
    """Yield a dashed hairline where each stage begins, to stand behind the tracks."""
    axis = view.axis
    for id, edge in (*((span.id, span.start) for span in axis.stages), (axis.head.id, axis.head.start)):
        x = round(view.x(edge))
        if view.left <= x <= view.right:
            yield Polyline(id, "separator", ((x, top), (x, bottom)))


def row_rules(rows: Sequence[TrackRow]) -> Iterator[Item]:
    """Yield the line under each row's name, at which the row can be made higher or lower."""
    for row in rows:
        y = round(row.rect.bottom + TRACK_GAP / 2) - 1  # within the row's own area
        yield Polyline("", "grid", ((row.gutter.left, y), (row.gutter.right - GUTTER_GAP, y)))


def _numbers_width(style: SceneStyle) -> float:
    return text_width(_WIDEST_NUMBER, style.text_size * SMALL_SHARE) * style.fit + GUTTER_GAP


def _name_items(row: TrackRow, frame: TrackFrame) -> Iterator[Item]:
    """Yield name, lines under it and legend at the left, shortened where the scale's numbers begin."""
    style = SceneStyle(frame.text_size, frame.fit, frame.pixel_ratio, frame.say)
    gutter, small = row.gutter, frame.small
    width = (gutter.width - _numbers_width(style)) / frame.fit
    line, y = text_height(frame.text_size), gutter.top + text_height(frame.text_size) / 2 - 2
    title, subtitle = frame.say("Atlas", row.track.title()), row.track.subtitle(frame.say)
    shown = elided(title, width, frame.text_size, bold=True)
    yield Text("", "title", gutter.left, y, shown, frame.text_size, "left", True, title)
    y += line
    for place, words in enumerate(subtitle.splitlines()):
        y += text_height(small) if place else 0.0
        if y + small / 2 <= gutter.bottom + TRACK_GAP / 2:
            yield Text("", "subtitle", gutter.left, y, elided(words, width, small), small, "left", False, words)
    y += 0.4 * small
    for entry in row.track.legend():
        y += text_height(small)
        if y + small / 2 > gutter.bottom:
            return
        words = elided(frame.say("Drawing", entry.text), width - _SWATCH_PX - 5, small)
        yield from _legend_entry(gutter.left, y, entry.role, words, small)


def _legend_entry(x: float, y: float, role: Role, text: str, size: float) -> Iterator[Item]:
    if STYLES[role].stroke:
        yield Polyline("", role, ((x, y), (x + _SWATCH_PX, y)))
    else:
        yield Rectangle("", role, x, round(y - 4), _SWATCH_PX, 8)
    yield Text("", "note", x + _SWATCH_PX + 5, y, text, size, "left")
