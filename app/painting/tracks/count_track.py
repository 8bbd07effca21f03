"""Paints a count of every block, or of every layer when zoomed in, as bars, with marks where a reference stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP, Track, shown_span
from resnet_core.analysis.cost_report import CostReport
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.number_text import compact, compact_difference, exact, percent, percent_difference

translate = QCoreApplication.translate
CountField = Literal["parameters", "macs"]
_GAP_FROM_PX = 4.0


class CountTrack(Track):
    """Parameters or multiply-adds; the highest bar reaches the top, and the scale's maximum is said at the left."""

    height = 62.0
    least_height = 30.0

    def __init__(self, field: CountField) -> None:
        self.key = field
        self._field: CountField = field
        self._report: CostReport | None = None
        self._columns: Mapping[str, int] = {}
        self._layers: Mapping[str, int] = {}
        self._reference: CostReport | None = None
        self._reference_columns: Mapping[str, int] = {}
        self._reference_layers: Mapping[str, int] = {}
        self._column_maximum = self._layer_maximum = self._shown_maximum = 0

    def set_reports(self, report: CostReport, reference: CostReport | None = None) -> None:
        """Show `report`, with marks where `reference` has the same block."""
        if report is not self._report:
            self._report = report
            self._columns, self._layers = column_counts(report, self._field), layer_counts(report, self._field)
        if reference is not self._reference or reference is None:
            self._reference = reference
            self._reference_columns = column_counts(reference, self._field) if reference else {}
            self._reference_layers = layer_counts(reference, self._field) if reference else {}
        # Only what the axis has can be drawn, but a common scale with the whole reference is easier to compare.
        self._column_maximum = max([*self._columns.values(), *self._reference_columns.values()])
        self._layer_maximum = max([*self._layers.values(), *self._reference_layers.values()])
        self._shown_maximum = self._column_maximum

    def title(self) -> str:
        """Return the track's name."""
        return translate("Atlas", "Parameters") if self._field == "parameters" else translate("Atlas", "MACs")

    def subtitle(self) -> str:
        """Return the total, with the difference to the reference."""
        if self._report is None:
            return ""
        total = getattr(self._report.total, self._field)
        text = translate("Atlas", "%1 in all").replace("%1", compact(total))
        if self._reference is not None:
            text += f"  {percent_difference(total, getattr(self._reference.total, self._field))}"
        return text

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the bars on their base line."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(style.line("hairline"))
        painter.drawLine(QLineF(view.left, rect.bottom(), view.right, rect.bottom()))
        layers = view.layer_opacity()
        self._shown_maximum = self._layer_maximum if layers > 0.5 else self._column_maximum
        columns = view.columns()
        if layers < 1:
            painter.setOpacity(1 - layers)
            self._paint_bars(painter, rect, view, style, list(columns), detailed=False)
        if layers > 0:
            painter.setOpacity(layers)
            spans = [span for column in columns for span in view.axis.layers_of(column)]
            self._paint_bars(painter, rect, view, style, spans, detailed=True)
        painter.setOpacity(1.0)

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
        """Paint the count that the highest bar stands for."""
        painter.setFont(style.numbers)
        painter.setPen(style.color("muted"))
        place = rect.adjusted(0, 0, -GUTTER_GAP, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, compact(self._shown_maximum))

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return the count of what stands at `position`, its share of the whole and its difference to the reference."""
        span = shown_span(view, position.x())
        if span is None or self._report is None:
            return ""
        value = self._columns.get(span.id, self._layers.get(span.id, 0))
        text = f"{exact(value)} ({percent(value / max(getattr(self._report.total, self._field), 1))})"
        reference = self._reference_columns.get(span.id, self._reference_layers.get(span.id))
        if reference is not None:
            text += f"  {compact_difference(value, reference)}  {percent_difference(value, reference)}".rstrip()
        return text

    def _paint_bars(
        self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle, spans: list[Span], *, detailed: bool
    ) -> None:
        values = self._layers if detailed else self._columns
        references = self._reference_layers if detailed else self._reference_columns
        unit = (rect.height() - 1) / max(self._layer_maximum if detailed else self._column_maximum, 1)
        bars: list[QRectF] = []
        marks: list[QLineF] = []
        bottom = round(rect.bottom())
        for span in spans:
            x0, x1 = _snapped(view, span)
            value = values.get(span.id, 0)
            if value:
                height = max(round(value * unit), 1)
                bars.append(QRectF(x0, bottom - height, x1 - x0, height))
            reference = references.get(span.id)
            if reference is not None and reference != value:
                y = bottom - max(round(reference * unit), 1)
                marks.append(QLineF(x0 - 1, y, x1, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.color(self._field))
        painter.drawRects(bars)
        painter.setPen(style.line("text", 1.0, 0.8))
        painter.drawLines(marks)


def column_counts(report: CostReport, field: CountField) -> dict[str, int]:
    """Return the count of the stem, each block and the head by id."""
    counts = {id: getattr(cost, field) for id, cost in report.blocks.items()}
    for end in ("stem", "head"):
        counts[end] = getattr(report.stages[end], field)
    return counts


def layer_counts(report: CostReport, field: CountField) -> dict[str, int]:
    """Return the count of each layer by id."""
    return {layer.id: getattr(layer, field) for layer in report.layers}


def _snapped(view: DepthView, span: Span) -> tuple[int, int]:
    """Return whole pixels for a bar, with a gap to the next one where there is room for it."""
    left, right = view.edges(span)
    gap = min(max((right - left) * 0.1, 0.5), 6.0) if right - left >= _GAP_FROM_PX else 0.0
    x0 = round(left + gap)
    return x0, max(round(right - gap), x0 + 1)
