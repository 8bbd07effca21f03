"""Holds the one selected block or layer and the one step in time that every view shows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from resnet_core.architecture.graph import Graph


class SelectionState(QObject):
    """One selection, one moment.

    `selected` is a node id, a block id (`layer3.1`), or empty. `step` is a step of the shown run, or None for
    the newest there is.
    """

    changed = Signal(str)
    step_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selected = ""
        self._step: int | None = None

    @property
    def selected(self) -> str:
        """The id of what is selected, or an empty text."""
        return self._selected

    @property
    def step(self) -> int | None:
        """The step in time that is looked at; None follows the newest."""
        return self._step

    def select(self, id: str) -> None:
        """Select a block or a layer by its id; an empty id clears the selection."""
        if id != self._selected:
            self._selected = id
            self.changed.emit(id)

    def set_step(self, step: int | None) -> None:
        """Look at one step of the run, or follow the newest."""
        if step != self._step:
            self._step = step
            self.step_changed.emit(step)

    def keep_within(self, graph: Graph) -> None:
        """Drop a selection that `graph` does not have; an id that it has stays selected."""
        if self._selected not in graph.node_by_id and self._selected not in graph.block_by_id:
            self.select("")


def block_of(graph: Graph, id: str) -> str:
    """Return the block that `id` is or stands in, or an empty text (stem, head, nothing)."""
    if id in graph.block_by_id:
        return id
    node = graph.node_by_id.get(id)
    return node.block if node else ""
