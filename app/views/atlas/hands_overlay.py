"""Paints what the hands are about over the Atlas: a stage's edge, held or hovered, and the marks of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.painting.paint_style import PaintStyle
from app.views.atlas.finds import Finds
from app.views.atlas.minimap import FOOTER_HEIGHT
from app.views.atlas.stage_edges import StageEdges

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_GRIP_ALPHA, _GHOST_ALPHA, _GONE_ALPHA, _MARK_ALPHA = 0.8, 0.10, 0.72, 0.12
_GHOST_FROM_PX = 6.0
_MARK_PX = 4.0


class HandsOverlay(QWidget):
    """A sheet over the viewport that lets every event through; hidden while there is nothing on it."""

    def __init__(self, atlas: AtlasView, edges: StageEdges, finds: Finds) -> None:
        super().__init__(atlas.viewport())
        self.setObjectName("atlas_hands_overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._atlas, self._edges, self._finds = atlas, edges, finds
        self.hide()

    def refresh(self) -> None:
        """Show what there is to show now."""
        wanted = self._edges.hovered is not None or self._edges.drag is not None or bool(self._finds.ids)
        if wanted:
            self.setGeometry(self._atlas.viewport().rect())
        self.setVisible(wanted)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint marks first, the held edge on top."""
        painter, style = QPainter(self), self._atlas.style_of_paint
        self._paint_marks(painter, style)
        if self._edges.drag is not None:
            self._paint_drag(painter, style)
        elif self._edges.hovered is not None:
            self._paint_grip(painter, style, self._edges.x_of(self._edges.hovered))
        painter.end()

    # What was found

    def _paint_marks(self, painter: QPainter, style: PaintStyle) -> None:
        """Paint a wedge over every find, a tint through the tracks where few are seen, and ticks on the minimap."""
        view, area, color = self._atlas.depth_view, self._edges.row(), style.color("projection")
        minimap = self._atlas.minimap_rect()
        scale = minimap.width() / view.axis.length
        painter.setPen(Qt.PenStyle.NoPen)
        bottom = minimap.top() - FOOTER_HEIGHT
        # Finds nearer than a pixel are one mark: a thousand of them cost no more than there are pixels.
        for x in sorted({round(minimap.left() + span.middle * scale) for span in self._finds.spans()}):
            painter.fillRect(QRectF(x - 0.5, minimap.bottom() - 4, 1.5, 4), color)
        seen = [view.edges(span) for span in self._finds.spans() if span.stop > view.first and span.start < view.last]
        for x0, x1 in seen if len(seen) <= 100 else []:
            x0, x1 = max(x0, view.left), min(x1, view.right)
            painter.fillRect(QRectF(x0, 0, x1 - x0, bottom), style.color("projection", _MARK_ALPHA))
        if area is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(color)
        for x in sorted({round((x0 + x1) / 2) for x0, x1 in seen}):
            if view.left <= x <= view.right:
                painter.drawPolygon(_wedge(x, max(area.top() - 2, 1)))

    # A stage's edge

    def _paint_grip(self, painter: QPainter, style: PaintStyle, x: float) -> None:
        row = self._edges.row()
        if row is None:
            return
        painter.setPen(QPen(style.color("accent", _GRIP_ALPHA), 1.5))
        painter.drawLine(QLineF(x, row.top() + 2, x, row.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.color("accent"))
        painter.drawRoundedRect(QRectF(x - 2.5, row.center().y() - 11, 5, 22), 2.5, 2.5)

    def _paint_drag(self, painter: QPainter, style: PaintStyle) -> None:
        """Paint ghosts where blocks would come, a veil over those that would go, and the bubble with the cost."""
        row, drag, view = self._edges.row(), self._edges.drag, self._atlas.depth_view
        if row is None or drag is None:
            return
        old, new = self._edges.x_of(drag.place), self._edges.end_x()
        left, right = max(min(old, new), view.left), min(max(old, new), view.right)
        painter.save()
        painter.setClipRect(QRectF(view.left, 0, view.width + 2, self.height()))
        area = QRectF(left, row.top(), max(right - left, 0), row.height())
        if new > old:
            painter.fillRect(area, style.color("canvas", _GONE_ALPHA))
            painter.fillRect(area, style.color("accent", _GHOST_ALPHA))
            self._paint_ghosts(painter, style, old, drag.blocks - drag.before)
        else:
            painter.fillRect(area, style.color("canvas", _GONE_ALPHA))
        painter.restore()
        self._paint_grip(painter, style, min(max(new, view.left), view.right))
        self._paint_bubble(painter, style, row)

    def _paint_ghosts(self, painter: QPainter, style: PaintStyle, x: float, count: int) -> None:
        """Paint an outline for every block that would come, where they are wide enough to be told apart."""
        scale, placement = self._atlas.depth_view.scale, self._edges.placement()
        if scale < _GHOST_FROM_PX or placement is None:
            return
        y, half = placement.main_y, placement.half_block
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(style.color("accent"), 1.2)
        pen.setDashPattern([3, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        seen = range(max(int((self._atlas.depth_view.left - x) / scale), 0), count)
        for number in seen[: int(self.width() / scale) + 2]:
            left = x + number * scale
            painter.drawRoundedRect(QRectF(left + scale * 0.14, y - half, scale * 0.72, 2 * half), 3, 3)

    def _paint_bubble(self, painter: QPainter, style: PaintStyle, row: QRectF) -> None:
        drag = self._edges.drag
        assert drag is not None
        lines = [(drag.text, style.bold, "text"), (drag.cost, style.numbers, "muted")]
        lines = [line for line in lines if line[0]]
        width = max(style.width_of(text, font) for text, font, _ in lines) + 20
        width = min(width, self.width() - 8)
        height = len(lines) * (style.text_size + 5) + 9
        x = min(max(drag.at.x() - width / 2, 4), self.width() - width - 4)
        bubble = QRectF(x, row.bottom() + 6, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.line("accent"))
        painter.setBrush(style.color("raised"))
        painter.drawRoundedRect(bubble, 5, 5)
        y = bubble.top() + 5
        for text, font, color in lines:
            painter.setFont(font)
            painter.setPen(style.color(color))
            line = QRectF(bubble.left() + 10, y, width - 16, style.text_size + 5)
            shown = style.metrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            y += style.text_size + 5


def _wedge(x: float, y: float) -> QPolygonF:
    return QPolygonF([QPointF(x - _MARK_PX, y), QPointF(x + _MARK_PX, y), QPointF(x, y + _MARK_PX * 1.4)])
