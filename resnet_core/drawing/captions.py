"""Words what a block, a stage or a layer is, in one line and without units."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resnet_core.architecture.graph import Block, Graph, Node, Stage
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

KIND_WORDS = {"basic": "Basic", "bottleneck": "Bottleneck"}
#: Attentions as they are called everywhere.
ATTENTION_WORDS = {"se": "SE", "eca": "ECA", "cbam": "CBAM"}
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
_WINDOWED = ("conv", "max_pool", "local_average_pool", "blur_pool")


def shape_caption(shape: Shape) -> str:
    """Return `1024×14²`, `64×32×48` where the map is no square, `1000` for a vector."""
    channels, height, width = shape
    if height == width == 1:
        return f"{channels}"
    return f"{channels}×{height}²" if height == width else f"{channels}×{height}×{width}"


def kind_caption(plan: BlockPlan) -> str:
    """Return `Bottleneck`, `Basic(3,1,3)` where the branch is not its kind's own, `SE Bottleneck` with an attention."""
    kernels = f"({','.join(map(str, plan.kernels))})" if plan.is_custom else ""
    attention = ATTENTION_WORDS.get(plan.attention, "")
    return f"{attention} {KIND_WORDS[plan.kind]}{kernels}".strip()


def block_title(block: Block) -> str:
    """Return id, kind, shortcut, what is set apart from the usual, and shapes of a block."""
    plan = block.plan
    pooled = "average-pooled " if plan.pooled else ""
    words = [kind_caption(plan), pooled + SHORTCUT_WORDS[plan.shortcut]]
    if plan.groups > 1:
        words.append(f"{plan.groups} groups")
    if plan.dilation > 1 or plan.first_dilation > 1:
        dilations = dict.fromkeys((plan.first_dilation, plan.dilation))
        words.append(f"dilation {', then '.join(map(str, dilations))}")
    if plan.drop_chance:
        words.append(f"dropped with chance {plan.drop_chance:.3g}")
    shapes = f"{shape_caption(block.input_shape)} → {shape_caption(block.output_shape)}"
    return f"{block.id}: {', '.join(words)}, {shapes}"


def stage_title(graph: Graph, stage: Stage) -> str:
    """Return id, the papers' name where they have one, the count of blocks and the output shape of a stage."""
    shape = graph.blocks[stage.stop - 1].output_shape
    paper = paper_stage_name(graph.config.stem.kind, stage.number)
    named = f"{stage.id} ({paper})" if paper else stage.id
    return f"{named}: {stage.stop - stage.first} blocks, {shape_caption(shape)}"


def paper_stage_name(stem: str, number: int) -> str:
    """Return the name of a stage in He et al. 2015, Table 1: stage 3 is conv4_x. Empty where the table has none."""
    return f"conv{number + 1}_x" if stem == "imagenet" and 1 <= number <= 4 else ""


def node_title(node: Node) -> str:
    """Return id, operation and shapes of a layer."""
    shapes = f"{shape_caption(node.input_shape)} → {shape_caption(node.output_shape)}"
    kernel, stride, _, groups, _, dilation, standardized, factor, learned = node.operation
    words = [node.kind.replace("_", " ")]
    if node.kind in _WINDOWED:
        words.append(f"{kernel}×{kernel}, stride {stride}")
    if node.kind == "channel_conv":
        words.append(f"kernel {kernel} along the channels")
    if dilation > 1:
        words.append(f"dilation {dilation}")
    if groups > 1:
        words.append(f"{groups} groups")
    if standardized:
        words.append("standardised weights")
    if node.kind in ("dropout", "drop_path"):
        words.append(f"chance {factor:.3g}")
    if node.kind == "scale":
        words.append(f"learnt, from {factor:g}" if learned else f"factor {factor:g}")
    return f"{node.id}: {', '.join(words)}, {shapes}"


def kernel_caption(node: Node) -> str:
    """Return `3×3`, with its stride and dilation where they are not 1: `3×3 /2 d=2`."""
    kernel, stride, dilation = node.operation.kernel, node.operation.stride, node.operation.dilation
    words = [f"{kernel}×{kernel}"]
    if stride > 1:
        words.append(f"/{stride}")
    if dilation > 1:
        words.append(f"d={dilation}")
    return " ".join(words)


def weight_captions(node: Node) -> tuple[str, ...]:
    """Return the name of a layer with weights, longest first: its kernel with its groups, or `fc`."""
    if node.kind != "conv":
        return ("fc",)
    name = kernel_caption(node)
    texts = (name, name.replace(" ", ""), name.split(" ")[0])
    return (f"{name} ·{node.operation.groups}", *texts) if node.operation.groups > 1 else texts


