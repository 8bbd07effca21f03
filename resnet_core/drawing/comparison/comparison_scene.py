"""Puts the tracks of a comparison together as a display list, which the window paints and files hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.comparison_rows import ROW_GAP, Columns, own_height, placed_rows
from resnet_core.drawing.comparison.legend_track import LegendTrack
from resnet_core.drawing.comparison.member_look import member_look
from resnet_core.drawing.comparison.run_chart import ChartFrame, RunChart, chart_items
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Drawing, Group, Item, Polyline, Rectangle, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import elided
from resnet_core.drawing.tracks.scene import SceneStyle, gutter_width, row_group
from resnet_core.drawing.tracks.track import Track, TrackFrame
from resnet_core.drawing.tracks.track_rows import TrackRow
from resnet_core.drawing.tracks.value_scale import ScaleKind

RIGHT_MARGIN = 14.0
"""Pixels right of the tracks."""

_BAR_LEFT, _BAR_WIDTH, _GUTTER_LEFT = 4.0, 4.0, 16.0
_TITLE_HEIGHT, _TITLE_SIZE, _MARGIN = 34.0, 15.0, 8.0
_CHART_HEIGHT, _CHART_GAP, _MOST_CHART_PX = 150.0, 24.0, 700.0
_WHOLE_BLOCK_PX, _MOST_WHOLE_PX = 34.0, 12_000.0


class Scene(NamedTuple):
    """What is drawn, and how: the networks, their tracks, the scale of overlays, sizes and language."""

    alignment: Alignment
    tracks: tuple[Track, ...]
    scale: ScaleKind = "linear"
    style: SceneStyle = SceneStyle()

    def columns(self, width: float) -> Columns:
        """Return where gutter and tracks stand in a picture of `width` pixels."""
        gutter = gutter_width((track.title() for track in self.tracks), self.style)
        left = _GUTTER_LEFT + gutter
        return Columns(_GUTTER_LEFT, left, max(width - left - RIGHT_MARGIN, 1.0))

    def frame(self, row: TrackRow, view: DepthView) -> TrackFrame:
        """Return the frame that a row's track draws itself into."""
        scale = self.scale if self.scale in row.track.scales else "linear"
        return TrackFrame(view, row.rect, row.gutter, *self.style[:3], scale, self.style.say)


def row_items(scene: Scene, rows: Iterable[TrackRow], view: DepthView) -> Iterator[Item]:
    """Yield one group a row."""
    return (row_group(row, scene.frame(row, view)) for row in rows)


def ground_items(scene: Scene, rows: Sequence[TrackRow], view: DepthView) -> Iterator[Item]:
    """Yield what stands behind the rows: where stages begin, and each network's colour beside what is its own."""
    top, bottom = rows[0].rect.top, rows[-1].rect.bottom
    for span in scene.alignment.stage_starts:
        x = round(view.x(span.start))
        if view.left <= x <= view.right:
            yield Polyline(span.id, "separator", ((x, top), (x, bottom)))
    for place, first, last in _sections(rows):
        fill, title = member_look(place, scene.alignment.open).fill, scene.alignment.name(place)
        yield Rectangle("", fill, _BAR_LEFT, first, _BAR_WIDTH, last - first, _BAR_WIDTH / 2, title)
    for row in rows:
        if isinstance(row.track, LegendTrack):
            y = round(row.rect.top - ROW_GAP / 2)
            yield Polyline("", "grid", ((_BAR_LEFT, y), (view.right, y)))


def comparison_drawing(
    scene: Scene, view: DepthView | None = None, width: float = 0.0, charts: Sequence[RunChart] = ()
) -> Drawing:
    """Return the comparison as a picture, each track as high as it asks to be.

    With a `view` it shows that stretch of depth in its width; else the whole, at least `width` pixels wide and wide
    enough that every block can be told from the next. The curves of runs stand under the tracks.
    """
    if view is None:
        wanted = min(scene.alignment.length * _WHOLE_BLOCK_PX, _MOST_WHOLE_PX)
        gutter = scene.columns(0.0).left
        columns = scene.columns(max(width, gutter + wanted + RIGHT_MARGIN))
        view = DepthView.fitted(scene.alignment.open_axis, columns.left, columns.width)
    else:
        columns = scene.columns(view.left + view.width + RIGHT_MARGIN)
        view = view.resized(columns.left, columns.width)
    rows = placed_rows(scene.tracks, columns, own_height(scene.tracks), _TITLE_HEIGHT)
    whole_width = columns.left + columns.width + RIGHT_MARGIN
    title = comparison_title(scene)
    shown = elided(title, (whole_width - 2 * _BAR_LEFT) / scene.style.fit, _TITLE_SIZE, bold=True)
    items = (
        Text("", "heading", _BAR_LEFT, _TITLE_HEIGHT / 2, shown, _TITLE_SIZE, "left", True, title),
        Group("ground", tuple(ground_items(scene, rows, view))),
        *row_items(scene, rows, view),
        *_chart_groups(scene, charts, whole_width, rows[-1].rect.bottom + 2 * _MARGIN),
    )
    bottom = rows[-1].rect.bottom + (2 * _MARGIN + _CHART_HEIGHT if charts else 0.0)
    description = comparison_description(scene.alignment, scene.style.say)
    return Drawing(title, description, whole_width, bottom + _MARGIN, items)


def comparison_title(scene: Scene) -> str:
    """Return "ResNet-101, ResNet-152 against ResNet-50"."""
    alignment = scene.alignment
    others = ", ".join(alignment.name(place) for place in alignment.others)
    if not others:
        return alignment.name(0)
    words = scene.style.say("Atlas", N_("Atlas", "{others} against {reference}"))
    return words.format(others=others, reference=alignment.name(0))


def comparison_description(alignment: Alignment, say: Say) -> str:
    """Return what each network is, in one line: for a screen reader, and in a file."""
    words = say("Atlas", N_("Atlas", "{name}: {blocks} blocks in {stages} stages"))
    return "; ".join(
        words.format(name=name, blocks=len(graph.blocks), stages=len(graph.stages))
        for name, (graph, *_) in zip(alignment.names, alignment.members, strict=True)
    )


def _chart_groups(scene: Scene, charts: Sequence[RunChart], width: float, top: float) -> Iterator[Item]:
    """Yield the charts beside one another, no wider than they are read well."""
    room = (width - RIGHT_MARGIN - _GUTTER_LEFT + _CHART_GAP) / max(len(charts), 1) - _CHART_GAP
    for number, chart in enumerate(charts):
        left = _GUTTER_LEFT + number * (min(room, _MOST_CHART_PX) + _CHART_GAP)
        box = Box(left, top, left + min(room, _MOST_CHART_PX), top + _CHART_HEIGHT)
        yield Group(f"chart-{number + 1}", tuple(chart_items(chart, ChartFrame(box, scene.style))), chart.title)


def _sections(rows: Sequence[TrackRow]) -> Iterator[tuple[int, float, float]]:
    """Yield (place, top, bottom) of the rows that belong to one network."""
    found: dict[int, tuple[float, float]] = {}
    for row in rows:
        place = getattr(row.track, "member", None)
        if place is not None:
            first, _ = found.get(place, (row.rect.top, 0.0))
            found[place] = first, row.rect.bottom
    for place, (first, last) in found.items():
        yield place, first, last
