"""Places the tracks of a comparison under one another and paints each with its title and scale."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.painting.paint_style import PaintStyle
from app.painting.track import Track
from app.views.comparison.aligned_pair import AlignedPair
from app.views.comparison.pair_tracks import SideTrack
from resnet_core.drawing.depth_view import DepthView

RIGHT = 14.0
"""Pixels right of the tracks."""

_GAP, _SCALE_ROOM, _LEFT = 9.0, 54.0, 8.0
_GUTTER_SHARE, _LEAST_GUTTER, _MOST_GUTTER = 0.2, 158.0, 190.0


class Row(NamedTuple):
    """A track and where it stands."""

    track: Track
    rect: QRectF

    @property
    def area(self) -> QRectF:
        """The whole width of the row, its title included."""
        return self.rect.adjusted(-self.rect.left(), -_GAP, RIGHT, _GAP)


def gutter_of(width: float) -> float:
    """Return the pixels left of the tracks, for titles and scales, in a canvas of `width`."""
    return min(max(width * _GUTTER_SHARE, _LEAST_GUTTER), _MOST_GUTTER)


def least_height(tracks: tuple[Track, ...]) -> float:
    """Return the height below which the tracks cannot be squeezed."""
    return sum(track.least_height + _GAP for track in tracks)


def placed_rows(tracks: tuple[Track, ...], width: float, height: float) -> tuple[Row, ...]:
    """Return the tracks with their places, squeezed together or spread to the height there is."""
    room = height - _GAP * len(tracks)
    wanted, least = sum(track.height for track in tracks), sum(track.least_height for track in tracks)
    share = min(max((room - least) / (wanted - least), 0.0), 1.0)
    extra = max(room - wanted, 0.0) / len(tracks)
    gutter = gutter_of(width)
    rows, top = [], _GAP / 2
    for track in tracks:
        size = track.least_height + (track.height - track.least_height) * share + extra
        rows.append(Row(track, QRectF(gutter, top, max(width - gutter - RIGHT, 1.0), size)))
        top += size + _GAP
    return tuple(rows)


def paint_background(
    painter: QPainter, pair: AlignedPair, highlighted: str, view: DepthView, style: PaintStyle
) -> None:
    """Paint the highlighted column and a dashed line where each stage begins."""
    height = painter.device().height()
    painter.setClipRect(QRectF(view.left - 1, 0, view.width + 2, height))
    column = pair.column_of(highlighted) if highlighted else None
    if column is not None:
        left, right = view.edges(column.span)
        painter.fillRect(QRectF(left, 0, max(right - left, 2.0), height), QColor(style.colors.selection))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    pen = style.line("hairline")
    pen.setDashPattern([4, 4])
    painter.setPen(pen)
    starts = {column.span.start for column in pair.columns if column.span.id.endswith((".0", "head"))}
    painter.drawLines([QLineF(view.x(start), 0, view.x(start), height) for start in sorted(starts)])
    painter.setClipping(False)


def paint_row(painter: QPainter, row: Row, view: DepthView, style: PaintStyle) -> None:
    """Paint a track with its title and its scale."""
    _paint_title(painter, row, style)
    row.track.paint_gutter(painter, QRectF(0, row.rect.top(), row.rect.left(), row.rect.height()), style)
    painter.setClipRect(QRectF(view.left - 1, row.rect.top() - _GAP / 2, view.width + 2, row.rect.height() + _GAP))
    row.track.paint(painter, row.rect, view, style)
    painter.setOpacity(1.0)
    painter.setClipping(False)


def _paint_title(painter: QPainter, row: Row, style: PaintStyle) -> None:
    """Paint the track's name and, under it, its muted line, each cut with an ellipsis where it is too long."""
    room = row.rect.left() - _LEFT - (_LEFT if isinstance(row.track, SideTrack) else _SCALE_ROOM)
    top = row.rect.top()
    for text, font, color in (
        (row.track.title(), style.bold, "text"),
        (row.track.subtitle(), style.small, "muted"),
    ):
        metrics = style.metrics(font)
        painter.setFont(font)
        painter.setPen(style.color(color))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(_LEFT, top, room + 2, metrics.height()), Qt.AlignmentFlag.AlignLeft, shown)
        top += metrics.height()
