"""Names the shown runs beside the colours of their curves."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.theme import Theme, ThemeColors
from app.state.runs_state import ShownRun
from resnet_core.number_text import percent

_LINE, _GAP, _ROW = 22.0, 8.0, 20.0


def run_color(colors: ThemeColors, position: int) -> str:
    """Return the colour of the run at `position` among the shown ones."""
    return colors.series[position % len(colors.series)]


class RunLegend(QWidget):
    """One entry a run, as many on a line as fit: a train and a test stroke, its name, its newest test accuracy."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_legend")
        self._theme = theme
        self._entries: tuple[tuple[str, bool], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_runs(self, shown: tuple[ShownRun, ...], current: str) -> None:
        """Show the entries of `shown`, the current one in full ink."""
        entries = tuple((_label(run), run.key == current) for run in shown)
        if entries != self._entries:
            self._entries = entries
            self.setAccessibleName(", ".join(label for label, _ in entries))
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the rows needed at the present width."""
        return QSize(200, int(_ROW * self._rows(max(self.width(), 200))))

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the entries in rows."""
        painter = QPainter(self)
        colors, metrics = self._theme.colors, QFontMetricsF(self.font())
        x, y = 0.0, _ROW / 2
        for position, (label, current) in enumerate(self._entries):
            width = _LINE + _GAP + metrics.horizontalAdvance(label) + 2 * _GAP
            if x and x + width > self.width():
                x, y = 0.0, y + _ROW
            color = QColor(run_color(colors, position))
            painter.setPen(QPen(color, 2))
            painter.drawLine(int(x), int(y), int(x + _LINE), int(y))
            painter.setPen(QColor(colors.text if current else colors.muted))
            text = metrics.elidedText(
                label, Qt.TextElideMode.ElideRight, max(40.0, self.width() - x - _LINE - _GAP)
            )
            painter.drawText(int(x + _LINE + _GAP), int(y + metrics.ascent() / 2 - 1), text)
            x += width
        painter.end()

    def _rows(self, width: int) -> int:
        metrics = QFontMetricsF(self.font())
        rows, x = 1, 0.0
        for label, _ in self._entries:
            size = _LINE + _GAP + metrics.horizontalAdvance(label) + 2 * _GAP
            if x and x + size > width:
                rows, x = rows + 1, 0.0
            x += size
        return rows


def _label(run: ShownRun) -> str:
    summary = run.summary
    parts = [run.architecture.name]
    if summary.seed is not None:
        parts.append(f"seed {summary.seed}")
    accuracy = run.curves.get("test_accuracy")
    if accuracy is not None and len(accuracy.values):
        parts.append(percent(float(accuracy.values[-1])))
    return " · ".join(parts)
