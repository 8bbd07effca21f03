"""Names the lines of a figure beside strokes of their colours, and elides where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.theme import ThemeColors
from app.views.studies.figure_words import LegendEntry
from resnet_core.findings.figures import LineRole

_STROKE, _GAP, _BETWEEN = 18.0, 6.0, 14.0
_FADED = 150
_LEAST_PX = 360


def line_pen(colors: ThemeColors, role: LineRole, number: int) -> QPen:
    """Return the pen, one pixel wide, of the line `number` of its role."""
    if role in ("main", "second"):
        place = number if role == "main" else number + 1
        return _cosmetic(QColor(colors.series[place % len(colors.series)]))
    color = QColor(colors.muted)
    if role == "faded":
        color.setAlpha(_FADED)
        return _cosmetic(color)
    pen = _cosmetic(color)
    pen.setDashPattern([4.0, 4.0])
    return pen


def _cosmetic(color: QColor) -> QPen:
    pen = QPen(color, 1.0)
    pen.setCosmetic(True)
    return pen


class FigureLegend(QWidget):
    """The names in one line, right-aligned, as far as there is room; all of them in its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("figure_legend")
        self._entries: tuple[LegendEntry, ...] = ()
        self._colors: ThemeColors | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: tuple[LegendEntry, ...], colors: ThemeColors) -> None:
        """Show other names, or the same in other colours."""
        self._entries, self._colors = entries, colors
        names = ", ".join(entry.text for entry in entries)
        self.setAccessibleName(names)
        self.setToolTip(names)
        self.setVisible(bool(entries))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all names."""
        return QSize(round(self._wish()) + 2, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the room for all names, as long as there are few."""
        return QSize(min(self.sizeHint().width(), _LEAST_PX), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint strokes and names, from the right end where all have room, else from the left."""
        if self._colors is None:
            return
        painter, metrics = QPainter(self), QFontMetricsF(self.font())
        x, middle = max(self.width() - self._wish(), 0.0), self.height() / 2
        for entry in self._entries:
            room = self.width() - x - _STROKE - _GAP
            if room < _STROKE:
                break
            painter.setPen(line_pen(self._colors, entry.role, entry.number))
            painter.drawLine(QPointF(x, round(middle) + 0.5), QPointF(x + _STROKE, round(middle) + 0.5))
            painter.setPen(QColor(self._colors.muted))
            text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(x + _STROKE + _GAP, middle + (metrics.ascent() - metrics.descent()) / 2), text)
            x += _STROKE + _GAP + metrics.horizontalAdvance(entry.text) + _BETWEEN
        painter.end()

    def _wish(self) -> float:
        metrics = QFontMetricsF(self.font())
        widths = (_STROKE + _GAP + metrics.horizontalAdvance(entry.text) + _BETWEEN for entry in self._entries)
        return max(sum(widths) - _BETWEEN, 0.0)
