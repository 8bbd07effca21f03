"""Draws the ways round blocks: an arch for each shortcut, what it does to the tensor, and an attention's loop."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.drawing.block_face import BlockFace
from resnet_core.drawing.block_outline import nearness
from resnet_core.drawing.display_list import LABEL_ROLES, Arch, Polyline, Rectangle, Role, Text
from resnet_core.drawing.fitted_text import fitted
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.sheet import Sheet
from resnet_core.drawing.text_metrics import text_height, text_width

SHOULDER_SHARE = 1.2
"""How long an arch rises, beside its height; what is wider is level in between."""

_TOP_SHARE = 0.92
_RISE_PX, _RISE_SHARE = 8.0, 1.3
_LABEL_SHARE = 0.8
_FUNNEL_SHARE = 0.9
_LOOP_PX = 5.0
_BEND, _LEAST_BENT_PX = 4.0, 36.0
_GATE_SHARE = 0.72
_LEAST_MARK_PX, _LEAST_MARK_ROOM = 20.0, 5.0
#: Where under a block its attention stands, as a share of the block's width.
_MARK_SHARES = {"pre": 0.2, "inner": 0.5, "end": 0.75, "post": 0.9}
_BOX_ROLES: dict[str, Role] = {"projection": "projection_box", "zero_pad": "zero_pad_box"}


class BlockSpot(NamedTuple):
    """Which block is drawn between `left` and `right`, and how many pixels at its right are kept for something else."""

    id: str
    title: str
    left: float
    right: float
    kept: float = 0.0


def arch_height(placement: Placement, width: float) -> float:
    """Return how high an arch of `width` pixels rises over the main path: a narrow one is low, and so stays round."""
    rows = placement.rows
    return min((rows.main_y - rows.arch_top) * _TOP_SHARE, rows.half_block + _RISE_PX + _RISE_SHARE * width)


def arch(placement: Placement, id: str, role: Role, edges: tuple[float, float], height: float, title: str) -> Arch:
    """Return a whole arch between `edges`."""
    shoulder = min((edges[1] - edges[0]) / 2, SHOULDER_SHARE * height)
    return Arch(id, role, edges[0], edges[1], placement.rows.main_y, height, shoulder, title)


def way_over(sheet: Sheet, placement: Placement, face: BlockFace, spot: BlockSpot) -> None:
    """Draw a block's shortcut, and on its top what it does to the tensor where there is room for that."""
    if face.way is None:
        return
    left, width = spot.left, spot.right - spot.left
    height, near = _height(placement, face, width), nearness(width)
    start, stop = face.way_layers[0] * near, 1 + (face.way_layers[1] - 1) * near
    ends = left + max(start * width, near), left + stop * width
    sheet.ways.append(arch(placement, spot.id, face.way, ends, height, spot.title))
    if face.way_texts:
        middle = (ends[0] + ends[1]) / 2
        x = middle + (left + face.way_label * width - middle) * near
        _sign(sheet, placement, face, spot.id, (x, placement.rows.main_y - height), width)


def _height(placement: Placement, face: BlockFace, width: float) -> float:
    """Return how high a block's arch is: one with a label keeps room above it for half of that."""
    rows = placement.rows
    height = arch_height(placement, width)
    if face.way_texts:
        height = min(height, rows.main_y - rows.arch_top - text_height(placement.text_size) / 2)
    return height + (rows.main_y - rows.way_y - height) * nearness(width)


