"""Turns the network, one of its blocks or one of its layers into lines of text: facts, formulas and differences."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.state.architecture_document import Snapshot
from app.wording import block_text, kind_text, paper_name
from resnet_core.analysis.cost_report import CostReport, GroupCost
from resnet_core.analysis.layer_cost import LayerCost, mac_formula, parameter_formula
from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.architecture.layers import NORM_KINDS
from resnet_core.number_text import (
    MINUS,
    byte_difference,
    byte_text,
    compact,
    exact,
    exact_difference,
    percent,
    percent_difference,
    shape_text,
)

translate = QCoreApplication.translate

_NORMS = {"batch_norm": "BN", "group_norm": "GN", "layer_norm": "LN"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Fact(NamedTuple):
    """One line: what it is, its value, what stands beside it (a difference), and what the tooltip adds."""

    name: str
    value: str
    beside: str = ""
    tip: str = ""


class Formula(NamedTuple):
    """Arithmetic with its outcome, and whose it is."""

    text: str
    source: str


class Card(NamedTuple):
    """What the inspector says of one thing before the parts that are particular to its kind."""

    title: str
    subtitle: str
    facts: tuple[Fact, ...]
    parameter_formulas: tuple[Formula, ...] = ()
    mac_formulas: tuple[Formula, ...] = ()


def network_card(snapshot: Snapshot, reference: Snapshot | None) -> Card:
    """Return the totals of the network."""
    report, theirs = snapshot.report, reference.report.total if reference else None
    total = report.total
    facts = (
        Fact(
            translate("Inspector", "depth"), exact(report.depth), _count_difference(report, reference),
            translate("Inspector", "Convolutions and linear layers on the main path, as papers count depth."),
        ),
        *_count_facts(total, theirs, reference),
        Fact(translate("Inspector", "receptive field"), _pixels(total.receptive_field)),
    )  # fmt: skip
    blocks = translate("Inspector", "{blocks} blocks in {stages} stages").format(
        blocks=exact(len(snapshot.graph.blocks)), stages=len(snapshot.graph.stages)
    )
    return Card(snapshot.config.name, blocks, facts)


def stage_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Return a line a stage, stem and head included: its parameters, and its MACs beside them."""
    counts = {stage.id: stage.stop - stage.first for stage in snapshot.graph.stages}
    return tuple(_stage_fact(snapshot, cost, counts.get(id)) for id, cost in snapshot.report.stages.items())


def block_card(snapshot: Snapshot, block: Block, reference: Snapshot | None) -> Card:
    """Return what `block` is and costs, and where its counts come from."""
    cost, total = snapshot.report.blocks[block.id], snapshot.report.total
    theirs = reference.report.blocks.get(block.id) if reference else None
    facts = (
        Fact(translate("Inspector", "in"), shape_text(block.input_shape)),
        Fact(translate("Inspector", "out"), shape_text(block.output_shape)),
        *_count_facts(cost, theirs, reference, total),
        Fact(translate("Inspector", "receptive field"), _pixels(cost.receptive_field)),
        _kept_fact(cost, theirs, reference),
    )  # fmt: skip
    nodes = snapshot.graph.nodes_of(block)
    paper = paper_name(snapshot.config, block.stage)
    subtitle = " · ".join(text for text in (block_text(block.plan), paper) if text)
    return Card(block.id, subtitle, facts, _parameter_formulas(block, nodes), _mac_formulas(block, nodes))


