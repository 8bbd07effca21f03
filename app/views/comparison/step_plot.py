"""Shows one quantity of several runs over their steps, and lets a person point at a step in it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from app.services.theme import Theme
from resnet_core.drawing.comparison.run_chart import ChartFrame, RunChart, chart_items
from resnet_core.drawing.display_list import Box
from resnet_core.drawing.tracks.scene import SceneStyle


class StepPlot(QWidget):
    """One chart; `step_chosen` carries the step a person points at."""

    step_chosen = Signal(int)

    def __init__(self, chart: RunChart, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart, self._theme = chart, theme
        self._style: PaintStyle | None = None
        self.setAccessibleName(chart.title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.changed.connect(self._adopt_colors)

    @property
    def chart(self) -> RunChart:
        """What is painted."""
        return self._chart

    def show_chart(self, chart: RunChart) -> None:
        """Paint other curves, or the same ones at another step."""
        self._chart = chart
        self.setAccessibleDescription(", ".join(curve.name for curve in chart.curves))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the least room; what is left over in the window is shared out."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return room for six lines of text."""
        return QSize(200, 6 * self.fontMetrics().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the step under the pointer."""
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while the button is down."""
        self._choose(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the chart."""
        painter = QPainter(self)
        paint_items(painter, chart_items(self._chart, self._frame()), self._ready_style())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Take another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._style = None

    def _choose(self, event: QMouseEvent) -> None:
        if self._chart.last_step and event.buttons() & Qt.MouseButton.LeftButton:
            self.step_chosen.emit(self._frame().step_at(self._chart, event.position().x()))

    def _frame(self) -> ChartFrame:
        style = self._ready_style()
        sizes = SceneStyle(style.text_size, style.fit, self.devicePixelRatioF(), QCoreApplication.translate)
        return ChartFrame(Box(0.0, 0.0, float(self.width()), float(self.height())), sizes)

    def _ready_style(self) -> PaintStyle:
        if self._style is None:
            self._style = PaintStyle(self._theme.colors, self.font())
        return self._style

    def _adopt_colors(self) -> None:
        self._style = None
        self.update()
