"""Says in words what the Atlas shows: tooltips for the eye, a summary for a screen reader."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF

from app.state.architecture_document import Snapshot
from app.state.runs_state import FloatArray
from app.views.atlas.track_words_popup import words_html
from app.wording import block_facts, block_text, kernels_text, layer_text, network_facts, paper_name
from resnet_core.analysis.cost_report import GroupCost
from resnet_core.analysis.layer_cost import LayerCost
from resnet_core.architecture.graph import Block
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID, Span
from resnet_core.drawing.reading import Reader
from resnet_core.number_text import compact, exact, shape_text

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView
    from resnet_core.drawing.tracks.track_rows import TrackRow

translate = QCoreApplication.translate
_TABLE_HEADS = ("block", "kind", "kernels", "dilation", "attention", "shortcut", "drop chance", "output", "parameters",
                "MACs")  # fmt: skip


def summary(snapshot: Snapshot, selected: str) -> str:
    """Return the selection, with where its edges lead, and the network, in a few sentences."""
    reader = Reader(snapshot.graph, snapshot.report, translate)
    shared = translate("Atlas", "Blocks: %1.").replace("%1", ", ".join(network_facts(snapshot.config)))
    network = f"{reader.network()} {shared}"
    if selected not in snapshot.graph.block_by_id and selected not in snapshot.graph.node_by_id:
        return network
    return (
        translate("Atlas", "Selected: %1 Network: %2").replace("%1", reader.selected(selected)).replace("%2", network)
    )


def table(snapshot: Snapshot, norms: FloatArray | None) -> str:
    """Return a line a block, tab-separated under a header: shapes, counts and, of N+1 `norms`, that of its input."""
    heads = [*_TABLE_HEADS, "gradient norm"] if norms is not None else _TABLE_HEADS
    lines = ["\t".join(heads)]
    for number, block in enumerate(snapshot.graph.blocks):
        cost, plan = snapshot.report.blocks[block.id], block.plan
        cells = [block.id, plan.kind, ",".join(map(str, plan.kernels)), str(plan.dilation), plan.attention]
        cells += ["pooled projection" if plan.pooled else plan.shortcut, f"{plan.drop_chance:.6g}"]
        cells += ["x".join(map(str, block.output_shape)), str(cost.parameters), str(cost.macs)]
        if norms is not None:
            cells.append(f"{norms[number]:.6g}")
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def footer(atlas: AtlasView) -> tuple[str, str]:
    """Return what is under the pointer; else what is shown of the network, and how to see more or less of it."""
    view, report = atlas.depth_view, atlas.snapshot.report
    edge = atlas.hands.edges.hovered
    if edge is not None:
        line = translate("Atlas", "%1: %2 blocks; drag the edge to give it more or fewer")
        blocks = atlas.snapshot.config.stages[edge].blocks
        return line.replace("%1", f"layer{edge + 1}").replace("%2", exact(blocks)), ""
    if atlas.hovered is not None:
        return essentials(atlas.snapshot, atlas.hovered.id), ""
    if view.is_fitted:
        text = translate("Atlas", "%1 blocks, %2 layers")
        text = text.replace("%1", exact(len(view.axis.blocks))).replace("%2", exact(report.depth))
        return text, translate("Atlas", "scroll to zoom into blocks and layers")
    columns = view.columns()
    text = translate("Atlas", "%1 to %2").replace("%1", columns[0].id).replace("%2", columns[-1].id)
    return text, translate("Atlas", "double click shows the whole network")


def essentials(snapshot: Snapshot, id: str) -> str:
    """Return a block, a stem, a head or a layer in one line: what it is, what it puts out, and its counts."""
    graph, report = snapshot.graph, snapshot.report
    cost: GroupCost | LayerCost
    if id in graph.block_by_id:
        block = graph.block_by_id[id]
        words, shape, cost = block_text(block.plan), block.output_shape, report.blocks[id]
    elif id in graph.node_by_id:
        node = graph.node_by_id[id]
        words, shape = layer_text(node), node.output_shape
        cost = next(row for row in report.layers if row.id == id)
    else:
        nodes = [node for node in graph.nodes if node.stage == id]
        told = [node for node in nodes if node.kind not in ("input", "output", "flatten")] or nodes
        words = ", ".join(layer_text(node) for node in told)
        shape, cost = nodes[-1].output_shape, report.stages[id]
    line = translate("Atlas", "%1 · %2 · %3 · %4 params · %5 MACs")
    values = (id, words, shape_text(shape), compact(cost.parameters), compact(cost.macs))
    for number, value in enumerate(values, start=1):
        line = line.replace(f"%{number}", value)
    return line


def tooltip(atlas: AtlasView, at: QPoint) -> str:
    """Return what is under the pointer with every track's number there, as rich text, or an empty text."""
    position = QPointF(at.x(), at.y() + atlas.scroll_offset)
    if position.x() < atlas.depth_view.left:
        return _title_tooltip(atlas, position)
    span = atlas.span_at(position.x())
    if span is None or atlas.minimap_rect().top() - 4 < at.y():
        return ""
    lines = _what(atlas.snapshot, span.id)
    if span.id in (STEM_ID, HEAD_ID):
        lines = _end_lines(atlas, span)
    x, y = position.x(), position.y()
    rows = [(_title(row), row.track.value_at(atlas.frame_of(row), x, y)) for row in atlas.rows]
    table = "".join(
        f"<tr><td>{escape(title)}&nbsp;&nbsp;</td><td align='right'>{escape(value)}</td></tr>"
        for title, value in rows
        if value
    )
    first, *others = (escape(line) for line in lines)
    return f"<b>{first}</b><br>{'<br>'.join(others)}<table>{table}</table>"