def layer_card(snapshot: Snapshot, node: Node, reference: Snapshot | None) -> Card:
    """Return what one layer is and costs, and where its counts come from."""
    row = _row(snapshot.report, node.id)
    theirs = _find_row(reference.report, node.id) if reference else None
    facts = [
        Fact(translate("Inspector", "in"), shape_text(node.input_shape)),
        Fact(translate("Inspector", "out"), shape_text(node.output_shape)),
        *_operation_facts(node),
        *_count_facts(row, theirs, reference, snapshot.report.total),
        Fact(translate("Inspector", "receptive field"), _pixels(row.receptive_field)),
        Fact(
            translate("Inspector", "effective stride"), _pixels(row.effective_stride), "",
            translate("Inspector", "How far apart, in input pixels, neighbouring outputs look."),
        ),
        _kept_fact(row, theirs, reference),
    ]  # fmt: skip
    stage = node.block or node.stage
    subtitle = translate("Inspector", "{kind} in {place}").format(kind=kind_text(node.kind), place=stage)
    parameters = [Formula(text, node.id) for text in (parameter_formula(node),) if text]
    macs = [Formula(text, node.id) for text in (mac_formula(node),) if text]
    return Card(node.id, subtitle, tuple(facts), tuple(parameters), tuple(macs))


def _count_facts(
    cost: GroupCost | LayerCost,
    theirs: GroupCost | LayerCost | None,
    reference: Snapshot | None,
    whole: GroupCost | None = None,
) -> tuple[Fact, ...]:
    """Return parameters (and their share of the whole), MACs, FLOPs and activations."""
    parameters = _fact(translate("Inspector", "parameters"), cost, theirs, "parameters", reference)
    facts = [parameters]
    if whole is not None and whole.parameters:
        tip = translate("Inspector", "Of the network's parameters; of its MACs {share}.").format(
            share=percent(cost.macs / whole.macs) if whole.macs else "0 %"
        )
        facts.append(Fact(translate("Inspector", "share"), percent(cost.parameters / whole.parameters), "", tip))
    facts += [
        _fact(translate("Inspector", "MACs"), cost, theirs, "macs", reference),
        _fact(translate("Inspector", "FLOPs"), cost, theirs, "flops", reference),
        _fact(translate("Inspector", "activations"), cost, theirs, "activations", reference),
    ]
    return tuple(facts)


def _fact(
    name: str,
    cost: GroupCost | LayerCost,
    theirs: GroupCost | LayerCost | None,
    field: str,
    reference: Snapshot | None,
) -> Fact:
    value = getattr(cost, field)
    if theirs is None or reference is None:
        return Fact(name, exact(value))
    other = getattr(theirs, field)
    tip = _against(exact_difference(value, other), exact(other), reference)
    return Fact(name, exact(value), percent_difference(value, other), tip)


def _kept_fact(cost: GroupCost | LayerCost, theirs: GroupCost | LayerCost | None, reference: Snapshot | None) -> Fact:
    name = translate("Inspector", "kept for backward")
    return byte_fact(name, cost.saved_bytes, theirs.saved_bytes if theirs else None, reference)


def byte_fact(name: str, value: int, theirs: int | None, reference: Snapshot | None) -> Fact:
    """Return a line with a size, and its difference from the reference's where there is one."""
    tip = translate("Inspector", "{bytes} bytes").format(bytes=exact(value))
    if theirs is None or reference is None:
        return Fact(name, byte_text(value), "", tip)
    against = _against(byte_difference(value, theirs), byte_text(theirs), reference)
    return Fact(name, byte_text(value), percent_difference(value, theirs), f"{tip}\n{against}")


def _against(difference: str, theirs: str, reference: Snapshot) -> str:
    text = translate("Inspector", "{difference} against {name}, which has {theirs}")
    return text.format(difference=difference, name=reference.config.name, theirs=theirs)


def _count_difference(report: CostReport, reference: Snapshot | None) -> str:
    return exact_difference(report.depth, reference.report.depth) if reference else ""


def _stage_fact(snapshot: Snapshot, cost: GroupCost, blocks: int | None) -> Fact:
    name = cost.id if blocks is None else f"{cost.id} ×{blocks}"
    tip = translate("Inspector", "{parameters} parameters, {macs} MACs, {flops} FLOPs").format(
        parameters=exact(cost.parameters), macs=exact(cost.macs), flops=exact(cost.flops)
    )
    paper = paper_name(snapshot.config, cost.id)
    return Fact(name, compact(cost.parameters), compact(cost.macs), f"{paper}: {tip}" if paper else tip)


