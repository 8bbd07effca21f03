"""Words what a block, a stage or a layer is, in one line and without units."""

from __future__ import annotations

from resnet_core.architecture.graph import Block, Graph, Node, Stage
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

KIND_WORDS = {"basic": "Basic", "bottleneck": "Bottleneck"}
#: What stands on the way round, for the window to translate.
WAY_WORDS = {
    "identity": N_("Drawing", "identity"),
    "projection": N_("Drawing", "projection"),
    "zero_pad": N_("Drawing", "zero-padded"),
}
SHORTCUT_WORDS = {
    "identity": "identity shortcut",
    "projection": "projection shortcut",
    "zero_pad": "zero-padded shortcut",
    "none": "no shortcut",
}


def shape_caption(shape: Shape) -> str:
    """Return `1024×14²`, `64×32×48` where the map is no square, `1000` for a vector."""
    channels, height, width = shape
    if height == width == 1:
        return f"{channels}"
    return f"{channels}×{height}²" if height == width else f"{channels}×{height}×{width}"


def block_title(block: Block) -> str:
    """Return id, kind, shortcut and shapes of a block."""
    plan = block.plan
    shapes = f"{shape_caption(block.input_shape)} → {shape_caption(block.output_shape)}"
    return f"{block.id}: {KIND_WORDS[plan.kind]}, {SHORTCUT_WORDS[plan.shortcut]}, {shapes}"


def stage_title(graph: Graph, stage: Stage) -> str:
    """Return id, the papers' name, the count of blocks and the output shape of a stage."""
    shape = graph.blocks[stage.stop - 1].output_shape
    return f"{stage.id} (conv{stage.number + 1}_x): {stage.stop - stage.first} blocks, {shape_caption(shape)}"


def node_title(node: Node) -> str:
    """Return id, operation and shapes of a layer."""
    shapes = f"{shape_caption(node.input_shape)} → {shape_caption(node.output_shape)}"
    kernel, stride, _, groups, *_ = node.operation
    words = [node.kind.replace("_", " ")]
    if node.kind in ("conv", "max_pool"):
        words.append(f"{kernel}×{kernel}, stride {stride}")
    if groups > 1:
        words.append(f"{groups} groups")
    return f"{node.id}: {', '.join(words)}, {shapes}"


def kernel_caption(node: Node) -> str:
    """Return `3×3`, or `3×3 /2` where the stride is not 1."""
    kernel, stride = node.operation.kernel, node.operation.stride
    return f"{kernel}×{kernel} /{stride}" if stride > 1 else f"{kernel}×{kernel}"


def stem_captions(graph: Graph) -> tuple[str, ...]:
    """Return what stands on the stem's box, longest first."""
    nodes = graph.nodes[: graph.blocks[0].first]
    kernel = next(kernel_caption(node) for node in nodes if node.kind == "conv")
    pooled = any(node.kind == "max_pool" for node in nodes)
    return (f"{kernel}, pool", f"{kernel} pool", kernel, kernel[:3], "stem") if pooled else (kernel, kernel[:3])
