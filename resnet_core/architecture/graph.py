"""Holds a residual network as frozen nodes and edges, in execution order; a node's id is its module path."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan

NodeKind = Literal[
    "input",
    "conv",
    "batch_norm",
    "relu",
    "max_pool",
    "zero_pad",
    "add",
    "average_pool",
    "flatten",
    "linear",
    "output",
]
EdgeRole = Literal["main", "shortcut"]

INPUT_ID = "input"
OUTPUT_ID = "output"


class Operation(NamedTuple):
    """What a node computes with; fields that mean nothing to its kind keep their default."""

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    groups: int = 1
    bias: bool = False


class Node(NamedTuple):
    """One layer.

    `stage` is `stem`, `layer1` ... or `head`; `block` is the id of the block it stands in, or empty. `inputs` are the
    ids of the nodes it reads, the main path first. `on_shortcut` is true on the way round the block's branch.
    Shapes are those of one image.
    """

    id: str
    kind: NodeKind
    stage: str
    block: str
    inputs: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    operation: Operation
    on_shortcut: bool


class Edge(NamedTuple):
    """A tensor on its way from one node to another."""

    source: str
    target: str
    role: EdgeRole


class Block(NamedTuple):
    """A residual block: H(x) = F(x) + x.

    `input_id` is the node whose output x is, `output_id` the node that puts out H(x); the block's nodes are
    `graph.nodes[first:stop]`.
    """

    id: str
    plan: BlockPlan
    stage: str
    input_id: str
    output_id: str
    input_shape: Shape
    output_shape: Shape
    first: int
    stop: int


class Stage(NamedTuple):
    """Blocks that work at one resolution: `graph.blocks[first:stop]`."""

    id: str
    number: int
    first: int
    stop: int


class Graph:
    """A network unfolded: nodes in execution order, edges, blocks and stages. Immutable by convention and by use."""

    __slots__ = ("__dict__", "blocks", "config", "nodes", "stages")

    def __init__(
        self,
        config: ArchitectureConfig,
        nodes: tuple[Node, ...],
        blocks: tuple[Block, ...],
        stages: tuple[Stage, ...],
    ) -> None:
        self.config = config
        self.nodes = nodes
        self.blocks = blocks
        self.stages = stages

    @property
    def name(self) -> str:
        """The architecture's name."""
        return self.config.name

    @property
    def boundaries(self) -> tuple[str, ...]:
        """The N+1 block boundaries of N blocks, each named by the node that makes the tensor there."""
        return (*(block.input_id for block in self.blocks), self.blocks[-1].output_id)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge, in the order of the nodes they lead to; the second way into an addition is the shortcut's."""
        return tuple(
            Edge(source, node.id, "shortcut" if node.on_shortcut or place else "main")
            for node in self.nodes
            for place, source in enumerate(node.inputs)
        )

    @cached_property
    def node_by_id(self) -> dict[str, Node]:
        """Every node under its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def block_by_id(self) -> dict[str, Block]:
        """Every block under its id."""
        return {block.id: block for block in self.blocks}

    def nodes_of(self, block: Block) -> tuple[Node, ...]:
        """Return the nodes of `block` in execution order."""
        return self.nodes[block.first : block.stop]
