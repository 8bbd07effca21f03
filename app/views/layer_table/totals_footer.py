"""Sums what the layer table shows, in one line under its columns."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.services.theme import Theme
from app.views.layer_table.cost_table import PADDING, ROW_PADDING, CostTable
from app.views.layer_table.layer_model import LayerTableModel
from app.views.layer_table.table_columns import COLUMNS


class TotalsFooter(QWidget):
    """One line under the table that sums what is shown, each sum under its column."""

    def __init__(self, table: CostTable, model: LayerTableModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table, self._model, self._theme = table, model, theme
        self._texts: dict[str, str] = {}
        self.setObjectName("layer_table_totals")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.laid_out.connect(self.update)
        theme.changed.connect(lambda _colors: self.update())

    @property
    def texts(self) -> dict[str, str]:
        """What stands under each column, by the column's key."""
        return dict(self._texts)

    def show_totals(self, label: str) -> None:
        """Sum the shown rows again; `label` stands under the first columns."""
        self._texts = {"id": label}
        for column in COLUMNS[: self._model.columnCount()]:
            if text := self._table.sum_text(column):
                self._texts[column.key] = text
        summed = [column for column in COLUMNS[1:] if column.key in self._texts]
        spoken = [label, *(f"{self._model.header(column)} {self._texts[column.key]}" for column in summed)]
        self.setAccessibleName(", ".join(spoken).replace("\n", " "))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, QFontMetrics(self._table.numbers).height() + 2 * ROW_PADDING)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        colors = self._theme.colors
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.raised))
        painter.setPen(QColor(colors.hairline))
        painter.drawLine(0, 0, self.width(), 0)
        painter.setPen(QColor(colors.text))
        painter.setFont(self._table.sum_font)
        header = self._table.horizontalHeader()
        for place, column in enumerate(COLUMNS[: self._model.columnCount()]):
            if column.key in self._texts and column.key != "id" and not header.isSectionHidden(place):
                rect = QRect(header.sectionViewportPosition(place), 0, header.sectionSize(place), self.height())
                self._draw(painter, rect, self._texts[column.key], Qt.AlignmentFlag.AlignRight)
        self._draw(painter, self._label_rect(), self._texts.get("id", ""), Qt.AlignmentFlag.AlignLeft)
        painter.end()

    def _label_rect(self) -> QRect:
        """Return the room of the label: from the left up to the first sum."""
        header = self._table.horizontalHeader()
        sums = [
            header.sectionViewportPosition(place)
            for place, column in enumerate(COLUMNS[: self._model.columnCount()])
            if column.key in self._texts and column.key != "id" and not header.isSectionHidden(place)
        ]
        left = header.sectionViewportPosition(0) if not header.isSectionHidden(0) else 0
        right = min((edge for edge in sums if edge > left), default=self.width())
        return QRect(left, 0, max(right - left, 0), self.height())

    def _draw(self, painter: QPainter, rect: QRect, text: str, side: Qt.AlignmentFlag) -> None:
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        metrics = painter.fontMetrics()
        if side == Qt.AlignmentFlag.AlignLeft:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        else:
            text = text if metrics.horizontalAdvance(text) <= inner.width() else "…"
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)