def _parameter_formulas(block: Block, nodes: tuple[Node, ...]) -> tuple[Formula, ...]:
    """Return a line for each layer of weights, one for all norms, and one for all single numbers that are learnt."""
    lines = [
        Formula(_marked(formula, node), _local(node, block))
        for node in nodes
        if node.kind not in NORM_KINDS and (formula := parameter_formula(node))
    ]
    norms = [node for node in nodes if node.kind in NORM_KINDS]
    if norms:
        channels = [node.output_shape.channels for node in norms]
        terms = "+".join(str(count) for count in channels)
        inner = f"({terms})" if len(norms) > 1 else terms
        lines.append(Formula(f"{_NORMS[norms[0].kind]} 2·{inner} = {2 * sum(channels):,}", _names(norms, block)))
    single = [node for node in nodes if node.operation.learned]
    if single:
        text = translate("Inspector", "single numbers {count}·1 = {count}").format(count=len(single))
        lines.append(Formula(text, _names(single, block)))
    return tuple(lines)


def _mac_formulas(block: Block, nodes: tuple[Node, ...]) -> tuple[Formula, ...]:
    return tuple(
        Formula(_marked(formula, node), _local(node, block)) for node in nodes if (formula := mac_formula(node))
    )


def _marked(formula: str, node: Node) -> str:
    """Return a line with what its weights are called in the block's formula, or with the layer's own name."""
    local = node.id.removeprefix(f"{node.block}.")
    if node.path == "gate":
        return f"{local.rpartition('.')[2]} {formula}"
    if node.kind != "conv":
        return f"{kind_text(node.kind)} {formula}"
    index = "ₛ" if node.on_shortcut else local.removeprefix("conv").translate(_SUBSCRIPTS)
    return f"W{index} {formula}"


def _names(nodes: list[Node], block: Block) -> str:
    return ", ".join(_local(node, block) for node in nodes)


def _local(node: Node, block: Block) -> str:
    name = node.id.removeprefix(f"{block.id}.")
    return translate("Inspector", "{name}, on the shortcut").format(name=name) if node.on_shortcut else name


def _operation_facts(node: Node) -> list[Fact]:
    """Return what a layer works with, as far as that means something to its kind."""
    kind, operation, facts = node.kind, node.operation, []
    if kind in ("conv", "max_pool", "blur_pool", "local_average_pool"):
        facts = [
            Fact(translate("Inspector", "kernel"), f"{operation.kernel} × {operation.kernel}"),
            Fact(translate("Inspector", "stride"), str(operation.stride)),
            Fact(translate("Inspector", "padding"), str(operation.padding)),
        ]
    if kind == "conv" and operation.dilation > 1:
        facts.append(Fact(translate("Inspector", "dilation"), str(operation.dilation)))
    if kind in ("conv", "group_norm"):
        facts.append(Fact(translate("Inspector", "groups"), str(operation.groups)))
    if kind == "channel_conv":
        facts.append(Fact(translate("Inspector", "kernel"), str(operation.kernel)))
    if kind == "zero_pad":
        facts.append(Fact(translate("Inspector", "stride"), str(operation.stride)))
    if kind in ("dropout", "drop_path"):
        facts.append(Fact(translate("Inspector", "chance"), percent(operation.factor)))
    if kind == "scale":
        name = translate("Inspector", "begins at") if operation.learned else translate("Inspector", "factor")
        facts.append(Fact(name, f"{operation.factor:g}".replace("-", MINUS)))
    return facts


def _row(report: CostReport, id: str) -> LayerCost:
    row = _find_row(report, id)
    if row is None:
        raise KeyError(id)
    return row


def _find_row(report: CostReport, id: str) -> LayerCost | None:
    return next((row for row in report.layers if row.id == id), None)


def _pixels(size: int) -> str:
    return translate("Inspector", "{size} px").format(size=exact(size))


def boundary_index(graph: Graph, block: Block) -> int:
    """Return the column of `block`'s input among the boundaries of `graph`."""
    return graph.boundaries.index(block.input_id)
