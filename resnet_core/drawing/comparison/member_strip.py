"""Draws the structure of one of several networks, and marks the places where only others have blocks."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.alignment import Alignment, Gap
from resnet_core.drawing.display_list import Item, Rectangle, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.text_metrics import text_width
from resnet_core.drawing.tracks.structure_track import StructureTrack
from resnet_core.drawing.tracks.track import LegendEntry, TrackFrame

_INSET, _TOP_SHARE, _HEIGHT_SHARE = 3.0, 0.5, 0.36


class MemberStrip(StructureTrack):
    """One network on the shared axis, at the level of detail that its own layers have room for."""

    height = 122.0
    least_height = 78.0

    def __init__(self, alignment: Alignment, place: int) -> None:
        self.key = f"structure-{place}"
        self.member = place
        self._alignment, self._gaps = alignment, alignment.gaps(place)

    def title(self) -> str:
        """Return the network's name."""
        return self._alignment.name(self.member)

    def subtitle(self, say: Say) -> str:
        """Return which of the networks it is."""
        if self.member == 0:
            words = N_("Atlas", "reference, open") if self._alignment.open == 0 else N_("Atlas", "reference")
        else:
            words = N_("Atlas", "open") if self._alignment.open == self.member else N_("Atlas", "pinned")
        return say("Atlas", words)

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return nothing: shortcuts say what they are where there is room."""
        return ()

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the structure, then the empty places."""
        axis = self._alignment.axes[self.member]
        yield from super().items(frame._replace(view=frame.view._replace(axis=axis)))
        for gap in self._gaps:
            yield from self._gap_items(frame, gap)

    def _gap_items(self, frame: TrackFrame, gap: Gap) -> Iterator[Item]:
        view, rect = frame.view, frame.rect
        left, right = max(view.x(gap.start), view.left), min(view.x(gap.stop), view.right)
        if right - left < 2:
            return
        width, height = max(right - left - 2 * _INSET, 1.0), frame.height * _HEIGHT_SHARE
        top = rect.top + frame.height * _TOP_SHARE - 2
        yield Rectangle("", "empty_place", left + _INSET, top, width, height, min(_INSET, width / 2))
        other = self._alignment.name(self._alignment.deepest_in(gap.stage))
        for text in gap_texts(gap, other, frame.say):
            if text_width(text, frame.small) * frame.fit <= width - 4:
                yield Text("", "note", (left + right) / 2, top + height / 2, text, frame.small)
                return


def gap_texts(gap: Gap, other: str, say: Say) -> tuple[str, ...]:
    """Return what stands in an empty place, longest first; `other` has the most blocks there."""
    if gap.blocks == 1:
        return say("Atlas", N_("Atlas", "no such block")), say("Atlas", N_("Atlas", "none")), "–"
    many = say("Atlas", N_("Atlas", "no such blocks: {count} more in {other}"))
    return (
        many.format(count=gap.blocks, other=other),
        say("Atlas", N_("Atlas", "no such blocks")),
        say("Atlas", N_("Atlas", "none")),
        "–",
    )
