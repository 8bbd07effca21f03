"""Paints what two architectures have along one axis of depth: each one's structure, both counts, their difference."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.painting.paint_style import PaintStyle
from app.painting.track import GUTTER_GAP, Track
from app.painting.tracks.structure_track import StructureTrack
from app.views.comparison.aligned_pair import AlignedPair, Column, Gap, Metric, Side, gaps
from app.views.comparison.side_style import SIDES, difference_color
from app.wording import block_facts, block_text
from resnet_core.drawing.depth_view import DepthView
from resnet_core.number_text import compact, compact_difference, exact, percent_difference

translate = QCoreApplication.translate
_LEAST_ZERO_ROOM = 0.16


class SideTrack(StructureTrack):
    """The structure of one of the two; where only the other has a block, an empty place that says so."""

    height = 122.0
    least_height = 68.0

    def __init__(self, side: Side) -> None:
        self.key = side
        self.side: Side = side
        self._pair: AlignedPair | None = None
        self._gaps: tuple[Gap, ...] = ()

    def set_pair(self, pair: AlignedPair) -> None:
        """Show this side of `pair`."""
        self._pair, self._gaps = pair, gaps(pair, self.side)

    def title(self) -> str:
        """Return the architecture's name."""
        return self._pair.snapshot(self.side).config.name if self._pair else ""

    def subtitle(self) -> str:
        """Return which of the two it is."""
        if self.side == "reference":
            return translate("Comparison", "reference, pinned")
        return translate("Comparison", "open")

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the structure, then the empty places."""
        if self._pair is None:
            return
        view = view._replace(axis=self._pair.axis(self.side))
        super().paint(painter, rect, view, style)
        for gap in self._gaps:
            self._paint_gap(painter, rect, view, style, gap)

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return what block stands at `position`, or that there is none."""
        column = None if self._pair is None else column_at(self._pair, view, position.x())
        if column is None or self._pair is None:
            return ""
        if column.value(self.side, "parameters") is None:
            return translate("Comparison", "no such block")
        block = self._pair.snapshot(self.side).graph.block_by_id.get(column.span.id)
        return ", ".join((block_text(block.plan), *block_facts(block.plan))) if block else ""

    def _other_name(self) -> str:
        other: Side = "open" if self.side == "reference" else "reference"
        return self._pair.snapshot(other).config.name if self._pair else ""

    def _paint_gap(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle, gap: Gap) -> None:
        left, right = max(view.x(gap.start), view.left), min(view.x(gap.stop), view.right)
        if right - left < 2:
            return
        place = QRectF(left + 3, rect.center().y() - 2, max(right - left - 6, 1.0), rect.height() * 0.36)
        pen = style.line("hairline")
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(style.colors.canvas))
        painter.drawRoundedRect(place, 3, 3)
        painter.setFont(style.small)
        painter.setPen(style.color("muted"))
        metrics = style.metrics(style.small)
        for text in _gap_texts(gap, self._other_name()):
            if metrics.horizontalAdvance(text) <= place.width() - 4:
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
                return


