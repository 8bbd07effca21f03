"""Draws the structure with a moment of a pass on it, so that a picture for a file shows what the screen does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from resnet_core.drawing.display_list import Group, Item
from resnet_core.drawing.pass_norms import PassNorms
from resnet_core.drawing.pass_picture import pass_items, pass_picture
from resnet_core.drawing.pass_sight import PassSight
from resnet_core.drawing.tensor_pass import PassTimeline
from resnet_core.drawing.tracks.structure_track import StructureTrack, placement_of
from resnet_core.drawing.tracks.track import TrackFrame


class PassMoment(NamedTuple):
    """A pass, where it is, and the norms that it shows."""

    timeline: PassTimeline
    moment: float
    norms: PassNorms = PassNorms()


class StructurePassTrack(StructureTrack):
    """The structure's track, a pass over it."""

    def __init__(self, shown: PassMoment) -> None:
        blocks = shown.timeline.graph.blocks
        super().__init__(frozenset(block.plan.shortcut for block in blocks) - {"none"})
        self._shown = shown

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the structure, and the pass as one group."""
        yield from super().items(frame)
        timeline, moment, norms = self._shown
        if frame.view.axis is not timeline.axis:
            timeline = PassTimeline(frame.view.axis, timeline.direction)
        level = max(frame.view.levels(), key=lambda level: level[1])[0]
        picture = pass_picture(PassSight(timeline, placement_of(frame), level, norms, frame.say))
        yield Group("pass", tuple(pass_items(picture, moment)))
