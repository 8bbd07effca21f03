"""Draws what comes back through branch and shortcut at each fork as two norms, or as the cosine between them."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Item, Polyline
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import has_shortcut
from resnet_core.drawing.tracks.profile_track import ProfileLine, ProfileTrack, step_words
from resnet_core.drawing.tracks.skip_branch_track import FORK_VARIANTS, NO_FORK, SkipBranchTrack
from resnet_core.drawing.tracks.track import LegendEntry, Track, TrackFrame, note_items, scale_number
from resnet_core.number_text import decimal

_BRANCH = ProfileLine("branch_norm", "second_profile", "second_profile_fine", "second_dot", earlier=False)


def skip_branch_track(data: FlowData, graph: Graph, variant: str) -> Track:
    """Return the track of the forks that shows shares, norms or the cosine."""
    if variant == "norms":
        return ForkNormsTrack(data, graph)
    if variant == "cosine":
        return ForkCosineTrack(data, graph)
    return SkipBranchTrack(data, graph)


class _ForkTrack(ProfileTrack):
    """A quantity of forks along depth; a network without shortcuts has none."""

    key = "skip_branch"
    height = 84.0
    variants = FORK_VARIANTS

    def __init__(self, data: FlowData, graph: Graph, lines: tuple[ProfileLine, ...]) -> None:
        super().__init__(data, lines)
        self._has_forks = bool(has_shortcut(graph).any())

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see."""
        return self._has_forks and super().has_rows

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the lines, or why there are none."""
        if self._has_forks:
            yield from super().items(frame)
        else:
            yield from note_items(frame, frame.say("Atlas", NO_FORK))


class ForkNormsTrack(_ForkTrack):
    """||g_F|| and ||g_S|| on one log scale."""

    variant = "norms"

    def __init__(self, data: FlowData, graph: Graph) -> None:
        super().__init__(data, graph, (ProfileLine("shortcut_norm"), _BRANCH))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return _at_step("‖g_F‖₂, ‖g_S‖₂", self, self._data, say)

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return what the two lines are."""
        if not self.has_rows:
            return ()
        return LegendEntry("profile", N_("Drawing", "shortcut")), LegendEntry("second_profile", N_("Drawing", "branch"))


class ForkCosineTrack(_ForkTrack):
    """The cosine between what comes through branch and shortcut, from -1 to 1."""

    variant = "cosine"

    def __init__(self, data: FlowData, graph: Graph) -> None:
        super().__init__(data, graph, (ProfileLine("branch_shortcut_cosine"),))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return _at_step("cos(g_F, g_S)", self, self._data, say)

    def _decades(self) -> Decades:
        return COSINES


class CosineScale(Decades):
    """From -1 at the foot of a track to 1 at its top: a cosine takes the place of an exponent."""

    def grid(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield a hairline at -1, 0 and 1."""
        for cosine in (-1, 0, 1):
            y = round(self.y(frame, cosine))
            yield Polyline("", "grid", ((frame.rect.left, y), (frame.rect.right, y)))

    def numbers(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield -1, 0 and 1."""
        for cosine in (-1, 0, 1):
            yield scale_number(frame, self.y(frame, cosine), decimal(cosine, 0))


COSINES = CosineScale(-1, 1)
"""The one such scale."""


def _at_step(words: str, track: ProfileTrack, data: FlowData, say: Say) -> str:
    if not track.has_rows:
        return words
    text = say("Atlas", N_("Atlas", "%1, step %2"))
    return text.replace("%1", words).replace("%2", step_words(data))
