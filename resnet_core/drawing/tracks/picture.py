"""Turns the tracks of the Atlas into a picture for a file: of what is seen, or of the whole network in systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.captions import shape_caption
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Drawing, Group, Item, Level, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.structure import axis_and_scale, level_for
from resnet_core.drawing.text_metrics import text_width
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.gradient_history_track import HANDLE_ROOM
from resnet_core.drawing.tracks.scene import SceneStyle, frame_of, gutter_width, row_group, row_rules, stage_borders
from resnet_core.drawing.tracks.track import Track
from resnet_core.drawing.tracks.track_rows import TOP_MARGIN, TRACK_GAP, Frame, TrackRow, stacked

MOST_SYSTEM_PX = 2000.0
"""A whole network that is wider goes on in the next system, as a line of music does."""

_MARGIN = 16.0
_TITLE_LINES = 2.6
_SYSTEM_GAP = 18.0
_HAIR = 1e-6


class PictureTracks(NamedTuple):
    """What a picture shows: tracks in order with their arrangement, in which size and words."""

    tracks: tuple[Track, ...]
    arrangement: Arrangement
    style: SceneStyle = SceneStyle()


def seen_picture(rows: Sequence[TrackRow], view: DepthView, shown: PictureTracks) -> Drawing:
    """Return the shown stretch of depth with every shown track at its full height, those scrolled away included."""
    head, view = _head_height(shown.style), view.settled()
    items = (*_head(view.axis.graph, shown), *_system(rows, view, shown, head))
    bottom = rows[-1].rect.bottom if rows else 0.0
    return _drawing(view.axis.graph, view.right + HANDLE_ROOM, head + bottom + _MARGIN, items, shown.style.say)


def whole_picture(axis: DepthAxis, scale: float, shown: PictureTracks, level: Level | None = None) -> Drawing:
    """Return the whole network at `scale` pixels a block, in as many systems as its width asks for.

    Without a `level` it is drawn at the one that there is room for.
    """
    level = level or level_for(axis, scale)
    left = _MARGIN + gutter_width((track.title() for track in shown.tracks), shown.style)
    top, width = _head_height(shown.style), 0.0
    items: list[Item] = list(_head(axis.graph, shown))
    for number, (first, last) in enumerate(_systems(axis, scale)):
        stretch = (last.stop - first.start) * scale
        rows, height = _rows(shown, left, stretch)
        view = DepthView(axis, first.start + _HAIR, scale, left, stretch - 2 * _HAIR * scale, level)
        items.append(Group(f"system-{number + 1}", tuple(_system(rows, view, shown, top))))
        top += height + _SYSTEM_GAP
        width = max(width, left + stretch)
    return _drawing(axis.graph, width + HANDLE_ROOM, top - _SYSTEM_GAP + _MARGIN, tuple(items), shown.style.say)


def level_picture(graph: Graph, level: Level, shown: PictureTracks) -> Drawing:
    """Return the whole network at a level of detail, with the room that it needs."""
    return whole_picture(*axis_and_scale(graph, level), shown, level)


def _rows(shown: PictureTracks, left: float, width: float) -> tuple[tuple[TrackRow, ...], float]:
    """Return the rows of one system at the heights that a person chose, or the tracks' own, and their height."""
    heights = dict(shown.arrangement.heights)
    wanted = (max(heights.get(track.key, track.height), track.least_height) for track in shown.tracks)
    room = sum(wanted) + TOP_MARGIN + TRACK_GAP * len(shown.tracks)
    rows, height = stacked(shown.tracks, heights, Frame(_MARGIN, left, width, room))
    return rows, height


def _systems(axis: DepthAxis, scale: float) -> Iterator[tuple[Span, Span]]:
    """Yield the first and the last column of each system."""
    breaks, start = [0], axis.columns[0].start
    for number, column in enumerate(axis.columns):
        if (column.stop - start) * scale > MOST_SYSTEM_PX and number > breaks[-1]:
            breaks.append(number)
            start = column.start
    for first, stop in pairwise([*breaks, len(axis.columns)]):
        yield axis.columns[first], axis.columns[stop - 1]


def _system(rows: Sequence[TrackRow], view: DepthView, shown: PictureTracks, dy: float) -> Iterator[Item]:
    """Yield the stages' borders, the rules and one group a track, `dy` pixels further down."""
    moved = tuple(
        TrackRow(row.track, row.rect.moved(0.0, dy), row.gutter.moved(0.0, dy)) for row in rows
    )
    if not moved:
        return
    yield from stage_borders(view, moved[0].rect.top - TOP_MARGIN / 2, moved[-1].rect.bottom)
    yield from row_rules(moved)
    for row in moved:
        yield row_group(row, frame_of(row, view, shown.arrangement, shown.style))


def _head_height(style: SceneStyle) -> float:
    return round(_MARGIN + _TITLE_LINES * style.text_size)


def _head(graph: Graph, shown: PictureTracks) -> Iterator[Item]:
    """Yield the network's name and what it is in a line."""
    size = shown.style.text_size
    y = _MARGIN + size * 0.8
    yield Text("", "title", _MARGIN, y, graph.name, size * 1.4, "left", True)
    x = _MARGIN + text_width(graph.name, size * 1.4, bold=True) * shown.style.fit + size
    yield Text("", "note", x, y + 1, _facts(graph, shown), size, "left")


def _facts(graph: Graph, shown: PictureTracks) -> str:
    words = shown.style.say("Atlas", N_("Atlas", "%1 blocks, %2 → %3"))
    shapes = (shape_caption(graph.nodes[0].output_shape), shape_caption(graph.nodes[-1].output_shape))
    for number, value in enumerate((str(len(graph.blocks)), *shapes), start=1):
        words = words.replace(f"%{number}", value)
    return words


def _drawing(graph: Graph, width: float, height: float, items: tuple[Item, ...], say: Say) -> Drawing:
    words = say("Atlas", N_("Atlas", "{name}, {blocks} blocks in {stages} stages, {input} → {output}"))
    description = words.format(
        name=graph.name, blocks=len(graph.blocks), stages=len(graph.stages),
        input=shape_caption(graph.nodes[0].output_shape), output=shape_caption(graph.nodes[-1].output_shape),
    )  # fmt: skip
    return Drawing(graph.name, description, round(width), round(height), items)
