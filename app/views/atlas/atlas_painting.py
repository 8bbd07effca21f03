"""Paints the Atlas: the ground, each row of it, and what is marked on the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QPainter

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from app.views.atlas.atlas_words import footer
from app.views.atlas.minimap import FOOTER_HEIGHT, paint_minimap
from app.views.atlas.track_words_popup import paint_sign
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.display_list import Drawing
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.drawing.tracks.picture import PictureTracks, seen_picture, whole_picture
from resnet_core.drawing.tracks.scene import (
    SceneStyle,
    frame_of,
    gutter_width,
    row_group,
    row_rules,
    stage_borders,
)
from resnet_core.drawing.tracks.titles import TITLES
from resnet_core.drawing.tracks.track import TrackFrame
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow, closed_up

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_SELECTION_ALPHA, _HOVER_ALPHA = 0.13, 0.05
SIDE_MARGIN = 12.0
_TOP = 4.0
_MOST_GUTTER_SHARE, _LEAST_GUTTER = 0.33, 96.0


def picture(atlas: AtlasView, whole: bool) -> Drawing:
    """Return the Atlas as a drawing: the shown stretch of depth, or the whole network at the same zoom."""
    view, style = atlas.depth_view, scene_style(atlas)
    rows = closed_up(atlas.tensor_pass.on_rows(atlas.rows))
    shown = PictureTracks(tuple(row.track for row in rows), atlas.layout_record, style)
    return whole_picture(view.axis, view.scale, shown) if whole else seen_picture(rows, view, shown)


def gutter_px(atlas: AtlasView) -> float:
    """Return the room that the names and the numbers of the scales need, less where the window is narrow."""
    titles = (TITLES[key] for key in atlas.layout_record.shown)
    most = max(_MOST_GUTTER_SHARE * atlas.viewport().width(), _LEAST_GUTTER)
    return min(gutter_width(titles, scene_style(atlas)), most)


def scene_style(atlas: AtlasView) -> SceneStyle:
    """Return the size and the language that the Atlas is drawn in."""
    style = atlas.style_of_paint
    return SceneStyle(style.text_size, style.fit, atlas.devicePixelRatioF(), QCoreApplication.translate)


def frame(row: TrackRow, atlas: AtlasView) -> TrackFrame:
    """Return the frame that a row's track draws itself into."""
    return frame_of(row, atlas.depth_view, atlas.layout_record, scene_style(atlas))


def paint_ground(painter: QPainter, atlas: AtlasView) -> None:
    """Paint the ground where no row stands, with the stages' borders."""
    style = atlas.style_of_paint
    whole, bottom = QRectF(atlas.viewport().rect()), atlas.minimap_rect().top() - FOOTER_HEIGHT
    rows = atlas.rows
    top_edge = row_area(rows[0], atlas).top() if rows else bottom
    end = row_area(rows[-1], atlas).bottom() if rows else bottom
    for area in (QRectF(0, 0, whole.width(), top_edge), QRectF(0, end, whole.width(), whole.height() - end)):
        if area.height() > 0:
            painter.fillRect(area, style.color("canvas"))
            painter.save()
            painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
            paint_items(painter, stage_borders(atlas.depth_view, _TOP, bottom), style)
            painter.restore()


def paint_row(painter: QPainter, row: TrackRow, frame: TrackFrame, atlas: AtlasView) -> None:
    """Paint one row on the ground: the stages' borders, the rule under its name, the track, the sign of its words."""
    style = atlas.style_of_paint
    top, bottom = row.rect.top - TRACK_GAP, row.rect.bottom + TRACK_GAP
    paint_items(painter, stage_borders(frame.view, top, bottom), style)
    paint_items(painter, row_rules((row,)), style)
    paint_items(painter, (row_group(row, frame),), style)
    paint_sign(painter, row, atlas, style)


