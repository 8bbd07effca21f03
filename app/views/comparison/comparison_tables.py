"""Shows totals and stages of the compared architectures as tables beside one another, as fully as the width allows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.services.theme import Theme
from app.views.comparison.compared import Compared, ComparedPair
from app.views.comparison.figure_table import WHOLE, FigureRow, FigureTable, Variant
from app.views.comparison.totals import (
    NETWORK_TOTALS,
    NetworkRow,
    StageRow,
    TotalRow,
    network_rows,
    stage_rows,
    total_rows,
)

_SPACING, _MARGIN = 24, 8
_NO_DETAILS, _NO_BLOCKS, _NOTHING = frozenset({2, 3, 5, 6}), frozenset({1, 2, 3, 5, 6}), frozenset(range(8))
_SHORT = Variant(short=True)
_STAGES_ALONE = (
    (WHOLE, WHOLE),
    (WHOLE, Variant(_NO_DETAILS)),
    (WHOLE, Variant(_NO_BLOCKS)),
    (_SHORT, Variant(_NO_DETAILS)),
    (_SHORT, Variant(_NO_BLOCKS)),
    (_SHORT, Variant(_NOTHING)),
)
"""How totals and stages are shown, the fullest first; in the narrowest place the totals stand alone."""

_NO_MEMORY = Variant(frozenset({5, 6, 7, 8}), short=True)
_VARIANTS = (*_STAGES_ALONE, (_NO_MEMORY, Variant(_NOTHING)))
"""The same for many networks, whose rows are longer."""


class ComparisonTables(QWidget):
    """Both tables; `stage_chosen` carries the id of a clicked stage, `member_chosen` the place of a clicked network.

    Two networks are read across a row, total by total, with the exact difference. From three on a network is a row:
    names are whole, digits of one total stand under one another, and more networks need no more width. The stages
    compare the reference with the network that is chosen there.
    """

    stage_chosen = Signal(str)
    member_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._many = False
        self.totals = FigureTable(1, theme, self)
        self.totals.setObjectName("comparison_totals")
        self.totals.setAccessibleName(self.tr("Totals of all architectures"))
        self.totals.row_chosen.connect(self._choose_member)
        self.stages = FigureTable(2, theme, self)
        self.stages.setObjectName("comparison_stages")
        self.stages.setAccessibleName(self.tr("Counts of the reference and another architecture by stage"))
        self.stages.row_chosen.connect(self.stage_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(_MARGIN, 0, _MARGIN, 4)
        layout.setSpacing(_SPACING)
        for table in (self.totals, self.stages):
            layout.addWidget(table, 0, Qt.AlignmentFlag.AlignTop)
        layout.addStretch(1)

    def show_compared(self, compared: Compared, chosen: int) -> None:
        """Show the totals of all, and the stages of the reference and the one at place `chosen`."""
        pair, self._many = compared.pair(chosen), len(compared.members) > 2
        if self._many:
            rows = (_network_row(place, row) for place, row in enumerate(network_rows(compared)))
            self.totals.show_rows(self._networks_header(), tuple(rows))
        else:
            self.totals.show_rows(self._totals_header(pair), tuple(map(_total_row, total_rows(pair))))
        self.totals.highlight(str(chosen) if self._many else "")
        self.stages.show_rows(self._stages_header(pair), tuple(map(_stage_row, stage_rows(pair))))
        self._choose_variant()

    def minimumSizeHint(self) -> QSize:
        """Return the room of the shortest variant."""
        return QSize(self._width_in(self._variants[-1]), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._choose_variant()

    def _choose_variant(self) -> None:
        fitting = (variants for variants in self._variants if self._width_in(variants) <= self.width())
        totals, stages = next(fitting, self._variants[-1])
        self.totals.show_variant(totals)
        self.stages.show_variant(stages)
        self.stages.setVisible(stages.hidden != _NOTHING)

    def _width_in(self, variants: tuple[Variant, Variant]) -> int:
        tables = self.totals.width_in(variants[0]) + self.stages.width_in(variants[1])
        return tables + _SPACING + 2 * _MARGIN

    @property
    def _variants(self) -> tuple[tuple[Variant, Variant], ...]:
        return _VARIANTS if self._many else _STAGES_ALONE

    def _choose_member(self, id: str) -> None:
        if self._many and id != "0":
            self.member_chosen.emit(int(id))

    def _totals_header(self, pair: ComparedPair) -> tuple[str, ...]:
        role = self.tr("open") if pair.is_open else self.tr("pinned")
        sides = f"{pair.names[0]}\n{self.tr('reference')}", f"{pair.names[1]}\n{role}"
        return ("", *sides, self.tr("difference"), "%")

    def _networks_header(self) -> tuple[str, ...]:
        names = {
            "parameters": self.tr("Parameters"), "macs": self.tr("MACs"), "activations": self.tr("Activations"),
            "memory": self.tr("Training\nmemory"), "depth": self.tr("Depth"),
        }  # fmt: skip
        pairs = ((names[key], "%") if key != "depth" else (names[key],) for key in NETWORK_TOTALS)
        return ("", *(text for pair in pairs for text in pair))

    def _stages_header(self, pair: ComparedPair) -> tuple[str, ...]:
        role = self.tr("open") if pair.is_open else self.tr("pinned")
        other = pair.names[1] if self._many else role
        sides = self.tr("reference"), other, self.tr("difference")
        metrics = [f"{metric}\n{side}" for metric in (self.tr("Parameters"), self.tr("MACs")) for side in sides]
        return (self.tr("Stage"), self.tr("Blocks"), *metrics)


def _network_row(place: int, row: NetworkRow) -> FigureRow:
    texts, short = row.texts(short=False), row.texts(short=True)
    if place == 0:  # the reference has no difference to itself
        relative = [number for number, text in enumerate(texts) if text.endswith("%")]
        texts, short = (tuple("" if n in relative else t for n, t in enumerate(cells)) for cells in (texts, short))
    differences = (f"{total.label}: {total.texts[3]}" for total in row.totals.values() if place)
    return FigureRow(str(place), texts, "\n".join((row.name, *differences)), row.signs, short)


def _total_row(row: TotalRow) -> FigureRow:
    sign = (row.open > row.reference) - (row.open < row.reference)
    return FigureRow(row.key, row.texts, row.explanation, (0, 0, 0, sign, sign), row.short_texts)


def _stage_row(row: StageRow) -> FigureRow:
    signs = [0] * 8
    for place, metric in ((4, "parameters"), (7, "macs")):
        delta = row.difference.delta(metric)
        signs[place] = (delta > 0) - (delta < 0)
    return FigureRow(row.difference.id, row.texts, "", tuple(signs))
