"""Turns a snapshot into the rows of the table at one level: layers, blocks or stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from app.state.architecture_document import Snapshot
from resnet_core.analysis.cost_report import GroupCost
from resnet_core.analysis.layer_cost import LayerCost
from resnet_core.architecture.graph import Block
from resnet_core.architecture.tensor_shapes import Shape

Level = Literal["layers", "blocks", "stages"]
LEVELS: tuple[Level, ...] = ("layers", "blocks", "stages")
MEASURES = ("parameters", "macs", "flops", "activations", "saved_bytes")
"""What adds up over rows."""


class GroupRow(NamedTuple):
    """A block or a stage as a row; it is read like a LayerCost. A stage's row holds `blocks` of one kind."""

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
    saved_bytes: int
    blocks: int

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


def _block_rows(snapshot: Snapshot) -> list[Row]:
    report, graph = snapshot.report, snapshot.graph
    blocks = [_block_row(block, report.blocks[block.id]) for block in graph.blocks]
    ends = {id: _end_row(snapshot, id) for id in ("stem", "head") if id in report.stages}
    return [row for row in (ends.get("stem"), *blocks, ends.get("head")) if row is not None]


def _stage_rows(snapshot: Snapshot) -> list[Row]:
    graph, report = snapshot.graph, snapshot.report
    rows: list[Row] = []
    for stage in graph.stages:
        first, last = graph.blocks[stage.first], graph.blocks[stage.stop - 1]
        kind = snapshot.config.stages[stage.number - 1].kind
        shapes = first.input_shape, last.output_shape
        rows.append(_group_row(report.stages[stage.id], kind, "", shapes, stage.stop - stage.first))
    return [_end_row(snapshot, "stem"), *rows, _end_row(snapshot, "head")]


def _block_row(block: Block, cost: GroupCost) -> GroupRow:
    row = _group_row(cost, block.plan.kind, block.id, (block.input_shape, block.output_shape), 1)
    return row._replace(stage=block.stage)


def _end_row(snapshot: Snapshot, id: str) -> GroupRow:
    nodes = snapshot.graph.nodes
    first = snapshot.graph.blocks[0].first
    stop = snapshot.graph.blocks[-1].stop
    ends = (nodes[0], nodes[first - 1]) if id == "stem" else (nodes[stop], nodes[-1])
    shapes = ends[0].input_shape, ends[1].output_shape
    return _group_row(snapshot.report.stages[id], id, "", shapes, 1)


def _group_row(cost: GroupCost, kind: str, block: str, shapes: tuple[Shape, Shape], blocks: int) -> GroupRow:
    return GroupRow(
        cost.id, kind, cost.id, block, shapes[0], shapes[1], cost.parameters, cost.macs, cost.activations,
        cost.receptive_field, cost.saved_bytes, blocks,
    )  # fmt: skip
