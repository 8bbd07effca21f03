"""Draws a count of every block of all compared networks on one scale, each as an outline in its colour."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.member_look import member_look
from resnet_core.drawing.display_list import Item, Polyline
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.titles import TITLES
from resnet_core.drawing.tracks.track import Track, TrackFrame, scale_number
from resnet_core.drawing.tracks.value_scale import ScaleKind, ValueScale

_TICK_PX = 17.0
Points = list[tuple[float, float]]


class OverlayTrack(Track):
    """Steps of all networks over one another: the open one filled, the reference a broad grey line under the others."""

    height = 60.0
    least_height = 34.0
    scales = ("linear", "log")

    def __init__(self, alignment: Alignment, quantity: str) -> None:
        self.key = f"overlay-{quantity}"
        self.quantity = quantity
        self._alignment = alignment
        self._values = [
            {span.id: alignment.value(place, quantity, span.id) for span in alignment.columns}
            for place in range(len(alignment))
        ]
        self._scales = {kind: self._over(kind) for kind in ("linear", "log")}

    def title(self) -> str:
        """Return the count's name."""
        return TITLES[self.quantity]

    def subtitle(self, say: Say) -> str:
        """Return what is drawn."""
        return say("Atlas", N_("Atlas", "of each block"))

    def explanation(self) -> str:
        """Return what the count is."""
        return self._alignment.quantity(0, self.quantity).explanation

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the outlines, the reference first and the open network last."""
        rect, open_place = frame.rect, self._alignment.open
        yield Polyline("", "base_line", ((rect.left, rect.bottom), (rect.right, rect.bottom)))
        places = sorted(range(len(self._alignment)), key=lambda place: (place == open_place, place > 0, place))
        for place in places:
            look, name = member_look(place, open_place), self._alignment.name(place)
            for points in self._outlines(frame, place):
                if place == open_place:
                    yield Polyline("", "open_area", tuple(points), True)
                yield Polyline("", look.steps, tuple(points), False, name)

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the largest value, or the decades."""
        scale, write = self._scales[frame.scale], self._alignment.quantity(0, self.quantity).compact
        for value in scale.ticks(frame.height, _TICK_PX):
            yield scale_number(frame, frame.rect.bottom - scale.share(value) * (frame.height - 1), write(value))

    def _outlines(self, frame: TrackFrame, place: int) -> Iterator[Points]:
        """Yield the shown stretches of columns that a network has as outlines that begin and end on the base line."""
        view, values, scale = frame.view, self._values[place], self._scales[frame.scale]
        edge, room, bottom = view.left - view.first * view.scale, frame.height - 2, round(frame.rect.bottom)
        points: Points = []
        end = 0.0
        for span in self._alignment.columns_between(view.first, view.last):
            value = values[span.id]
            if points and (value is None or span.start - end > 1e-6):
                yield [*points, (points[-1][0], bottom)]
                points = []
            if value is None:
                continue
            x0, x1, end = round(edge + span.start * view.scale), round(edge + span.stop * view.scale), span.stop
            _step(points, x0, x1, bottom - max(round(scale.share(value) * room), int(value > 0)), bottom)
        if points:
            yield [*points, (points[-1][0], bottom)]

    def _over(self, kind: ScaleKind) -> ValueScale:
        return ValueScale.over(kind, [v for values in self._values for v in values.values() if v is not None])


def _step(points: Points, x0: int, x1: int, y: int, bottom: int) -> None:
    """Go on to x1 at the height y; of several columns in one pixel the highest shows."""
    if not points:
        points += [(x0, bottom), (x0, y), (x1, y)]
    elif points[-1][1] == y:
        points[-1] = (x1, y)
    elif x1 <= points[-1][0]:
        points[-1] = (points[-1][0], min(points[-1][1], y))
    else:
        points += [(x0, y), (x1, y)]
