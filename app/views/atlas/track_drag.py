"""Moves a track to another place by dragging its name, with a line where it would come to stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFrame

from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_LINE_PX = 2
_NAME_GAP = 8.0


class TrackDrag:
    """A held track and where it would be dropped; nothing is moved before it is."""

    def __init__(self, atlas: AtlasView) -> None:
        self._atlas = atlas
        self._held: TrackRow | None = None
        self._before: str | None = None
        self._line = QFrame(atlas.viewport())
        self._line.setObjectName("atlas_drop_line")
        self._line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._line.hide()

    @property
    def line(self) -> QFrame:
        """The line that shows where the held track would come to stand."""
        return self._line

    def row_at(self, at: QPointF) -> TrackRow | None:
        """Return the row whose name is at a point of the viewport."""
        if not 0 <= at.x() <= self._atlas.depth_view.left - _NAME_GAP:
            return None
        y = at.y() + self._atlas.scroll_offset
        return next((row for row in self._atlas.rows if row.gutter.top <= y <= row.gutter.bottom), None)

    def take(self, at: QPointF) -> None:
        """Take hold of the track whose name is at a point."""
        self._held, self._before = self.row_at(at), None

    def move(self, at: QPointF) -> None:
        """Show where the held track would come to stand."""
        if self._held is None:
            return
        y, rows = at.y() + self._atlas.scroll_offset, self._atlas.rows
        below = next((row for row in rows if y < row.rect.center[1]), None)
        self._before = below.track.key if below is not None else ""
        edge = below.rect.top if below is not None else rows[-1].rect.bottom + TRACK_GAP
        top = round(edge - self._atlas.scroll_offset - TRACK_GAP / 2 - _LINE_PX / 2)
        # A palette would be lost: the window's style sheet takes palettes back.
        self._line.setStyleSheet(f"background: {self._atlas.style_of_paint.color('accent').name()}")
        self._line.setGeometry(0, max(top, 0), self._atlas.viewport().width(), _LINE_PX)
        self._line.show()
        self._line.raise_()

    def drop(self) -> None:
        """Put the held track where the line is."""
        held, before = self._held, self._before
        self.cancel()
        if held is not None and before is not None and before != held.track.key:
            self._atlas.set_layout_record(self._atlas.layout_record.placed(held.track.key, before))

    def cancel(self) -> bool:
        """Let go of the track without moving it; return whether one was held."""
        was_held, self._held, self._before = self._held is not None, None, None
        self._line.hide()
        return was_held
