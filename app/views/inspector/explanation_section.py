"""Explains a block or a layer: what it computes, how it looks, and what is worth knowing of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.views.inspector.block_formula import layer_symbol
from app.views.inspector.block_notes import NotedBlock, block_notes
from app.views.inspector.block_picture import BlockPicture
from app.views.inspector.layer_formula import layer_formula
from app.views.inspector.rich_lines import RichLines
from resnet_core.architecture.graph import Graph, Node


class ExplanationSection(QWidget):
    """Formula, picture and notes; `layer_wanted` carries the id that is chosen in the picture."""

    layer_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_explanation")
        self.formula = RichLines("formula_lines", 3, parent=self)
        self.legend = RichLines("formula_legend", 0, "muted", self)
        self.picture = BlockPicture(theme, self)
        self.picture.layer_wanted.connect(self.layer_wanted)
        self.notes_heading = QLabel(self.tr("Worth knowing"), self)
        self.notes_heading.setObjectName("notes_heading")
        self.notes_heading.setTextFormat(Qt.TextFormat.PlainText)
        self.notes_heading.setProperty("role", "heading")
        self.notes = RichLines("block_notes", 5, parent=self)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(3)
        for part in (self.formula, self.legend, self.picture, self.notes_heading, self.notes):
            column.addWidget(part)

    def show_block(self, noted: NotedBlock) -> None:
        """Explain a block."""
        self._show_formulas(noted.formula.lines, noted.formula.weights)
        self.picture.show_block(noted.graph, noted.block, "")
        self.picture.setVisible(True)
        self._show_notes(block_notes(noted))

    def show_layer(self, graph: Graph, node: Node) -> None:
        """Explain a layer, and show where it stands in its block."""
        formula = layer_formula(node)
        symbol = layer_symbol(node) if node.block else ""
        text = formula.text.replace("W", symbol, 1) if symbol and node.kind != "channel_conv" else formula.text
        self._show_formulas((text,) if text else (), (formula.meaning,) if formula.meaning else ())
        block = graph.block_by_id.get(node.block)
        self.picture.setVisible(block is not None)
        if block is not None:
            self.picture.show_block(graph, block, node.id)
        self._show_notes(())

    def _show_formulas(self, lines: tuple[str, ...], legend: tuple[str, ...]) -> None:
        """Show formulas, and in one line what stands in them."""
        self.formula.show_lines(lines)
        self.legend.show_lines([" · ".join(legend)] if legend else [])
        self.formula.setVisible(bool(lines))
        self.legend.setVisible(bool(legend))

    def _show_notes(self, notes: tuple[str, ...]) -> None:
        self.notes_heading.setVisible(bool(notes))
        self.notes.setVisible(bool(notes))
        self.notes.show_lines(notes)
        self._column.invalidate()  # parts that were hidden have changed without a word
