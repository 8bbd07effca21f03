"""Holds what was looked for in the Atlas, what was found, and which of the finds is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.state.selection_state import block_of
from app.wording import kind_text
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.finding import found

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView


class Finds(QObject):
    """The finds of one query in the open architecture; `changed` tells of others, or of another one at hand."""

    changed = Signal()

    def __init__(self, atlas: AtlasView) -> None:
        super().__init__(atlas)
        self._atlas = atlas
        self.query = ""
        self.ids: tuple[str, ...] = ()
        self._spans: tuple[Span, ...] = ()
        self._axis: object = None
        atlas.document.changed.connect(lambda _snapshot: self._look())
        atlas.selection.changed.connect(lambda _id: self.changed.emit() if self.query else None)

    @property
    def place(self) -> int:
        """The place of the find that is selected, from 1; 0 where what is selected is none."""
        selected = self._atlas.selection.selected
        return self.ids.index(selected) + 1 if selected in self.ids else 0

    def look_for(self, query: str) -> None:
        """Find `query`, and select what stands at or behind the selection, but exactly that name first."""
        self.query = query
        self._look()
        if self.ids and not self.place:
            exact = next((id for id in self.ids if id == query.strip().lower()), "")
            self._atlas.selection.select(exact or self._from_selection())

    def forget(self) -> None:
        """Find nothing any more."""
        self.query = ""
        self._look()

    def step(self, by: int) -> None:
        """Select the next find, or with -1 the one before; after the last comes the first."""
        if not self.ids:
            return
        if self.place:
            self._atlas.selection.select(self.ids[(self.place - 1 + by) % len(self.ids)])
        else:
            behind = self.ids.index(self._from_selection())
            self._atlas.selection.select(self.ids[behind if by > 0 else behind - 1])

    def spans(self) -> tuple[Span, ...]:
        """Return where the finds stand on the axis that is shown: blocks and layers."""
        axis = self._atlas.depth_view.axis
        if axis is not self._axis:
            self._axis = axis
            self._spans = tuple(span for id in self.ids if (span := axis.span_of(id)) is not None)
        return self._spans

    def _look(self) -> None:
        snapshot = self._atlas.document.snapshot
        self.ids = found(snapshot.graph, snapshot.report, self.query, kind_text) if self.query.strip() else ()
        self._axis = None
        self.changed.emit()

    def _from_selection(self) -> str:
        """Return the first find at or behind what is selected, else the first of all."""
        graph, selected = self._atlas.document.snapshot.graph, self._atlas.selection.selected
        order = {node.id: place for place, node in enumerate(graph.nodes)}
        starts = {block.id: block.first for block in graph.blocks}
        here = order.get(selected, starts.get(block_of(graph, selected), -1))
        behind = (id for id in self.ids if order.get(id, starts.get(id, 0)) >= here)
        return next(behind, self.ids[0])
