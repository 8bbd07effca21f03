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
        self._origin = self._led_to = ""
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
        """Find `query`, and select the find at or behind where the search began, but one of exactly that name first.

        While one types on, each query begins where the first did; a query that finds nothing leads back there.
        """
        selection = self._atlas.selection
        if not self.query.strip() or selection.selected != self._led_to:
            self._origin = selection.selected
        self.query = query
        self._look()
        exact = next((id for id in self.ids if id == query.strip().lower()), "")
        self._led_to = exact or (self._behind(self._origin) if self.ids else self._origin)
        selection.select(self._led_to)

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
            behind = self.ids.index(self._behind(self._atlas.selection.selected))
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

    def _behind(self, selected: str) -> str:
        """Return the first find at or behind `selected`, else the first of all."""
        graph = self._atlas.document.snapshot.graph
        order = {node.id: place for place, node in enumerate(graph.nodes)}
        starts = {block.id: block.first for block in graph.blocks}
        here = order.get(selected, starts.get(block_of(graph, selected), -1))
        behind = (id for id in self.ids if order.get(id, starts.get(id, 0)) >= here)
        return next(behind, self.ids[0])
