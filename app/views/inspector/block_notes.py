"""Says in short sentences what is true of one block and often misunderstood, with the block's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.views.inspector.block_formula import BlockFormula
from app.wording import kind_text
from resnet_core.analysis.block_alternative import BlockBill
from resnet_core.analysis.layer_cost import macs_of, parameters_of
from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.drawing.captions import ATTENTION_WORDS
from resnet_core.number_text import compact, exact, percent, ratio

translate = QCoreApplication.translate


class NotedBlock(NamedTuple):
    """A block with what is known of it: its bill, the other kind's (None: impossible), and its formula."""

    graph: Graph
    block: Block
    bill: BlockBill
    alternative: BlockBill | None
    formula: BlockFormula

    @property
    def config(self) -> ArchitectureConfig:
        """The network's configuration."""
        return self.graph.config

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The block's layers."""
        return self.graph.nodes_of(self.block)


def block_notes(noted: NotedBlock) -> tuple[str, ...]:
    """Return the notes that apply to a block, as rich text, the most misunderstood first."""
    return (
        *_on_compute(noted),
        *_on_nothing(noted),
        *_on_the_path(noted),
        *_on_shortcut_weights(noted),
        *_on_convolutions(noted),
        *_on_attention(noted),
        *_on_chance(noted),
    )


def _on_compute(noted: NotedBlock) -> Iterator[str]:
    """A Bottleneck's 1x1 convolutions save compute; they do not add it."""
    plan, alternative = noted.block.plan, noted.alternative
    if plan.kind != "bottleneck" or plan.is_custom or alternative is None or alternative.macs <= noted.bill.macs:
        return
    text = translate(
        "Inspector",
        "The 1×1 convolutions <b>save</b> compute, they do not add it: they let the 3×3 work on {inner} channels. "
        "This block takes {own} MACs; a Basic block that puts out the same {channels} channels takes {theirs}, "
        "{ratio} as many.",
    )
    yield text.format(
        inner=exact(plan.inner_channels),
        own=compact(noted.bill.macs),
        channels=exact(plan.out_channels),
        theirs=compact(alternative.macs),
        ratio=ratio(alternative.macs / noted.bill.macs),
    )


def _on_nothing(noted: NotedBlock) -> Iterator[str]:
    """F(x) = 0 means "do nothing", where there is a way round."""
    shortcut, silent = noted.block.plan.shortcut, noted.formula.silent
    if shortcut == "none":
        yield translate(
            "Inspector",
            "A plain block has no way round: F(x) = 0 would not mean “do nothing”, it would let nothing through. "
            "To do nothing, F must learn the identity, which its convolutions find hard.",
        )
        return
    if shortcut == "identity":
        text = translate(
            "Inspector",
            "F(x) = 0 means “do nothing”{left}. So a block that is not needed only has to keep its weights small; "
            "F learns what is to be changed in x.",
        )
    elif shortcut == "projection":
        text = translate("Inspector", "F(x) = 0 leaves the projection alone{left}.")
    else:
        text = translate("Inspector", "F(x) = 0 leaves x alone, in its new shape{left}.")
    yield text.format(left=f": H(x) = {silent}" if silent else "")
    if silent == "relu(\u200bx)":
        yield translate("Inspector", "relu(x) is x here, as every value of x has come out of a ReLU before.")
    initialization = noted.config.initialization
    if initialization.scheme in ("fixup", "skipinit") or noted.block.plan.begins_at_zero(initialization):
        yield translate("Inspector", "It begins there: the initialisation makes F(x) = 0 at the first step.")


def _on_the_path(noted: NotedBlock) -> Iterator[str]:
    """What stands on the way from x to H(x)."""
    plan, config = noted.block.plan, noted.config
    if plan.shortcut != "identity":
        return
    formula = noted.formula.silent
    if formula == "x":
        yield translate(
            "Inspector",
            "Nothing stands on the way from x to H(x): the gradient comes back along it unchanged, "
            "∂H/∂x = 1 + ∂F/∂x, through every such block.",
        )
    elif config.block.activation_order == "bn_after_add":
        yield translate("Inspector", "A norm stands behind the addition, so that every block rescales the way round.")
    elif config.shortcut.shortcut_scale != 1.0:
        text = translate("Inspector", "The way round is scaled by {factor}: of x, ten such blocks leave {after}.")
        factor = config.shortcut.shortcut_scale
        yield text.format(factor=f"{factor:g}", after=f"{factor**10:.3g}")
    elif config.block.activation_order == "post" and config.activation.after_addition and formula:
        name = escape(kind_text(config.activation.kind)) if config.activation.kind != "identity" else ""
        if name:
            text = translate(
                "Inspector", "A {activation} stands behind the addition; pre-activation moves it into the branch."
            )
            yield text.format(activation=name)


