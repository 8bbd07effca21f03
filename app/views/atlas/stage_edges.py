"""Turns a drag of a stage's right edge into another number of blocks, with what that costs while it is dragged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF

from app.state.architecture_document import Snapshot
from app.views.atlas.atlas_edits import AtlasEdits
from app.views.atlas.edit_words import cost_text, refusal_text
from resnet_core.analysis.edit_counts import EditCounts, block_count_counts, edit_counts
from resnet_core.configuration.architecture_config import MOST_BLOCKS, ArchitectureConfig, StageConfig
from resnet_core.configuration.fields import field_facts
from resnet_core.configuration.structure_edits import with_stage
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.tracks.structure_track import placement_of
from resnet_core.number_text import exact

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate

GRIP_PX = 4.0
"""How near to a stage's edge the pointer takes hold of it."""
_LEAST_STEP_PX, _MOST_STEP_PX = 3.0, 72.0


class EdgeDrag(NamedTuple):
    """A stage whose edge is held: its place from 0, where the pointer took hold, and how many blocks are asked for."""

    place: int
    start: QPointF
    at: QPointF
    before: int
    blocks: int
    text: str
    cost: str


class StageEdges:
    """The right edges of the stages in the structure track; one of them may be hovered or dragged."""

    def __init__(self, atlas: AtlasView, edits: AtlasEdits) -> None:
        self._atlas, self._edits = atlas, edits
        self._snapshot: Snapshot = atlas.document.snapshot
        self.hovered: int | None = None
        self.drag: EdgeDrag | None = None

    def row(self) -> QRectF | None:
        """Return where the structure stands on the viewport, or None where it is hidden."""
        for row in self._atlas.rows:
            if row.track.key == "structure":
                top, left, right, bottom = row.rect.top, row.rect.left, row.rect.right, row.rect.bottom
                return QRectF(left, top - self._atlas.scroll_offset, right - left, bottom - top)
        return None

    def placement(self) -> Placement | None:
        """Return where the parts of the structure stand on the viewport, or None where it is hidden."""
        for row in self._atlas.rows:
            if row.track.key == "structure":
                placement = placement_of(self._atlas.frame_of(row))
                return placement._replace(top=placement.top - self._atlas.scroll_offset)
        return None

    def heading_at(self, at: QPointF) -> str:
        """Return the stage whose name, over its blocks, is at `at`, or an empty text."""
        placement, view = self.placement(), self._atlas.depth_view
        if placement is None or abs(at.y() - placement.heading_y) > placement.text_size * 0.9:
            return ""
        depth = view.depth(at.x())
        return next((stage.id for stage in view.axis.stages if stage.start <= depth < stage.stop), "")

    def x_of(self, place: int) -> float:
        """Return the x of the right edge of the stage at `place`."""
        view = self._atlas.depth_view
        return view.x(view.axis.stages[place].stop)

    def edge_at(self, at: QPointF) -> int | None:
        """Return the place of the stage whose right edge the pointer is on; of several the nearest, then the last."""
        row, view = self.row(), self._atlas.depth_view
        if row is None or not row.contains(at):
            return None
        near = [
            (abs(self.x_of(place) - at.x()), -place)
            for place in range(len(view.axis.stages))
            if view.left <= self.x_of(place) <= view.right + 1
        ]
        distance, place = min(near, default=(GRIP_PX + 1, 0))
        return -place if distance <= GRIP_PX else None

    def take(self, at: QPointF) -> bool:
        """Take hold of the edge at `at`, if there is one."""
        place = self.edge_at(at)
        if place is None:
            return False
        self._snapshot = self._atlas.document.snapshot
        blocks = self._snapshot.config.stages[place].blocks
        self.drag = EdgeDrag(place, at, at, blocks, blocks, *self._told(place, blocks, blocks))
        return True

    def move(self, at: QPointF) -> None:
        """Ask for as many blocks as the pointer has gone columns, within the field's limits."""
        if self.drag is None:
            return
        if self._atlas.document.snapshot is not self._snapshot:
            self.drag = None
            return
        place, before = self.drag.place, self.drag.before
        steps = round((at.x() - self.drag.start.x()) / self._step_px)
        blocks = min(max(before + steps, 1), self._most(place))
        if blocks == self.drag.blocks:
            self.drag = self.drag._replace(at=at)
        else:
            self.drag = EdgeDrag(place, self.drag.start, at, before, blocks, *self._told(place, before, blocks))

    def release(self) -> bool:
        """Make the edit, as one undo step, and return whether there is one: not with as many blocks as before."""
        drag, self.drag = self.drag, None
        if drag is None or drag.blocks == drag.before or self._atlas.document.snapshot is not self._snapshot:
            return False
        self._edits.make(partial(with_stage, self._snapshot.config, drag.place, blocks=drag.blocks), drag.text)
        return True

    def cancel(self) -> bool:
        """Let go without an edit; return whether an edge was held."""
        held, self.drag = self.drag is not None, None
        return held

    def end_x(self) -> float:
        """Return where the dragged edge would be: a column for every block."""
        assert self.drag is not None
        view = self._atlas.depth_view
        return self.x_of(self.drag.place) + (self.drag.blocks - self.drag.before) * view.scale

    @property
    def _step_px(self) -> float:
        """How far the pointer goes for a block: a column's width, within what a hand can do."""
        return min(max(self._atlas.depth_view.scale, _LEAST_STEP_PX), _MOST_STEP_PX)

    def _most(self, place: int) -> int:
        stages = self._snapshot.config.stages
        others = sum(stage.blocks for stage in stages) - stages[place].blocks
        most = field_facts(StageConfig, "blocks").maximum or MOST_BLOCKS
        return max(min(int(most), MOST_BLOCKS - others), stages[place].blocks)

    def _told(self, place: int, before: int, blocks: int) -> tuple[str, str]:
        """Return what the drag would do and what that costs, or why it cannot be."""
        config, stage = self._snapshot.config, f"layer{place + 1}"
        line = translate("Atlas", "%1: %2 → %3 blocks")
        line = line.replace("%1", stage).replace("%2", exact(before)).replace("%3", exact(blocks))
        if blocks == before:
            return translate("Atlas", "%1: %2 blocks").replace("%1", stage).replace("%2", exact(before)), ""
        try:
            return line, cost_text(self._counts(config, place, blocks))
        except ConfigurationError as refused:
            return line, refusal_text(refused)

    def _counts(self, config: ArchitectureConfig, place: int, blocks: int) -> EditCounts:
        stage = f"layer{place + 1}"
        if not any(entry.block.startswith(f"{stage}.") for entry in config.overrides):
            quick = block_count_counts(self._snapshot.report, stage, blocks)
            if quick is not None:
                return quick
        return edit_counts(self._snapshot.report, with_stage(config, place, blocks=blocks))
