"""Holds a residual network as frozen nodes and edges, in execution order; a node's id is its module path."""

from __future__ import annotations

from functools import cached_property
from typing import Final, Literal, NamedTuple

from resnet_core.architecture.layers import NodeKind, NodePath, Operation
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan

__all__ = ["Block", "Edge", "EdgeRole", "Graph", "Node", "NodeKind", "NodePath", "Operation", "Stage"]

EdgeRole = Literal["main", "shortcut", "gate"]

INPUT_ID = "input"
OUTPUT_ID = "output"

_SECOND_ROLES: Final[dict[NodeKind, EdgeRole]] = {"add": "shortcut", "multiply": "gate"}


class Node(NamedTuple):
    """One layer.

    `stage` is `stem`, `layer1` ... or `head`; `block` is the id of the block it stands in, or empty. `inputs` are the
    ids of the nodes it reads, the main path first. `path` tells the trunk and the branch (`main`) from the way round
    (`shortcut`) and from what computes an attention's weights (`gate`). Shapes are those of one image.
    """

    id: str
    kind: NodeKind
    stage: str
    block: str
    inputs: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    operation: Operation
    path: NodePath

    @property
    def on_shortcut(self) -> bool:
        """Whether the node stands on the way round the block's branch."""
        return self.path == "shortcut"


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

    __slots__ = ("__dict__", "blocks", "config", "nodes", "stages", "stem_id")

    def __init__(
        self,
        config: ArchitectureConfig,
        nodes: tuple[Node, ...],
        blocks: tuple[Block, ...],
        stages: tuple[Stage, ...],
        stem_id: str,
    ) -> None:
        self.config = config
        self.nodes = nodes
        self.blocks = blocks
        self.stages = stages
        self.stem_id = stem_id

    @property
    def name(self) -> str:
        """The architecture's name."""
        return self.config.name

    @property
    def boundaries(self) -> tuple[str, ...]:
        """The N+1 block boundaries of N blocks, each named by the node that makes the tensor there."""
        return (*(block.input_id for block in self.blocks), self.blocks[-1].output_id)

    @property
    def features(self) -> dict[str, str]:
        """The nodes that make the maps C1 to C(S+1) of a backbone, S stages: the stem before its pool, each stage."""
        ends = [self.blocks[stage.stop - 1].output_id for stage in self.stages]
        return {f"C{number}": id for number, id in enumerate((self.stem_id, *ends), start=1)}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge, in the order of the nodes they lead to.

        The second way into an addition is the shortcut's, the second way into a multiplication the gate's.
        """
        return tuple(
            Edge(source, node.id, _SECOND_ROLES.get(node.kind, node.path) if place else node.path)
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
