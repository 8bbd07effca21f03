"""Draws every stage as its runs of equal blocks, or as one box, under the shortcuts of its blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from resnet_core.architecture.graph import Graph, Stage
from resnet_core.drawing.block_face import BlockFace
from resnet_core.drawing.block_level import LABEL_SHARE, Boxed, block_box, end_box, join
from resnet_core.drawing.block_outline import outline
from resnet_core.drawing.block_runs import BlockRun, stretch_id
from resnet_core.drawing.captions import ATTENTION_WORDS, SHORTCUT_WORDS, kind_caption, shape_caption, stage_title
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Item, Polyline
from resnet_core.drawing.feature_marks import end_of_stage
from resnet_core.drawing.fitted_text import centered_text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.sheet import Sheet
from resnet_core.drawing.text_metrics import text_height
from resnet_core.drawing.ways import arch, arch_height, gate_mark

_ONE_PX, _RUN_PX = 6.0, 14.0
_ARCH_PX = 12.0
_NOTCH_PX = 1.6
_TOOTH_PX = 13.0
_LEAST_BODY_PX, _LEAST_TOOTH_PX, _MOST_TEETH = 18.0, 4.0, 3
_GAP_SHARE, _MOST_GAP = 0.08, 1.5
_UNDER_SHARE = 0.8


class _Piece(NamedTuple):
    """What one box stands for, a run or the runs of a whole stage, and where it is drawn."""

    id: str
    title: str
    runs: tuple[BlockRun, ...]
    x0: float
    x1: float

    @property
    def size(self) -> int:
        """How many blocks it holds."""
        return self.runs[-1].stop - self.runs[0].first


def stage_items(placement: Placement, *, whole_stages: bool = False) -> Iterator[Item]:
    """Yield the shown stages: each run of equal blocks as one box, a block that differs on its own.

    A stage too narrow for that is one box, as is every stage with `whole_stages`. Each box stands for all of its
    blocks and the edges between them, and each arch over it for the shortcuts of the blocks that its id tells.
    """
    axis, sheet = placement.axis, Sheet()
    boxes: list[Boxed] = []
    columns = list(axis.columns_between(placement.first, placement.last))
    if columns[0] == axis.stem:
        boxes.append(end_box(sheet, placement, axis.stem))
    for stage, span, runs in zip(axis.graph.stages, axis.stages, axis.runs, strict=True):
        if span.stop > placement.first and span.start < placement.last:
            for piece in _pieces(placement, stage, runs, whole=whole_stages):
                boxes += _drawn_piece(sheet, placement, piece)
    if columns[-1] == axis.head:
        boxes.append(end_box(sheet, placement, axis.head))
    join(sheet, placement, boxes)
    return sheet.items()


def needs_whole_stage(width: float, runs: tuple[BlockRun, ...]) -> bool:
    """Return whether a stage `width` pixels wide is too narrow for its runs."""
    return width < sum(_ONE_PX if run.size == 1 else _RUN_PX for run in runs)


def _pieces(placement: Placement, stage: Stage, runs: tuple[BlockRun, ...], *, whole: bool) -> list[_Piece]:
    """Return what a stage is drawn as; a narrow block takes a few pixels from its wider neighbours to stay visible."""
    axis = placement.axis
    start, stop = placement.x(axis.blocks[stage.first].start), placement.x(axis.blocks[stage.stop - 1].stop)
    if whole or needs_whole_stage(stop - start, runs):
        return [_Piece(stage.id, stage_title(axis.graph, stage), runs, start, stop)]
    least = [_ONE_PX if run.size == 1 else _RUN_PX for run in runs]
    exact = [(axis.blocks[run.stop - 1].stop - axis.blocks[run.first].start) * placement.scale for run in runs]
    over = [width - low for low, width in zip(least, exact, strict=True)]
    spare = sum(max(room, 0.0) for room in over)
    share = sum(max(-room, 0.0) for room in over) / spare if spare else 0.0
    pieces = []
    for run, low, room in zip(runs, least, over, strict=True):
        width = low + max(room, 0.0) * (1 - share)
        pieces.append(_Piece(run.id, "", (run,), start, start + width))
        start += width
    return pieces


def _drawn_piece(sheet: Sheet, placement: Placement, piece: _Piece) -> Iterator[Boxed]:
    """Draw a piece if any of it is shown, and yield its box."""
    if piece.x1 <= placement.x(placement.first) or piece.x0 >= placement.x(placement.last):
        return
    if piece.id == piece.runs[0].id and piece.size == 1:
        yield block_box(sheet, placement, piece.runs[0].first, (piece.x0, piece.x1))
        return
    _arches(sheet, placement, piece)
    yield _box(sheet, placement, piece)


def _arches(sheet: Sheet, placement: Placement, piece: _Piece) -> None:
    """Draw the shortcuts of a piece; where they would be too fine to see, one stands for 2, 4, 8 ... neighbours."""
    graph = placement.axis.graph
    pitch = (piece.x1 - piece.x0) / piece.size
    together = 1
    while together * pitch < _ARCH_PX and together < piece.size:
        together *= 2
    height = arch_height(placement, together * pitch)
    left, right = placement.x(placement.first), placement.x(placement.last)
    zero = piece.x0 - piece.runs[0].first * pitch
    for run in piece.runs:
        kind = graph.blocks[run.first].plan.shortcut
        if kind == "none":
            continue
        # Only those that are shown, of a run that may be much longer.
        skipped = max(int((left - zero) / pitch) - run.first, 0) // together * together
        for first in range(run.first + skipped, run.stop, together):
            stop = min(first + together, run.stop)
            x0, x1 = zero + first * pitch, zero + stop * pitch
            if x0 >= right:
                break
            id = stretch_id(graph, first, stop)
            title = f"{id}: {stop - first} × {SHORTCUT_WORDS[kind]}"
            sheet.ways.append(arch(placement, id, SHORTCUT_ROLES[kind], (x0, x1), height, title))


def _box(sheet: Sheet, placement: Placement, piece: _Piece) -> Boxed:
    """Draw the box of a piece: the silhouette of its blocks at both ends, and how many they are in between."""
    axis, rows, width = placement.axis, placement.rows, piece.x1 - piece.x0
    face = axis.face_of(piece.runs[-1].first)
    gap = min(max(width * _GAP_SHARE, 0.75), _MOST_GAP, width / 4)
    x0, x1, y, half = piece.x0 + gap, piece.x1 - gap, rows.main_y, rows.half_block
    texts = _summaries(axis.graph, piece)
    title = piece.title or f"{piece.id}: {texts[0]}"
    teeth = _teeth(x1 - x0, piece.size)
    upper, divisions = _stacked(face, x1 - x0, half, teeth)
    points = (*((x0 + x, y - high) for x, high in upper), *((x0 + x, y + high) for x, high in reversed(upper)))
    sheet.boxes.append(Polyline(piece.id, "stage" if piece.title else "run", points, True, title))
    sheet.signs += [
        Polyline(piece.id, "division", ((x0 + x, y - half + _NOTCH_PX), (x0 + x, y + half - _NOTCH_PX)))
        for x in divisions
    ]
    left, right = max(x0, placement.x(placement.first)), min(x1, placement.x(placement.last))
    kept = end_of_stage(sheet, placement, piece.runs[-1].stop - 1, piece.id, (piece.x0, piece.x1))
    gate_mark(sheet, placement, face, piece.id, (left, min(right, piece.x1 - kept)))
    edges = max(x0 + teeth.number * teeth.width, left), min(x1 - teeth.number * teeth.width, right)
    _text(sheet, placement, piece.id, edges, texts, is_gated=bool(face.gate))
    return piece.id, x0, x1


class _Teeth(NamedTuple):
    """How many blocks, and how wide, show at each end of a run."""

    number: int
    width: float


def _teeth(width: float, blocks: int) -> _Teeth:
    tooth = min(_TOOTH_PX, (width - _LEAST_BODY_PX) / 2)
    if tooth < _LEAST_TOOTH_PX:
        return _Teeth(0, 0.0)
    return _Teeth(max(min(int(width / (6 * _TOOTH_PX)), _MOST_TEETH, blocks // 2), 1), tooth)


def _stacked(
    face: BlockFace, width: float, half: float, teeth: _Teeth
) -> tuple[list[tuple[float, float]], tuple[float, ...]]:
    """Return the upper half of a run's outline from x = 0 on, and where hairlines divide it.

    Blocks with a silhouette show that; between plain boxes are hairlines.
    """
    if not teeth.number:
        return [(0.0, half), (width, half)], ()
    starts = [place * teeth.width for place in range(teeth.number)]
    starts += [width - (teeth.number - place) * teeth.width for place in range(teeth.number)]
    form = outline(face.form, round(teeth.width, 1), half)
    if form.points:
        profile = [(dx, -dy) for dx, dy in form.points[: len(form.points) // 2]]
        upper = [(start + dx, high) for start in starts for dx, high in profile]
        if face.form.is_custom:  # Whose ends are cut: the body between them is not.
            body, middle = teeth.number * teeth.width + _NOTCH_PX, len(upper) // 2
            upper[middle:middle] = [(body, half), (width - body, half)]
        return upper, ()
    places = (*(start + teeth.width for start in starts[: teeth.number]), *starts[teeth.number :])
    upper = [(0.0, half - _NOTCH_PX), (_NOTCH_PX, half)]
    for place in places:
        upper += [(place - _NOTCH_PX, half), (place, half - _NOTCH_PX), (place + _NOTCH_PX, half)]
    return [*upper, (width - _NOTCH_PX, half), (width, half - _NOTCH_PX)], places


def _text(
    sheet: Sheet, placement: Placement, id: str, edges: tuple[float, float], texts: tuple[str, ...], *, is_gated: bool
) -> None:
    """Draw how many blocks of which kind a box holds: on it, or under it where it is too low."""
    rows, size = placement.rows, placement.text_size * LABEL_SHARE
    if text_height(size * 0.85) <= 2 * rows.half_block:
        size = min(size, 2 * rows.half_block / text_height(1.0))
        sheet.texts += centered_text(placement.fit, id, "label", edges, rows.main_y, texts, size)
    elif not is_gated:
        size = placement.text_size * _UNDER_SHARE
        y = min(rows.caption_y, rows.main_y + rows.half_block + 0.8 * placement.text_size)
        sheet.texts += centered_text(placement.fit, id, "quiet_label", edges, y, texts, size)


def _summaries(graph: Graph, piece: _Piece) -> tuple[str, ...]:
    """Return what stands on the box of a run or a stage, longest first."""
    blocks = [graph.blocks[run.first] for run in piece.runs]
    kinds = sorted({kind_caption(block.plan) for block in blocks})
    attentions = sorted({ATTENTION_WORDS[b.plan.attention] for b in blocks if b.plan.attention in ATTENTION_WORDS})
    count, kind = piece.size, " and ".join(kinds)
    shape = shape_caption(blocks[-1].output_shape)
    custom = {",".join(map(str, block.plan.kernels)) for block in blocks if block.plan.is_custom}
    short = [f"{count} × ({kernels})" for kernels in sorted(custom) if len(custom) == 1]
    short += [f"{'/'.join(attentions)} ×{count}"] if attentions else []
    return (f"{count} × {kind}, {shape}", f"{count} × {kind}", *short, f"×{count}", f"{count}")
