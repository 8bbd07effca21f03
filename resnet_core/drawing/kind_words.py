"""Names kinds of layers, blocks and shortcuts in words, through a `say` that translates them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resnet_core.architecture.graph import Node
from resnet_core.configuration.architecture_config import BlockPlan
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.captions import ATTENTION_WORDS
from resnet_core.drawing.say import Say, as_written
from resnet_core.number_text import MINUS, exact

KIND_WORDS: Mapping[str, str] = MappingProxyType({
    "input": N_("NodeKind", "input"), "conv": N_("NodeKind", "conv"), "channel_conv": N_("NodeKind", "channel conv"),
    "linear": N_("NodeKind", "linear"), "batch_norm": N_("NodeKind", "batch norm"),
    "group_norm": N_("NodeKind", "group norm"), "layer_norm": N_("NodeKind", "layer norm"),
    "relu": N_("NodeKind", "ReLU"), "leaky_relu": N_("NodeKind", "leaky ReLU"), "gelu": N_("NodeKind", "GELU"),
    "silu": N_("NodeKind", "SiLU"), "elu": N_("NodeKind", "ELU"), "sigmoid": N_("NodeKind", "sigmoid"),
    "max_pool": N_("NodeKind", "max pool"), "local_average_pool": N_("NodeKind", "local average pool"),
    "blur_pool": N_("NodeKind", "blur pool"), "average_pool": N_("NodeKind", "average pool"),
    "global_max_pool": N_("NodeKind", "global max pool"), "zero_pad": N_("NodeKind", "zero pad"),
    "add": N_("NodeKind", "add"), "multiply": N_("NodeKind", "multiply"), "mean": N_("NodeKind", "mean of two"),
    "stack": N_("NodeKind", "stack"), "sum_rows": N_("NodeKind", "sum of rows"),
    "concat": N_("NodeKind", "concatenate"), "channel_mean": N_("NodeKind", "mean over channels"),
    "channel_max": N_("NodeKind", "maximum over channels"), "dropout": N_("NodeKind", "dropout"),
    "drop_path": N_("NodeKind", "drop path"), "scale": N_("NodeKind", "scale"),
    "scalar_bias": N_("NodeKind", "scalar bias"), "flatten": N_("NodeKind", "flatten"),
    "output": N_("NodeKind", "output"), "basic": N_("NodeKind", "Basic"), "bottleneck": N_("NodeKind", "Bottleneck"),
    "stem": N_("NodeKind", "stem"), "head": N_("NodeKind", "head"),
})  # fmt: skip
"""What each kind of layer, block and end is called."""

_SHORTCUT_WORDS: Mapping[str, str] = MappingProxyType({
    "identity": N_("Shortcut", "identity shortcut"), "projection": N_("Shortcut", "projection shortcut"),
    "zero_pad": N_("Shortcut", "zero-padded shortcut"), "none": N_("Shortcut", "no shortcut"),
    "pooled": N_("Shortcut", "average-pooled projection shortcut"),
})  # fmt: skip
_WINDOWED = ("conv", "max_pool", "local_average_pool", "blur_pool")
_DROPS = ("dropout", "drop_path")


def kind_words(kind: str, say: Say = as_written) -> str:
    """Return the name of a kind: `batch_norm` is "batch norm"; one unknown here keeps its own."""
    return say("NodeKind", KIND_WORDS[kind]) if kind in KIND_WORDS else kind


def shortcut_words(kind: str, say: Say = as_written) -> str:
    """Return what a kind of shortcut is called: "identity shortcut"; `pooled` is the projection of a ResNet-D."""
    return say("Shortcut", _SHORTCUT_WORDS[kind]) if kind in _SHORTCUT_WORDS else kind


def block_name(plan: BlockPlan, say: Say = as_written) -> str:
    """Return a block's kind, with the kernels of a branch of its own and its attention: "SE Basic(3,1,3)"."""
    kernels = f"({','.join(map(str, plan.kernels))})" if plan.is_custom else ""
    attention = ATTENTION_WORDS.get(plan.attention, "")
    return f"{attention} {kind_words(plan.kind, say)}{kernels}".strip()


def block_words(plan: BlockPlan, say: Say = as_written) -> str:
    """Return what a block is: "SE Bottleneck, identity shortcut"."""
    shortcut = shortcut_words("pooled" if plan.pooled else plan.shortcut, say)
    return say("Wording", N_("Wording", "{kind}, {shortcut}")).format(kind=block_name(plan, say), shortcut=shortcut)


def block_facts(plan: BlockPlan, say: Say = as_written) -> tuple[str, ...]:
    """Return what else is set apart in a block: "32 groups", "dilation 2, then 4", "dropped with chance 0.25"."""
    facts = []
    if plan.groups > 1:
        facts.append(say("Wording", N_("Wording", "{count} groups")).format(count=exact(plan.groups)))
    if plan.first_dilation != plan.dilation:
        pattern = say("Wording", N_("Wording", "dilation {first}, then {other}"))
        facts.append(pattern.format(first=plan.first_dilation, other=plan.dilation))
    elif plan.dilation > 1:
        facts.append(say("Wording", N_("Wording", "dilation {dilation}")).format(dilation=plan.dilation))
    if plan.drop_chance and plan.shortcut != "none":
        pattern = say("Wording", N_("Wording", "dropped with chance {chance}"))
        facts.append(pattern.format(chance=f"{plan.drop_chance:.3g}"))
    return tuple(facts)


def layer_words(node: Node, say: Say = as_written) -> str:
    """Return what a layer computes: "conv 3×3 /2, dilation 2, 32 groups", "drop path, chance 0.25"."""
    operation, words = node.operation, [kind_words(node.kind, say)]
    if node.kind in _WINDOWED:
        words[0] += f" {operation.kernel}×{operation.kernel}" + f" /{operation.stride}" * (operation.stride > 1)
    if node.kind == "channel_conv":
        words.append(say("Wording", N_("Wording", "kernel {kernel}")).format(kernel=operation.kernel))
    if operation.dilation > 1:
        words.append(say("Wording", N_("Wording", "dilation {dilation}")).format(dilation=operation.dilation))
    if operation.groups > 1:
        words.append(say("Wording", N_("Wording", "{count} groups")).format(count=exact(operation.groups)))
    if operation.standardized:
        words.append(say("Wording", N_("Wording", "standardised weights")))
    if node.kind in _DROPS:
        words.append(say("Wording", N_("Wording", "chance {chance}")).format(chance=f"{operation.factor:.3g}"))
    if node.kind == "scale":
        learnt, by = N_("Wording", "learnt, from {factor}"), N_("Wording", "by {factor}")
        factor = f"{operation.factor:g}".replace("-", MINUS)
        words.append(say("Wording", learnt if operation.learned else by).format(factor=factor))
    return ", ".join(words)