def channel_captions(node: Node) -> tuple[str, ...]:
    """Return the channels that a layer reads and puts out, longest first."""
    return f"{node.input_shape.channels}→{node.output_shape.channels}", f"→{node.output_shape.channels}"


_PLAIN_CAPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "batch_norm": ("BN",),
        "group_norm": ("GN",),
        "layer_norm": ("LN",),
        "relu": ("ReLU",),
        "leaky_relu": ("LReLU", "ReLU"),
        "gelu": ("GELU",),
        "silu": ("SiLU",),
        "elu": ("ELU",),
        "sigmoid": ("σ",),
        "max_pool": ("max pool", "pool"),
        "average_pool": ("avg pool", "avg"),
        "global_max_pool": ("max pool", "max"),
        "mean": ("mean", "½Σ"),
        "stack": ("stack", "⊔"),
        "concat": ("concat", "cat"),
        "sum_rows": ("Σ",),
        "channel_mean": ("C mean", "mean"),
        "channel_max": ("C max", "max"),
        "zero_pad": ("zero pad", "pad", "+0"),
        "scalar_bias": ("+ b", "+b"),
        "flatten": ("flatten", "flat"),
    }
)


def pill_captions(node: Node) -> tuple[str, ...]:
    """Return what stands on a layer without weights of its own, longest first; a kind unknown here has its name."""
    kind, operation = node.kind, node.operation
    if kind == "max_pool" and operation.stride == 1:
        return "max /1", "max"
    if kind == "local_average_pool":
        return f"avg pool /{operation.stride}", f"avg /{operation.stride}", "avg"
    if kind == "blur_pool":
        return f"blur pool /{operation.stride}", f"blur /{operation.stride}", "blur"
    if kind == "dropout":
        return f"dropout {operation.factor:g}", f"drop {operation.factor:g}", "drop"
    if kind == "drop_path":
        return f"drop path {operation.factor:.2g}", f"path {operation.factor:.2g}", "path"
    if kind == "scale":
        factor = f"{operation.factor:.3g}".replace("-", "−")
        return ("× α", "×α") if operation.learned else (f"× {factor}", f"×{factor}", "×")
    return _PLAIN_CAPTIONS.get(kind, (kind.replace("_", " "),))


def projection_caption(config: ArchitectureConfig, plan: BlockPlan) -> str:
    """Return the kernel of a block's projection: `1×1`, or `3×3` where a strided one sees every pixel."""
    return "3×3" if plan.stride > 1 and config.shortcut.strided_kernel == "3x3" else "1×1"


def stem_captions(graph: Graph) -> tuple[str, ...]:
    """Return what stands on the stem's box, longest first."""
    nodes = graph.nodes[: graph.blocks[0].first]
    kernels = [kernel_caption(node) for node in nodes if node.kind == "conv" and not node.id.startswith("maxpool")]
    pool = any(node.id.startswith("maxpool") for node in nodes)
    first = kernels[0]
    name = f"{first} ×{len(kernels)}" if len(kernels) > 1 else first
    short = first.split(" ")[0]
    texts = (f"{name}, pool", f"{name} pool", name) if pool else (name,)
    return (*texts, short, "stem")


def head_captions(graph: Graph) -> tuple[str, ...]:
    """Return what stands on the head's box, longest first."""
    head = graph.config.head
    if head.pool == "none":
        names = ", ".join(graph.features)
        return (f"maps {names}", "feature maps", "maps", "C")
    pool = {"average": "pool", "max": "max pool", "average_max": "avg+max pool"}[head.pool]
    words = [f"1×1 {head.features}"] * bool(head.features) + [pool] + ["fc"] * bool(head.classes)
    return ", ".join(words), ", ".join(words[-2:]), "pool, fc" if head.classes else "pool", words[-1].split(" ")[-1]


def head_title(graph: Graph) -> str:
    """Return what the head is made of."""
    names = {"average": "average pool", "max": "max pool", "average_max": "mean of average and max pool"}
    head = graph.config.head
    if head.pool == "none":
        return f"head: none, the maps {', '.join(graph.features)}"
    words = [f"1×1 convolution to {head.features} channels"] * bool(head.features) + [names[head.pool]]
    words += ["dropout"] * bool(head.dropout and head.classes) + ["fully connected"] * bool(head.classes)
    return f"head: {', '.join(words)}"
