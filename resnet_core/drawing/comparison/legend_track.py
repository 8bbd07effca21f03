"""Names the compared networks in a line, each beside the colour that it has in the tracks under it."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.member_look import member_look
from resnet_core.drawing.display_list import Item, Rectangle, Text
from resnet_core.drawing.text_metrics import elided, text_width
from resnet_core.drawing.tracks.track import Track, TrackFrame

SWATCH_PX = 14.0
_SWATCH_GAP, _NAME_GAP, _SWATCH_HEIGHT = 6.0, 18.0, 4.0


class LegendTrack(Track):
    """The legend of the tracks that show all networks together."""

    key = "legend"
    height = 18.0
    least_height = 18.0
    stretch = 0.0

    def __init__(self, alignment: Alignment) -> None:
        self._alignment = alignment

    def title(self) -> str:
        """Return the name of what follows."""
        return N_("Atlas", "All together")

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield a swatch and a name for each network; names are shortened where they do not all fit."""
        rect, size, fit = frame.rect, frame.small, frame.fit
        y = rect.top + size * 0.6
        names = [self._alignment.name(place) for place in range(len(self._alignment))]
        beside = SWATCH_PX + _SWATCH_GAP + _NAME_GAP
        room = rect.width / len(names) - beside
        whole = sum(text_width(name, size) * fit + beside for name in names) <= rect.width
        x = rect.left
        for place, name in enumerate(names):
            shown = name if whole else elided(name, room / fit, size)
            fill = member_look(place, self._alignment.open).fill
            yield Rectangle("", fill, round(x), round(y - _SWATCH_HEIGHT / 2), SWATCH_PX, _SWATCH_HEIGHT)
            yield Text("", "label", x + SWATCH_PX + _SWATCH_GAP, y, shown, size, "left", False, name)
            x += beside + (text_width(shown, size) * fit if whole else room)
