"""Keeps in its place what a person looks at while the network around it changes: by id, at the same scale."""

from __future__ import annotations

from resnet_core.configuration.architecture_config import parse_block_id
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.depth_view import DepthView


def kept_view(view: DepthView, axis: DepthAxis, selected: str) -> DepthView:
    """Return the view of another network, in which what was looked at stays at the same x at the same scale.

    That is `selected` where it is seen, else the column in the middle; where the other network has no such id, the
    nearest one before it. A whole view stays whole. Only at the ends of the network does what is kept have to move.
    """
    if view.is_fitted:
        return DepthView.fitted(axis, view.left, view.width)
    scale = max(view.scale, view.width / axis.length)
    before, after = _kept(view, axis, _looked_at(view, selected))
    first = after.middle - (view.x(before.middle) - view.left) / scale
    return view._replace(axis=axis, scale=scale, first=first, level=None).clamped()


def nearest_id(axis: DepthAxis, id: str) -> str:
    """Return the column that stands nearest to where the block `id`, which is gone, stood: in its stage, or before."""
    if axis.column_of(id) is not None:
        return id
    number, index = parse_block_id(id)
    stages = axis.graph.stages[:number]
    stage = stages[-1]
    last = stage.stop - 1
    return axis.blocks[min(stage.first + index, last) if stage.number == number else last].id


def _looked_at(view: DepthView, selected: str) -> Span:
    """Return where the selection stands if it is seen, the whole column where layers are not; else the middle."""
    axis = view.axis
    span = axis.span_of(selected) if view.layer_opacity() > 0.5 else axis.column_of(selected)
    if span is not None and view.first <= span.middle <= view.last:
        return span
    return axis.column_at((view.first + view.last) / 2)


def _kept(view: DepthView, axis: DepthAxis, span: Span) -> tuple[Span, Span]:
    """Return where what is kept stood and where it stands: the layer, else its block, else the nearest block."""
    old, new = view.axis, axis.span_of(span.id)
    if new is not None:
        return span, new
    column = old.column_of(span.id) or span
    if axis.column_of(column.id) is None:
        column = old.column_of(nearest_id(axis, column.id)) or column
    return column, axis.column_of(column.id) or axis.stem