def _on_shortcut_weights(noted: NotedBlock) -> Iterator[str]:
    """Only a projection has weights."""
    own = [node for node in noted.nodes if node.path == "shortcut"]
    weights = sum(parameters_of(node) for node in own if node.kind == "conv")
    if not weights:
        return
    text = translate("Inspector", "Of all shortcuts only a projection has weights: {count} here, {share} of the block.")
    yield text.format(count=exact(weights), share=_share(weights, noted.bill.parameters))
    if noted.block.plan.stride > 1 and any(
        node.kind == "conv" and node.operation.kernel == 1 and node.operation.stride > 1 for node in own
    ):
        seen = noted.block.plan.stride**2
        text = translate("Inspector", "Its 1×1 of stride {stride} looks at one pixel in {all}; the others go unseen.")
        yield text.format(stride=noted.block.plan.stride, all=seen)


def _on_convolutions(noted: NotedBlock) -> Iterator[str]:
    """Dilation keeps the weights; groups divide them; a strided 1x1 of the branch skips pixels."""
    branch = [node for node in noted.nodes if node.kind == "conv" and node.path == "main"]
    widest = max(branch, key=lambda node: (node.operation.dilation, node.operation.kernel))
    kernel, dilation = widest.operation.kernel, widest.operation.dilation
    if dilation > 1:
        text = translate(
            "Inspector",
            "Dilation {dilation} keeps the {kernel}·{kernel} weights; they reach over {reach} pixels.",
        )
        yield text.format(dilation=dilation, kernel=kernel, reach=dilation * (kernel - 1) + 1)
    grouped = next((node for node in branch if node.operation.groups > 1), None)
    if grouped is not None:
        text = translate(
            "Inspector",
            "In {groups} groups a filter reads {share} of {channels} channels: 1/{groups} of the weights.",
        )
        channels, groups = grouped.input_shape.channels, grouped.operation.groups
        yield text.format(groups=exact(groups), share=exact(channels // groups), channels=exact(channels))
    if any(node.operation.kernel == 1 and node.operation.stride > 1 for node in branch):
        text = translate("Inspector", "The stride stands in a 1×1, which looks at one pixel in {all} of its input.")
        yield text.format(all=noted.block.plan.stride**2)


def _on_attention(noted: NotedBlock) -> Iterator[str]:
    """What an attention costs."""
    plan = noted.block.plan
    if plan.attention == "none":
        return
    mark = f"{noted.block.id}.{plan.attention}."
    own = [node for node in noted.nodes if node.id.startswith(mark)]
    parameters, macs = sum(map(parameters_of, own)), sum(map(macs_of, own))
    if not own:
        return
    text = translate(
        "Inspector", "{name} takes {parameters} parameters, {share} of the block, and {compute} of its MACs."
    )
    yield text.format(
        name=ATTENTION_WORDS[plan.attention],
        parameters=exact(parameters),
        share=_share(parameters, noted.bill.parameters),
        compute=_share(macs, noted.bill.macs),
    )


def _on_chance(noted: NotedBlock) -> Iterator[str]:
    """What is dropped is dropped in training only."""
    plan = noted.block.plan
    if plan.drop_chance and plan.shortcut != "none":
        text = translate(
            "Inspector",
            "In training the branch is left out for {chance} of the images, F(x) = 0; at evaluation it is there.",
        )
        yield text.format(chance=escape(percent(plan.drop_chance)))


def _share(part: int, whole: int) -> str:
    """Return a share as it may stand in rich text: "&lt; 0.1 %"."""
    return escape(percent(part / whole)) if whole else ""
