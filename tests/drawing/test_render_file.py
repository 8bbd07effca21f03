"""A drawing in a PNG or PDF file, painted by Qt."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.painting.render_drawing import RenderError, render_to_file
from app.services.theme import DARK, LIGHT
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset
from resnet_core.drawing.display_list import LEVELS, Drawing, Level
from resnet_core.drawing.structure import structure_drawing


def drawing_of(name: str, level: Level = "block") -> Drawing:
    return structure_drawing(build_graph(preset(name)), level)


@pytest.mark.parametrize("level", LEVELS)
def test_that_a_png_has_two_pixels_a_unit_and_the_colours_of_the_theme(
    qtbot: QtBot, tmp_path: Path, level: Level
) -> None:
    drawing = drawing_of("ResNet-18" if level == "layer" else "ResNet-50", level)
    for colors in (LIGHT, DARK):
        path = tmp_path / f"{colors.dark}.png"
        render_to_file(drawing, path, colors)
        image = QImage(str(path))
        assert (image.width(), image.height()) == (round(2 * drawing.width), round(2 * drawing.height))
        assert QColor(image.pixel(1, 1)).name() == colors.canvas
        seen = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
        assert QColor(colors.identity).rgb() in seen or level == "layer"
        assert len(seen) > 20


def test_that_a_very_long_drawing_is_shrunk_to_what_an_image_can_hold(qtbot: QtBot, tmp_path: Path) -> None:
    drawing = drawing_of("ResNet-50")._replace(width=200.0, height=40_000.0)
    render_to_file(drawing, tmp_path / "long.png", LIGHT)
    assert 31_000 < QImage(str(tmp_path / "long.png")).height() <= 32_000


def test_that_a_pdf_is_written(qtbot: QtBot, tmp_path: Path) -> None:
    render_to_file(drawing_of("ResNet-56"), tmp_path / "net.pdf", LIGHT)
    assert (tmp_path / "net.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["net.gif", "net", "missing/net.png", "missing/net.pdf"])
def test_that_what_cannot_be_written_says_where_and_why(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    with pytest.raises(RenderError, match="net"):
        render_to_file(drawing_of("ResNet-18"), tmp_path / name, LIGHT)
