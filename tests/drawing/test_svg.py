"""The SVG writer: well-formed, complete, escaped."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.display_list import LEVELS, Level, Polyline
from resnet_core.drawing.structure import structure_drawing
from resnet_core.drawing.styles import LIGHT_PALETTE
from resnet_core.drawing.svg import to_svg
from tests.drawing.drawn import drawn

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-50", "Plain-34", "PreResNet-110", "CBAM", "D with blur"])
def test_that_the_document_is_well_formed_and_holds_every_id_once_a_shape(name: str, level: Level) -> None:
    graph, drawing = drawn(name, level)
    root = ElementTree.fromstring(to_svg(drawing))
    ids = [element.get("data-id") for element in root.iter() if element.get("data-id")]
    assert ids == [item.id for item in drawing.items if item.id]
    assert root.findtext(f"{SVG}title") == graph.name
    assert root.findtext(f"{SVG}desc")


def test_that_a_name_with_signs_of_markup_is_escaped() -> None:
    config = preset("ResNet-18").model_copy(update={"name": '<a & "b">'})
    root = ElementTree.fromstring(to_svg(structure_drawing(build_graph(config))))
    assert root.findtext(f"{SVG}title") == '<a & "b">'


def test_that_the_palette_gives_the_colours() -> None:
    drawing = structure_drawing(build_graph(preset("ResNet-50")))
    palette = dict.fromkeys(LIGHT_PALETTE, "#123456") | {"identity": "#abcdef"}
    root = ElementTree.fromstring(to_svg(drawing, palette))
    arches = [e for e in root.iter(f"{SVG}path") if e.get("class") == "identity" and e.get("data-id")]
    assert len(arches) == 12
    assert {arch.get("stroke") for arch in arches} == {"#abcdef"}


def test_that_a_line_with_corners_is_bent_and_ends_where_it_should() -> None:
    _, drawing = drawn("SE", "layer")
    root = ElementTree.fromstring(to_svg(drawing))
    paths = {e.get("data-id"): e.get("d", "") for e in root.iter(f"{SVG}path")}
    line = next(item for item in drawing.of_role("gate") if item.id == "layer1.0.se.gate→layer1.0.se.scale")
    assert isinstance(line, Polyline)
    assert " Q" in paths[line.id]
    x, y = line.points[-1]
    assert [float(number) for number in paths[line.id].split(" L")[-1].split()] == pytest.approx([x, y], abs=0.01)


def test_that_a_way_with_layers_on_it_rises_to_the_first_and_falls_from_the_last() -> None:
    _, drawing = drawn("ResNet-50", "layer")
    root = ElementTree.fromstring(to_svg(drawing))
    paths = {e.get("data-id"): e.get("d", "") for e in root.iter(f"{SVG}path")}
    rise, fall = paths["maxpool→layer1.0.downsample.0"], paths["layer1.0.downsample.1→layer1.0.add"]
    whole = paths["layer1.0.relu3→layer1.1.add"]
    assert [path.count("A") for path in (rise, fall, whole)] == [1, 1, 2]


def test_that_a_shortcut_keeps_its_dashes() -> None:
    root = ElementTree.fromstring(to_svg(structure_drawing(build_graph(preset("ResNet-50")))))
    dashes = {e.get("class"): e.get("stroke-dasharray") for e in root.iter(f"{SVG}path")}
    assert dashes["identity"] is None
    assert dashes["projection"]