def _sign(sheet: Sheet, placement: Placement, face: BlockFace, id: str, at: tuple[float, float], room: float) -> None:
    """Draw the kernel of a projection or the zeros of a padding in a box, behind a funnel where it is pooled first.

    It stands about `at`, the top of the arch, or as far above that as it needs to keep off the block.
    """
    size, rows = placement.text_size * _LABEL_SHARE, placement.rows
    funnel = _FUNNEL_SHARE * size if face.pooled else 0.0
    text = fitted(face.way_texts, round(room - 10 - funnel, 1), size)
    high = text_height(size) + 1
    y = min(at[1], rows.main_y - rows.half_block - 1 - high / 2)
    if y - high / 2 < rows.arch_top - 1 or not (text or (funnel and room >= 2 * funnel)):
        return
    width = text_width(text, size) + 5 if text else 0.0
    left, role = at[0] - (width + funnel) / 2, face.way or "projection"
    if funnel:
        sheet.signs.append(_funnel(id, left, y, funnel - 2, high))
    if text:
        box = Rectangle(id, _BOX_ROLES[role], left + funnel, y - high / 2, width, high, 2.5, face.way_title)
        sheet.signs.append(box)
        x = left + funnel + width / 2
        sheet.texts.append(Text(id, LABEL_ROLES[role], x, y, text, size, "middle", False, face.way_title))


def _funnel(id: str, x: float, y: float, width: float, height: float) -> Polyline:
    """Return the sign of a pooling: what is wide at the left leaves narrow at the right."""
    wide, narrow = height / 2, height / 5
    points = ((x, y - wide), (x + width, y - narrow), (x + width, y + narrow), (x, y + wide))
    return Polyline(id, "funnel", points, True, "average-pooled before the projection")


def gate_mark(sheet: Sheet, placement: Placement, face: BlockFace, id: str, edges: tuple[float, float]) -> None:
    """Draw a loop under the block, or under the top of its shortcut, where an attention weighs what passes.

    The loop begins and ends on the path, so that it shows below a silhouette of any form that is drawn over it.
    """
    if not face.gate:
        return
    x0, x1 = edges
    rows, size, room = placement.rows, placement.text_size * _GATE_SHARE, x1 - x0
    texts = (face.gate, face.gate[:1])
    text = fitted(texts, round((room - 10) / placement.fit, 1), size) if room >= _LEAST_MARK_PX else ""
    on_way = face.gate_place == "identity"
    height = _height(placement, face, room) if on_way else 0.0
    top, bottom = rows.main_y + rows.half_block, rows.caption_y + text_height(size) / 2
    if on_way:
        label = text_height(placement.text_size) / 2 if face.way_texts else 0.0
        top, bottom = rows.main_y - height + label, rows.main_y - rows.half_block
    if bottom - top < _LEAST_MARK_ROOM:
        return
    top = min(top + _LOOP_PX, bottom - _LEAST_MARK_ROOM)
    if bottom - top < text_height(size) + 1:
        text = ""
    half = text_height(size) / 2 if text else 2.0
    width = text_width(text, size) * placement.fit + 6 if text else min(max(room * 0.4, 2.0), 6.0)
    legs, title = width / 2 + 2.5, f"{face.gate} attention"
    middle = (x0 + x1) / 2 if on_way else x0 + room * _MARK_SHARES[face.gate_place]
    middle += (x0 + room * face.gate_layers - middle) * nearness(room)
    x = min(max(middle, x0 + legs), x1 - legs) if room > 2 * legs else (x0 + x1) / 2
    y = top + half
    if room > 2 * legs:
        base = rows.main_y - height * _arch_share(room, legs, height) if on_way else rows.main_y
        loop = ((x - legs, base), (x - legs, y), (x + legs, y), (x + legs, base))
        sheet.marks.append(Polyline(id, "gate", loop, False, title, _BEND if room >= _LEAST_BENT_PX else 0.0))
    sheet.marks.append(Rectangle(id, "gate_mark", x - width / 2, y - half, width, 2 * half, half, title))
    if text:
        sheet.texts.append(Text(id, "gate_label", x, y, text, size, "middle", False, title))


def _arch_share(width: float, beside: float, height: float) -> float:
    """Return how high an arch is `beside` its middle, as a share of its height."""
    shoulder = min(width / 2, SHOULDER_SHARE * height)
    along = max(beside - (width / 2 - shoulder), 0.0) / shoulder
    return float(max(1 - along * along, 0.0) ** 0.5)