def _title_tooltip(atlas: AtlasView, position: QPointF) -> str:
    """Return what a track shows and how to read it, for its name."""
    for row in atlas.rows:
        if row.gutter.top <= position.y() <= row.gutter.bottom:
            if row.track.words() is not None:
                return words_html(row.track)
            explanation = translate("Atlas", row.track.explanation())
            parts = (row.track.subtitle(translate), explanation)
            return f"<b>{escape(_title(row))}</b><br>{'<br>'.join(escape(part) for part in parts if part)}"
    return ""


def _title(row: TrackRow) -> str:
    return translate("Atlas", row.track.title())


def _end_lines(atlas: AtlasView, span: Span) -> list[str]:
    nodes = atlas.depth_view.axis.nodes_of(span)
    name = translate("Atlas", "Stem") if span.id == STEM_ID else translate("Atlas", "Head")
    return [name, ", ".join(node.id for node in nodes), _shapes(nodes[0].input_shape, nodes[-1].output_shape)]


def _what(snapshot: Snapshot, id: str) -> list[str]:
    """Return a block or a layer in a few lines: its id, what it is, its shapes."""
    graph = snapshot.graph
    if id in graph.block_by_id:
        return _block_lines(graph.block_by_id[id], snapshot.config)
    node = graph.node_by_id.get(id)
    return [node.id, layer_text(node), _shapes(node.input_shape, node.output_shape)] if node is not None else []


def _block_lines(block: Block, config: ArchitectureConfig) -> list[str]:
    paper = paper_name(config, block.stage)
    kind = ", ".join(filter(None, (block_text(block.plan), paper)))
    branch = ", ".join((kernels_text(block.plan), *block_facts(block.plan)))
    order, norm, activation, *_ = network_facts(config)
    shared = " · ".join((order, norm, activation))
    return [block.id, kind, branch, shared, _shapes(block.input_shape, block.output_shape)]


def _shapes(before: tuple[int, int, int], after: tuple[int, int, int]) -> str:
    return f"{shape_text(before)} → {shape_text(after)}"
