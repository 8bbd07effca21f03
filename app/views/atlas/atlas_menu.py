"""Offers the edits of the block at a point, the zoom, and the tracks to show, hide and move, as a context menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.views.atlas.atlas_layout import AtlasLayout
from app.views.atlas.edit_menu import add_edits
from resnet_core.drawing.depth_axis import Span

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate


def atlas_menu(atlas: AtlasView, at: QPoint, *, by_key: bool = False) -> QMenu:
    """Return the menu for the point `at` of the viewport; the block there can be edited, the track moved or hidden.

    Asked for `by_key`, it is the selected block that can be edited.
    """
    menu = QMenu(atlas)
    menu.setObjectName("atlas_menu")
    span = atlas.depth_view.axis.span_of(atlas.selection.selected) if by_key else atlas.span_at(at.x())
    block = _block_of(atlas, span)
    if block:
        add_edits(menu, atlas.document, block)
    _add(menu, "zoom_to_selection", translate("Atlas", "Zoom to selection"), atlas.zoom_to_selection).setEnabled(
        bool(atlas.selection.selected)
    )
    _add(menu, "zoom_to_fit", translate("Atlas", "Show whole network"), atlas.zoom_to_fit)
    _add(menu, "copy_image", translate("Atlas", "Copy as image"), atlas.copy_image)
    _add(menu, "copy_text", translate("Atlas", "Copy as text"), atlas.copy_text)
    menu.addSeparator()
    y = at.y() + atlas.scroll_offset
    track = next((row.track for row in atlas.rows if row.rect.top() <= y <= row.rect.bottom()), None)
    if track is not None:
        key, name = track.key, track.title()
        for id, text, by in (
            ("move_up", translate("Atlas", "Move “%1” up"), -1),
            ("move_down", translate("Atlas", "Move “%1” down"), 1),
        ):
            moved = atlas.layout_record.moved(key, by)
            action = _add(menu, id, text.replace("%1", name), _setter(atlas, moved))
            action.setEnabled(moved != atlas.layout_record)
        menu.addSeparator()
    for entry in atlas.tracks:
        action = _add(menu, f"show_{entry.key}", entry.title(), _setter(atlas, atlas.layout_record.toggled(entry.key)))
        action.setCheckable(True)
        action.setChecked(entry.key not in atlas.layout_record.hidden)
    menu.addSeparator()
    fresh = AtlasLayout(tuple(entry.key for entry in atlas.tracks))
    _add(menu, "reset_tracks", translate("Atlas", "Reset tracks"), _setter(atlas, fresh))
    return menu


def _block_of(atlas: AtlasView, span: Span | None) -> str:
    """Return the block that `span` is or lies in; empty for the stem, the head and nothing."""
    column = atlas.depth_view.axis.column_of(span.id) if span is not None else None
    return column.id if column is not None and column.id in atlas.snapshot.graph.block_by_id else ""


def _add(menu: QMenu, name: str, text: str, triggered: Callable[[], None]) -> QAction:
    action = menu.addAction(text)
    action.setObjectName(f"atlas_{name}")
    action.triggered.connect(lambda _checked=False: triggered())
    return action


def _setter(atlas: AtlasView, record: AtlasLayout) -> Callable[[], None]:
    return lambda: atlas.set_layout_record(record)
