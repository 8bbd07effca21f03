"""Gathers what is drawn of a block wherever it stands and however large: its form, its words, its shortcut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.configuration.architecture_config import BlockPlan
from resnet_core.configuration.block_plan import ConvolutionPlan, branch_convolutions
from resnet_core.drawing.block_outline import Silhouette, Stretch, silhouette
from resnet_core.drawing.captions import ATTENTION_WORDS, SHORTCUT_WORDS, projection_caption
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Role


class BlockFace(NamedTuple):
    """What one block shows, as do all of its run.

    `texts` stand in its middle, longest first; `facts` under it where they have no room there; `layer_texts` on each
    of its convolutions once they have. `groups` are those of each convolution.
    `way` is the role of its shortcut, or None, `way_texts` what stands on that; `way_layers` are where, between 0
    and 1, it leaves and joins the path once its layers show, `way_label` where its first layer stands.
    `gate` is its attention's name or empty, `gate_place` where that acts, `gate_layers`
    the middle of its layers.
    """

    form: Silhouette
    texts: tuple[str, ...]
    facts: tuple[str, ...]
    layer_texts: tuple[tuple[str, ...], ...]
    groups: tuple[int, ...]
    way: Role | None
    way_texts: tuple[str, ...]
    way_title: str
    way_layers: Stretch
    way_label: float
    pooled: bool
    gate: str
    gate_place: str
    gate_layers: float


def block_face(graph: Graph, block: Block, stretches: Sequence[Stretch]) -> BlockFace:
    """Return the face of `block`, whose layers stand at `stretches` of its width, from 0 to 1."""
    plan, config = block.plan, graph.config
    own = zip(graph.nodes_of(block), stretches, strict=True)
    layers = tuple(stretch for node, stretch in own if _is_branch_convolution(node))
    way_layers, way_label = _way_layers(graph, block, stretches)
    kernel = projection_caption(config, plan)
    way_texts = {"projection": (kernel,), "zero_pad": ("+0", "0")}.get(plan.shortcut, ())
    place = config.attention.placement
    is_gated = plan.attention != "none" and (place != "identity" or plan.shortcut != "none")
    convolutions = branch_convolutions(plan, config.block)
    return BlockFace(
        form=silhouette(plan, config.block, layers),
        texts=_middle_texts(plan),
        facts=_set_apart(plan),
        layer_texts=tuple(_layer_texts(one, custom=plan.is_custom) for one in convolutions),
        groups=tuple(one.groups for one in convolutions),
        way=SHORTCUT_ROLES.get(plan.shortcut),
        way_texts=way_texts,
        way_title=f"{kernel} projection" if plan.shortcut == "projection" else SHORTCUT_WORDS[plan.shortcut],
        way_layers=way_layers,
        way_label=way_label,
        pooled=plan.pooled,
        gate=ATTENTION_WORDS[plan.attention] if is_gated else "",
        gate_place=place,
        gate_layers=_gate_layers(graph.nodes_of(block), stretches),
    )


def _is_branch_convolution(node: Node) -> bool:
    return node.kind == "conv" and node.path == "main" and node.id.rpartition(".")[2].startswith("conv")


def _way_layers(graph: Graph, block: Block, stretches: Sequence[Stretch]) -> tuple[Stretch, float]:
    """Return from where to where the way round leads once layers show, and the middle of what stands on it."""
    nodes = graph.nodes_of(block)
    places = {node.id: stretch for node, stretch in zip(nodes, stretches, strict=True)}
    on_way = [node for node in nodes if node.path == "shortcut"]
    joined = [node for node in nodes if node.kind == "add"]
    if not joined:
        return (0.0, 1.0), 0.5
    source = on_way[0].inputs[0] if on_way else joined[-1].inputs[1]
    start, stop = places[source][1] if source in places else 0.0, sum(places[joined[-1].id]) / 2
    shown = next((node for node in on_way if node.kind in ("conv", "zero_pad")), None)
    return (start, stop), sum(places[shown.id]) / 2 if shown else (start + stop) / 2


def _gate_layers(nodes: Sequence[Node], stretches: Sequence[Stretch]) -> float:
    """Return the middle of what computes an attention's weights."""
    own = [stretch for node, stretch in zip(nodes, stretches, strict=True) if node.path == "gate"]
    return (own[0][0] + own[-1][1]) / 2 if own else 0.5


def _middle_texts(plan: BlockPlan) -> tuple[str, ...]:
    """Return what stands on a block, longest first: the channels inside it, or the kernels of a branch of its own."""
    facts = _set_apart(plan)
    if plan.is_custom:
        return " ".join(facts), facts[0], f"{len(plan.kernels)} conv", f"{len(plan.kernels)}c"
    channels = f"{plan.inner_channels}"
    return (" ".join((channels, *facts)), channels) if facts else (channels,)


def _set_apart(plan: BlockPlan) -> tuple[str, ...]:
    """Return what a block has of its own: its kernels, its dilation."""
    kernels = (",".join(map(str, plan.kernels)),) if plan.is_custom else ()
    dilation = max(plan.dilation, plan.first_dilation)
    return (*kernels, f"d={dilation}") if dilation > 1 and max(plan.kernels) > 1 else kernels


def _layer_texts(one: ConvolutionPlan, *, custom: bool) -> tuple[str, ...]:
    """Return what stands on a convolution of a large block, longest first: kernel, stride, groups, channels out.

    Only a branch of one's own is worth telling without its channels.
    """
    kernel = f"{one.kernel}×{one.kernel}"
    groups = f" ·{one.groups}" if one.groups > 1 else ""
    name = f"{kernel} /{one.stride}{groups}" if one.stride > 1 else f"{kernel}{groups}"
    texts = f"{name}, {one.out_channels}", f"{kernel}, {one.out_channels}"
    return (*texts, name, kernel) if custom else texts
