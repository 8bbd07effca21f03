"""Turns a snapshot into the rows of the table at one level: layers, blocks or stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from app.state.architecture_document import Snapshot
from resnet_core.analysis.cost_report import GroupCost
from resnet_core.analysis.layer_cost import LayerCost
from resnet_core.architecture.graph import Block, Graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.architecture_config import BlockPlan

Level = Literal["layers", "blocks", "stages"]
LEVELS: tuple[Level, ...] = ("layers", "blocks", "stages")
MEASURES = ("parameters", "macs", "flops", "activations", "saved_bytes")
"""What adds up over rows."""

_WINDOWED = frozenset({"conv", "max_pool", "local_average_pool", "blur_pool"})


class GroupRow(NamedTuple):
    """A block or a stage as a row; it is read like a LayerCost. A stage's row holds `blocks`, alike or not.

    `plan` is the block's own, of a stage that of its last block; the stem and the head have none.
    """

    id: str
    kind: str
    stage: str
    block: str
    input_shape: Shape
    output_shape: Shape
    parameters: int
    macs: int
    activations: int
    receptive_field: int
    effective_stride: int
    effective_padding: int
    saved_bytes: int
    blocks: int
    plan: BlockPlan | None

    @property
    def flops(self) -> int:
        """Floating-point operations: two a multiply-add."""
        return 2 * self.macs


Row: TypeAlias = LayerCost | GroupRow


def rows_at(snapshot: Snapshot, level: Level) -> Sequence[Row]:
    """Return the rows of `snapshot` at `level`, in the order of depth; at every level they sum to the same totals."""
    if level == "layers":
        return snapshot.report.layers
    return _block_rows(snapshot) if level == "blocks" else _stage_rows(snapshot)


def rows_by_id(snapshot: Snapshot | None, level: Level) -> Mapping[str, Row]:
    """Return the rows of `snapshot` at `level` under their ids; none where there is no snapshot."""
    return {row.id: row for row in rows_at(snapshot, level)} if snapshot else {}


def covers(row: Row, selected: str, selected_block: str, selected_stage: str) -> bool:
    """Return whether `row` shows what is selected: it itself, a layer of it, or the block or stage it stands in."""
    return row.id in (selected, selected_block, selected_stage) or (bool(selected) and row.block == selected)


def row_filter(text: str, kind_name: Callable[[str], str]) -> Callable[[Row], bool]:
    """Return the test that `text` asks for: every word must be in a row's id or kind.

    `kind:conv`, `id:layer3`, `stage:layer3` and `block:layer3.1` look in that place alone; case does not matter.
    `kind_name` gives a kind's name in the language in force, which is looked at too.
    """
    words = [_word(word) for word in text.lower().split()]
    words = [(place, sought) for place, sought in words if sought]
    if not words:
        return lambda row: True
    names: dict[str, str] = {}

    def kind_of(row: Row) -> str:
        name = names.get(row.kind)
        if name is None:
            name = names[row.kind] = f"{row.kind} {kind_name(row.kind)}".lower()
        return name

    def matches(row: Row) -> bool:
        for place, sought in words:
            if place == "kind":
                found = sought in kind_of(row)
            elif place == "stage":
                found = sought in row.stage
            elif place == "block":
                found = sought == row.block
            else:
                found = sought in row.id.lower() or (not place and sought in kind_of(row))
            if not found:
                return False
        return True

    return matches


def _word(word: str) -> tuple[str, str]:
    place, colon, sought = word.partition(":")
    return (place, sought) if colon and place in ("kind", "id", "stage", "block") else ("", word)


def kernel_of(graph: Graph, row: Row) -> str:
    """Return what slides over the map in a row: `3×3 /2 ·32` of a layer, `1·3·1` of a block; else an empty text."""
    if isinstance(row, GroupRow):
        return "·".join(map(str, row.plan.kernels)) if row.plan else ""
    node = graph.node_by_id[row.id]
    groups, kernel = node.operation.groups, node.operation.kernel
    if row.kind == "channel_conv":
        return f"{kernel}"
    if row.kind not in _WINDOWED:
        return ""
    stride = f" /{node.operation.stride}" if node.operation.stride > 1 else ""
    return f"{kernel}×{kernel}{stride}" + (f" ·{groups}" if groups > 1 else "")


def dilation_of(graph: Graph, row: Row) -> int | None:
    """Return the dilation of a convolution, or of a block's; None where there is nothing to dilate."""
    if isinstance(row, GroupRow):
        return row.plan.dilation if row.plan else None
    return graph.node_by_id[row.id].operation.dilation if row.kind == "conv" else None


def _block_rows(snapshot: Snapshot) -> list[Row]:
    graph = snapshot.graph
    blocks = [_block_row(snapshot, block) for block in graph.blocks]
    return [_end_row(snapshot, "stem"), *blocks, _end_row(snapshot, "head")]


def _stage_rows(snapshot: Snapshot) -> list[Row]:
    graph, report = snapshot.graph, snapshot.report
    rows: list[Row] = []
    for stage in graph.stages:
        first, last = graph.blocks[stage.first], graph.blocks[stage.stop - 1]
        kind, plan = snapshot.config.stages[stage.number - 1].kind, last.plan
        ends = (first.input_shape, last.output_shape), report.layers[last.stop - 1]
        row = _group_row(report.stages[stage.id], kind, ends, plan)
        rows.append(row._replace(blocks=stage.stop - stage.first))
    return [_end_row(snapshot, "stem"), *rows, _end_row(snapshot, "head")]


def _block_row(snapshot: Snapshot, block: Block) -> GroupRow:
    report = snapshot.report
    ends = (block.input_shape, block.output_shape), report.layers[block.stop - 1]
    row = _group_row(report.blocks[block.id], block.plan.kind, ends, block.plan)
    return row._replace(block=block.id, stage=block.stage)


def _end_row(snapshot: Snapshot, id: str) -> GroupRow:
    nodes, report = snapshot.graph.nodes, snapshot.report
    stop = snapshot.graph.blocks[0].first if id == "stem" else len(nodes)
    first = 0 if id == "stem" else snapshot.graph.blocks[-1].stop
    ends = (nodes[first].input_shape, nodes[stop - 1].output_shape), report.layers[stop - 1]
    return _group_row(report.stages[id], id, ends, None)


def _group_row(
    cost: GroupCost, kind: str, ends: tuple[tuple[Shape, Shape], LayerCost], plan: BlockPlan | None
) -> GroupRow:
    """Return a row of the sums `cost`; `ends` are its shapes and its last layer, which tells how far it has come."""
    shapes, last = ends
    return GroupRow(
        cost.id, kind, cost.id, "", shapes[0], shapes[1], cost.parameters, cost.macs, cost.activations,
        cost.receptive_field, last.effective_stride, last.effective_padding, cost.saved_bytes, 1, plan,
    )  # fmt: skip
