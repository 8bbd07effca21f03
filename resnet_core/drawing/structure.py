"""Turns a graph into a display list of its structure: a strip of depth, or a whole picture, at a level of detail."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.block_level import block_items
from resnet_core.drawing.captions import shape_caption, stage_title
from resnet_core.drawing.compact_axis import CompactAxis
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.display_list import Arch, Drawing, Item, Level, Polyline, Role, Text
from resnet_core.drawing.feature_marks import feature_of_stage, is_backbone
from resnet_core.drawing.layer_level import layer_items
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.stage_level import stage_items
from resnet_core.drawing.text_metrics import first_fitting, text_width

LAYER_FROM_PX, BLOCK_FROM_PX, STAGE_FROM_PX = 43.0, 10.0, 24.0
"""Level of detail by room: pixels of a convolution, of a block, of the widest stage."""

_MARGIN = 20.0
_TITLE_HEIGHT = 34.0
_LEGEND_HEIGHT = 26.0
_ROW_HEIGHT = 150.0
_ROW_GAP = 14.0
_BLOCK_PX = 64.0
_CONV_PX = 84.0
_STAGE_PX: dict[Level, float] = {"network": 132.0, "stage": 240.0}
_MOST_ROW_PX = 2000.0


def level_for(axis: DepthAxis, scale: float) -> Level:
    """Return the finest level that `scale` pixels a block leave room for."""
    if scale * axis.layer_share >= LAYER_FROM_PX:
        return "layer"
    if scale >= BLOCK_FROM_PX:
        return "block"
    return "stage" if scale * axis.widest_stage >= STAGE_FROM_PX else "network"


def structure_items(placement: Placement, level: Level) -> Iterator[Item]:
    """Yield what `placement` shows of its axis at `level`, stage headings included; later items lie on earlier ones."""
    yield from heading_items(placement)
    yield from level_items(placement, level)


def level_items(placement: Placement, level: Level) -> Iterator[Item]:
    """Yield what `placement` shows of its axis at `level`, without the headings."""
    if level == "layer":
        yield from layer_items(placement)
    elif level == "block":
        yield from block_items(placement)
    else:
        yield from stage_items(placement, whole_stages=level == "network")


def structure_drawing(graph: Graph, level: Level = "block") -> Drawing:
    """Return the whole network at `level` as one picture; what is too wide for one row goes on in the next."""
    rows = _rows(graph, level)
    width = max([*(row.x(row.last) for row in rows), 460.0 - _MARGIN]) + _MARGIN
    items = list(chain.from_iterable(structure_items(row, level) for row in rows))
    legend_y = rows[-1].top + rows[-1].height + _LEGEND_HEIGHT / 2
    items = [*_title(graph, width), *items, *_legend(items, legend_y)]
    shapes = f"{shape_caption(graph.nodes[0].output_shape)} → {shape_caption(graph.nodes[-1].output_shape)}"
    description = f"{graph.name}, {len(graph.blocks)} blocks in {len(graph.stages)} stages, {shapes}"
    return Drawing(graph.name, description, width, legend_y + _LEGEND_HEIGHT / 2 + _MARGIN / 2, tuple(items))


def heading_items(placement: Placement) -> Iterator[Item]:
    """Yield each stage's name over the shown part of it."""
    graph, size = placement.axis.graph, placement.text_size
    for stage, span in zip(graph.stages, placement.axis.stages, strict=True):
        x0, x1 = placement.visible_edges(span)
        if x1 <= x0:
            continue
        count = stage.stop - stage.first
        texts: tuple[str, ...] = (f"{stage.id} ×{count}", stage.id, f"L{stage.number}")
        if is_backbone(graph):
            texts = (f"{texts[0]} → {feature_of_stage(stage.number)}", *texts)
        text = first_fitting(texts, x1 - x0 - 6, size, bold=True)
        if text:
            title = stage_title(graph, stage)
            yield Text(stage.id, "heading", (x0 + x1) / 2, placement.heading_y, text, size, "middle", True, title)


def axis_and_scale(graph: Graph, level: Level) -> tuple[DepthAxis, float]:
    """Return the axis on which a whole picture at `level` is drawn, and the pixels a unit of it.

    What is drawn as one box is about as wide as its words, however many blocks it stands for.
    """
    if level in _STAGE_PX:
        return CompactAxis(graph, by_runs=level == "stage"), _STAGE_PX[level]
    axis = DepthAxis(graph)
    return axis, _BLOCK_PX if level == "block" else _CONV_PX / axis.layer_share


def _rows(graph: Graph, level: Level) -> list[Placement]:
    """Return the placements of a whole picture, one a row."""
    axis, scale = axis_and_scale(graph, level)
    if level in _STAGE_PX:
        top = _TITLE_HEIGHT + _MARGIN
        return [Placement(axis, _MARGIN, scale, 0.0, axis.length, top, _ROW_HEIGHT, 12.0)]
    rows, first, top = [], axis.stem, _TITLE_HEIGHT + _MARGIN
    last = first
    for column in axis.columns[1:]:
        if (column.stop - first.start) * scale > _MOST_ROW_PX:
            rows.append(_row(axis, scale, (first, last), top))
            first, top = column, top + _ROW_HEIGHT + _ROW_GAP
        last = column
    return [*rows, _row(axis, scale, (first, last), top)]


def _row(axis: DepthAxis, scale: float, ends: tuple[Span, Span], top: float) -> Placement:
    first, last = ends[0].start, ends[1].stop
    # A hair inside the ends, so that the columns that only touch them stay out.
    hair = 1e-6
    return Placement(axis, _MARGIN - first * scale, scale, first + hair, last - hair, top, _ROW_HEIGHT, 12.0)


def _title(graph: Graph, width: float) -> Iterator[Item]:
    shapes = f"{shape_caption(graph.nodes[0].output_shape)} → {shape_caption(graph.nodes[-1].output_shape)}"
    name = first_fitting((graph.name, graph.name[:24] + "…"), width - 2 * _MARGIN, 16, bold=True)
    yield Text("", "heading", _MARGIN, _MARGIN + 4, name, 16, "left", True, graph.name)
    x = _MARGIN + text_width(name, 16, bold=True) + 14
    room = width - _MARGIN - x
    text = first_fitting((f"{len(graph.blocks)} blocks, {shapes}", f"{len(graph.blocks)} blocks"), room, 12)
    if text:
        yield Text("", "quiet_label", x, _MARGIN + 5, text, 12, "left")


_LEGEND: tuple[tuple[Role, Role, str], ...] = (
    ("identity", "identity_label", N_("Drawing", "identity")),
    ("projection", "projection_label", N_("Drawing", "projection")),
    ("zero_pad", "zero_pad_label", N_("Drawing", "zero-padded identity")),
    ("gate", "gate_label", N_("Drawing", "attention")),
)


def _legend(items: list[Item], y: float) -> Iterator[Item]:
    """Yield a line and a word for each kind of shortcut, and for the attention, that the picture shows."""
    roles, x = {item.role for item in items if isinstance(item, Arch | Polyline)}, _MARGIN
    if not any(isinstance(item, Arch) for item in items):
        words = "no shortcuts: a plain network"
        yield Text("", "quiet_label", x, y, words, 11, "left")
        x += text_width(words, 11) + 20
    for role, label, word in _LEGEND:
        if role in roles:
            yield Polyline("", role, ((x, y), (x + 26, y)))
            yield Text("", label, x + 32, y, word, 11, "left")
            x += 32 + text_width(word, 11) + 20
