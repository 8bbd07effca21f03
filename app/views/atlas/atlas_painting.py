"""Paints the Atlas in two layers: what stays while a run is live, and what moves with it, the selection on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP
from app.views.atlas.atlas_words import footer
from app.views.atlas.gradient_history_track import GradientHistoryTrack
from app.views.atlas.minimap import FOOTER_HEIGHT, paint_minimap
from app.views.atlas.track_rows import TRACK_GAP, TrackRow
from resnet_core.drawing.depth_axis import Span

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_SELECTION_ALPHA, _HOVER_ALPHA = 0.13, 0.05
_MOST_TITLE_PX = 168.0
SIDE_MARGIN = 12.0


def image_of(atlas: AtlasView) -> QImage:
    """Return the Atlas as it is on the screen, with two pixels a unit or more."""
    ratio = max(atlas.devicePixelRatioF(), 2.0)
    image = QImage(atlas.viewport().size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    paint_static(painter, atlas)
    paint_live(painter, atlas, atlas.viewport().rect())
    painter.end()
    return image


def gutter_width(atlas: AtlasView) -> float:
    """Return the room that the titles and the numbers of the scales need."""
    style = atlas.style_of_paint
    titles = max(style.width_of(track.title(), style.bold) for track in atlas.tracks)
    return float(round(min(titles, _MOST_TITLE_PX) + 12 + _numbers_width(style)))


def _numbers_width(style: PaintStyle) -> float:
    return style.width_of("10⁻⁸⁸", style.numbers) + GUTTER_GAP


def paint_static(painter: QPainter, atlas: AtlasView) -> None:
    """Paint the ground, the stages' borders and the tracks that show no run."""
    style = atlas.style_of_paint
    painter.fillRect(atlas.viewport().rect(), style.color("canvas"))
    _paint_stage_borders(painter, atlas)
    painter.save()
    painter.translate(0, -atlas.scroll_offset)
    for row in atlas.rows:
        _paint_hairline(painter, row, style)
        if not row.track.live:
            _paint_row(painter, row, atlas)
    painter.restore()


def paint_live(painter: QPainter, atlas: AtlasView, region: QRect) -> None:
    """Paint the tracks that show the run, the highlighted columns, the overview and the focus, within `region`."""
    style = atlas.style_of_paint
    painter.save()
    painter.translate(0, -atlas.scroll_offset)
    for row in atlas.rows:
        if row.track.live and _row_area(row, atlas).intersects(QRectF(region)):
            _paint_row(painter, row, atlas)
    painter.restore()
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


def _row_area(row: TrackRow, atlas: AtlasView) -> QRectF:
    """Return the whole width of a row, on the viewport."""
    top = row.rect.top() - atlas.scroll_offset - TRACK_GAP / 2
    return QRectF(0, top, atlas.viewport().width(), row.rect.height() + TRACK_GAP)


def _paint_row(painter: QPainter, row: TrackRow, atlas: AtlasView) -> None:
    style, view = atlas.style_of_paint, atlas.depth_view
    _paint_title(painter, row, style)
    painter.save()
    if row.track.live:
        painter.setClipRect(row.rect.adjusted(-2, -TRACK_GAP / 2, atlas.viewport().width(), TRACK_GAP / 2))
    else:
        painter.setClipRect(row.rect.adjusted(-1, -TRACK_GAP / 2, 2, TRACK_GAP / 2))
    row.track.paint(painter, row.rect, view, style)
    painter.restore()
    row.track.paint_gutter(painter, row.gutter, style)


def _paint_hairline(painter: QPainter, row: TrackRow, style: PaintStyle) -> None:
    """Paint the line under a row's title, at which the row can be made higher or lower."""
    y = round(row.rect.bottom() + TRACK_GAP / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(style.line("hairline"))
    painter.drawLine(QLineF(row.gutter.left(), y, row.gutter.right() - GUTTER_GAP, y))


def _paint_title(painter: QPainter, row: TrackRow, style: PaintStyle) -> None:
    """Paint name and subtitle at the left, shortened where the scale's numbers begin."""
    width = row.gutter.width() - _numbers_width(style)
    line = style.metrics(style.bold).height()
    top = row.gutter.top()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    for font, color, text, y in (
        (style.bold, "text", row.track.title(), top - 2),
        (style.small, "muted", row.track.subtitle(), top - 1 + line),
    ):
        painter.setFont(font)
        painter.setPen(style.color(color))
        shown = style.metrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(row.gutter.left(), y, width + 2, line + 4), flags, shown)


def _paint_stage_borders(painter: QPainter, atlas: AtlasView) -> None:
    """Paint dashed hairlines where stages begin, behind the tracks."""
    style, view = atlas.style_of_paint, atlas.depth_view
    if not atlas.rows:
        return
    top, bottom = 4.0, atlas.minimap_rect().top() - FOOTER_HEIGHT
    edges = [span.start for span in view.axis.stages] + [view.axis.head.start]
    lines = [QLineF(x, top, x, bottom) for x in (round(view.x(edge)) for edge in edges) if view.left <= x <= view.right]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    pen = style.line("hairline")
    pen.setDashPattern([4, 4])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLines(lines)


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
        if isinstance(row.track, GradientHistoryTrack) and atlas.gradients.has_rows:
            return row.track.filled_area(row.rect).translated(0, -atlas.scroll_offset)
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
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, facts)
    if style.width_of(facts, style.small) + style.width_of(hint, style.small) + 24 <= rect.width():
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, hint)


def _paint_overview(painter: QPainter, atlas: AtlasView, style: PaintStyle, selected: Span | None) -> None:
    rect = atlas.minimap_rect()
    ground = QRectF(0, rect.top() - FOOTER_HEIGHT, atlas.viewport().width(), rect.height() + FOOTER_HEIGHT + 8)
    painter.fillRect(ground, style.color("canvas"))
    _paint_footer(painter, atlas, QRectF(rect.left(), ground.top(), rect.width(), FOOTER_HEIGHT - 2))
    paint_minimap(painter, rect, atlas.depth_view, style, (selected.start, selected.stop) if selected else None)
