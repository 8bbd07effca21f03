"""Holds what is seen of a pass, and finds what is known of each column of it: shapes in and out, norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.architecture.graph import Block, Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, Span
from resnet_core.drawing.display_list import Level
from resnet_core.drawing.pass_norms import BlockNorms, PassNorms
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.say import Say
from resnet_core.drawing.tensor_pass import PassTimeline


class Stretch(NamedTuple):
    """A part of the road from x `left` to `right`, which the pass has behind it as a whole or is on."""

    left: float
    right: float


class PassSight(NamedTuple):
    """What is seen of a pass: where (`placement`, at `level`), with which norms, and in which words."""

    timeline: PassTimeline
    placement: Placement
    level: Level
    norms: PassNorms
    say: Say

    @property
    def is_forward(self) -> bool:
        """Whether it is the pass forward."""
        return self.timeline.direction == "forward"

    def shapes(self, column: Span) -> tuple[Shape, Shape]:
        """Return the shape that the pass brings into a column, and the one that it leaves with."""
        graph = self.timeline.graph
        if column.id == STEM_ID:
            shapes = graph.nodes[0].output_shape, graph.blocks[0].input_shape
        elif column.id == HEAD_ID:
            shapes = graph.blocks[-1].output_shape, graph.nodes[-1].output_shape
        else:
            block = graph.block_by_id[column.id]
            shapes = block.input_shape, block.output_shape
        return shapes if self.is_forward else (shapes[1], shapes[0])

    def known(self, column_id: str) -> BlockNorms:
        """Return the norms of a column: of the stem what reaches it, of the head what leaves it."""
        blocks = len(self.timeline.graph.blocks)
        if column_id == STEM_ID:
            return BlockNorms(at_output=self.norms.of_block(0).at_input)
        if column_id == HEAD_ID:
            return BlockNorms(at_input=self.norms.of_block(blocks - 1).at_output)
        return self.norms.of_block(self.timeline.axis.number_of(column_id) - 1)


def passes_unchanged(graph: Graph, block: Block) -> bool:
    """Return whether a block's shortcut hands on just what it gets: an identity without scale or attention."""
    return block.plan.shortcut == "identity" and not any(node.on_shortcut for node in graph.nodes_of(block))


def numbers_of(flags: Sequence[bool]) -> range:
    """Return the numbers of the flags that are set, which are neighbours."""
    first = next((number for number, flag in enumerate(flags) if flag), 0)
    return range(first, first + sum(flags))
