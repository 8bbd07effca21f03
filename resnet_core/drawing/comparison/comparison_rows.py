"""Stacks the tracks of a comparison: squeezed, spread or as high as they ask to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.drawing.display_list import Box
from resnet_core.drawing.tracks.track import Track
from resnet_core.drawing.tracks.track_rows import TrackRow

ROW_GAP = 10.0
"""Pixels between two tracks."""


class Columns(NamedTuple):
    """The x of the gutter and of the tracks, and their width, in pixels."""

    gutter_left: float
    left: float
    width: float


def least_height(tracks: Sequence[Track]) -> float:
    """Return the height below which the tracks cannot be squeezed."""
    return sum(track.least_height + ROW_GAP for track in tracks)


def own_height(tracks: Sequence[Track]) -> float:
    """Return the height that all tracks ask for."""
    return sum(track.height + ROW_GAP for track in tracks)


def placed_rows(tracks: Sequence[Track], columns: Columns, height: float, top: float = 0.0) -> tuple[TrackRow, ...]:
    """Return the tracks with their places from `top` down, squeezed together or spread to the height there is."""
    spare = own_height(tracks) - least_height(tracks)
    share = min(max((height - least_height(tracks)) / spare, 0.0), 1.0) if spare else 1.0
    extra = max(height - own_height(tracks), 0.0) / (sum(track.stretch for track in tracks) or 1.0)
    rows, y = [], top + ROW_GAP / 2
    for track in tracks:
        size = track.least_height + (track.height - track.least_height) * share + extra * track.stretch
        bottom = float(int(y + size))
        rect = Box(columns.left, y, columns.left + columns.width, bottom)
        rows.append(TrackRow(track, rect, Box(columns.gutter_left, y, columns.left, bottom)))
        y = bottom + ROW_GAP
    return tuple(rows)