def paint_marks(painter: QPainter, atlas: AtlasView) -> None:
    """Paint what lies on the tracks: the highlighted columns, the overview and the focus."""
    style = atlas.style_of_paint
    bottom = atlas.minimap_rect().top() - FOOTER_HEIGHT
    hovered, selected = atlas.hovered, atlas.selected_span()
    if hovered is not None and hovered != selected:
        painter.fillRect(_band(atlas, hovered, bottom), style.color("text", _HOVER_ALPHA))
    if selected is not None:
        _paint_selection(painter, atlas, _band(atlas, selected, bottom))
    _paint_overview(painter, atlas, style, selected)
    if atlas.hasFocus():
        _paint_focus(painter, QRectF(atlas.viewport().rect()), style)


def _paint_focus(painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
    """Paint the focus rectangle as four fills, which cost nothing beside an outline of that size."""
    color = style.color("accent", 0.7)
    for edge in (
        QRectF(0, 0, rect.width(), 1),
        QRectF(0, rect.bottom() - 1, rect.width(), 1),
        QRectF(0, 1, 1, rect.height() - 2),
        QRectF(rect.right() - 1, 1, 1, rect.height() - 2),
    ):
        painter.fillRect(edge, color)


def row_area(row: TrackRow, atlas: AtlasView) -> QRectF:
    """Return the whole width of a row, on the viewport."""
    top = row.rect.top - atlas.scroll_offset - TRACK_GAP / 2
    return QRectF(0, top, atlas.viewport().width(), row.rect.height + TRACK_GAP)


def _paint_selection(painter: QPainter, atlas: AtlasView, band: QRectF) -> None:
    """Paint the selected column as a tint, but as an outline on the waterfall, whose colours are data."""
    style = atlas.style_of_paint
    data = _waterfall_area(atlas)
    tint, accent = style.color("accent", _SELECTION_ALPHA), style.color("accent")
    if data is None:
        painter.fillRect(band, tint)
        return
    top, bottom = max(data.top(), band.top()), min(data.bottom(), band.bottom())
    painter.fillRect(QRectF(band.left(), band.top(), band.width(), top - band.top()), tint)
    painter.fillRect(QRectF(band.left(), bottom, band.width(), band.bottom() - bottom), tint)
    for x in (band.left() - 1, band.right() - 1):
        painter.fillRect(QRectF(round(x), top, 2, bottom - top), accent)


def _waterfall_area(atlas: AtlasView) -> QRectF | None:
    """Return where the waterfall's colours stand on the viewport, if it shows a run."""
    for row in atlas.rows:
        if isinstance(row.track, GradientHistoryTrack) and row.track.has_rows:
            area = row.track.filled_area(row.rect)
            return QRectF(area.left, area.top - atlas.scroll_offset, area.width, area.height)
    return None


def _band(atlas: AtlasView, span: Span, bottom: float) -> QRectF:
    x0, x1 = atlas.depth_view.edges(span)
    x0, x1 = max(x0, atlas.depth_view.left), min(x1, atlas.depth_view.right)
    return QRectF(x0, 0, max(x1 - x0, 0), bottom)


def _paint_footer(painter: QPainter, atlas: AtlasView, rect: QRectF) -> None:
    style = atlas.style_of_paint
    painter.setFont(style.small)
    painter.setPen(style.color("muted"))
    facts, hint = footer(atlas)
    fitting = style.metrics(style.small).elidedText(facts, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitting)
    if style.width_of(facts, style.small) + style.width_of(hint, style.small) + 24 <= rect.width():
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, hint)


def _paint_overview(painter: QPainter, atlas: AtlasView, style: PaintStyle, selected: Span | None) -> None:
    rect = atlas.minimap_rect()
    ground = QRectF(0, rect.top() - FOOTER_HEIGHT, atlas.viewport().width(), rect.height() + FOOTER_HEIGHT + 8)
    painter.fillRect(ground, style.color("canvas"))
    _paint_footer(painter, atlas, QRectF(rect.left(), ground.top(), rect.width(), FOOTER_HEIGHT - 2))
    paint_minimap(painter, rect, atlas.depth_view, style, (selected.start, selected.stop) if selected else None)
