"""Holds which tracks are shown, in which order and how high, and turns that into plain values and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_MOST_HEIGHT = 2000.0


class AtlasLayout(NamedTuple):
    """The tracks' keys in order, those that are hidden, and the heights that a person has chosen, in pixels."""

    order: tuple[str, ...]
    hidden: frozenset[str] = frozenset()
    heights: tuple[tuple[str, float], ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the shown tracks in order."""
        return tuple(key for key in self.order if key not in self.hidden)

    def toggled(self, key: str) -> AtlasLayout:
        """Return the layout with a track shown or hidden; the last one shown stays."""
        hidden = self.hidden ^ {key}
        return self if len(hidden) == len(self.order) else self._replace(hidden=hidden)

    def moved(self, key: str, by: int) -> AtlasLayout:
        """Return the layout with a track moved up (-1) or down (1) past its shown neighbour."""
        shown = self.shown
        if key not in shown or not 0 <= shown.index(key) + by < len(shown):
            return self
        order = [other for other in self.order if other != key]
        neighbour = order.index(shown[shown.index(key) + by])
        order.insert(neighbour + (by > 0), key)
        return self._replace(order=tuple(order))

    def resized(self, key: str, height: float) -> AtlasLayout:
        """Return the layout with a track `height` pixels high."""
        heights = {**dict(self.heights), key: float(height)}
        return self._replace(heights=tuple(sorted(heights.items())))

    def to_dict(self) -> dict[str, object]:
        """Return plain values that a settings file can hold."""
        return {"order": list(self.order), "hidden": sorted(self.hidden), "heights": dict(self.heights)}

    @classmethod
    def from_dict(cls, state: Mapping[str, object], keys: Sequence[str]) -> AtlasLayout:
        """Return the layout that `to_dict` wrote; what is unknown or ill-formed is left out, new tracks go last."""
        order = [key for key in _texts(state.get("order")) if key in keys]
        order = list(dict.fromkeys([*order, *keys]))
        hidden = frozenset(key for key in _texts(state.get("hidden")) if key in keys)
        if len(hidden) == len(order):
            hidden = frozenset()
        heights = state.get("heights")
        pairs = heights.items() if isinstance(heights, Mapping) else ()
        chosen = [
            (key, float(height))
            for key, height in pairs
            if key in keys and isinstance(height, int | float) and 0 < height <= _MOST_HEIGHT
        ]
        return cls(tuple(order), hidden, tuple(sorted(chosen)))


def _texts(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []
