"""Moves the selection along the edges of the network, block by block or layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet_core.drawing.walks import Direction, column_step, layer_step

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView


class AtlasWalk:
    """Where the last step led, and whether it went among layers.

    The stem's and the head's weighted layers stand for their columns too: one that walks on them among blocks goes on
    among blocks.
    """

    def __init__(self, atlas: AtlasView) -> None:
        self._atlas = atlas
        self._here, self._in_layers = "", False

    def go(self, direction: Direction) -> None:
        """Select what one step leads to; a step up or down from a block goes into its layers and shows them."""
        atlas, selected = self._atlas, self._atlas.selection.selected
        axis = atlas.depth_view.axis
        if self._walks_layers(selected):
            reached = layer_step(axis.graph, selected, direction)
            in_layers = reached in axis.graph.node_by_id
        else:
            reached = column_step(axis, selected, direction)
            in_layers = direction in ("up", "down") and reached in axis.graph.node_by_id
        enters = in_layers and not self._walks_layers(selected)
        self._here, self._in_layers = reached, in_layers
        atlas.selection.select(reached)
        if enters and atlas.depth_view.layer_opacity() <= 0.5:
            atlas.zoom.to_selection()

    def leave_layers(self) -> None:
        """Select the block of a selected layer."""
        node = self._atlas.depth_view.axis.graph.node_by_id.get(self._atlas.selection.selected)
        if node is not None and node.block:
            self._atlas.selection.select(node.block)
        self._here, self._in_layers = self._atlas.selection.selected, False

    def _walks_layers(self, selected: str) -> bool:
        view = self._atlas.depth_view
        if selected == self._here:
            return self._in_layers
        node = view.axis.graph.node_by_id.get(selected)
        if node is None:
            return False
        column = view.axis.column_of(selected)
        stands_for_column = column is not None and view.axis.selectable_id(column) == selected
        return view.layer_opacity() > 0.5 if stands_for_column else True
