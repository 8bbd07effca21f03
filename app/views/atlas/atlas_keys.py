"""Turns key presses on the Atlas into moves of the selection and of the zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from resnet_core.drawing.depth_axis import DepthAxis

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_PAN_SHARE = 0.25


def press(atlas: AtlasView, event: QKeyEvent) -> bool:
    """Do what the key means and return whether it means anything here.

    Left, Right, Home and End move along the blocks, or along the layers once a layer is selected; Down goes into a
    block's layers, Up back out; Enter and + zoom to the selection, - zooms out, 0 shows everything; Escape clears;
    Copy copies the picture.
    """
    key, modifiers = event.key(), event.modifiers()
    if event.matches(QKeySequence.StandardKey.Copy):
        atlas.copy_image()
        return True
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        if control or not atlas.selection.selected:
            atlas.zoom_in()
        else:
            atlas.zoom_to_selection()
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        atlas.zoom_to_selection()
    elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
        atlas.zoom_out()
    elif key == Qt.Key.Key_0:
        atlas.zoom_to_fit()
    elif key == Qt.Key.Key_Escape and atlas.selection.selected:
        atlas.selection.select("")
    elif key in _MOVES and not control:
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            return _pan(atlas, key)
        _move(atlas, _MOVES[Qt.Key(key)])
    elif key == Qt.Key.Key_Down:
        _go_in(atlas)
    elif key == Qt.Key.Key_Up:
        _go_out(atlas)
    else:
        return False
    return True


_MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}


def _pan(atlas: AtlasView, key: int) -> bool:
    view = atlas.depth_view
    sign = 1 if key in (Qt.Key.Key_Right, Qt.Key.Key_End) else -1
    atlas.set_depth_view(view.panned(sign * view.width * _PAN_SHARE))
    return True


def _move(atlas: AtlasView, by: int) -> None:
    """Select the neighbour `by` places on; without a selection the first or the last."""
    axis, selected = atlas.depth_view.axis, atlas.selection.selected
    ids = _stops(axis, selected)
    if selected in ids:
        place = ids.index(selected) + by
    else:
        place = 0 if by > 0 else len(ids) - 1
        place = len(ids) - 1 if by >= len(ids) else place
    atlas.selection.select(ids[min(max(place, 0), len(ids) - 1)])


def _stops(axis: DepthAxis, selected: str) -> list[str]:
    """Return what the arrow keys visit: layers after layers, blocks (stem and head included) after blocks."""
    columns = [axis.selectable_id(column) for column in axis.columns]
    if selected in axis.graph.node_by_id and selected not in columns:
        return [node.id for node in axis.graph.nodes]
    return columns


def _go_in(atlas: AtlasView) -> None:
    """Select the first layer of the selected block and zoom to it."""
    axis, selected = atlas.depth_view.axis, atlas.selection.selected
    block = axis.graph.block_by_id.get(selected)
    if block is not None:
        atlas.zoom_to_selection()
        atlas.selection.select(axis.graph.nodes[block.first].id)


def _go_out(atlas: AtlasView) -> None:
    """Select the block of the selected layer."""
    node = atlas.depth_view.axis.graph.node_by_id.get(atlas.selection.selected)
    if node is not None and node.block:
        atlas.selection.select(node.block)
