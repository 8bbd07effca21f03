"""Turns mouse and wheel on the comparison into zooming, panning and selecting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

if TYPE_CHECKING:
    from app.views.comparison.comparison_canvas import ComparisonCanvas

_DRAG_PX = 4
_WHEEL_BASE = 1.0015


class CanvasPointer:
    """What the pointer is doing; the canvas hands it every mouse and wheel event."""

    def __init__(self, canvas: ComparisonCanvas) -> None:
        self._canvas = canvas
        self._pressed_at: QPointF | None = None
        self._dragged = False

    def press(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at, self._dragged = event.position(), False

    def move(self, event: QMouseEvent) -> None:
        """Pan while the button is down."""
        view = self._canvas.depth_view
        if self._pressed_at is None or view is None:
            return
        moved = event.position().x() - self._pressed_at.x()
        if self._dragged or abs(moved) > _DRAG_PX:
            self._dragged = True
            self._pressed_at = event.position()
            self._canvas.move_to(view.panned(-moved))

    def release(self, event: QMouseEvent) -> None:
        """Select what was clicked."""
        if self._pressed_at is not None and not self._dragged:
            self._canvas.id_chosen.emit(self._canvas.id_at(event.position()))
        self._pressed_at = None

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; with Shift or sideways, pan; left of the tracks the page scrolls."""
        view, delta, modifiers = self._canvas.depth_view, event.angleDelta(), event.modifiers()
        if view is None:
            return
        sideways = delta.x() if abs(delta.x()) > abs(delta.y()) else 0
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            sideways = delta.y() or delta.x()
        if sideways:
            self._canvas.move_to(view.panned(-sideways))
        elif event.position().x() < view.left and not modifiers & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        else:
            self._canvas.move_to(view.zoomed(_WHEEL_BASE ** delta.y(), event.position().x()))
        event.accept()
