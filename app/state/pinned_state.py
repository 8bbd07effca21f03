"""Holds the pinned architectures, the first of which is the reference that differences are shown against."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.state.architecture_document import Snapshot


class PinnedState(QObject):
    """The pinned architectures, oldest first; `changed` tells of every pin, unpin and change of reference."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pinned: tuple[Snapshot, ...] = ()

    @property
    def pinned(self) -> tuple[Snapshot, ...]:
        """Every pinned architecture, the reference first."""
        return self._pinned

    @property
    def reference(self) -> Snapshot | None:
        """The architecture that differences are shown against."""
        return self._pinned[0] if self._pinned else None

    def pin(self, snapshot: Snapshot) -> None:
        """Pin an architecture; one that is pinned already stays where it is."""
        if not self.is_pinned(snapshot):
            self._set((*self._pinned, snapshot))

    def unpin(self, snapshot: Snapshot) -> None:
        """Take a pin away."""
        self._set(tuple(entry for entry in self._pinned if entry.config != snapshot.config))

    def make_reference(self, snapshot: Snapshot) -> None:
        """Pin `snapshot` in the first place."""
        self._set((snapshot, *(entry for entry in self._pinned if entry.config != snapshot.config)))

    def move(self, snapshot: Snapshot, by: int) -> None:
        """Move a pin up (-1) or down (1) past its neighbour; the first one is the reference."""
        order = list(self._pinned)
        place = next((number for number, entry in enumerate(order) if entry.config == snapshot.config), None)
        if place is not None and 0 <= place + by < len(order):
            order.insert(place + by, order.pop(place))
            self._set(tuple(order))

    def clear(self) -> None:
        """Take every pin away."""
        self._set(())

    def is_pinned(self, snapshot: Snapshot) -> bool:
        """Return whether this very architecture is pinned."""
        return any(entry.config == snapshot.config for entry in self._pinned)

    def _set(self, pinned: tuple[Snapshot, ...]) -> None:
        if pinned != self._pinned:
            self._pinned = pinned
            self.changed.emit()
