"""Draws a track that has nothing to show yet, with the words of what would fill it."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.drawing.display_list import Item
from resnet_core.drawing.tracks.track import Track, TrackFrame, note_items


class EmptyTrack(Track):
    """A track without data; `note` is the marked text of how to get some."""

    height = 40.0
    stretch = 0.4

    def __init__(self, key: str, note: str) -> None:
        self.key, self._note = key, note

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see: nothing."""
        return False

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the note in the middle."""
        return note_items(frame, frame.say("Atlas", self._note))
