"""Reads what the inspector explains: formulas, notes, the picture of a block, and the code that builds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.inspector.block_formula import BlockFormula, block_formula
from app.views.inspector.block_notes import NotedBlock, block_notes
from app.views.inspector.block_picture import BlockPicture
from app.views.inspector.inspector_view import InspectorView
from app.views.inspector.layer_formula import layer_formula
from resnet_core.analysis.block_alternative import block_alternative, block_bill
from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset
from resnet_core.drawing.display_list import Rectangle
from resnet_core.export.torch_code import block_code, network_code
from tests.strategies import architectures, examples


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[InspectorView]:
    made = InspectorView(
        ArchitectureDocument(preset("ResNet-50")), SelectionState(), PinnedState(), RunsState(), Theme("light")
    )
    qtbot.addWidget(made)
    made.resize(300, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made


def noted(name: str, block: str, *assignments: str) -> NotedBlock:
    graph = build_graph(with_assignments(preset(name), list(assignments)))
    found = graph.block_by_id[block]
    alternative = block_alternative(graph.config, found)
    return NotedBlock(graph, found, block_bill(graph, found), alternative, block_formula(graph, found))


def plain(text: str) -> str:
    """Rich text as it reads: lowered signs behind a line, no breaks."""
    return re.sub(
        r"<[^>]+>", "", text.replace("<sub>", "_").replace("\u200b", "").replace("\u2060", "").replace("\u00a0", " ")
    )


def formulas(name: str, block: str, *assignments: str) -> list[str]:
    return [plain(line) for line in noted(name, block, *assignments).formula.lines]


def notes(name: str, block: str, *assignments: str) -> str:
    return plain("\n".join(block_notes(noted(name, block, *assignments))))


FORMULAS = [
    ("ResNet-50", "layer3.1", (), "F(x) = BN_3(W_3·relu(BN_2(W_2 ∗ relu(BN_1(W_1·x)))))", "H(x) = relu(F(x) + x)"),
    ("ResNet-50", "layer3.0", (), "F(x) = BN_3(W_3", "H(x) = relu(F(x) + BN_s(W_s·x))"),
    ("ResNet-20", "layer2.0", (), "F(x) = BN_2(W_2 ∗ relu(BN_1(W_1 ∗ x)))", "H(x) = relu(F(x) + pad(x))"),
    ("Plain-20", "layer2.0", (), "F(x) = relu(BN_2(W_2 ∗ relu(BN_1(W_1 ∗ x))))", "H(x) = F(x)"),
    ("ResNetV2-50", "layer2.0", (), "p = relu(BN_1(x))", "H(x) = F(x) + W_s·p"),
    ("SE-ResNet-50", "layer3.1", (), "F(x) = u ⊙ σ(W_b·relu(W_a·mean(u)))", "H(x) = relu(F(x) + x)"),
    ("ResNet-50-D", "layer2.0", (), "F(x) = BN_3(W_3", "H(x) = relu(F(x) + BN_s(W_s·avg_2(x)))"),
    ("ResNet-50", "layer3.1", ("attention.kind=cbam",), "F(x) = v ⊙ σ(BN_c(W_c ∗ [mean_C(v), max_C(v)]))", "H(x) = "),
    ("ResNet-50", "layer3.1", ("shortcut.shortcut_scale=-0.5",), "F(x) = ", "H(x) = relu(F(x) + −0.5·x)"),
    ("ResNet-50", "layer3.1", ("norm.kind=none", "initialization.scheme=fixup"), "F(x) = α·W_3·(", "+ b_3b"),
    ("ResNet-50", "layer3.1", ("attention.kind=se", "attention.placement=pre"), "F(x) = BN_3", "W_1·(x ⊙ σ("),
]


@pytest.mark.parametrize(("name", "block", "assignments", "branch", "whole"), FORMULAS)
def test_that_a_block_is_written_as_its_formula(
    name: str, block: str, assignments: tuple[str, ...], branch: str, whole: str
) -> None:
    lines = "\n".join(formulas(name, block, *assignments))
    assert branch in lines
    assert whole in lines


def test_that_the_weights_in_a_formula_have_their_numbers() -> None:
    weights = [plain(text) for text in noted("ResNeXt-50-32x4d", "layer2.0").formula.weights]
    assert weights == ["W_1 1×1 256→256", "W_2 3×3 256→256 /2 g=32", "W_3 1×1 256→512", "W_s 1×1 256→512 /2"]


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_every_block_and_layer_has_a_formula_that_is_whole(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    for block in graph.blocks:
        formula = block_formula(graph, block)
        assert_whole(formula)
        count = sum(node.kind in ("conv", "linear", "channel_conv") for node in graph.nodes_of(block))
        assert len(formula.weights) == count
        alternative = block_alternative(config, block)
        for note in block_notes(NotedBlock(graph, block, block_bill(graph, block), alternative, formula)):
            assert note and "{" not in note and "<" not in re.sub(r"</?(?:b|sub|sup)>", "", note)
    for node in graph.nodes[1:-1]:
        assert layer_formula(node).text or node.kind in ("zero_pad", "flatten")


def assert_whole(formula: BlockFormula) -> None:
    """Brackets close, and every name is said before it is used."""
    known = {"x"}
    for line in map(plain, formula.lines):
        name, _, text = line.partition(" = ")
        assert text.count("(") == text.count(")")
        used = set(re.findall(r"(?<![A-Za-z_])([puvwz])(?![A-Za-z])", text))
        assert used <= known, line
        known.add(name)
    assert formula.lines[-1].startswith("H(x) = ")


def test_that_a_bottleneck_is_said_to_save_compute_in_numbers() -> None:
    text = notes("ResNet-50", "layer3.1")
    assert "1×1 convolutions save compute, they do not add it: they let the 3×3 work on 256 channels" in text
    assert "This block takes 218 M MACs; a Basic block that puts out the same 1,024 channels takes 3.70 G" in text
    assert "save compute" not in notes("ResNet-34", "layer3.1")


def test_that_zero_is_said_to_do_nothing_where_there_is_a_way_round() -> None:
    assert "F(x) = 0 means “do nothing”: H(x) = relu(x)." in notes("ResNet-50", "layer3.1")
    assert "relu(x) is x here" in notes("ResNet-50", "layer3.1")
    assert "F(x) = 0 means “do nothing”: H(x) = x." in notes("ResNetV2-50", "layer3.1")
    assert "F(x) = 0 leaves the projection alone: H(x) = relu(BN_s(W_s·x))." in notes("ResNet-50", "layer3.0")
    assert "would let nothing through" in notes("Plain-34", "layer2.1")
    assert "It begins there" in notes("ResNet-50", "layer3.1", "initialization.zero_init_residual=true")
    assert "It begins there" not in notes("ResNet-50", "layer3.1")


@pytest.mark.parametrize(
    ("name", "block", "assignments", "expected"),
    [
        ("ResNetV2-50", "layer3.1", (), "Nothing stands on the way from x to H(x)"),
        ("ResNet-50", "layer3.0", (), "only a projection has weights: 524,288 here, 34.7 % of the block"),
        ("ResNet-50", "layer3.0", (), "looks at one pixel in 4"),
        ("ResNet-50 (2015)", "layer3.0", (), "The stride stands in a 1×1"),
        ("ResNeXt-50-32x4d", "layer1.1", (), "In 32 groups a filter reads 4 of 128 channels: 1/32 of the weights"),
        ("SE-ResNet-50", "layer3.1", (), "SE takes"),
        ("ResNet-50", "layer4.1", ("stages.3.stride=1", "stages.3.dilation=2"), "Dilation 2 keeps the 3·3 weights"),
        ("ResNet-50", "layer3.1", ("regularization.stochastic_depth=0.2",), "left out for 11.2 % of the images"),
        ("ResNet-50", "layer3.1", ("shortcut.shortcut_scale=0.5",), "ten such blocks leave 0.000977"),
    ],
)
def test_that_a_note_stands_where_it_applies(
    name: str, block: str, assignments: tuple[str, ...], expected: str
) -> None:
    assert expected in notes(name, block, *assignments)


def test_that_the_inspector_shows_formula_picture_and_notes_of_a_block_and_hides_them_for_the_network(
    view: InspectorView,
) -> None:
    assert not view.explanation.isVisible()
    view._selection.select("layer3.1")
    shown = view.explanation
    assert plain(shown.formula.lines[-1]) == "H(x) = relu(F(x) + x)"
    assert "W_2 3×3 256→256" in plain(shown.legend.lines[0])
    assert shown.picture.isVisible() and shown.notes.isVisible()
    view._document.open_preset("ResNetV2-50", "Open")
    assert plain(shown.formula.lines[-1]) == "H(x) = F(x) + x"
    view._selection.select("layer3.1.bn2")
    assert plain(shown.formula.lines[0]) == "y = γ·(x − μ) / √(σ² + ε) + β"
    assert shown.picture.isVisible() and not shown.notes.isVisible()
    view._selection.select("fc")
    assert not shown.picture.isVisible()


def box_of(picture: BlockPicture, id: str) -> Rectangle:
    drawing = picture.drawing
    assert drawing is not None
    return next(item for item in drawing.items if isinstance(item, Rectangle) and item.id == id)


def test_that_a_press_on_the_picture_chooses_the_layer(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer3.1")
    picture = view.explanation.picture
    box = box_of(picture, "layer3.1.conv2")
    middle = QPoint(round(box.x + box.width / 2), round(box.y + box.height / 2))
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=middle)
    assert view._selection.selected == "layer3.1.conv2"


def test_that_the_keyboard_goes_from_layer_to_layer_and_back_to_the_block(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer3.1")
    picture = view.explanation.picture
    for key, expected in (
        (Qt.Key.Key_Down, "layer3.1.conv1"), (Qt.Key.Key_Down, "layer3.1.bn1"), (Qt.Key.Key_Up, "layer3.1.conv1"),
        (Qt.Key.Key_Up, "layer3.1.conv1"), (Qt.Key.Key_Escape, "layer3.1"), (Qt.Key.Key_Up, "layer3.1.relu3"),
    ):  # fmt: skip
        qtbot.keyClick(picture, key)
        assert view._selection.selected == expected


def image_of(picture: BlockPicture) -> QImage:
    return picture.grab().toImage()


def test_that_the_picture_is_painted_anew_when_the_theme_changes(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    picture, theme = view.explanation.picture, view.explanation.picture._theme
    box = box_of(picture, "layer3.1.conv2")
    spot = QPoint(round(box.x + 4), round(box.y + box.height / 2))
    for choice in ("light", "dark", "light"):
        theme.choose(choice)
        ratio = picture.devicePixelRatio()
        found = image_of(picture).pixelColor(round(spot.x() * ratio), round(spot.y() * ratio))
        assert found == QColor(theme.colors.block_fill)


def test_that_the_picture_is_as_wide_as_there_is_room_and_no_wider_than_it_reads(
    qtbot: QtBot, view: InspectorView
) -> None:
    view._selection.select("layer3.1")
    picture = view.explanation.picture
    for width in (230, 320, 700):
        view.resize(width, 900)
        qtbot.waitUntil(lambda: picture.drawing is not None and picture.drawing.width == min(picture.width(), 360))


def test_that_code_is_written_when_it_is_unfolded_and_follows_each_edit(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer3.1")
    assert not view.code.editor.isVisible()
    assert view.code.text == ""
    view.code.fold.click()
    graph = view._document.snapshot.graph
    assert view.code.text == block_code(graph, graph.block_by_id["layer3.1"]).rstrip("\n") + "\n"
    view._document.set_field(("attention", "kind"), "se", "Attention")
    qtbot.waitUntil(lambda: "class SqueezeExcitation" in view.code.text)
    view._selection.select("")
    qtbot.waitUntil(lambda: view.code.text == network_code(view._document.config))


def test_that_the_code_of_a_layer_is_its_blocks_with_its_lines_marked(qtbot: QtBot, view: InspectorView) -> None:
    view.code.fold.click()
    view._selection.select("layer3.0.downsample.0")
    qtbot.waitUntil(lambda: len(view.code.editor.extraSelections()) == 2)
    marked = [selection.cursor.block().text() for selection in view.code.editor.extraSelections()]
    assert marked[0].strip() == "self.downsample = nn.Sequential("
    assert marked[1].strip().startswith("shortcut = self.downsample(x)")
    view._selection.select("maxpool")
    qtbot.waitUntil(lambda: "class ResNet(nn.Module)" in view.code.text)
    assert len(view.code.editor.extraSelections()) == 2


def test_that_folded_code_can_be_copied(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    view.code.copy.click()
    graph = view._document.snapshot.graph
    assert QGuiApplication.clipboard().text() == block_code(graph, graph.block_by_id["layer3.1"])


def test_that_the_code_is_monospaced_selectable_and_lets_the_tab_key_go_on(view: InspectorView) -> None:
    editor = view.code.editor
    assert editor.isReadOnly() and editor.tabChangesFocus()
    assert editor.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    metrics = editor.fontMetrics()
    assert metrics.horizontalAdvance("iii") == metrics.horizontalAdvance("WWW")


def test_that_a_hidden_inspector_explains_nothing(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    view.hide()
    drawing = view.explanation.picture.drawing
    view._selection.select("layer2.0")
    view._document.open_preset("ResNet-18", "Open")
    assert view.explanation.picture.drawing is drawing


def test_that_the_counts_in_the_notes_are_those_of_the_report() -> None:
    found = noted("SE-ResNet-50", "layer3.1")
    cost = cost_report(found.graph).blocks["layer3.1"]
    assert (found.bill.parameters, found.bill.macs) == (cost.parameters, cost.macs)
