"""Draws the gradient norm at every block boundary at one step, log10, with a few earlier steps paler."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.display_list import Box, Group, Item, Role
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.boundary_columns import boundary_at, boundary_columns
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.profile import WIDE_FROM_PX, Profile, dot_items, odd_items, profile_items
from resnet_core.drawing.tracks.track import Track, TrackFrame, note_items
from resnet_core.number_text import exact, scientific

EARLIER: tuple[tuple[float, float], ...] = ((0.0, 0.22), (1 / 3, 0.34), (2 / 3, 0.48))
"""Which earlier captures stand behind the chosen one, as shares of its number, and their opacity."""


class GradientNormTrack(Track):
    """L2 norms of dLoss/d(block input) along depth at the step that is looked at."""

    key = "gradient_norm"
    height = 104.0
    least_height = 56.0
    live = True

    def __init__(self, data: FlowData) -> None:
        self._data = data

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        if not self._data.has_rows:
            return "‖∂L/∂x‖₂"
        step = exact(self._data.shown_step)
        return say("Atlas", N_("Atlas", "‖∂L/∂x‖₂, step %1")).replace("%1", step)

    def explanation(self) -> str:
        """Return what healthy looks like."""
        return N_("Atlas", "How strongly the loss depends on the tensor at each block's input. Level lines are "
                  "healthy; a line that falls towards the input vanishes, one that climbs explodes.")  # fmt: skip

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the decades and the lines, or why there are none."""
        data, rect = self._data, frame.rect
        if not data.has_rows:
            yield from note_items(frame, frame.say("Atlas", why_empty(data)))
            return
        decades = Decades(*data.pyramid.bounds)
        yield from decades.grid(frame)
        columns, rows, row = boundary_columns(frame.view.axis), data.pyramid.rows(), data.row
        inside = Box(rect.left, rect.top - 4, rect.right, rect.bottom + 4)
        behind = [
            Group("", tuple(profile_items(frame, Profile(columns, rows[int(row * share)]), decades, "profile_earlier")),
                  "", opacity)
            for share, opacity in EARLIER
            if int(row * share) < row
        ]  # fmt: skip
        now = Profile(columns, rows[row])
        role: Role = "profile" if frame.view.scale >= WIDE_FROM_PX else "profile_fine"
        line = (*profile_items(frame, now, decades, role), *dot_items(frame, now, decades), *odd_items(frame, now))
        yield Group("", (*behind, *line), "", 1.0, inside)

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the powers of ten."""
        if self._data.has_rows:
            yield from Decades(*self._data.pyramid.bounds).numbers(frame)

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the norm at the boundary nearest to `x`."""
        number = boundary_at(frame.view.axis, frame.view.depth(x))
        if number is None or not self._data.has_rows:
            return ""
        return norm_text(self._data, number, self._data.row, frame.say)


def why_empty(data: FlowData) -> str:
    """Return the marked text of why a track of a run shows nothing."""
    if data.run is None:
        return N_("Atlas", "No run of this architecture yet. Press Train to watch its gradients.")
    return N_("Atlas", "The run has not captured a gradient yet.")


def norm_text(data: FlowData, number: int, row: int, say: Say) -> str:
    """Return the norm of boundary `number` at capture `row`, with the boundary it belongs to and the step."""
    assert data.run is not None
    blocks = len(data.run.boundaries) - 1
    norm = scientific(float(data.run.boundary_norms[row][number]), 3)
    step = exact(int(data.pyramid.steps[row]))
    words = (
        N_("Atlas", "%1 at the block's input, step %2")
        if number < blocks
        else N_("Atlas", "%1 at the last block's output, step %2")
    )
    return say("Atlas", words).replace("%1", norm).replace("%2", step)
