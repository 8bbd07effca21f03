"""Turns mouse and wheel on the Atlas into zooming, panning, selecting, stepping in time, and dragging of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from app.views.atlas.minimap import depth_at, window_rect
from app.views.atlas.track_words_popup import sign_row_at
from resnet_core.analysis.flow_alerts import FlowAlert
from resnet_core.drawing.tracks.gradient_history_track import GradientHistoryTrack
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

Drag = Literal["none", "press", "pan", "step", "resize", "minimap", "edge", "track", "sign"]
_DRAG_PX = 4.0
_WHEEL_BASE = 1.0016
_NOTCH = 120


class AtlasPointer:
    """What the pointer is doing; the Atlas hands it every mouse and wheel event."""

    def __init__(self, atlas: AtlasView) -> None:
        self._atlas = atlas
        self._drag: Drag = "none"
        self._start = QPointF()
        self._last = QPointF()
        self._resized: TrackRow | None = None
        self._grip = 0.0

    def press(self, event: QMouseEvent) -> None:
        """Begin a drag; what kind is told by where it begins."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self._start = self._last = event.position()
        self._drag = self._kind_at(event.position())
        if event.button() == Qt.MouseButton.MiddleButton:
            self._drag = "pan"
        if self._drag == "minimap":
            self._grip_minimap(event.position())
        if self._drag == "step":
            self._set_step(event.position())
        if self._drag == "edge":
            self._atlas.hands.take_edge(event.position())
        if self._drag == "track":
            self._atlas.hands.tracks.take(event.position())

    def move(self, event: QMouseEvent) -> None:
        """Go on with a drag, or show what the pointer is over."""
        at = event.position()
        if self._drag == "none":
            self._hover(at)
            return
        moved = at - self._last
        if self._drag == "press" and (at - self._start).manhattanLength() >= _DRAG_PX:
            history = self._history_row(self._start)
            steps = history is not None and abs(at.y() - self._start.y()) >= abs(at.x() - self._start.x())
            self._drag = "step" if steps else "pan"
            moved = at - self._start
        self._last = at
        if self._drag == "pan":
            self._atlas.set_depth_view(self._atlas.depth_view.panned(-moved.x()))
        elif self._drag == "step":
            self._set_step(at)
        elif self._drag == "minimap":
            self._move_minimap(at)
        elif self._drag == "resize":
            self._resize(at)
        elif self._drag == "edge":
            self._atlas.hands.drag_edge(at)
        elif self._drag == "track" and (at - self._start).manhattanLength() >= _DRAG_PX:
            self._atlas.hands.tracks.move(at)

    def release(self, event: QMouseEvent) -> None:
        """End a drag; a press that never moved selects what it is on."""
        at = event.position()
        still = (at - self._start).manhattanLength() < _DRAG_PX
        if self._drag == "edge" and not self._atlas.hands.release_edge() and still:
            self._drag = "press"
        if self._drag == "press":
            self._click(at)
        if self._drag == "sign":
            row = sign_row_at(self._atlas, at)
            if row is not None:
                self._atlas.hands.explain(row)
        if self._drag == "track":
            self._atlas.hands.tracks.drop()
        self._drag = "none"
        self._hover(at)

    def double_click(self, event: QMouseEvent) -> None:
        """Follow the newest step (on the waterfall), or show the whole network."""
        if self._history_row(event.position()) is not None or self._on_handle(event.position()):
            self._atlas.selection.set_step(None)
        elif event.position().x() >= self._atlas.depth_view.left:
            self._atlas.zoom.to_fit()

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; pan with Shift or sideways; scroll the tracks over their titles."""
        view, delta = self._atlas.depth_view, event.angleDelta()
        modifiers = event.modifiers()
        sideways = delta.x() if abs(delta.x()) > abs(delta.y()) else 0
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            sideways = delta.y() or delta.x()
        if sideways:
            self._atlas.set_depth_view(view.panned(-sideways / _NOTCH * view.width / 12))
        elif event.position().x() < view.left and not modifiers & Qt.KeyboardModifier.ControlModifier:
            bar = self._atlas.verticalScrollBar()
            bar.setValue(bar.value() - delta.y() // 2)
        else:
            self._atlas.set_depth_view(view.zoomed(_WHEEL_BASE ** delta.y(), event.position().x()))
        event.accept()

    def _click(self, at: QPointF) -> None:
        """Go to the alert that is under the pointer, or select what is."""
        alert, span = self._alert_at(at), self._atlas.span_at(at.x())
        if alert is not None:
            self._atlas.hands.show_alert(alert)
        elif span is not None and self._row_at(at) is not None:
            self._atlas.select_span(span)

    def _alert_at(self, at: QPointF) -> FlowAlert | None:
        row, place = self._row_at(at), self._content(at)
        if row is None or not isinstance(row.track, GradientHistoryTrack):
            return None
        return row.track.alert_at(self._atlas.frame_of(row), place.x(), place.y())

    def _kind_at(self, at: QPointF) -> Drag:
        if self._atlas.minimap_rect().adjusted(-4, -4, 4, 8).contains(at):
            return "minimap"
        self._resized = self._border_at(at)
        if self._resized is not None:
            return "resize"
        if self._atlas.hands.edges.edge_at(at) is not None:
            return "edge"
        if sign_row_at(self._atlas, at) is not None:
            return "sign"
        if self._on_handle(at) or (self._history_row(at) is not None and at.x() > self._atlas.depth_view.right):
            return "step"
        return "press" if self._atlas.hands.tracks.row_at(at) is None else "track"

    def _hover(self, at: QPointF) -> None:
        kind = self._kind_at(at)
        cursors = {
            "resize": Qt.CursorShape.SplitVCursor,
            "step": Qt.CursorShape.SizeVerCursor,
            "edge": Qt.CursorShape.SplitHCursor,
            "track": Qt.CursorShape.OpenHandCursor,
            "sign": Qt.CursorShape.PointingHandCursor,
        }
        self._atlas.hands.hover_edge(at if kind == "edge" else None)
        on_alert = kind == "press" and self._alert_at(at) is not None
        cursor = Qt.CursorShape.PointingHandCursor if on_alert else cursors.get(kind, Qt.CursorShape.ArrowCursor)
        self._atlas.viewport().setCursor(cursor)
        inside = kind == "press" and self._row_at(at) is not None
        hovered = self._atlas.span_at(at.x()) if inside else None
        if hovered != self._atlas.hovered:
            self._atlas.set_hovered(hovered)
            self._atlas.hands.refresh_footer()

    def _content(self, at: QPointF) -> QPointF:
        return QPointF(at.x(), at.y() + self._atlas.scroll_offset)

    def _row_at(self, at: QPointF) -> TrackRow | None:
        y = self._content(at).y()
        return next((r for r in self._atlas.rows if r.rect.top - 4 <= y <= r.rect.bottom + 4), None)

    def _border_at(self, at: QPointF) -> TrackRow | None:
        """Return the row whose lower border the pointer is on."""
        y = self._content(at).y()
        for row in self._atlas.rows[:-1]:
            if abs(y - (row.rect.bottom + TRACK_GAP / 2)) <= 3:
                return row
        return None

    def _history_row(self, at: QPointF) -> TrackRow | None:
        """Return the waterfall's row if it shows a run and the pointer is on it."""
        row = self._row_at(at)
        if row is None or not isinstance(row.track, GradientHistoryTrack) or not row.track.has_rows:
            return None
        area = row.track.area(row.rect)
        inside = area.top <= self._content(at).y() <= area.bottom
        return row if inside and at.x() >= self._atlas.depth_view.left else None

    def _step_row(self) -> TrackRow | None:
        """Return the waterfall's row if it shows a run."""
        rows = (row for row in self._atlas.rows if isinstance(row.track, GradientHistoryTrack) and row.track.has_rows)
        return next(rows, None)

    def _on_handle(self, at: QPointF) -> bool:
        row = self._step_row()
        if row is None or not isinstance(row.track, GradientHistoryTrack):
            return False
        (left, top, right, bottom), at = row.track.handle_box(row.rect), self._content(at)
        return left <= at.x() <= right and top <= at.y() <= bottom

    def _set_step(self, at: QPointF) -> None:
        row = self._step_row()
        if row is not None and isinstance(row.track, GradientHistoryTrack):
            self._atlas.selection.set_step(row.track.step_at(self._content(at).y(), row.rect))

    def _resize(self, at: QPointF) -> None:
        assert self._resized is not None
        height = self._content(at).y() - TRACK_GAP / 2 - self._resized.rect.top
        track = self._resized.track
        self._atlas.set_layout_record(self._atlas.layout_record.resized(track.key, max(height, track.least_height)))

    def _grip_minimap(self, at: QPointF) -> None:
        """Take hold of the shown stretch; beside it, bring it there first."""
        rect, view = self._atlas.minimap_rect(), self._atlas.depth_view
        window = window_rect(rect, view)
        depth = depth_at(rect, view, at.x())
        self._grip = depth - view.first if window.contains(at) else (view.last - view.first) / 2
        self._move_minimap(at)

    def _move_minimap(self, at: QPointF) -> None:
        view = self._atlas.depth_view
        first = depth_at(self._atlas.minimap_rect(), view, at.x()) - self._grip
        self._atlas.set_depth_view(view._replace(first=first).clamped())
