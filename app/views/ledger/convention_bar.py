"""Chooses the convention: a named one from a list, or its single parts by switches, and shows the total."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.painting.elided_label import ElidedLabel
from app.services.fonts import number_font
from app.services.theme import Theme, ThemeColors
from app.state.counting_state import CountingState
from app.views.ledger.flow_layout import FlowLayout
from app.views.ledger.ledger_words import (
    amount_text,
    convention_name,
    convention_source,
    unit_text,
)
from app.views.ledger.sum_table import outline_boxes
from resnet_core.analysis.convention_switches import SWITCH_NAMES, Switch, switch_state
from resnet_core.analysis.conventions import CONVENTIONS, convention
from resnet_core.analysis.ledger_steps import Explanation

_STATES = {
    "on": Qt.CheckState.Checked, "partly": Qt.CheckState.PartiallyChecked, "off": Qt.CheckState.Unchecked,
}  # fmt: skip
TOTAL_SCALE = 1.6


class ConventionBar(QWidget):
    """The list, the switches that apply to the open network, and the total."""

    def __init__(self, counting: CountingState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counting = counting
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.choice = QComboBox(self)
        self.total, self.source, self.match = QLabel(self), QLabel(self), ElidedLabel(self)
        self.switches = {switch: QCheckBox(self) for switch in SWITCH_NAMES}
        self._name_parts()
        self._lay_out()
        self._connect()
        theme.changed.connect(self._adopt_colors)
        self._adopt_colors(theme.colors)

    def show_count(self, found: Explanation, applicable: frozenset[Switch], match: str) -> None:
        """Show what is counted, the switches that would change something, and what the total agrees with."""
        chosen, total = found.end.convention, found.end.total
        self._show_choice()
        self.source.setText(convention_source(chosen))
        self.total.setText(f"{amount_text(total)} {unit_text(chosen.unit)}")
        self.match.set_text(match)
        terms = [row.term for row in found.end.rows]
        for switch, box in self.switches.items():
            box.setVisible(switch in applicable)
            box.setCheckState(_STATES[switch_state(chosen, switch, terms)])

    def stack(self, stacked: bool) -> None:
        """Put the total under the list instead of beside it."""
        direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        if self._top.direction() != direction:
            self._top.setDirection(direction)
            self._top.setSpacing(4 if stacked else 16)

    def _adopt_colors(self, colors: ThemeColors) -> None:
        for box in self.switches.values():
            outline_boxes(box, colors)

    def _show_choice(self) -> None:
        chosen = self._counting.convention
        while self.choice.count() > len(CONVENTIONS):
            self.choice.removeItem(len(CONVENTIONS))
        if chosen.id == "custom":
            self.choice.addItem(convention_name(chosen), chosen.id)
        self.choice.setCurrentIndex(self.choice.findData(chosen.id))

    def _name_parts(self) -> None:
        self.choice.setObjectName("ledger_convention")
        self.choice.setAccessibleName(self.tr("Convention to count by"))
        for named in CONVENTIONS:
            self.choice.addItem(convention_name(named), named.id)
            self.choice.setItemData(self.choice.count() - 1, convention_source(named), Qt.ItemDataRole.ToolTipRole)
        self.total.setObjectName("ledger_total")
        font = number_font(self.font().pointSizeF() * TOTAL_SCALE)
        font.setBold(True)
        self.total.setFont(font)
        self.match.setObjectName("ledger_match")
        self.match.setProperty("role", "good")
        self.match.setFont(number_font(self.font().pointSizeF()))
        self.source.setObjectName("ledger_source")
        self.source.setProperty("role", "muted")
        self.source.setWordWrap(True)
        for switch, box in self.switches.items():
            text = QCoreApplication.translate("Switch", SWITCH_NAMES[switch])
            box.setObjectName(f"ledger_{switch}")
            box.setText(text[:1].upper() + text[1:])
            box.setAccessibleName(self.tr("Count {what}").format(what=text))

    def _lay_out(self) -> None:
        label = QLabel(self.tr("Count as"), self)
        label.setBuddy(self.choice)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(label)
        line.addWidget(self.choice)
        line.addStretch(1)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addLayout(line)
        left.addWidget(self.source)
        left.addStretch(1)
        right.addWidget(self.total, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self.match, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        self._top.setSpacing(16)
        self._top.addLayout(left, 1)
        self._top.addLayout(right)
        switches = FlowLayout()
        for box in self.switches.values():
            switches.addWidget(box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._top)
        layout.addLayout(switches)

    def _connect(self) -> None:
        self.choice.activated.connect(self._choose)
        for switch, box in self.switches.items():
            box.clicked.connect(lambda checked, switch=switch: self._counting.switch(switch, checked))

    def _choose(self, index: int) -> None:
        id = self.choice.itemData(index)
        if id != "custom":
            self._counting.choose(convention(id))
