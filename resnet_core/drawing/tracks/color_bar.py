"""Draws the legend of an image: its colours with the ends of their scale, and the colour of what is not finite."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Item, Raster, Rectangle, Text
from resnet_core.drawing.text_metrics import text_width
from resnet_core.drawing.tracks.track import TrackFrame

_BAR_HEIGHT, _MOST_BAR_PX, _BAR_COLORS = 8.0, 220.0, 256


def color_bar_items(
    frame: TrackFrame, top: float, bounds: tuple[float, float], names: tuple[str, str]
) -> Iterator[Item]:
    """Yield the bar from `frame.rect.left` on, `names` at its two ends."""
    size, left = frame.small, frame.rect.left
    middle = top + _BAR_HEIGHT / 2
    x = left + text_width(names[0], size) * frame.fit + 6
    width = min(_MOST_BAR_PX, frame.rect.width * 0.3)
    colors = np.linspace(*bounds, _BAR_COLORS, dtype=np.float32)[None, :]
    yield Text("", "note", left, middle, names[0], size, "left")
    yield Raster("", "color_bar", x, top, width, _BAR_HEIGHT, colors, *bounds)
    yield Text("", "note", x + width + 6, middle, names[1], size, "left")
    x += width + text_width(names[1], size) * frame.fit + 22
    yield Rectangle("", "not_finite", round(x), round(top), _BAR_HEIGHT, _BAR_HEIGHT)
    words = frame.say("Atlas", N_("Atlas", "not finite"))
    yield Text("", "note", x + _BAR_HEIGHT + 5, middle, words, size, "left")


def color_bar_right(frame: TrackFrame, names: tuple[str, str]) -> float:
    """Return the x where `color_bar_items` ends."""
    size = frame.small
    words = frame.say("Atlas", N_("Atlas", "not finite"))
    texts = sum(text_width(text, size) * frame.fit for text in (*names, words))
    return frame.rect.left + min(_MOST_BAR_PX, frame.rect.width * 0.3) + texts + 6 + 22 + _BAR_HEIGHT + 5
