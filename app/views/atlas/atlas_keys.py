"""Turns key presses on the Atlas into walks along its edges, zooming by levels, edits and finding."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.views.atlas.edit_keys import edit_of
from resnet_core.drawing.walks import Direction
from resnet_core.drawing.zoom_levels import one_level_in, one_level_out

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_PAN_SHARE = 0.25
_ARROWS: Mapping[int, Direction] = MappingProxyType({
    Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down",
    Qt.Key.Key_Home: "home", Qt.Key.Key_End: "end",
})  # fmt: skip


def press(atlas: AtlasView, event: QKeyEvent) -> bool:
    """Do what the key means and return whether it means anything here.

    Left and Right walk along the main path, block by block or, where a layer is selected, layer by layer; Up takes the
    shortcut's road at a fork or an addition, or leaves for the block; Down takes the branch, or the gate below; Home
    and End go to the ends; with Shift the arrows move the view. Enter zooms in one level about the selection, Escape
    out one level, and at the outermost clears the selection. + and - zoom, 0 shows everything. The keys of
    `edit_keys.KEYS` edit the selected block or its stage. F3 goes to the next find. Copy copies the picture.
    """
    key, modifiers = event.key(), event.modifiers()
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if event.matches(QKeySequence.StandardKey.Copy):
        atlas.copy_image()
    elif key in _ARROWS and not control:
        _go(atlas, _ARROWS[key], shift=shift)
    elif key == Qt.Key.Key_Escape:
        return _out(atlas)
    elif key == Qt.Key.Key_F3:
        atlas.hands.find_bar.step(-1 if shift else 1)
    elif not _zoom(atlas, key):
        edit = edit_of(event)
        return edit is not None and atlas.hands.edits.make_named(edit)
    return True


def _zoom(atlas: AtlasView, key: int) -> bool:
    if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        atlas.zoom.closer()
    elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
        atlas.zoom.wider()
    elif key == Qt.Key.Key_0:
        atlas.zoom.to_fit()
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        atlas.set_depth_view(one_level_in(atlas.depth_view, atlas.selection.selected))
    else:
        return False
    return True


def _go(atlas: AtlasView, direction: Direction, *, shift: bool) -> None:
    """Walk a step; with Shift move the view instead, sideways along the depth, up and down through the tracks."""
    if not shift:
        atlas.hands.walk.go(direction)
    elif direction in ("up", "down"):
        bar = atlas.verticalScrollBar()
        bar.setValue(bar.value() + (bar.singleStep() * 3 if direction == "down" else -bar.singleStep() * 3))
    else:
        view = atlas.depth_view
        sign = 1 if direction in ("right", "end") else -1
        atlas.set_depth_view(view.panned(sign * view.width * _PAN_SHARE))


def _out(atlas: AtlasView) -> bool:
    """Let go of what is dragged; else zoom out one level; else close the find bar; else clear the selection."""
    hands, view = atlas.hands, atlas.depth_view
    if hands.let_go():
        return True
    if not view.is_fitted:
        atlas.set_depth_view(one_level_out(view, atlas.selection.selected))
        if atlas.depth_view.layer_opacity() <= 0.5 < view.layer_opacity():
            hands.walk.leave_layers()
    elif hands.is_finding:
        hands.find_bar.close_bar()
    elif atlas.selection.selected:
        atlas.selection.select("")
    else:
        return False
    return True
