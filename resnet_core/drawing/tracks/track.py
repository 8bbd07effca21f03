"""Defines what a track is: one row of facts along the axis of depth, which draws itself into a frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Item, Role, Text
from resnet_core.drawing.say import Say, as_written
from resnet_core.drawing.tracks.titles import TITLES
from resnet_core.drawing.tracks.track_words import WORDS, TrackWords
from resnet_core.drawing.tracks.value_scale import ScaleKind

GUTTER_GAP = 8.0
"""Pixels between the numbers at the left and the track."""

SMALL_SHARE = 0.87
"""The size of a track's numbers and notes, beside that of its title."""

_LEAST_SMALL = 9.0
_SIDE_ROOM = 60.0


class TrackFrame(NamedTuple):
    """Where and how a track is drawn: the shown stretch of depth, its rectangle and the gutter at its left, in pixels.

    `fit` is how wide the font in use is beside the estimate of `text_metrics`; `scale` one of the track's `scales`;
    `pixel_ratio` device pixels a pixel, by which images are sampled.
    """

    view: DepthView
    rect: Box
    gutter: Box
    text_size: float = 12.0
    fit: float = 1.0
    pixel_ratio: float = 1.0
    scale: ScaleKind = "linear"
    say: Say = as_written

    @property
    def small(self) -> float:
        """The size of numbers and notes."""
        return max(round(self.text_size * SMALL_SHARE), _LEAST_SMALL)

    @property
    def height(self) -> float:
        """The height of the track."""
        return self.rect.height


class LegendEntry(NamedTuple):
    """One colour that speaks: the role that is painted in it, and the marked text of what it means."""

    role: Role
    text: str


class Variant(NamedTuple):
    """One of the things that a track can show: its key in saved arrangements, and its marked name."""

    key: str
    name: str


class Track(ABC):
    """One row along the axis of depth; an immutable value, made anew from what it shows.

    `key` names it in saved arrangements. `height` is its own choice in pixels, `least_height` what it can be squeezed
    to, `stretch` its share of the room that is left over. `scales` are those a person may choose from, its own choice
    first; `variants` are the things that it can show, `variant` the key of the one it does. A `live` track shows a run
    and changes while one is under way; the others are drawn once and kept.
    """

    key: str = ""
    height: float = 60.0
    least_height: float = 28.0
    stretch: float = 1.0
    scales: tuple[ScaleKind, ...] = ()
    variants: tuple[Variant, ...] = ()
    variant: str = ""
    live: bool = False

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see; a track that waits for a run has nothing to put into a picture."""
        return True

    def title(self) -> str:
        """Return the marked name of the track."""
        return TITLES[self.key]

    def subtitle(self, say: Say) -> str:
        """Return muted lines under the name, with the unit where there is one, or an empty text."""
        return ""

    def explanation(self) -> str:
        """Return a marked sentence or two on what it shows and how to read it, or an empty text."""
        words = self.words()
        return words.shows if words is not None else ""

    def words(self) -> TrackWords | None:
        """Return what it shows, what healthy and sick look like and the paper, of a track of a run; else None."""
        return WORDS.get(self.key) if self.live else None

    def verdict_words(self, say: Say) -> tuple[str, ...]:
        """Return sentences on how the run fares at the step that is looked at, or none."""
        return ()

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return what its colours mean, where they speak."""
        return ()

    @abstractmethod
    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the shown stretch of depth inside `frame.rect`, each item with the id of its block or layer."""

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the numbers of the scale, right-aligned in `frame.gutter`."""
        return iter(())

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return what the track says at a point, as one line, or an empty text."""
        return ""


def shown_span(view: DepthView, x: float) -> Span | None:
    """Return the layer at x where layers are shown, else the block, stem or head; None beyond the ends."""
    depth = view.depth(x)
    if not 0 <= depth < view.axis.length:
        return None
    column = view.axis.column_at(depth)
    if not column.start <= depth < column.stop:
        return None
    return view.axis.layer_at(depth) if view.layer_opacity() > 0.5 else column


def scale_number(frame: TrackFrame, y: float, text: str) -> Text:
    """Return a number of the scale, its middle at `y` but never outside the track."""
    half = frame.small * 0.6
    y = min(max(y, frame.rect.top + half), max(frame.rect.bottom - half, frame.rect.top + half))
    return Text("", "number", frame.gutter.right - GUTTER_GAP, y, text, frame.small, "right")


def note_items(frame: TrackFrame, text: str) -> Iterator[Item]:
    """Yield what an empty track says in its middle, in as many lines as its width asks for and its height has."""
    from textwrap import wrap

    from resnet_core.drawing.text_metrics import text_height, text_width

    width = frame.rect.width
    characters = max(int(len(text) * (width - _SIDE_ROOM) / (text_width(text, frame.small) * frame.fit + 1)), 12)
    lines = wrap(text, characters)
    step = text_height(frame.small)
    room = max(int(frame.rect.height / step), 1)
    if len(lines) > room:
        lines = [*lines[: room - 1], f"{lines[room - 1][: max(characters - 1, 1)].rstrip()}…"]
    x, middle = frame.rect.center
    for number, line in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * step
        yield Text("", "note", x, y, line, frame.small)
