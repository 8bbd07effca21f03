"""Makes the tracks that compare networks: strips with their differences to the reference, then all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.difference_track import DIFFERENCE_TITLES, DifferenceTrack
from resnet_core.drawing.comparison.legend_track import LegendTrack
from resnet_core.drawing.comparison.member_strip import MemberStrip
from resnet_core.drawing.comparison.overlay_track import OverlayTrack
from resnet_core.drawing.tracks.track import Track
from resnet_core.drawing.tracks.value_scale import ScaleKind

COUNTS: tuple[str, ...] = tuple(DIFFERENCE_TITLES)
"""The counts that can be compared, in order."""

_AT_FIRST = frozenset({"parameters", "macs"})


class TrackChoice(NamedTuple):
    """Which counts have difference tracks, which an overlay of all networks and on which scale; whether gradients."""

    differences: frozenset[str] = _AT_FIRST
    overlays: frozenset[str] = _AT_FIRST
    scale: ScaleKind = "linear"
    gradients: bool = True

    def with_difference(self, key: str, *, shown: bool) -> TrackChoice:
        """Return the choice with the difference tracks of a count shown or hidden."""
        return self._replace(differences=self.differences | {key} if shown else self.differences - {key})

    def with_overlay(self, key: str, *, shown: bool) -> TrackChoice:
        """Return the choice with the overlay of a count shown or hidden."""
        return self._replace(overlays=self.overlays | {key} if shown else self.overlays - {key})

    def without(self, track: Track) -> TrackChoice:
        """Return the choice in which tracks like this one are hidden; a strip or a legend stays."""
        if isinstance(track, DifferenceTrack):
            return self.with_difference(track.quantity, shown=False)
        if isinstance(track, OverlayTrack):
            return self.with_overlay(track.quantity, shown=False)
        return self._replace(gradients=False) if track.key == "gradient_norm" else self

    def to_dict(self) -> dict[str, object]:
        """Return plain values that a settings file can hold."""
        return {
            "differences": sorted(self.differences), "overlays": sorted(self.overlays),
            "scale": self.scale, "gradients": self.gradients,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, state: Mapping[str, object]) -> TrackChoice:
        """Return the choice that `to_dict` wrote; what is unknown or ill-formed is as in a new window."""
        fresh = cls()
        return cls(
            _known(state.get("differences"), fresh.differences),
            _known(state.get("overlays"), fresh.overlays),
            "log" if state.get("scale") == "log" else fresh.scale,
            state.get("gradients") is not False,
        )


def _known(keys: object, fresh: frozenset[str]) -> frozenset[str]:
    return frozenset(keys).intersection(COUNTS) if isinstance(keys, list | tuple) else fresh


def comparison_tracks(alignment: Alignment, choice: TrackChoice) -> tuple[Track, ...]:
    """Return the tracks of the networks from the top down; those of runs come after them.

    The reference stands first; every other network under its differences, which so lie between the two.
    """
    return tuple(_tracks(alignment, choice))


def _tracks(alignment: Alignment, choice: TrackChoice) -> Iterator[Track]:
    yield MemberStrip(alignment, 0)
    for place in alignment.others:
        for key in COUNTS:
            if key in choice.differences:
                yield DifferenceTrack(alignment, place, key)
        yield MemberStrip(alignment, place)
    yield LegendTrack(alignment)
    for key in COUNTS:
        if key in choice.overlays:
            yield OverlayTrack(alignment, key)
