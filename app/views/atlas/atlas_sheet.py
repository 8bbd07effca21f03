"""Keeps the rows of the Atlas as pictures, keeps time while the view moves, and brings it to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QTimer
from PySide6.QtGui import QPainter

from app.painting.row_pictures import FRAME_S, RowLook, RowPictures
from app.views.atlas import atlas_painting
from resnet_core.drawing.display_list import Box
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

REST_MS = 220
"""Milliseconds without a movement after which the view is at rest."""

_CATCH_UP_MS = 12


class AtlasSheet:
    """What the tracks show.

    While the view moves one level of detail fades into the next, and a frame draws as many rows anew as it has time
    for; the others are moved and stretched, and catch up in the frames that follow. At rest there is one level.
    """

    def __init__(self, atlas: AtlasView) -> None:
        self._atlas = atlas
        self.pictures = RowPictures()
        self._rest = QTimer(atlas)
        self._rest.setObjectName("atlas_rest")
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._come_to_rest)
        self._catch_up = QTimer(atlas)
        self._catch_up.setObjectName("atlas_catch_up")
        self._catch_up.setSingleShot(True)
        self._catch_up.setInterval(_CATCH_UP_MS)
        self._catch_up.timeout.connect(atlas.viewport().update)

    def forget(self) -> None:
        """Draw every row anew when it is next painted."""
        self.pictures.forget()

    def forget_run(self) -> None:
        """Draw the rows that show a run anew when they are next painted."""
        live = [row.track.key for row in self._atlas.rows if row.track.live]
        if live:
            self.pictures.forget(*live)

    def move(self) -> None:
        """Note that the view moves."""
        self._rest.start()

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paint the rows within `region` of the viewport, and the ground beside them."""
        atlas, style = self._atlas, self._atlas.style_of_paint
        ground, moves = style.color("canvas"), self._rest.isActive()
        seen = [row for row in atlas.rows if atlas_painting.row_area(row, atlas).intersects(QRectF(region))]
        atlas_painting.paint_ground(painter, atlas)
        painter.save()
        painter.translate(0, -atlas.scroll_offset)
        looks = [self._look(row) for row in seen]
        complete = self.pictures.paint(painter, looks, ground, FRAME_S if moves else None)
        painter.restore()
        if not complete:
            self._catch_up.start()

    def _look(self, row: TrackRow) -> RowLook:
        atlas = self._atlas
        frame = atlas_painting.frame(row, atlas)
        half = TRACK_GAP / 2
        area = Box(0.0, row.rect.top - half, float(atlas.viewport().width()), row.rect.bottom + half)
        made_of = (row.track, row.gutter, atlas.style_of_paint, frame.scale, frame.pixel_ratio)
        return RowLook(
            row.track.key, area, frame.view, made_of,
            lambda painter: atlas_painting.paint_row(painter, row, frame, atlas),
        )  # fmt: skip

    def _come_to_rest(self) -> None:
        view = self._atlas.depth_view
        if view.settled().levels() != view.levels():
            self._atlas.settle()
        else:
            self._atlas.viewport().update()
