"""Shows the totals and the stages of two architectures as tables beside one another, as fully as the width allows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.services.theme import Theme
from app.views.comparison.aligned_pair import AlignedPair
from app.views.comparison.figure_table import WHOLE, FigureRow, FigureTable, Variant
from app.views.comparison.totals import StageRow, TotalRow, stage_rows, total_rows

_SPACING, _MARGIN = 24, 8
_NO_DETAILS, _NO_BLOCKS, _NOTHING = frozenset({2, 3, 5, 6}), frozenset({1, 2, 3, 5, 6}), frozenset(range(8))
_SHORT = Variant(short=True)
_VARIANTS = (
    (WHOLE, WHOLE),
    (WHOLE, Variant(_NO_DETAILS)),
    (WHOLE, Variant(_NO_BLOCKS)),
    (_SHORT, Variant(_NO_DETAILS)),
    (_SHORT, Variant(_NO_BLOCKS)),
    (_SHORT, Variant(_NOTHING)),
)
"""How totals and stages are shown, the fullest first; in the narrowest place the totals stand alone."""


class ComparisonTables(QWidget):
    """Both tables; `stage_chosen` carries the id of a clicked stage."""

    stage_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.totals = FigureTable(1, theme, self)
        self.totals.setObjectName("comparison_totals")
        self.totals.setAccessibleName(self.tr("Totals of both architectures"))
        self.stages = FigureTable(2, theme, self)
        self.stages.setObjectName("comparison_stages")
        self.stages.setAccessibleName(self.tr("Counts of both architectures by stage"))
        self.stages.row_chosen.connect(self.stage_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(_MARGIN, 0, _MARGIN, 4)
        layout.setSpacing(_SPACING)
        for table in (self.totals, self.stages):
            layout.addWidget(table, 0, Qt.AlignmentFlag.AlignTop)
        layout.addStretch(1)

    def show_pair(self, pair: AlignedPair) -> None:
        """Show the counts of `pair`."""
        self.totals.show_rows(self._totals_header(pair), tuple(map(_total_row, total_rows(pair))))
        self.stages.show_rows(self._stages_header(), tuple(map(_stage_row, stage_rows(pair))))
        self._choose_variant()

    def minimumSizeHint(self) -> QSize:
        """Return the room of the shortest variant."""
        return QSize(self._width_in(_VARIANTS[-1]), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._choose_variant()

    def _choose_variant(self) -> None:
        fitting = (variants for variants in _VARIANTS if self._width_in(variants) <= self.width())
        totals, stages = next(fitting, _VARIANTS[-1])
        self.totals.show_variant(totals)
        self.stages.show_variant(stages)
        self.stages.setVisible(stages.hidden != _NOTHING)

    def _width_in(self, variants: tuple[Variant, Variant]) -> int:
        tables = self.totals.width_in(variants[0]) + self.stages.width_in(variants[1])
        return tables + _SPACING + 2 * _MARGIN

    def _totals_header(self, pair: AlignedPair) -> tuple[str, ...]:
        reference, other = pair.reference.config.name, pair.open.config.name
        sides = f"{reference}\n{self.tr('reference')}", f"{other}\n{self.tr('open')}"
        return ("", *sides, self.tr("difference"), "%")

    def _stages_header(self) -> tuple[str, ...]:
        sides = self.tr("reference"), self.tr("open"), self.tr("difference")
        metrics = [f"{metric}\n{side}" for metric in (self.tr("Parameters"), self.tr("MACs")) for side in sides]
        return (self.tr("Stage"), self.tr("Blocks"), *metrics)


def _total_row(row: TotalRow) -> FigureRow:
    sign = (row.open > row.reference) - (row.open < row.reference)
    return FigureRow(row.key, row.texts, row.explanation, (0, 0, 0, sign, sign), row.short_texts)


def _stage_row(row: StageRow) -> FigureRow:
    signs = [0] * 8
    for place, metric in ((4, "parameters"), (7, "macs")):
        delta = row.difference.delta(metric)
        signs[place] = (delta > 0) - (delta < 0)
    return FigureRow(row.difference.id, row.texts, "", tuple(signs))
