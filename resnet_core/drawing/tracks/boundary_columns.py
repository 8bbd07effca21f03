"""Maps the N+1 boundaries of a network to the columns of the axis they are shown in."""

from __future__ import annotations

from resnet_core.drawing.depth_axis import BLOCK_WIDTH, DepthAxis, Span


def boundary_columns(axis: DepthAxis) -> tuple[Span, ...]:
    """Return the N+1 columns: each block's stands for its input, one block's width of the head for the last output."""
    output = axis.graph.blocks[-1].output_id
    return (*axis.blocks, Span(output, axis.head.start, axis.head.start + BLOCK_WIDTH))
