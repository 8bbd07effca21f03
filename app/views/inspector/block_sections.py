"""Shows what only a block has: its other kind and what that would cost, and its way round the branch."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from app.views.inspector.block_notes import NotedBlock
from app.views.inspector.shortcut_words import behind_the_addition, residual_formula, shortcut_reason
from app.wording import choice_label, field_help, kind_text, short_choice
from resnet_core.analysis.block_alternative import BlockBill, other_kind, override_of
from resnet_core.architecture.graph import Block, Graph
from resnet_core.configuration.architecture_config import BlockOverride
from resnet_core.configuration.fields import field_facts
from resnet_core.number_text import compact, exact, ratio

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class AlternativeSection(QWidget):
    """The block as the other kind: the formula, the ratio, and a button that makes it so (`kind_wanted`)."""

    kind_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_alternative")
        self._kind = ""
        self.heading = _label(self, "alternative_heading", "heading")
        self.formula = _label(self, "alternative_formula")
        self.ratio = _label(self, "alternative_ratio", "difference")
        self.button = QPushButton(self)
        self.button.setObjectName("change_block_kind")
        self.button.clicked.connect(lambda _checked=False: self.kind_wanted.emit(self._kind))
        _stack(self, self.heading, self.formula, self.ratio, self.button)

    def show_block(self, noted: NotedBlock) -> None:
        """Show what a block would cost the other way."""
        self._kind = other_kind(noted.block.plan.kind)
        name = kind_text(self._kind)
        bill, alternative = noted.bill, noted.alternative
        self.heading.setText(self.tr("As a {kind} block, same output").format(kind=name))
        self.button.setText(self.tr("Make this block {kind}").format(kind=name))
        self.button.setAccessibleName(self.button.text())
        self.button.setEnabled(alternative is not None)
        self.ratio.setVisible(alternative is not None)
        if alternative is None:
            self.formula.setText(self.tr("Not possible: its 3×3 convolution would be left without channels."))
            return
        self.formula.setText(alternative.formula)
        self.ratio.setText(self._ratio_text(alternative, bill))
        self.ratio.setToolTip(self._ratio_help(alternative, bill))

    def _ratio_text(self, alternative: BlockBill, bill: BlockBill) -> str:
        text = self.tr("{ratio} the weights of this block")
        return text.format(ratio=ratio(alternative.weights / bill.weights))

    def _ratio_help(self, alternative: BlockBill, bill: BlockBill) -> str:
        text = self.tr(
            "Convolution weights: {theirs} instead of {own}.\nWith BatchNorm {parameters} parameters; "
            "{macs} MACs instead of {own_macs}."
        )
        return text.format(
            theirs=exact(alternative.weights),
            own=exact(bill.weights),
            parameters=exact(alternative.parameters),
            macs=compact(alternative.macs),
            own_macs=compact(bill.macs),
        )


class ShortcutSection(QWidget):
    """H(x) in one line, what the shortcut does and why, and this block's own choice (`shortcut_wanted`)."""

    shortcut_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_shortcut")
        self.formula = _label(self, "residual_formula", "heading")
        self.reason = _label(self, "shortcut_reason")
        self.choice = QComboBox(self)
        self.choice.setObjectName("block_shortcut")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        self.choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        facts = field_facts(BlockOverride, "shortcut")
        self.choice.setAccessibleName(self.tr("This block's shortcut"))
        self.choice.setToolTip(field_help(facts))
        self.choice.addItem("", None)
        for value in facts.choices:
            label = choice_label(facts, value)
            self.choice.addItem(self.tr("{name} for this block").format(name=short_choice(label)), value)
            self.choice.setItemData(self.choice.count() - 1, label, Qt.ItemDataRole.ToolTipRole)
        self.choice.activated.connect(lambda place: self.shortcut_wanted.emit(self.choice.itemData(place)))
        _stack(self, self.formula, self.reason, self.choice)

    def show_block(self, graph: Graph, block: Block) -> None:
        """Show the way round `block`."""
        self.formula.setText(residual_formula(block))
        self.reason.setText(shortcut_reason(graph, block))
        self.formula.setToolTip(behind_the_addition(graph, block))
        own = override_of(graph.config, block.id)
        self.choice.setItemText(0, self.tr("{name}, as the network").format(name=graph.config.shortcut.option))
        self.choice.setCurrentIndex(self.choice.findData(own.shortcut if own else None))


def _label(parent: QWidget, name: str, role: str = "") -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(_SELECTABLE)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label


def _stack(section: QWidget, *widgets: QWidget) -> None:
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 10, 0, 0)
    column.setSpacing(3)
    for widget in widgets:
        column.addWidget(widget)