class BothTrack(Track):
    """A count of each block in both: the open architecture as a full bar, a reference that differs as an outline."""

    height = 54.0
    least_height = 28.0

    def __init__(self, metric: Metric) -> None:
        self.key = metric
        self.metric: Metric = metric
        self._pair: AlignedPair | None = None
        self._maximum = 1

    def set_pair(self, pair: AlignedPair) -> None:
        """Show `pair`, both on one scale."""
        self._pair = pair
        values = [column.value(side, self.metric) or 0 for column in pair.columns for side in SIDES]
        self._maximum = max([*values, 1])

    def title(self) -> str:
        """Return the count's name."""
        return metric_name(self.metric)

    def subtitle(self) -> str:
        """Return how to read the bars."""
        return translate("Comparison", "line: reference")

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the bars on their base line."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(style.line("hairline"))
        painter.drawLine(QLineF(view.left, rect.bottom(), view.right, rect.bottom()))
        if self._pair is None:
            return
        unit, bottom = (rect.height() - 1) / self._maximum, round(rect.bottom())
        bars: list[QRectF] = []
        outlines: list[QRectF] = []
        for column in shown_columns(self._pair, view):
            x0, x1 = bar_edges(view, column)
            values = {side: column.value(side, self.metric) for side in SIDES}
            reference, other = values["reference"], values["open"]
            if other:
                bars.append(_standing(x0, x1, bottom, other * unit))
            if reference and reference != other:
                outlines.append(_standing(x0, x1, bottom, reference * unit))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.color(self.metric))
        painter.drawRects(bars)
        self._paint_outlines(painter, style, outlines)

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
        """Paint the count that the highest bar stands for."""
        _gutter_number(painter, rect.top(), rect, style, compact(self._maximum))

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return both counts at `position`."""
        column = None if self._pair is None else column_at(self._pair, view, position.x())
        if column is None:
            return ""
        reference, other = column.value("reference", self.metric), column.value("open", self.metric)
        return f"{_or_none(reference)} → {_or_none(other)}"

    @staticmethod
    def _paint_outlines(painter: QPainter, style: PaintStyle, outlines: list[QRectF]) -> None:
        """Paint outlines, or their tops alone where a bar is too narrow for sides."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.line("text", 1.0, 0.75))
        if outlines and outlines[len(outlines) // 2].width() >= 5:
            painter.drawRects([outline.adjusted(0, 0, -1, 0) for outline in outlines])
        else:
            painter.drawLines([QLineF(o.left(), o.top(), o.right(), o.top()) for o in outlines])


class DifferenceTrack(Track):
    """How much more (warm, up) or less (cool, down) the open architecture has than the reference, block by block."""

    height = 54.0
    least_height = 31.0

    def __init__(self, metric: Metric) -> None:
        self.key = f"{metric}_difference"
        self.metric: Metric = metric
        self._pair: AlignedPair | None = None
        self._low = self._high = 0

    def set_pair(self, pair: AlignedPair) -> None:
        """Show `pair`; the scale spans the largest loss, zero and the largest gain."""
        self._pair = pair
        deltas = [column.difference.delta(self.metric) for column in pair.columns]
        self._low, self._high = min([0, *deltas]), max([0, *deltas])

    def title(self) -> str:
        """Return the difference's name."""
        return translate("Comparison", "Difference")

    def subtitle(self) -> str:
        """Return the difference of the totals."""
        if self._pair is None:
            return ""
        total = self._pair.diff.total
        reference = int(getattr(total.reference, self.metric))
        other = reference + total.delta(self.metric)
        relative = percent_difference(other, reference) if other != reference else ""
        text = f"{compact_difference(other, reference)}  {relative}"
        return text.strip()

    def paint(self, painter: QPainter, rect: QRectF, view: DepthView, style: PaintStyle) -> None:
        """Paint the signed bars about their zero line."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        zero, unit = self._scale(rect)
        bars: dict[str, list[QRectF]] = {}
        if self._pair is not None:
            for column in shown_columns(self._pair, view):
                delta = column.difference.delta(self.metric)
                if delta:
                    x0, x1 = bar_edges(view, column)
                    height = max(round(abs(delta) * unit), 1)
                    top = zero - height if delta > 0 else zero + 1
                    color = difference_color(style.colors, delta)
                    bars.setdefault(color, []).append(QRectF(x0, top, x1 - x0, height))
        painter.setPen(Qt.PenStyle.NoPen)
        for color, rectangles in bars.items():
            painter.setBrush(QColor(color))
            painter.drawRects(rectangles)
        painter.setPen(style.line("muted"))
        painter.drawLine(QLineF(view.left, zero, view.right, zero))

    def paint_gutter(self, painter: QPainter, rect: QRectF, style: PaintStyle) -> None:
        """Paint the scale: the largest gain, zero, the largest loss, as far as they have room."""
        zero, _ = self._scale(rect)
        line = style.metrics(style.numbers).height()
        if self._high:
            _gutter_number(painter, rect.top(), rect, style, compact_difference(self._high, 0))
        if self._low:
            _gutter_number(painter, rect.bottom() - line, rect, style, compact_difference(self._low, 0))
        top = min(max(zero - line / 2, rect.top()), rect.bottom() - line)
        free = (not self._high or top - rect.top() >= line) and (not self._low or rect.bottom() - top >= 2 * line)
        if free:
            _gutter_number(painter, top, rect, style, "0")

    def value_at(self, position: QPointF, rect: QRectF, view: DepthView) -> str:
        """Return the difference at `position`."""
        column = None if self._pair is None else column_at(self._pair, view, position.x())
        if column is None:
            return ""
        reference, other = (column.value(side, self.metric) or 0 for side in SIDES)
        relative = percent_difference(other, reference)
        return f"{compact_difference(other, reference)}  {relative}".strip()

    def _scale(self, rect: QRectF) -> tuple[int, float]:
        """Return the y of zero and the pixels a unit."""
        span = (self._high - self._low) or 1
        unit = (rect.height() - 2) / span
        if not self._high and not self._low:
            return round(rect.center().y()), 0.0
        return round(rect.top() + self._high * unit), unit


def metric_name(metric: Metric) -> str:
    """Return a count's name."""
    return translate("Comparison", "Parameters") if metric == "parameters" else translate("Comparison", "MACs")


def shown_columns(pair: AlignedPair, view: DepthView) -> list[Column]:
    """Return the columns that are at least partly in sight."""
    first, last = view.first, view.last
    return [column for column in pair.columns if column.span.stop > first and column.span.start < last]


def column_at(pair: AlignedPair, view: DepthView, x: float) -> Column | None:
    """Return the column at x, or None beyond the ends."""
    depth = view.depth(x)
    return next((column for column in pair.columns if column.span.start <= depth < column.span.stop), None)


def bar_edges(view: DepthView, column: Column) -> tuple[int, int]:
    """Return whole pixels for a bar, with a gap to the next one where there is room for it."""
    left, right = view.edges(column.span)
    gap = min(max((right - left) * 0.1, 0.5 if right - left >= 2 else 0.0), 6.0)
    x0 = round(left + gap)
    return x0, max(round(right - gap), x0 + 1)


def _gutter_number(painter: QPainter, top: float, rect: QRectF, style: PaintStyle, text: str) -> None:
    painter.setFont(style.numbers)
    painter.setPen(style.color("muted"))
    line = style.metrics(style.numbers).height()
    place = QRectF(rect.left(), top, rect.width() - GUTTER_GAP, line)
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, text)


def _standing(x0: int, x1: int, bottom: int, height: float) -> QRectF:
    """Return a bar of whole pixels, at least one high, on its base line."""
    whole = max(round(height), 1)
    return QRectF(x0, bottom - whole, x1 - x0, whole)


def _or_none(value: int | None) -> str:
    return translate("Comparison", "none") if value is None else exact(value)


def _gap_texts(gap: Gap, other: str) -> tuple[str, ...]:
    """Return what stands in an empty place, longest first."""
    if gap.blocks == 1:
        return translate("Comparison", "no such block"), translate("Comparison", "none"), "–"
    many = translate("Comparison", "no such blocks: {count} more in {other}").format(count=gap.blocks, other=other)
    return many, translate("Comparison", "no such blocks"), translate("Comparison", "none"), "–"
