"""Magnifies the depth axis of the Atlas, about what is selected where something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet_core.drawing.depth_view import DepthView

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

STEP = 1.5
_SELECTION_SHARE = 0.6


class AtlasZoom:
    """What menus, keys and other views ask of the stretch of depth that `atlas` shows."""

    def __init__(self, atlas: AtlasView) -> None:
        self._atlas = atlas

    def closer(self) -> None:
        """Magnify about the selection, or about the middle."""
        self._by(STEP)

    def wider(self) -> None:
        """Show more depth about the selection, or about the middle."""
        self._by(1 / STEP)

    def to_fit(self) -> None:
        """Show the whole network."""
        view = self._atlas.depth_view
        self._atlas.set_depth_view(DepthView.fitted(view.axis, view.left, view.width))

    def to_selection(self) -> None:
        """Show the selected block, or the block of the selected layer, with its layers."""
        shown, id = self._atlas.depth_view, self._atlas.selection.selected
        column, span = shown.axis.column_of(id), shown.axis.span_of(id)
        if column is not None and span is not None:
            view = shown.showing(column, _SELECTION_SHARE)
            self._atlas.set_depth_view(view if span is column else view.revealing(span))

    def _by(self, factor: float) -> None:
        self._atlas.set_depth_view(self._atlas.depth_view.zoomed(factor, self._centre()))

    def _centre(self) -> float:
        view, span = self._atlas.depth_view, self._atlas.selected_span()
        x = view.x(span.middle) if span is not None else -1.0
        return x if view.left <= x <= view.right else view.left + view.width / 2
