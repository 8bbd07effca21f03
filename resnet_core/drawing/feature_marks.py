"""Marks where the maps C1 to C5 of a backbone leave the main path."""

from __future__ import annotations

from resnet_core.architecture.graph import Graph
from resnet_core.drawing.display_list import Polyline, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.sheet import Sheet
from resnet_core.drawing.text_metrics import text_height, text_width

FEATURE_SHARE = 0.8
"""The size of such a mark's text, beside that of the rest."""

_ROOM = 9.0
_LEAST_COLUMNS = 2.6


def is_backbone(graph: Graph) -> bool:
    """Whether a network has no head but puts out its stages' maps."""
    return graph.config.head.pool == "none"


def feature_of_stage(number: int) -> str:
    """Return the name of the map that stage `number`, from 1, puts out."""
    return f"C{number + 1}"


def end_of_stage(sheet: Sheet, placement: Placement, number: int, id: str, edges: tuple[float, float]) -> float:
    """Mark the map that leaves after block `number` if that ends a stage; return the room taken at the block's right.

    `id` and `edges` are those of the block, or of the run that it ends.
    """
    graph = placement.axis.graph
    stage = graph.blocks[number].plan.stage
    if not is_backbone(graph) or graph.stages[stage - 1].stop - 1 != number:
        return 0.0
    name = feature_of_stage(stage)
    width = text_width(name, placement.text_size * FEATURE_SHARE, bold=True) * placement.fit + _ROOM
    taken = width if edges[1] - edges[0] >= _LEAST_COLUMNS * width else 0.0
    feature_mark(sheet, placement, name, id, edges[1], taken)
    return taken


def feature_mark(sheet: Sheet, placement: Placement, name: str, id: str, x: float, room: float) -> None:
    """Draw a way down from the main path at `x`, its map's name at its left if there is the `room`, in pixels."""
    if not is_backbone(placement.axis.graph):
        return
    rows, size = placement.rows, placement.text_size * FEATURE_SHARE
    bottom = rows.caption_y + text_height(size) / 2
    sheet.marks.append(Polyline(id, "feature", ((x, rows.main_y), (x, bottom)), False, name))
    if room >= text_width(name, size, bold=True) * placement.fit + 4:
        sheet.texts.append(Text(id, "strong_label", x - 4, rows.caption_y, name, size, "right", True, name))
