"""Draws the structure of a network as a track: its blocks and, first of all, the ways round them."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Group, Item
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.say import Say
from resnet_core.drawing.structure import heading_items, level_items
from resnet_core.drawing.tracks.track import LegendEntry, Track, TrackFrame, Variant

_TEXT_SHARE = 0.95
_LEGEND: tuple[tuple[str, str], ...] = (
    ("identity", N_("Drawing", "identity")),
    ("projection", N_("Drawing", "projection")),
    ("zero_pad", N_("Drawing", "zero-padded")),
)

STRUCTURE_VARIANTS = (
    Variant("plain", N_("Atlas", "Blocks as they are")),
    Variant("gradient", N_("Atlas", "Blocks coloured by gradient norm")),
)


class StructureTrack(Track):
    """Stages, blocks or layers, by the room there is; neighbouring levels fade into one another."""

    key = "structure"
    height = 128.0
    least_height = 72.0
    variants = STRUCTURE_VARIANTS
    variant = "plain"

    def __init__(self, shortcuts: frozenset[str] = frozenset()) -> None:
        """`shortcuts` are the kinds of shortcut that the network has, for the legend."""
        self._shortcuts = shortcuts

    def subtitle(self, say: Say) -> str:
        """Return what to look at."""
        if not self._shortcuts:
            return say("Atlas", N_("Atlas", "plain: no shortcuts"))
        return say("Atlas", N_("Atlas", "shortcuts first"))

    def explanation(self) -> str:
        """Return how to read the drawing."""
        return N_("Atlas", "Each block computes H(x) = F(x) + x: the branch F below, the way of x round it as an arch. "
                  "A Bottleneck has a waist. Zoom in to see every layer.")  # fmt: skip

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return the kinds of shortcut that the network has."""
        return tuple(LegendEntry(SHORTCUT_ROLES[kind], text) for kind, text in _LEGEND if kind in self._shortcuts)

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the shown stretch at its level of detail."""
        placement = placement_of(frame)
        yield from heading_items(placement)
        for level, opacity in frame.view.levels():
            if opacity < 1:
                yield Group("", tuple(level_items(placement, level)), "", opacity)
            else:
                yield from level_items(placement, level)


def placement_of(frame: TrackFrame) -> Placement:
    """Return where the structure stands in a frame: whatever lies on it asks here."""
    view, rect = frame.view, frame.rect
    return Placement(
        view.axis, view.left - view.first * view.scale, view.scale, view.first, view.last - 1e-9,
        rect.top, frame.height, frame.text_size * _TEXT_SHARE, frame.fit,
    )  # fmt: skip
