"""Paints the captured steps of a run as a line with a handle on it, which mouse, wheel and keys move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip, QWidget

from app.services.fonts import number_font
from app.services.theme import Theme
from app.state.captured_steps import RunAlert
from app.views.playback.step_ruler import StepRuler
from resnet_core.number_text import exact

_HANDLE, _MARK, _GROOVE = 6.0, 4.0, 3.0
_SIDE = 16.0
LABEL_GAP = 8.0
"""Pixels between the numbers of two captures."""

_REACH = 7.0


class StepSlider(QSlider):
    """One value a capture, from 0; the handle is open while the newest is followed.

    `row_picked` tells that a person has gone to a capture, `alert_picked` that they clicked the mark of an alert.
    """

    row_picked = Signal(int)
    alert_picked = Signal(object)
    toggled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._steps = np.empty(0, np.int64)
        self._alerts: tuple[tuple[RunAlert, str], ...] = ()
        self._named: tuple[int, tuple[int, ...]] = (0, ())
        self._is_open = False
        self.setObjectName("step_slider")
        self.setFont(number_font(self.font().pointSizeF() * 0.82))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setTracking(True)
        self.actionTriggered.connect(lambda _action: self.row_picked.emit(self.sliderPosition()))
        theme.changed.connect(lambda _colors: self.update())

    @property
    def ruler(self) -> StepRuler:
        """Where the captures stand."""
        return StepRuler(self._steps, _SIDE, self.width() - _SIDE)

    def show_captures(self, steps: np.ndarray, row: int, *, follows: bool) -> None:
        """Show the captures at `steps`, that of number `row` looked at."""
        if not np.array_equal(steps, self._steps):
            self._named = 0, ()
        self._steps, self._is_open = steps, follows
        self.blockSignals(True)
        self.setRange(0, max(len(steps) - 1, 0))
        self.setPageStep(max(len(steps) // 10, 1))
        self.setValue(max(row, 0))
        self.blockSignals(False)
        self.update()

    def show_alerts(self, alerts: Sequence[tuple[RunAlert, str]]) -> None:
        """Mark what went wrong; each comes with its words."""
        self._alerts = tuple(alerts)
        self.update()

    @property
    def alerts(self) -> tuple[tuple[RunAlert, str], ...]:
        """What is marked, each with its words."""
        return self._alerts

    def named_rows(self) -> tuple[int, ...]:
        """Return the captures whose step stands under the line."""
        if self._named[0] != self.width():
            metrics = self.fontMetrics()
            self._named = self.width(), self.ruler.named(lambda step: metrics.horizontalAdvance(exact(step)), LABEL_GAP)
        return self._named[1]

    def sizeHint(self) -> QSize:
        """Return room for marks, line, ticks and numbers."""
        return QSize(260, round(2 * _MARK + 2 * _HANDLE) + self.fontMetrics().height() + 3)

    def minimumSizeHint(self) -> QSize:
        """Return a short line."""
        return QSize(84, self.sizeHint().height())

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where the pointer is, or to the alert whose mark it is on."""
        if event.button() != Qt.MouseButton.LeftButton or not len(self._steps):
            event.ignore()
            return
        alert = self._alert_at(event.position())
        if alert is not None:
            self.alert_picked.emit(alert[0])
            return
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while the button is down."""
        if self.isSliderDown():
            self._follow(event)
        else:
            over = self._alert_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play and pause with Space; arrows, Page Up and Down, Home and End move."""
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the step under the pointer, or the alert; keep Space for itself where a view has another use for it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and len(self._steps):
            alert = self._alert_at(QPointF(event.pos()))
            step = int(self._steps[self.ruler.row_at(event.pos().x())])
            text = alert[1] if alert is not None else self.tr("step {step}").format(step=exact(step))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
        ):
            event.accept()
            return True
        return super().event(event)

    def _follow(self, event: QMouseEvent) -> None:
        row = self.ruler.row_at(event.position().x())
        if row != self.value():
            self.blockSignals(True)
            self.setSliderPosition(row)
            self.setValue(row)
            self.blockSignals(False)
            self.row_picked.emit(row)
            self.update()

    def _alert_at(self, at: QPointF) -> tuple[RunAlert, str] | None:
        ruler, base = self.ruler, self._line_y() - _HANDLE
        near = [
            found for found in self._alerts
            if abs(ruler.x_of(found[0].row) - at.x()) <= _REACH and at.y() <= base + 2
        ]  # fmt: skip
        return min(near, key=lambda found: abs(ruler.x_of(found[0].row) - at.x()), default=None)

    # Painting

    def _line_y(self) -> float:
        return 2 * _MARK + _HANDLE

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line, its ticks and numbers, the alerts over it and the handle on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._steps):
            self._paint_line(painter)
            self._paint_numbers(painter)
            self._paint_alerts(painter)
            self._paint_handle(painter)
        painter.end()

    def _paint_line(self, painter: QPainter) -> None:
        colors, ruler, y = self._theme.colors, self.ruler, self._line_y()
        top = y - _GROOVE / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.hairline))
        painter.drawRoundedRect(QRectF(ruler.left, top, ruler.right - ruler.left, _GROOVE), 1.5, 1.5)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(QRectF(ruler.left, top, ruler.x_of(self.value()) - ruler.left, _GROOVE), 1.5, 1.5)
        painter.setBrush(QColor(colors.muted))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left, pitch = ruler.left, ruler.pitch
        painter.drawRects([QRectF(round(left + row * pitch), y + 4, 1, 3) for row in ruler.ticks()])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_numbers(self, painter: QPainter) -> None:
        ruler, top = self.ruler, self._line_y() + 8
        height = self.fontMetrics().height()
        painter.setPen(QColor(self._theme.colors.muted))
        for row in self.named_rows():
            x, text = ruler.x_of(row), exact(int(self._steps[row]))
            painter.fillRect(QRectF(round(x), top - 4, 1, 4), QColor(self._theme.colors.muted))
            width = self.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(x - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(left, top, width, height), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_alerts(self, painter: QPainter) -> None:
        ruler, y = self.ruler, self._line_y() - _HANDLE + 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colors.warning))
        for alert, _words in self._alerts:
            x = ruler.x_of(alert.row)
            corners = (QPointF(x - _MARK, y - 2 * _MARK), QPointF(x + _MARK, y - 2 * _MARK), QPointF(x, y))
            painter.drawPolygon(QPolygonF(list(corners)))

    def _paint_handle(self, painter: QPainter) -> None:
        colors, x, y = self._theme.colors, self.ruler.x_of(self.value()), self._line_y()
        if self.hasFocus():
            halo = QColor(colors.accent)
            halo.setAlphaF(0.25)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(QPointF(x, y), _HANDLE + 3, _HANDLE + 3)
        painter.setPen(QPen(QColor(colors.accent), 1.6))
        painter.setBrush(QColor(colors.window if self._is_open else colors.accent))
        painter.drawEllipse(QPointF(x, y), _HANDLE - 1, _HANDLE - 1)
