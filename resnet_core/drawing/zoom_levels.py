"""Steps the view of depth from the whole network to a stage, to blocks, to layers, to one layer, and back."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import MOST_BLOCK_PX, DepthView

_STAGE_SHARE = 0.96
_BLOCK_SHARE = 0.12
_LAYERS_SHARE = 0.6
_LAYER_SHARE = 0.3
_STEP = 1.1
"""By how much a level must be larger than the one before it to be one of its own."""


def one_level_in(view: DepthView, id: str) -> DepthView:
    """Return the next closer view of `id`, a block or a layer; without one, of what stands in the middle."""
    return next((level for level in _levels(view, id) if level.scale > view.scale * _STEP), view)


def one_level_out(view: DepthView, id: str) -> DepthView:
    """Return the next wider view about `id`; the view itself where the whole network is shown."""
    wider = [level for level in _levels(view, id) if level.scale < view.scale / _STEP]
    if view.is_fitted:
        return view
    return wider[-1] if wider else DepthView.fitted(view.axis, view.left, view.width)


def _levels(view: DepthView, id: str) -> Iterator[DepthView]:
    """Yield the views from the whole network down to `id`, each a step larger than the one before."""
    axis = view.axis
    column = axis.column_of(id) or axis.column_at(view.depth(view.left + view.width / 2))
    span = axis.span_of(id) or column
    stage = next((stage for stage in axis.stages if stage.start <= column.start < stage.stop), column)
    whole = DepthView.fitted(axis, view.left, view.width)
    levels = [
        _framing(view, stage, _STAGE_SHARE),
        _framing(view, column, _BLOCK_SHARE),
        view.showing(column, _LAYERS_SHARE).revealing(span),
    ]
    if span is not column:
        levels.append(_framing(view, span, _LAYER_SHARE))
    yield whole
    scale = whole.scale
    for level in levels:
        if level.scale > scale * _STEP:
            scale = level.scale
            yield level


def _framing(view: DepthView, span: Span, share: float) -> DepthView:
    """Return the view with `span` in its middle, as wide as `share` of it."""
    scale = min(max(view.width * share / span.width, view.width / view.axis.length), MOST_BLOCK_PX)
    return view._replace(scale=scale, first=span.middle - view.width / scale / 2, level=None).clamped()
