"""Shows the right panel: everything about the selected block or layer, or about the whole network."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.inspector.block_formula import block_formula
from app.views.inspector.block_notes import NotedBlock
from app.views.inspector.block_sections import AlternativeSection, ShortcutSection
from app.views.inspector.code_section import CodeSection
from app.views.inspector.explanation_section import ExplanationSection
from app.views.inspector.fact_grid import FactGrid, FormulaLines
from app.views.inspector.facts import (
    Card,
    Fact,
    block_card,
    boundary_index,
    layer_card,
    network_card,
    stage_facts,
)
from app.views.inspector.gradient_section import GradientSection
from app.views.inspector.memory_section import MemorySection
from app.views.inspector.path_section import PathSection
from app.wording import kind_text, problems_text
from resnet_core.analysis.block_alternative import block_alternative, block_bill
from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockKind, ShortcutOption
from resnet_core.configuration.structure_edits import with_block_override
from resnet_core.configuration.validation import ConfigurationError

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class InspectorView(QScrollArea):
    """The inspector. While it is hidden it only notes that it is out of date."""

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        pinned: PinnedState,
        runs: RunsState,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_view")
        self.setAccessibleName(self.tr("Inspector"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._document, self._selection, self._pinned, self._runs = document, selection, pinned, runs
        self._stale, self._least_width = True, 0
        self._known: NotedBlock | None = None
        self._make_parts(theme)
        self._lay_out()
        self._listen()

    def minimumSizeHint(self) -> QSize:
        """Return a width at which no number loses a digit."""
        return QSize(self._least_width, super().minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _make_parts(self, theme: Theme) -> None:
        self.title = _text_label("inspector_title")
        font = QFont(self.title.font())
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.title.setFont(font)
        self.subtitle = _text_label("inspector_subtitle", "muted")
        self.facts = FactGrid("inspector_facts")
        self.parameter_formulas = FormulaLines("inspector_parameter_formulas")
        self.mac_formulas = FormulaLines("inspector_mac_formulas")
        self.origin_heading = _text_label("inspector_origin", "heading", self.tr("Where they come from"))
        self.mac_heading = _text_label("inspector_mac_heading", "muted", self.tr("MACs: positions × weights"))
        self.explanation = ExplanationSection(theme)
        self.code = CodeSection(theme)
        self.alternative = AlternativeSection()
        self.shortcut = ShortcutSection()
        self.problem = _text_label("inspector_problem", "warning")
        self.gradient, self.paths = GradientSection(self._selection, theme), PathSection(self._selection, theme)
        self.to_block = QPushButton()
        self.to_block.setObjectName("inspect_block")
        self.memory_heading = _text_label("inspector_memory_heading", "heading", self.tr("Training memory"))
        self.memory_section = MemorySection()
        self.memory, self.convention = self.memory_section.facts, self.memory_section.convention
        self.stages_heading = _text_label("inspector_stages_heading", "heading", self.tr("Stages"))
        self.stages = FactGrid("inspector_stages", "muted")

    def _lay_out(self) -> None:
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(12, 10, 10, 12)
        self._column.setSpacing(3)
        spaced = (self.origin_heading, self.memory_heading, self.stages_heading)
        for part in (
            self.title, self.subtitle, self.facts, self.to_block, self.explanation, self.origin_heading,
            self.parameter_formulas, self.mac_heading, self.mac_formulas, self.alternative, self.shortcut,
            self.problem, self.gradient, self.paths, self.memory_heading, self.memory_section, self.stages_heading,
            self.stages, self.code,
        ):  # fmt: skip
            if part in spaced:
                part.setContentsMargins(0, 8, 0, 0)  # goes with the part when it is hidden, as a spacer would not
            self._column.addWidget(part)
            if part is self.subtitle:
                self._column.addSpacing(8)
        self._column.addStretch(1)
        self.setWidget(self._content)

    def _listen(self) -> None:
        for signal in (self._document.changed, self._pinned.changed, self._selection.changed):
            signal.connect(self._on_changed)
        self._selection.step_changed.connect(self._on_gradient)
        self._runs.advanced.connect(self._on_gradient)
        self._runs.current_changed.connect(self._on_gradient)
        self._runs.shown_changed.connect(self._on_gradient)
        self.alternative.kind_wanted.connect(self._change_kind)
        self.shortcut.shortcut_wanted.connect(self._change_shortcut)
        self.to_block.clicked.connect(self._select_block)
        self.explanation.layer_wanted.connect(self._selection.select)
        self.code.unfolded.connect(self._settle)
        self.memory_section.resized.connect(self._settle)

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._refresh()
        else:
            self._stale = True

    @Slot()
    def _on_gradient(self) -> None:
        if self.isVisible():
            self._show_gradient()
        else:
            self._stale = True

    def _reference(self) -> Snapshot | None:
        """Return what differences are shown against; the reference itself shows none."""
        reference = self._pinned.reference
        return reference if reference and reference.config != self._document.config else None

    def _block(self) -> Block | None:
        return self._document.snapshot.graph.block_by_id.get(self._selection.selected)

    def _refresh(self) -> None:
        self._stale = False
        snapshot, reference, block = self._document.snapshot, self._reference(), self._block()
        node = snapshot.graph.node_by_id.get(self._selection.selected)
        if block is not None:
            card = block_card(snapshot, block, reference)
        elif node is not None:
            card = layer_card(snapshot, node, reference)
        else:
            card = network_card(snapshot, reference)
        self.problem.setVisible(False)
        self._show_card(card)
        self._show_explanation(block, node)
        self._show_block_parts(block)
        self._show_code(block, node)
        self._show_network_parts(snapshot, reference, block is None and node is None)
        self.to_block.setVisible(bool(block is None and node and node.block))
        if node is not None and node.block:
            self.to_block.setText(self.tr("Show block {id}").format(id=node.block))
        self._show_gradient()
        # The layout keeps the heights that its parts had at this width until they ask it to forget them.
        for part in (
            self.explanation, self.alternative, self.shortcut, self.gradient, self.paths, self.memory_section,
        ):  # fmt: skip
            part.updateGeometry()
        self._settle()

    @Slot()
    def _settle(self) -> None:
        """Give the parts their heights now: in a content that is too low for them they would first be squeezed."""
        content = self._content
        least = content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        if least > self._least_width:  # it never shrinks: a dock should not breathe with the selection
            self._least_width = least
            self.updateGeometry()
        height = max(self._column.totalHeightForWidth(content.width()), self.viewport().height())
        content.resize(content.width(), height)
        self._column.activate()

    def _show_card(self, card: Card) -> None:
        self.title.setText(card.title)
        self.subtitle.setText(card.subtitle)
        self.facts.show_facts(card.facts)
        self.parameter_formulas.show_formulas(card.parameter_formulas)
        self.mac_formulas.show_formulas(card.mac_formulas)
        self.parameter_formulas.setVisible(bool(card.parameter_formulas))
        for part in (self.mac_heading, self.mac_formulas):
            part.setVisible(bool(card.mac_formulas))
        self.origin_heading.setVisible(bool(card.parameter_formulas or card.mac_formulas))

    def _show_explanation(self, block: Block | None, node: Node | None) -> None:
        self.explanation.setVisible(block is not None or node is not None)
        if block is not None:
            self.explanation.show_block(self._noted(block))
        elif node is not None:
            self.explanation.show_layer(self._document.snapshot.graph, node)

    def _noted(self, block: Block) -> NotedBlock:
        """Return what is known of a block, worked out once a snapshot."""
        graph = self._document.snapshot.graph
        if self._known is None or self._known.graph is not graph or self._known.block is not block:
            bill, alternative = block_bill(graph, block), block_alternative(graph.config, block)
            self._known = NotedBlock(graph, block, bill, alternative, block_formula(graph, block))
        return self._known

    def _show_block_parts(self, block: Block | None) -> None:
        for part in (self.alternative, self.shortcut):
            part.setVisible(block is not None)
        if block is not None:
            self.alternative.show_block(self._noted(block))
            self.shortcut.show_block(self._document.snapshot.graph, block)

    def _show_code(self, block: Block | None, node: Node | None) -> None:
        """Offer the code of the block, of the block that the layer stands in, or of the whole network."""
        snapshot = self._document.snapshot
        graph, config = snapshot.graph, snapshot.config
        shown = block or (graph.block_by_id.get(node.block) if node else None)
        marked = node.id.removeprefix(f"{node.block}.").partition(".")[0] if node else ""
        if shown is None:
            self.code.show_source(lambda: _network_code(config), marked)
        else:
            self.code.show_source(lambda: _block_code(graph, shown), marked)

    def _show_network_parts(self, snapshot: Snapshot, reference: Snapshot | None, shown: bool) -> None:
        for part in (self.memory_heading, self.memory_section, self.stages_heading, self.stages):
            part.setVisible(shown)
        if shown:
            self.memory_section.show_snapshot(snapshot, reference)
            header = Fact("", self.tr("parameters"), self.tr("MACs"))
            self.stages.show_facts((header, *stage_facts(snapshot)))

    def _show_gradient(self) -> None:
        block = self._block()
        self.gradient.setVisible(block is not None)
        if block is not None:
            graph = self._document.snapshot.graph
            run = self._runs.run_for(graph)
            self.gradient.show_run(run, boundary_index(graph, block), self._selection.step)
        self._show_paths()

    def _show_paths(self) -> None:
        """Show the paths of the whole network's gradient, where the network is what is looked at."""
        graph = self._document.snapshot.graph
        is_network = self._block() is None and self._selection.selected not in graph.node_by_id
        run = self._runs.run_for(graph) if is_network else None
        shown = self.paths.show_run(run, graph, self._selection.step)
        self.paths.setVisible(shown)

    def _select_block(self) -> None:
        node = self._document.snapshot.graph.node_by_id.get(self._selection.selected)
        if node is not None and node.block:
            self._selection.select(node.block)

    def _change_kind(self, kind: BlockKind) -> None:
        block = self._block()
        if block is not None:
            text = self.tr("Make {block} {kind}").format(block=block.id, kind=kind_text(kind))
            self._override(block, text, kind=kind)

    def _change_shortcut(self, shortcut: ShortcutOption | None) -> None:
        block = self._block()
        if block is not None:
            text = self.tr("Shortcut of {block}: {option}").format(
                block=block.id, option=shortcut or self._document.config.shortcut.option
            )
            self._override(block, text, shortcut=shortcut)

    def _override(self, block: Block, text: str, **fields: str | None) -> None:
        """Let one block differ from its stage, as one undo step; a refusal is told under the choices."""
        try:
            changed = with_block_override(self._document.config, block.id, **fields)
        except ConfigurationError as error:
            self._show_block_parts(block)
            self.problem.setText(problems_text(error.problems))
            self.problem.setVisible(True)
            return
        self._document.replace(changed, text)


def _network_code(config: ArchitectureConfig) -> str:
    from resnet_core.export.torch_code import network_code  # not needed for the first paint

    return network_code(config)


def _block_code(graph: Graph, block: Block) -> str:
    from resnet_core.export.torch_code import block_code

    return block_code(graph, block)


def _text_label(name: str, role: str = "", text: str = "") -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(_SELECTABLE)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
