"""Builds one block of a network the other way, Basic for Bottleneck or the reverse, to tell what that would cost."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from resnet_core.analysis.layer_cost import macs_of, parameters_of
from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockKind,
    BlockOverride,
    InputConfig,
    StemConfig,
)


class ConvTerm(NamedTuple):
    """The weights of one convolution as factors: kernel² times input channels a group times output channels."""

    kernel: int
    channels_in: int
    channels_out: int
    groups: int

    @property
    def weights(self) -> int:
        """Number of weights; the convolutions of a block have no bias."""
        return self.kernel * self.kernel * (self.channels_in // self.groups) * self.channels_out

    def __str__(self) -> str:
        share = f"({self.channels_in}/{self.groups})" if self.groups > 1 else f"{self.channels_in}"
        return f"{self.kernel}·{self.kernel}·{share}·{self.channels_out}"


class BlockBill(NamedTuple):
    """What a block costs: its convolutions one by one (the shortcut's last), and its sums for one image.

    `parameters` includes BatchNorm, which `weights` leaves out.
    """

    kind: BlockKind
    terms: tuple[ConvTerm, ...]
    parameters: int
    macs: int

    @property
    def weights(self) -> int:
        """Weights of all convolutions."""
        return sum(term.weights for term in self.terms)

    @property
    def formula(self) -> str:
        """The weights as arithmetic, equal neighbours counted: `2·3·3·1024·1024 = 18,874,368`."""
        parts = []
        for term, equal in groupby(self.terms):
            count = len(list(equal))
            parts.append(f"{count}·{term}" if count > 1 else str(term))
        return f"{' + '.join(parts)} = {self.weights:,}"


def other_kind(kind: BlockKind) -> BlockKind:
    """Return the kind of block that `kind` is not."""
    return "basic" if kind == "bottleneck" else "bottleneck"


def block_bill(graph: Graph, block: Block) -> BlockBill:
    """Return what `block` costs as it stands in `graph`."""
    return _bill(block, graph.nodes_of(block))


def block_alternative(config: ArchitectureConfig, block: Block) -> BlockBill | None:
    """Return what `block` of `config` would cost as the other kind, with the same input, output, stride and shortcut.

    The block is really built: alone, in a network of one stage, so that this takes no longer in a deep network.
    None where it cannot be, because a Bottleneck's 3x3 convolution would be left without channels.
    """
    kind = other_kind(block.plan.kind)
    alone = _alone(config, block, kind)
    if next(alone.block_plans()).inner_channels < 1:
        return None
    graph = build_graph(alone)
    return block_bill(graph, graph.blocks[0])


def override_of(config: ArchitectureConfig, block_id: str) -> BlockOverride | None:
    """Return the entry that makes this block differ from its stage, or None."""
    return next((override for override in config.overrides if override.block == block_id), None)


def _alone(config: ArchitectureConfig, block: Block, kind: BlockKind) -> ArchitectureConfig:
    """Return a network of this one block; unchecked, since its stem may be wider than a stem can be chosen."""
    plan, (channels, height, width) = block.plan, block.input_shape
    entry = override_of(config, block.id)
    stage = config.stages[plan.stage - 1].model_copy(update={"blocks": 1, "stride": plan.stride, "kernels": ()})
    override = (entry or BlockOverride(block=block.id)).model_copy(
        update={"block": "layer1.0", "kind": kind, "kernels": None}
    )
    changes = {
        "input": InputConfig.model_construct(channels=1, height=height, width=width),
        "stem": StemConfig.model_construct(kind="cifar", width=channels, pool="none"),
        "stages": (stage,),
        "overrides": (override,),
    }
    return config.model_copy(update=changes)


def _bill(block: Block, nodes: Iterable[Node]) -> BlockBill:
    nodes = tuple(nodes)
    convolutions = sorted((node for node in nodes if node.kind == "conv"), key=lambda node: node.on_shortcut)
    return BlockBill(
        kind=block.plan.kind,
        terms=tuple(_term(node) for node in convolutions),
        parameters=sum(parameters_of(node) for node in nodes),
        macs=sum(macs_of(node) for node in nodes),
    )


def _term(node: Node) -> ConvTerm:
    return ConvTerm(
        node.operation.kernel, node.input_shape.channels, node.output_shape.channels, node.operation.groups
    )
