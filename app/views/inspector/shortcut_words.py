"""Says in words what a block's shortcut does and why: the rule of matching dimensions (He et al. 2015, 3.2 and 3.3)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.wording import kind_text
from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.architecture.layers import ACTIVATION_KINDS, NORM_KINDS
from resnet_core.number_text import shape_text

translate = QCoreApplication.translate


def residual_formula(block: Block) -> str:
    """Return what the block computes: `H(x) = F(x) + x`, with the projection or padding where there is one."""
    ways = {"identity": " + x", "projection": " + Wₛ·x", "zero_pad": " + pad(x)", "none": ""}
    return f"H(x) = F(x){ways[block.plan.shortcut]}"


def behind_the_addition(graph: Graph, block: Block) -> str:
    """Return what comes after the addition, or an empty text."""
    nodes = graph.nodes_of(block)
    add = next((place for place, node in enumerate(nodes) if node.kind == "add"), len(nodes))
    kinds = [kind_text(node.kind) for node in nodes[add + 1 :] if node.kind in ACTIVATION_KINDS | NORM_KINDS]
    if not kinds:
        return ""
    return translate("Inspector", "After the addition: {steps}.").format(steps=", ".join(kinds))


def shortcut_reason(graph: Graph, block: Block) -> str:
    """Return what the shortcut does here and why."""
    plan = block.plan
    conv = next((node for node in graph.nodes_of(block) if node.path == "shortcut" and node.kind == "conv"), None)
    if plan.shortcut == "identity":
        text = translate("Inspector", "x and F(x) have the same shape, {after}: x is added as it is, at no cost.")
    elif plan.shortcut == "none":
        text = translate("Inspector", "A plain block: nothing goes round the branch, so F has to learn all of H.")
    elif conv is not None:
        text = _projection_text(block, conv) + _source_text(graph, block)
    else:
        text = _padding_text(block)
    return text.format(
        before=shape_text(block.input_shape),
        after=shape_text(block.output_shape),
        stride=plan.stride,
        zeros=plan.out_channels - plan.in_channels,
        kernel=f"{conv.operation.kernel}×{conv.operation.kernel}" if conv is not None else "",
    )


def _projection_text(block: Block, conv: Node) -> str:
    plan = block.plan
    if plan.stride == 1 and plan.in_channels == plan.out_channels:
        return translate(
            "Inspector", "The shapes agree, {after}, but option C has a {kernel} convolution Wₛ everywhere."
        )
    if plan.stride == 1:
        return translate(
            "Inspector", "Only equal shapes add up: Wₛ, a {kernel} convolution, makes {after} of {before}."
        )
    if plan.pooled:
        return translate(
            "Inspector",
            "Only equal shapes add up: an average over {stride} × {stride} pixels and Wₛ, a {kernel} convolution, make "
            "{after} of {before}; every pixel is seen.",
        )
    return translate(
        "Inspector",
        "Only equal shapes add up: Wₛ, a {kernel} convolution of stride {stride}, makes {after} of {before}.",
    )


def _source_text(graph: Graph, block: Block) -> str:
    """Return what a projection reads, where that is not x itself."""
    first = next(node for node in graph.nodes_of(block) if node.path == "shortcut")
    source = graph.node_by_id[first.inputs[0]]
    if source.block != block.id:
        return ""
    text = translate("Inspector", "It reads what the block's first {kind} puts out.")
    return " " + text.format(kind=kind_text(source.kind))


def _padding_text(block: Block) -> str:
    plan = block.plan
    if plan.stride == 1:
        return translate(
            "Inspector", "Only equal shapes add up: {zeros} channels of zeros make {after} of {before}, at no cost."
        )
    if plan.in_channels == plan.out_channels:
        return translate(
            "Inspector", "Only equal shapes add up: one pixel in {stride}, each way, makes {after} of {before}."
        )
    return translate(
        "Inspector",
        "Only equal shapes add up: one pixel in {stride}, each way, and {zeros} channels of zeros make {after} "
        "of {before}, at no cost.",
    )
