"""Draws every block as one silhouette with its shortcut, and a loop where an attention weighs what passes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from resnet_core.drawing.block_face import BlockFace
from resnet_core.drawing.block_outline import Outline, outline
from resnet_core.drawing.captions import head_captions, head_title, stem_captions
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, Span
from resnet_core.drawing.display_list import Item, Polyline, Rectangle, Role, Text, edge_id
from resnet_core.drawing.feature_marks import end_of_stage, feature_mark, is_backbone
from resnet_core.drawing.fitted_text import centered_text, fitted
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.sheet import Sheet
from resnet_core.drawing.text_metrics import text_height, text_width
from resnet_core.drawing.ways import BlockSpot, gate_mark, way_over

LABEL_SHARE = 0.9
"""The size of a text on a block, beside that of the rest."""

_UNDER_SHARE = 0.8
_LEAST_CUSTOM_PX, _LEAST_UNDER_PX, _LEAST_LAYERS_PX = 34.0, 34.0, 150.0
_LEAST_DIVIDED_PX, _LEAST_DIVIDED_HALF, _DIVISION_PX = 30.0, 7.0, 5.0


def block_items(placement: Placement) -> Iterator[Item]:
    """Yield the shown columns at the level of blocks: the shortcuts, the main path, the boxes and their texts."""
    axis, sheet = placement.axis, Sheet()
    boxes: list[Boxed] = []
    patterns: dict[tuple[int, float], Sheet] = {}
    repeats = not is_backbone(axis.graph)
    for column in axis.columns_between(placement.first, placement.last):
        left, right = placement.edges(column)
        number = axis.number_of(column.id) - 1
        if column.id in (STEM_ID, HEAD_ID):
            boxes.append(end_box(sheet, placement, column))
        elif not repeats:
            boxes.append(block_box(sheet, placement, number, (left, right)))
        else:
            # Equal blocks are worked out once and put down as often as they are shown.
            width = round(right - left, 4)
            key = axis.first_alike[number], width
            if key not in patterns:
                patterns[key] = Sheet()
                _draw(patterns[key], placement, axis.face_of(number), BlockSpot("", "", 0.0, width))
            sheet.stamp(patterns[key], left, column.id, axis.title_of(number))
            gap = inset(width)
            boxes.append((column.id, left + gap, left + width - gap))
    join(sheet, placement, boxes)
    return sheet.items()


Boxed = tuple[str, float, float]
"""What stands on the main path: its id, its left and its right."""


def join(sheet: Sheet, placement: Placement, boxes: list[Boxed]) -> None:
    """Draw the main path: one line from each box to the next, and those that lead out of the picture."""
    axis, y = placement.axis, placement.main_y
    if not boxes:
        return
    stubs = placement.x(placement.first), placement.x(placement.last)
    if boxes[0][0] != STEM_ID and boxes[0][1] > stubs[0]:
        before = axis.columns[axis.number_of(_first_of(placement, boxes[0][0])) - 1].id
        boxes = [(before, stubs[0], stubs[0]), *boxes]
    if boxes[-1][0] != HEAD_ID and boxes[-1][2] < stubs[1]:
        after = axis.columns[axis.number_of(_last_of(placement, boxes[-1][0])) + 1].id
        boxes = [*boxes, (after, stubs[1], stubs[1])]
    sheet.lines += [
        Polyline(edge_id(id, next_id), "main_line", ((right, y), (left, y)))
        for (id, _, right), (next_id, left, _) in pairwise(boxes)
    ]


def _first_of(placement: Placement, id: str) -> str:
    return placement.axis.block_under(id) or id


def _last_of(placement: Placement, id: str) -> str:
    return placement.axis.block_under(id, placement.axis.length) or id


def end_box(sheet: Sheet, placement: Placement, column: Span) -> Boxed:
    """Draw the box of the stem or the head, with as much of its name as fits."""
    left, right = placement.edges(column)
    gap = inset(right - left)
    x0, x1 = left + gap, right - gap
    graph, is_stem, rows = placement.axis.graph, column.id == STEM_ID, placement.rows
    texts = stem_captions(graph) if is_stem else head_captions(graph)
    title = f"stem: {texts[0]}" if is_stem else head_title(graph)
    role: Role = "stem" if is_stem else "head"
    y, half = rows.main_y, rows.half_block
    sheet.boxes.append(Rectangle(column.id, role, x0, y - half, x1 - x0, 2 * half, 3, title))
    size = min(placement.text_size * LABEL_SHARE, 2 * half / text_height(1.0))
    sheet.texts += centered_text(placement.fit, column.id, "quiet_label", (x0, x1), y, texts, size)
    if is_stem:
        feature_mark(sheet, placement, "C1", column.id, (x0 + x1) / 2, (x1 - x0) / 2)
    return column.id, x0, x1


def inset(width: float) -> float:
    """Return the gap between a column's edge and its box."""
    return min(max(width * 0.08, 0.75), 6.0, width / 4)


def block_box(sheet: Sheet, placement: Placement, number: int, edges: tuple[float, float]) -> Boxed:
    """Draw block `number` of the graph between `edges`: its silhouette, its shortcut and its attention."""
    axis = placement.axis
    id, face = axis.graph.blocks[number].id, axis.face_of(number)
    kept = end_of_stage(sheet, placement, number, id, edges)
    _draw(sheet, placement, face, BlockSpot(id, axis.title_of(number), *edges, kept))
    gap = inset(edges[1] - edges[0])
    return id, edges[0] + gap, edges[1] - gap


