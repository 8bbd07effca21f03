"""Offers the edits of the block or stage at a point, the zoom, finding, and the tracks, as a context menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.views.atlas.edit_menu import add_edits, fill_stage_edits
from app.views.atlas.track_menu import add_row_choices, add_track_choices
from resnet_core.drawing.depth_axis import Span

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate


def atlas_menu(atlas: AtlasView, at: QPoint, *, by_key: bool = False) -> QMenu:
    """Return the menu for the point `at` of the viewport; the block there can be edited, the track moved or hidden.

    On a stage's name it is the stage that can be edited; asked for `by_key`, the selected block.
    """
    menu = QMenu(atlas)
    menu.setObjectName("atlas_menu")
    span = atlas.depth_view.axis.span_of(atlas.selection.selected) if by_key else atlas.span_at(at.x())
    block, stage = _block_of(atlas, span), "" if by_key else atlas.hands.edges.heading_at(QPointF(at))
    if stage:
        fill_stage_edits(menu, atlas.hands.edits, stage)
        menu.addSeparator()
    elif block:
        add_edits(menu, atlas.hands.edits, block)
    _add(menu, "zoom_to_selection", translate("Atlas", "Zoom to selection"), atlas.zoom.to_selection).setEnabled(
        bool(atlas.selection.selected)
    )
    _add(menu, "zoom_to_fit", translate("Atlas", "Show whole network"), atlas.zoom.to_fit)
    _add(menu, "find", translate("Atlas", "Find…"), atlas.hands.find_bar.open_bar)
    _add(menu, "animate_pass", translate("Atlas", "Animate the pass"), atlas.tensor_pass.open)
    _add(menu, "copy_image", translate("Atlas", "Copy as image"), atlas.copy_image)
    _add(menu, "copy_text", translate("Atlas", "Copy as text"), atlas.copy_text)
    menu.addSeparator()
    y = at.y() + atlas.scroll_offset
    row = next((row for row in atlas.rows if row.rect.top <= y <= row.rect.bottom), None)
    if row is not None:
        add_row_choices(menu, atlas, row)
    add_track_choices(menu.addMenu(translate("Atlas", "Tracks")), atlas)
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
