"""Holds what the form says of the field that has the keys: help, bounds, formula, and a picture of its value."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.services.theme import DARK, LIGHT
from app.views.architecture.architecture_view import ArchitectureView
from app.views.architecture.field_picture import example_block, has_picture
from app.views.architecture.form_fields import FormField, FormGroup, field_at, form_parts
from app.views.architecture.small_pictures import activation_at
from app.views.architecture.unit_picture import Chain, Ink, chain_of, paint_chain
from app.windows.desk_commands import help_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from tests.app.form_hands import cell, child, choose, editor, shown_view, stages


@pytest.fixture
def view(qtbot: QtBot) -> ArchitectureView:
    return shown_view(qtbot)


def field(*path: str | int) -> FormField:
    found = field_at(path)
    assert found is not None
    return found


def chain(config: ArchitectureConfig, block: str = "layer1.1") -> Chain:
    graph = build_graph(config)
    return chain_of(graph.nodes_of(graph.block_by_id[block]), graph.block_by_id[block])


def words(one: Chain) -> list[str]:
    return [chip.text or chip.kind for chip in one.main]


def image_of(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage()


def test_that_the_field_with_the_keys_is_explained(view: ArchitectureView) -> None:
    editor(view, "block", "base_width").setFocus()
    assert view.help.title.text() == "Base width"
    assert view.help.bounds.text() == "1 to 1,024"
    assert "Channels a group" in view.help.text.text()
    assert view.help.formula.text() == "C_inner = ⌊width · base / 64⌋ · groups"
    assert view.help.picture.isVisible()


def test_that_a_choice_is_told_in_full(view: ArchitectureView) -> None:
    editor(view, "shortcut", "option").setFocus()
    assert view.help.choice.text() == "B · identity, projection where dimensions change"
    choose(editor(view, "shortcut", "option"), "C")
    assert view.help.choice.text() == "C · projection everywhere"


def test_that_the_cell_the_keys_are_on_is_explained(view: ArchitectureView) -> None:
    table = stages(view)
    table.setFocus()
    table.setCurrentIndex(cell(table, 2, "width"))
    assert view.help.title.text() == "Width of layer3"
    table.setCurrentIndex(cell(table, 1, "kind"))
    assert view.help.title.text() == "Kind of layer2"
    assert view.help.choice.text() == "Bottleneck (1×1, 3×3, 1×1)"


def test_that_the_help_takes_no_room_from_row_to_row(view: ArchitectureView) -> None:
    editor(view, "input", "height").setFocus()
    before = view.help.height(), editor(view, "input", "width").mapTo(view, editor(view, "input", "width").pos())
    editor(view, "input", "width").setFocus()
    after = view.help.height(), editor(view, "input", "width").mapTo(view, editor(view, "input", "width").pos())
    assert before == after


def test_that_help_of_an_entry_that_is_gone_is_no_error(view: ArchitectureView) -> None:
    child(view, QWidget, "add_override").click()
    table = child(view, QWidget, "overrides_table")
    table.setFocus()
    table.setCurrentIndex(cell(table, 0, "kind"))
    assert view.help.title.text() == "Kind in row 1"
    child(view, QWidget, "remove_override").click()
    QApplication.processEvents()
    assert view.help.choice.text() == ""


def test_that_f1_says_of_every_field_what_it_is(view: ArchitectureView) -> None:
    for part in form_parts():
        for one in part.fields if isinstance(part, FormGroup) else ():
            text, place = help_of(editor(view, *map(str, one.path)))
            assert one.facts.help in text and one.facts.formula in text
            assert place is editor(view, *map(str, one.path))
    stages(view).setCurrentIndex(cell(stages(view), 0, "width"))
    assert "Channels before expansion" in help_of(stages(view))[0]


def test_that_the_picture_is_of_the_part_the_field_is_about() -> None:
    graph = build_graph(preset("ResNet-50"))
    assert example_block(graph, field("stages", 2, "kernels")).id == "layer3.0"
    assert example_block(graph, field("shortcut", "option")).plan.stride == 2
    assert example_block(graph, field("block", "activation_order")).plan.shortcut == "identity"
    config = with_value(preset("ResNet-50"), ("overrides",), [{"block": "layer3.4", "kind": "basic"}])
    assert example_block(build_graph(config), field("overrides", 0, "kind")).id == "layer3.4"
    assert has_picture(field("stem", "pool")) and not has_picture(field("name"))


def test_that_a_block_is_drawn_in_its_order() -> None:
    basic = preset("ResNet-18")
    assert words(chain(basic)) == ["3×3", "BN", "ReLU", "3×3", "BN", "add", "ReLU"]
    before = with_value(basic, ("block", "activation_order"), "pre")
    assert words(chain(before)) == ["BN", "ReLU", "3×3", "BN", "ReLU", "3×3", "add"]
    five = with_value(basic, ("stages", 0, "kernels"), [5, 1, 3])
    assert [word for word in words(chain(five)) if "×" in word] == ["5×5", "1×1", "3×3"]
    groups = words(chain(preset("ResNeXt-50-32x4d"), "layer2.0"))
    assert "3×3/2 g32" in groups
    assert chain(basic).shortcut == "identity"


def test_that_the_way_round_shows_its_layers_and_where_it_leaves() -> None:
    deep = chain(preset("ResNet-50-D"), "layer2.0")
    assert [chip.text for chip in deep.way] == ["avg", "1×1", "BN"]
    assert (deep.shortcut, deep.fork) == ("projection", 0)
    before = chain(preset("PreResNet-110"), "layer2.0")
    assert before.fork == (2 if before.shortcut == "projection" else 0)


@pytest.mark.parametrize(("kind", "word"), [("se", "SE"), ("eca", "ECA"), ("cbam", "CBAM")])
def test_that_an_attention_is_one_chip(kind: str, word: str) -> None:
    config = with_value(preset("ResNet-18"), ("attention", "kind"), kind)
    assert words(chain(config)).count(word) == 1
    assert not {"σ", "fc", "avg"} & set(words(chain(config)))


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ResNet-18", "SE-ResNet-50", "ResNet-50-D", "Plain-20"])
@pytest.mark.parametrize("width", [80, 240, 600])
def test_that_a_chain_of_any_length_stays_within_its_room(qtbot: QtBot, colors: object, name: str, width: int) -> None:
    image = QImage(width + 40, 90, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    painter = QPainter(image)
    room = QRectF(20, 10, width, 70)
    paint_chain(painter, room, chain(preset(name), "layer2.0"), Ink(colors, QFont()), channels_matter=True)  # type: ignore[arg-type]
    painter.end()
    outside = [*range(18), *range(width + 22, width + 40)]
    assert all(image.pixelColor(x, y) == Qt.GlobalColor.magenta for x in outside for y in range(90))
    assert any(image.pixelColor(20 + width // 2, y) != Qt.GlobalColor.magenta for y in range(90))


def test_that_each_picture_changes_with_its_value(view: ArchitectureView) -> None:
    values = {
        ("norm", "kind"): "layer",
        ("activation", "kind"): "gelu",
        ("regularization", "stochastic_depth"): 0.5,
        ("stages", 1, "dilation"): 4,
        ("stages", 1, "stride"): 4,
        ("stem", "kind"): "deep",
        ("head", "pool"): "max",
        ("shortcut", "option"): "D",
        ("block", "activation_order"): "pre",
    }
    for path, value in values.items():
        view.help.show_field(field(*path))
        before = image_of(view.help.picture)
        assert view._document.set_field(path, value, "Edit"), path
        assert image_of(view.help.picture) != before, path
        view._document.undo_stack.undo()


def test_that_the_picture_follows_the_theme(view: ArchitectureView) -> None:
    view.help.show_field(field("norm", "kind"))
    before = image_of(view.help.picture)
    view.help.picture._theme.choose("dark")
    assert image_of(view.help.picture) != before


@pytest.mark.parametrize(
    ("kind", "x", "y"),
    [("relu", -1, 0), ("leaky_relu", -1, -0.01), ("gelu", 1, 0.8413), ("silu", 1, 0.7311), ("elu", -1, -0.6321),
     ("identity", -2, -2)],
)  # fmt: skip
def test_that_a_curve_is_that_of_its_activation(kind: str, x: float, y: float) -> None:
    assert activation_at(kind, x) == pytest.approx(y, abs=1e-4)  # type: ignore[arg-type]