def _draw(sheet: Sheet, placement: Placement, face: BlockFace, spot: BlockSpot) -> None:
    id, title, left, right, kept = spot
    rows, gap = placement.rows, inset(right - left)
    x0, x1, y = left + gap, right - gap, rows.main_y
    way_over(sheet, placement, face, spot)
    gate_mark(sheet, placement, face, id, (x0, x1 - kept))
    form = outline(face.form, round(x1 - x0, 2), rows.half_block)
    sheet.boxes.append(_outlined(id, form, (x0, x1), y, rows.half_block, title))
    said = _layer_texts(sheet, placement, face, id, form, x0)
    said = said or _middle_text(sheet, placement, face, id, form, (x0, x1))
    _under(sheet, placement, face, id, (left + kept, right - kept), said)


def _outlined(
    id: str, form: Outline, edges: tuple[float, float], y: float, half: float, title: str
) -> Rectangle | Polyline:
    """Return the closed outline of a block."""
    if form.points:
        return Polyline(id, "block", form.at(edges[0], y), True, title)
    return Rectangle(id, "block", edges[0], y - half, edges[1] - edges[0], 2 * half, form.radius, title)


def _middle_text(
    sheet: Sheet, placement: Placement, face: BlockFace, id: str, form: Outline, edges: tuple[float, float]
) -> str:
    """Draw what stands in the middle of a block, where there is room, and return it."""
    size = placement.text_size * LABEL_SHARE
    if face.form.is_custom and edges[1] - edges[0] < _LEAST_CUSTOM_PX:
        return ""
    if text_height(size * 0.85) > 2 * form.half_text:
        return ""
    size = min(size, 2 * form.half_text / text_height(1.0))
    y, middle = placement.rows.main_y, edges[0] + form.middle
    reach = min(form.middle, form.width - form.middle)
    about = middle - reach, middle + reach
    found = centered_text(placement.fit, id, "quiet_label", about, y, face.texts, size)
    sheet.texts += found
    if max(face.groups) > 1:
        _divisions(sheet, face, id, form, edges[0], y, found)
    return found[0].text if found else ""


def _layer_texts(sheet: Sheet, placement: Placement, face: BlockFace, id: str, form: Outline, x: float) -> str:
    """Draw a text on each convolution of a large block if all have room for theirs, and return what is said."""
    size = placement.text_size * LABEL_SHARE
    if form.width < _LEAST_LAYERS_PX or min(form.half_texts) * 2 < text_height(size):
        return ""
    rooms = [round((right - left - 6) / placement.fit) for left, right in form.rooms]
    found = [fitted(texts, room, size) for texts, room in zip(face.layer_texts, rooms, strict=True)]
    if not all(found):
        return ""
    y = placement.rows.main_y
    shown = []
    for text, texts, (left, right), middle in zip(found, face.layer_texts, form.rooms, form.centers, strict=True):
        half = text_width(text, size) * placement.fit / 2 + 3
        at = min(max(middle, left + half), right - half)
        shown.append(Text(id, "quiet_label", x + at, y, text, size, title=texts[0]))
    sheet.texts += shown
    if max(face.groups) > 1:
        _divisions(sheet, face, id, form, x, y, shown)
    return " ".join((*found, *face.facts))


def _divisions(sheet: Sheet, face: BlockFace, id: str, form: Outline, x: float, y: float, texts: list[Text]) -> None:
    """Draw hairlines through each grouped convolution, as many as there is room for, beside the texts."""
    boxes = [text.box for text in texts]
    for groups, room, half in zip(face.groups, form.rooms, form.half_texts, strict=True):
        left, right = x + room[0], x + room[1]
        if groups < 2 or half < _LEAST_DIVIDED_HALF or right - left < _LEAST_DIVIDED_PX:
            continue
        inside = [box for box in boxes if box.left < right and box.right > left]
        pieces = [(left, right)]
        if inside:
            pieces = [(left, inside[0].left - 2), (inside[-1].right + 2, right)]
        lines = min(groups, int(2 * half / _DIVISION_PX)) - 1
        for place in range(1, lines + 1):
            at = y - half + 2 * half * place / (lines + 1)
            sheet.signs += [
                Polyline(id, "division", ((start, at), (stop, at))) for start, stop in pieces if stop - start > 3
            ]


def _under(sheet: Sheet, placement: Placement, face: BlockFace, id: str, edges: tuple[float, float], said: str) -> None:
    """Draw what had no room on the block under it, where no attention stands."""
    if face.gate and face.gate_place != "identity":
        return
    rest = " ".join(fact for fact in face.facts if fact not in said)
    is_silent = not said and not face.form.is_custom and edges[1] - edges[0] >= _LEAST_UNDER_PX
    texts = (rest,) if rest else face.texts if is_silent else ()
    rows, size = placement.rows, placement.text_size * _UNDER_SHARE
    y = min(rows.caption_y, rows.main_y + rows.half_block + 0.8 * placement.text_size)
    if texts and y - text_height(size) / 2 >= rows.main_y + rows.half_block:
        sheet.texts += centered_text(placement.fit, id, "quiet_label", edges, y, texts, size)
