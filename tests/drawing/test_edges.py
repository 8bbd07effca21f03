"""Every edge of the graph is one line of the drawing that leads from the one layer to the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset_names
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.display_list import SHORTCUT_ROLES, Arch, Box, Drawing, Polyline, Rectangle, edge_id
from resnet_core.drawing.structure import LAYER_FROM_PX
from tests.drawing.drawn import TRICKY, axis_of, drawn, makes_of, strip
from tests.strategies import architectures, examples

Point = tuple[float, float]


def lines_of(drawing: Drawing) -> dict[str, Arch | Polyline]:
    """The lines that stand for edges, by their ids."""
    lines = [item for item in drawing.items if isinstance(item, Arch | Polyline) and "→" in item.id]
    assert max(Counter(line.id for line in lines).values()) == 1
    return {line.id: line for line in lines}


def layers_of(drawing: Drawing) -> dict[str, Box]:
    """The first rectangle of each id: the layer itself."""
    found: dict[str, Box] = {}
    for item in drawing.items:
        if isinstance(item, Rectangle):
            found.setdefault(item.id, item.box)
    return found


def ends(line: Arch | Polyline) -> tuple[Point, Point]:
    if isinstance(line, Polyline):
        return line.points[0], line.points[-1]
    top = line.base - line.height
    start = (line.x0, top if line.part == "falls" else line.base)
    return start, (line.x1, top if line.part == "rises" else line.base)


def touches(box: Box, point: Point, slack: float = 0.01) -> bool:
    return box.contains(Box(*point, *point), slack)


def level_stretches(line: Arch | Polyline) -> list[tuple[Point, Point]]:
    """The straight pieces of a line that run along the axis."""
    if isinstance(line, Polyline):
        return [(a, b) for a, b in pairwise(line.points) if a[1] == b[1]]
    top = line.base - line.height
    left = line.x0 if line.part == "falls" else line.x0 + line.shoulder
    right = line.x1 if line.part == "rises" else line.x1 - line.shoulder
    return [((left, top), (right, top))]


def on_a_line(point: Point, lines: list[Arch | Polyline]) -> bool:
    """Whether a point lies on one of the lines where it runs along the axis."""
    return any(
        abs(point[1] - y) < 0.01 and x0 - 0.01 <= point[0] <= x1 + 0.01
        for line in lines
        for (x0, y), (x1, _) in level_stretches(line)
    )


def check_edges(network: str | ArchitectureConfig) -> None:
    graph, drawing = drawn(network, "layer")
    lines, boxes = lines_of(drawing), layers_of(drawing)
    assert set(lines) == {edge_id(edge.source, edge.target) for edge in graph.edges}
    readers: dict[str, list[Arch | Polyline]] = {}
    for edge in graph.edges:
        readers.setdefault(edge.source, []).append(lines[edge_id(edge.source, edge.target)])
    for edge in graph.edges:
        start, stop = ends(lines[edge_id(edge.source, edge.target)])
        source, target = boxes[edge.source], boxes[edge.target]
        assert touches(target, stop), edge
        # Where a row of the picture ends, its last layer's lines go on at the left of the next row.
        if target.top < source.bottom or target.left > source.left:
            forks = on_a_line(start, readers[edge.source])
            assert touches(source, start) or forks, (edge, start)


@pytest.mark.parametrize("name", [*TRICKY, "ResNet-18", "ResNet-50", "PreResNet-56", "Plain-20", "BiT-R50x1"])
def test_that_every_edge_is_drawn_once_and_leads_from_layer_to_layer(name: str) -> None:
    check_edges(name)


@settings(max_examples=examples(25))
@given(architectures())
def test_that_every_edge_of_any_network_is_drawn_once_and_leads_from_layer_to_layer(config: ArchitectureConfig) -> None:
    check_edges(config)


def make_strips(names: Iterable[str]) -> Iterator[tuple[DepthAxis, Span, Drawing]]:
    """A column of each make of the networks, once, its layers drawn with the room that they need."""
    seen = set()
    for name in names:
        axis = axis_of(name)
        for make, column in makes_of(axis):
            if make not in seen:
                seen.add(make)
                scale, hair = LAYER_FROM_PX / axis.layer_share, 1e-6
                width = (column.width - 2 * hair) * scale
                yield axis, column, strip(axis, "layer", scale, width, 128.0, column.start + hair)[1]


def test_that_every_edge_in_any_make_of_every_preset_is_drawn_once_and_leads_from_layer_to_layer() -> None:
    for axis, column, drawing in make_strips(preset_names()):
        lines, boxes = lines_of(drawing), layers_of(drawing)
        nodes = axis.nodes_of(column)
        assert set(lines) == {edge_id(source, node.id) for node in nodes for source in node.inputs}
        for node in nodes:
            readers = [lines[edge_id(node.id, other.id)] for other in nodes if node.id in other.inputs]
            for line in readers:
                assert touches(boxes[node.id], ends(line)[0]) or on_a_line(ends(line)[0], readers), line.id
            for source in node.inputs:
                start, stop = ends(lines[edge_id(source, node.id)])
                assert touches(boxes[node.id], stop), (node.id, source)
                if source not in boxes:  # It leads in from the column before.
                    assert abs(start[0]) < 2 or on_a_line(start, list(lines.values())), (node.id, source)


def test_that_no_line_of_the_main_path_or_the_way_round_passes_through_another_layer() -> None:
    for axis, column, drawing in make_strips([*TRICKY, *preset_names()]):
        lines, boxes = lines_of(drawing), layers_of(drawing)
        for node in axis.nodes_of(column):
            for source in node.inputs:
                for (x0, y), (x1, _) in level_stretches(lines[edge_id(source, node.id)]):
                    line = Box(min(x0, x1), y - 0.5, max(x0, x1), y + 0.5)
                    passed = [id for id, box in boxes.items() if box.overlaps(line, 1.0)]
                    assert set(passed) <= {source, node.id}, (node.id, source)


@pytest.mark.parametrize("name", ["SE", "CBAM", "ECA and D", "SE on the shortcut"])
def test_that_a_gate_is_drawn_apart_on_the_side_away_from_the_shortcut(name: str) -> None:
    graph, drawing = drawn(name, "layer")
    boxes = layers_of(drawing)
    for node in graph.nodes:
        if node.path == "gate":
            host = next(
                other for other in graph.nodes if other.kind == "multiply" and other.block == node.block
                and graph.nodes.index(other) > graph.nodes.index(node)
            )  # fmt: skip
            middle = (boxes[host.id].top + boxes[host.id].bottom) / 2
            assert boxes[node.id].top > middle, node.id


def test_that_the_lines_of_shortcuts_main_path_and_gates_look_different() -> None:
    graph, drawing = drawn("ECA and D", "layer")
    lines = lines_of(drawing)
    plans = {block.id: block.plan for block in graph.blocks}
    nodes = graph.node_by_id
    for edge in graph.edges:
        line = lines[edge_id(edge.source, edge.target)]
        if edge.role == "shortcut":
            assert line.role == SHORTCUT_ROLES[plans[nodes[edge.target].block].shortcut]
        else:
            assert line.role == {"main": "main_line", "gate": "gate"}[edge.role], edge
