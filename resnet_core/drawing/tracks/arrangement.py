"""Holds which tracks are shown, in which order, how high, on which scale and in which variant; as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from resnet_core.drawing.tracks.value_scale import ScaleKind

_MOST_HEIGHT = 2000.0


class Arrangement(NamedTuple):
    """The tracks' keys in order, those hidden, and the heights (pixels), scales and variants that a person chose."""

    order: tuple[str, ...]
    hidden: frozenset[str] = frozenset()
    heights: tuple[tuple[str, float], ...] = ()
    scales: tuple[tuple[str, ScaleKind], ...] = ()
    variants: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the shown tracks in order."""
        return tuple(key for key in self.order if key not in self.hidden)

    def toggled(self, key: str) -> Arrangement:
        """Return the layout with a track shown or hidden; the last one shown stays."""
        hidden = self.hidden ^ {key}
        return self if len(hidden) == len(self.order) else self._replace(hidden=hidden)

    def moved(self, key: str, by: int) -> Arrangement:
        """Return the layout with a track moved up (-1) or down (1) past its shown neighbour."""
        shown = self.shown
        if key not in shown or not 0 <= shown.index(key) + by < len(shown):
            return self
        order = [other for other in self.order if other != key]
        neighbour = order.index(shown[shown.index(key) + by])
        order.insert(neighbour + (by > 0), key)
        return self._replace(order=tuple(order))

    def resized(self, key: str, height: float) -> Arrangement:
        """Return the layout with a track `height` pixels high."""
        heights = {**dict(self.heights), key: float(height)}
        return self._replace(heights=tuple(sorted(heights.items())))

    def placed(self, key: str, before: str) -> Arrangement:
        """Return the arrangement with a track moved to stand before another one, or last for an empty text."""
        order = [other for other in self.order if other != key]
        order.insert(order.index(before) if before in order else len(order), key)
        return self._replace(order=tuple(order))

    def scaled(self, key: str, scale: ScaleKind) -> Arrangement:
        """Return the arrangement with a track on another scale."""
        return self._replace(scales=tuple(sorted({**dict(self.scales), key: scale}.items())))

    def varied(self, key: str, variant: str) -> Arrangement:
        """Return the arrangement with a track that shows another of its variants."""
        return self._replace(variants=tuple(sorted({**dict(self.variants), key: variant}.items())))

    def to_dict(self) -> dict[str, object]:
        """Return plain values that a settings file can hold."""
        return {
            "order": list(self.order),
            "hidden": sorted(self.hidden),
            "heights": dict(self.heights),
            "scales": dict(self.scales),
            "variants": dict(self.variants),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, object], fresh: Arrangement) -> Arrangement:
        """Return the arrangement that `to_dict` wrote; what is unknown or ill-formed is left out.

        A track that `state` does not know stands where `fresh` has it, shown or hidden as there.
        """
        keys = fresh.order
        known = [key for key in dict.fromkeys(_texts(state.get("order"))) if key in keys]
        hidden = {key for key in _texts(state.get("hidden")) if key in keys}
        hidden |= {key for key in fresh.hidden if key not in known}
        order = _merged(known, keys)
        return cls(
            tuple(order),
            frozenset() if len(hidden) == len(order) else frozenset(hidden),
            tuple(sorted(_heights(state.get("heights"), keys))),
            tuple(sorted(_scales(state.get("scales"), keys))),
            tuple(sorted(_variants(state.get("variants"), keys))),
        )


def _merged(known: list[str], keys: Sequence[str]) -> list[str]:
    """Return `known` with each missing key after the one it follows in `keys`."""
    order = list(known)
    for number, key in enumerate(keys):
        if key not in order:
            before = keys[number - 1] if number else ""
            order.insert(order.index(before) + 1 if before in order else 0, key)
    return order


def _heights(value: object, keys: Sequence[str]) -> Iterator[tuple[str, float]]:
    for key, height in value.items() if isinstance(value, Mapping) else ():
        if key in keys and isinstance(height, int | float) and 0 < height <= _MOST_HEIGHT:
            yield key, float(height)


def _scales(value: object, keys: Sequence[str]) -> Iterator[tuple[str, ScaleKind]]:
    for key, scale in value.items() if isinstance(value, Mapping) else ():
        if key in keys and scale in get_args(ScaleKind):
            yield key, scale


def _variants(value: object, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the variants; a track passes over one that it does not know."""
    for key, variant in value.items() if isinstance(value, Mapping) else ():
        if key in keys and isinstance(variant, str):
            yield key, variant


def _texts(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []
