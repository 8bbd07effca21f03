"""Makes the edits of the Atlas: each one undo step, the selection kept or moved to the nearest, refusals said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.state.selection_state import block_of
from app.views.atlas.edit_words import edit_text, refusal_text
from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.edit_counts import EditCounts, edit_counts
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.key_edits import KeyEdit, KeyEditName, key_edits
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.kept_view import nearest_id

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate
Outcome = EditCounts | ConfigurationError


class AtlasEdits(QObject):
    """What the hands change in the network; `refused` and `made` carry one line each."""

    refused = Signal(str)
    made = Signal(str)

    def __init__(self, atlas: AtlasView) -> None:
        super().__init__(atlas)
        self._atlas = atlas
        self._outcomes: dict[tuple[KeyEditName, str], Outcome] = {}
        atlas.document.changed.connect(lambda _snapshot: self._outcomes.clear())

    @property
    def config(self) -> ArchitectureConfig:
        """The configuration that is edited."""
        return self._atlas.document.config

    @property
    def report(self) -> CostReport:
        """What it costs as it is."""
        return self._atlas.document.snapshot.report

    def offered(self) -> tuple[KeyEdit, ...]:
        """Return the edits of the selected block and its stage; none where no block is selected."""
        snapshot = self._atlas.document.snapshot
        block = block_of(snapshot.graph, self._atlas.selection.selected)
        return self.offered_of(block) if block else ()

    def offered_of(self, block: str) -> tuple[KeyEdit, ...]:
        """Return the edits of `block` and its stage."""
        snapshot = self._atlas.document.snapshot
        return key_edits(snapshot.config, snapshot.graph.block_by_id[block].plan)

    def known(self, edit: KeyEdit) -> Outcome | None:
        """Return what an edit would cost, or why it cannot be, if that has been counted."""
        return self._outcomes.get((edit.name, edit.subject))

    def outcome(self, edit: KeyEdit) -> Outcome:
        """Return what an edit would cost, or why it cannot be (milliseconds; a very deep network some tens)."""
        known = self.known(edit)
        if known is None:
            try:
                known = edit_counts(self.report, edit.make())
            except ConfigurationError as refused:
                known = refused
            self._outcomes[edit.name, edit.subject] = known
        return known

    def make_named(self, name: KeyEditName) -> bool:
        """Make the edit of that name of what is selected; return whether there was anything to edit."""
        edit = next((edit for edit in self.offered() if edit.name == name), None)
        if edit is not None:
            self.make(edit.make, edit_text(edit))
        return edit is not None

    def make(self, edited: Callable[[], ArchitectureConfig], text: str) -> None:
        """Make an edit as one undo step described by `text`, or say why it cannot be and change nothing."""
        try:
            config = edited()
        except ConfigurationError as refused:
            line = translate("Atlas", "%1: %2")
            self.refused.emit(line.replace("%1", text).replace("%2", refusal_text(refused)))
            return
        document, selection = self._atlas.document, self._atlas.selection
        graph, selected = document.snapshot.graph, selection.selected
        document.replace(config, text)
        after = document.snapshot.graph
        if selected and selected not in after.node_by_id and selected not in after.block_by_id:
            block = block_of(graph, selected)
            selection.select(nearest_id(DepthAxis(after), block) if block else "")
        self.made.emit(text)
