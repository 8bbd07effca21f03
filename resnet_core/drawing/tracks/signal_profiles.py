"""Draws what becomes of the signal in each block: branch against stream, dead units, and how far BatchNorm lags."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from resnet_core.analysis.flow_alerts import DEAD, dead_blocks_in
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Group, Item, Polyline, Text
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.block_profiles import with_step
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import has_shortcut
from resnet_core.drawing.tracks.flow_words import alert_words
from resnet_core.drawing.tracks.gradient_norm_track import alert_mark
from resnet_core.drawing.tracks.profile import shown_columns
from resnet_core.drawing.tracks.profile_track import ProfileLine, ProfileTrack, column_number
from resnet_core.drawing.tracks.share_scale import SHARES
from resnet_core.drawing.tracks.track import LegendEntry, TrackFrame, note_items
from resnet_core.number_text import decimal, exact

_MARK_PX = 4.0
_LABEL_GAP = 6.0


class BranchStreamTrack(ProfileTrack):
    """||F(x)|| over the norm of what it is added to, at the step that is looked at, against 1/sqrt(l).

    At initialisation each branch of a pre-activation network with BatchNorm adds variance 1 to a stream whose variance
    a stage's first block sets to 1: the l-th block of a stage adds to l of it, so that the squared ratio is 1/l (De and
    Smith 2020, arXiv 2002.10444; Brock et al. 2021, arXiv 2101.08692).
    """

    key = "branch_stream"
    height = 84.0

    def __init__(self, data: FlowData, graph: Graph) -> None:
        super().__init__(data, (ProfileLine("branch_stream_ratio"),))
        self._has_streams = bool(has_shortcut(graph).any())
        self._in_stage_N = np.concatenate([np.arange(1, stage.stop - stage.first + 1) for stage in graph.stages])

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to see."""
        return self._has_streams and super().has_rows

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return with_step("‖F(x)‖ / ‖x‖", self, self._data, say)

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the line, or why there is none."""
        if self._has_streams:
            yield from super().items(frame)
        else:
            words = N_("Atlas", "No block has a shortcut: there is no stream that a branch adds to.")
            yield from note_items(frame, frame.say("Atlas", words))

    def explanation(self) -> str:
        """Return what the guide is, and what healthy and sick look like."""
        return N_("Atlas", "How much a block's branch adds, beside what it adds to. At the start a pre-activation "
                  "network with BatchNorm follows the guide, 1/√l in the l-th block of a stage: deep blocks are close "
                  "to the identity, which is what makes them trainable. Near 0 a branch does nothing; far above 1 it "
                  "drowns the stream (De and Smith 2020, arXiv 2002.10444; Brock et al. 2021, arXiv "
                  "2101.08692).")  # fmt: skip

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return what the guide is."""
        return (LegendEntry("guide", N_("Drawing", "1/√l, at the start")),) if self.has_rows else ()

    def reference_items(self, plot: TrackFrame, decades: Decades) -> Iterator[Item]:
        """Yield the guide, begun anew in each stage."""
        view = plot.view
        shown = shown_columns(view, view.axis.blocks)
        in_stage = self._in_stage_N[shown.place]
        ys = decades.y(plot, -0.5 * np.log10(in_stage))
        points = list(zip(shown.xs.tolist(), ys.tolist(), strict=True))
        starts = [0, *(np.flatnonzero(in_stage[1:] == 1) + 1).tolist(), len(points)]
        stretches = (points[start:stop] for start, stop in pairwise(starts))
        lines = tuple(Polyline("", "guide", tuple(stretch)) for stretch in stretches if len(stretch) > 1)
        yield Group("", lines, "", 1.0, plot.rect)


class NormDriftTrack(ProfileTrack):
    """How far the batch lies from BatchNorm's running values, at the step that is looked at."""

    key = "norm_drift"
    height = 84.0
    guide = 0

    def __init__(self, data: FlowData) -> None:
        super().__init__(data, (ProfileLine("norm_drift"),))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return _over_step(N_("Atlas", "in σ of running values"), self, self._data, say)

    def explanation(self) -> str:
        """Return what healthy and sick look like."""
        return N_("Atlas", "How far a batch's mean and deviation lie from the running ones that the network is tested "
                  "with, in running standard deviations, mean over the block's BatchNorm channels. It begins large, as "
                  "nothing has been averaged, and settles at the noise of one batch. Where it stays near 1 or climbs, "
                  "weights move faster than the average follows: tests lag behind training, so lower the rate (Ioffe "
                  "and Szegedy 2015, arXiv 1502.03167).")  # fmt: skip


class DeadUnitsTrack(ProfileTrack):
    """The share of each block's units that are zero for the whole batch, at the step that is looked at."""

    key = "dead_units"
    height = 84.0

    def __init__(self, data: FlowData) -> None:
        super().__init__(data, (ProfileLine("dead_fraction"),))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return _over_step(N_("Atlas", "share of channels"), self, self._data, say)

    def explanation(self) -> str:
        """Return what a dead unit is, and what healthy and sick look like."""
        return N_("Atlas", "The share of channels that a ReLU leaves at 0 at every place of every image of the batch, "
                  "of that of the block's ReLUs that has most of them. Such a channel gets no gradient from these "
                  "images. Healthy is a line near 0; a share that climbs and stays has been killed by updates that "
                  "were too large, and from nine tenths on the block is called dead (Lu et al. 2019, arXiv "
                  "1903.06733).")  # fmt: skip

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the lines, and a mark at the first block that is dead."""
        yield from super().items(frame)
        if self.has_rows:
            columns, plot = frame.view.axis.blocks, self.plot(frame)
            for alert in dead_blocks_in(self._data.values_at("dead_fraction", self._data.row)[None], self._data.row):
                x = frame.view.x(columns[alert.boundary].middle)
                if frame.rect.left <= x <= frame.rect.right:
                    words = alert_words(self._data, alert, frame.view.axis, frame.say)
                    yield alert_mark(x, plot.rect.top + _MARK_PX, columns[alert.boundary].id, words)

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the share at `x`, and that the block is dead where it is."""
        words = super().value_at(frame, x, y)
        number = column_number(frame, "dead_fraction", x) if words else None
        if number is None or not self._data.values_at("dead_fraction", self._data.row)[number] >= DEAD:
            return words
        return f"{words}; {frame.say('Atlas', N_('Atlas', 'the block is dead'))}"

    def reference_items(self, plot: TrackFrame, decades: Decades) -> Iterator[Item]:
        """Yield the share from which on a block is called dead."""
        y = round(decades.y(plot, DEAD))
        yield Polyline("", "guide", ((plot.rect.left, y), (plot.rect.right, y)))
        yield Text("", "note", plot.rect.right + _LABEL_GAP, y, decimal(DEAD, 1), plot.small, "left")

    def _decades(self) -> Decades:
        return SHARES


def _over_step(words: str, track: ProfileTrack, data: FlowData, say: Say) -> str:
    """Return the marked words of what is measured, and below them the step that is looked at, where there is one."""
    step = say("Atlas", N_("Atlas", "step %1"))
    lines = [say("Atlas", words), *([step.replace("%1", exact(data.shown_step))] if track.has_rows else [])]
    return "\n".join(lines)
