"""Paints the Atlas in two layers: what stays while a run is live, and what moves with it, the selection on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP
from app.views.atlas.minimap import paint_minimap
from app.views.atlas.track_rows import TRACK_GAP, TrackRow
from resnet_core.drawing.depth_axis import Span

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_SELECTION_ALPHA, _HOVER_ALPHA = 0.13, 0.05
_SEPARATOR_FROM_PX = 14.0


def paint_static(painter: QPainter, atlas: AtlasView) -> None:
    """Paint the ground, the stages' borders and the tracks that show no run."""
    style = atlas.style_of_paint
    painter.fillRect(atlas.viewport().rect(), style.color("canvas"))
    _paint_stage_borders(painter, atlas)
    painter.save()
    painter.translate(0, -atlas.scroll_offset)
    for row in atlas.rows:
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
    bottom = atlas.minimap_rect().top() - 4
    hovered, selected = atlas.hovered, atlas.selected_span()
    if hovered is not None and hovered != selected:
        painter.fillRect(_band(atlas, hovered, bottom), style.color("text", _HOVER_ALPHA))
    if selected is not None:
        painter.fillRect(_band(atlas, selected, bottom), style.color("accent", _SELECTION_ALPHA))
    _paint_overview(painter, atlas, style, selected)
    if atlas.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(style.color("accent", 0.7), 1.0))
        painter.drawRect(atlas.viewport().rect().adjusted(0, 0, -1, -1))


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


def _paint_title(painter: QPainter, row: TrackRow, style: PaintStyle) -> None:
    """Paint name and subtitle at the left, shortened where the scale's numbers begin."""
    numbers = style.metrics(style.numbers).horizontalAdvance("10⁻⁸⁸") + GUTTER_GAP
    width = row.gutter.width() - numbers
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
    top, bottom = 4.0, atlas.minimap_rect().top() - 4
    edges = [span.start for span in view.axis.stages] + [view.axis.head.start]
    lines = [QLineF(x, top, x, bottom) for x in (round(view.x(edge)) for edge in edges) if view.left <= x <= view.right]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    pen = style.line("hairline")
    pen.setDashPattern([4, 4])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLines(lines)


def _band(atlas: AtlasView, span: Span, bottom: float) -> QRectF:
    x0, x1 = atlas.depth_view.edges(span)
    x0, x1 = max(x0, atlas.depth_view.left), min(x1, atlas.depth_view.right)
    return QRectF(x0, 0, max(x1 - x0, 0), bottom)


def _paint_overview(painter: QPainter, atlas: AtlasView, style: PaintStyle, selected: Span | None) -> None:
    rect = atlas.minimap_rect()
    painter.fillRect(QRectF(0, rect.top() - 4, atlas.viewport().width(), rect.height() + 12), style.color("canvas"))
    paint_minimap(painter, rect, atlas.depth_view, style, (selected.start, selected.stop) if selected else None)
