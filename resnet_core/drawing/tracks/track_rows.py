"""Stacks the shown tracks: where each one stands, given the heights they ask for and the height there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.drawing.display_list import Box
from resnet_core.drawing.tracks.track import Track

TRACK_GAP = 14.0
TOP_MARGIN = 8.0


class TrackRow(NamedTuple):
    """One track and the rectangle it is painted in; `gutter` is the room for its name and its scale at the left."""

    track: Track
    rect: Box
    gutter: Box


class Frame(NamedTuple):
    """Where the tracks may stand: x of gutter and tracks, and the height there is, in pixels."""

    gutter_left: float
    left: float
    width: float
    height: float


def closed_up(rows: Sequence[TrackRow]) -> tuple[TrackRow, ...]:
    """Return the rows that have something to see, moved up to stand below one another."""
    found, y = [], TOP_MARGIN
    for row in rows:
        if row.track.has_rows:
            up = y - row.rect.top
            found.append(TrackRow(row.track, row.rect.moved(0.0, up), row.gutter.moved(0.0, up)))
            y += row.rect.height + TRACK_GAP
    return tuple(found)


def stacked(tracks: Sequence[Track], heights: dict[str, float], frame: Frame) -> tuple[tuple[TrackRow, ...], float]:
    """Return the rows from the top down, and the height that all of them take.

    A track is as high as `heights` says, or as it asks for itself. Those without a chosen height share what is left
    over by their stretch; where there is too little, they give some of theirs, down to their least.
    """
    wanted = [max(heights.get(track.key, track.height), track.least_height) for track in tracks]
    room = frame.height - TOP_MARGIN - TRACK_GAP * len(tracks)
    excess = sum(wanted) - room
    if excess > 0:
        spare = [0.0 if t.key in heights else w - t.least_height for t, w in zip(tracks, wanted, strict=True)]
        share = min(excess / sum(spare), 1.0) if sum(spare) else 0.0
        wanted = [w - s * share for w, s in zip(wanted, spare, strict=True)]
    else:
        stretch = [0.0 if track.key in heights else track.stretch for track in tracks]
        stretch = stretch if sum(stretch) else [track.stretch for track in tracks]
        wanted = [w - excess * s / sum(stretch) for w, s in zip(wanted, stretch, strict=True)]
    rows, y = [], TOP_MARGIN
    for track, height in zip(tracks, wanted, strict=True):
        height = float(int(height))
        rect = Box(frame.left, y, frame.left + frame.width, y + height)
        rows.append(TrackRow(track, rect, Box(frame.gutter_left, y, frame.left, y + height)))
        y += height + TRACK_GAP
    return tuple(rows), y
