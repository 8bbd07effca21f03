"""The Compare tab as a person uses it: pin, open a twin, read the differences, click a block."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from pytestqt.qtbot import QtBot

from app.state.architecture_document import analyzed
from app.views.comparison.compared import compared_pair
from app.views.comparison.comparison_colors import difference_color
from app.views.comparison.difference_words import changed, difference_line
from resnet_core.analysis.report_diff import report_diff
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.configuration.twins import plain_twin, with_kind
from resnet_core.number_text import exact, exact_difference
from tests.app.comparison_bench import LEFT, Build, builder, colors_of
from tests.drawing.drawn import TRICKY, tricky


@pytest.fixture
def bench(qtbot: QtBot) -> Build:
    return builder(qtbot)


def test_that_the_empty_state_says_how_to_get_a_pin_when_there_is_none(bench: Build) -> None:
    b = bench("ResNet-50")
    assert b.view.empty.isVisible() and not b.view.canvas.isVisible()
    assert "ResNet-50" in b.view.empty.headline.text()
    assert b.view.empty.buttons["kind"].text() == "Pin this and open its Basic twin"


def test_that_one_click_pins_bottleneck_and_opens_basic(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-50")
    qtbot.mouseClick(b.view.empty.buttons["kind"], LEFT)
    assert b.pinned.reference is not None and b.pinned.reference.config == preset("ResNet-50")
    assert b.document.config == with_kind(preset("ResNet-50"), "basic")
    assert b.view.canvas.isVisible() and not b.view.empty.isVisible()


def test_that_one_click_pins_basic_and_opens_bottleneck(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-34")
    qtbot.mouseClick(b.view.empty.buttons["kind"], LEFT)
    assert {plan.kind for plan in b.document.config.block_plans()} == {"bottleneck"}


def test_that_the_plain_twin_is_one_click_away_and_undo_brings_the_architecture_back(
    bench: Build, qtbot: QtBot
) -> None:
    b = bench("ResNet-56")
    qtbot.mouseClick(b.view.empty.buttons["shortcut"], LEFT)
    assert b.document.config == preset("Plain-56")
    b.document.undo_stack.undo()
    assert b.document.config == preset("ResNet-56")
    assert b.view.empty.isVisible()  # the reference alone with itself


def test_that_a_plain_network_is_offered_its_residual_twin(bench: Build, qtbot: QtBot) -> None:
    b = bench("Plain-20")
    qtbot.mouseClick(b.view.empty.buttons["shortcut"], LEFT)
    assert b.document.config == preset("ResNet-20")


def test_that_an_offer_without_a_twin_says_why_when_there_is_none(bench: Build) -> None:
    b = bench(plain_twin(with_value(preset("ResNet-20"), ("name",), "Mine")))
    assert not b.view.empty.buttons["shortcut"].isEnabled()
    assert "no published twin" in b.view.empty.previews["shortcut"].text()


@pytest.mark.parametrize(
    ("reference", "opened"),
    [("ResNet-50", "ResNet-101"), ("ResNet-18", "ResNet-56"), ("ResNet-34", "ResNet-50"), ("ResNet-56", "Plain-56")],
)
def test_that_totals_and_differences_equal_the_cores(bench: Build, reference: str, opened: str) -> None:
    b = bench(opened, reference)
    first, other = analyzed(preset(reference)).report, analyzed(preset(opened)).report
    cells = b.totals()
    for field in ("parameters", "macs", "flops", "activations", "depth"):
        before, after = getattr(first.total, field), getattr(other.total, field)
        assert cells[field][1:4] == (exact(before), exact(after), exact_difference(after, before)), field
    stages = {row.id: row.cells for row in b.view.tables.stages.figures.rows}
    assert list(stages) == [row.id for row in report_diff(first, other).stages]


def test_that_a_column_says_so_when_one_has_no_such_block(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    reference, other = b.values("layer3.22")
    assert (reference.name, reference.there, reference.counts[0].value) == ("ResNet-50", False, "")
    assert other.counts[0] == ("1,117,184", "+1.12 M")
    text = b.view.canvas.tooltip_at(b.point_in("structure-0", "layer3.22"))
    assert "no such block" in text and "1,117,184" in text


def test_that_a_click_selects_the_block_in_every_track(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    for key in [row.track.key for row in b.view.canvas.rows()]:
        b.selection.select("")
        qtbot.mouseClick(b.view.canvas, LEFT, pos=b.point_in(key, "layer3.1"))
        assert b.selection.selected == "layer3.1", key


def test_that_stem_and_head_stand_for_their_weighted_layer(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    for column, id in (("stem", "conv1"), ("head", "fc")):
        qtbot.mouseClick(b.view.canvas, LEFT, pos=b.point_in("structure-1", column))
        assert b.selection.selected == id


def test_that_a_block_only_the_reference_has_is_never_selected(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-50", "ResNet-101")
    qtbot.mouseClick(b.view.canvas, LEFT, pos=b.point_in("structure-0", "layer3.22"))
    assert b.selection.selected == ""


def test_that_a_selection_from_outside_highlights_its_column_in_both_strips(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.selection.select("layer3.1.conv2")
    assert b.view.canvas.highlighted == "layer3.1"
    image, color = b.image(), QColor(b.theme.colors.selection)
    for key in ("structure-0", "structure-1"):
        place = b.point_in(key, "layer3.1")
        assert image.pixelColor(place.x() - 3, round(b.row(key).rect.top) + 1) == color
    assert b.view.tables.stages.figures.highlighted == "layer3"


def test_that_the_arrow_keys_walk_through_the_open_architectures_blocks(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-50", "ResNet-101")
    b.selection.select("layer3.5")
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Right)
    assert b.selection.selected == "layer4.0"
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Left)
    assert b.selection.selected == "layer3.5"
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_End)
    assert b.selection.selected == "fc"
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Home)
    assert b.selection.selected == "conv1"
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Escape)
    assert b.selection.selected == ""


def test_that_difference_bars_are_warm_above_and_cool_below_zero(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    place = b.point_in("difference-parameters-1", "layer3.22")
    assert b.image().pixelColor(place) == QColor(difference_color(b.theme.colors, 1))
    qtbot.mouseClick(b.view.header.swap, LEFT)
    assert b.image().pixelColor(place) == QColor(difference_color(b.theme.colors, -1))


def test_that_swap_exchanges_reference_and_open_and_turns_every_sign(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    before = b.totals()["parameters"]
    qtbot.mouseClick(b.view.header.swap, LEFT)
    assert b.document.config == preset("ResNet-50")
    assert [pin.config for pin in b.pinned.pinned] == [preset("ResNet-101")]
    after = b.totals()["parameters"]
    assert (after[1], after[2]) == (before[2], before[1])
    assert (before[3][0], after[3][0]) == ("+", "−") and before[3][1:] == after[3][1:]


def test_that_another_pin_can_be_made_the_reference(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.pinned.pin(analyzed(preset("ResNet-18")))
    pins = b.view.header.pins
    assert [pins.itemText(place) for place in range(pins.count())] == ["ResNet-50", "ResNet-18"]
    pins.activated.emit(1)
    assert b.pinned.reference is not None and b.pinned.reference.config == preset("ResNet-18")
    assert b.totals()["0"][:2] == ("ResNet-18", "11,689,512")


def test_that_the_line_states_what_differs_in_numbers(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    line = b.view.header.line.text()
    for part in ("3-4-23-3 blocks instead of 3-4-6-3", "44.5 M parameters against 25.6 M", "+74 %", "in layer3"):
        assert part in line


@pytest.mark.parametrize(
    ("reference", "opened", "parts"),
    [
        ("ResNet-56", "Plain-56", ["no shortcuts", "the same 853,018 parameters"]),
        ("Plain-56", "ResNet-56", ["shortcuts where there were none"]),
        ("ResNet-50", "Wide-ResNet-50-2", ["base width 128 instead of 64", "68.9 M parameters"]),
        ("ResNet-18", "ResNet-34", ["3-4-6-3 blocks instead of 2-2-2-2", "depth 34 against 18"]),
        ("ResNet-56", "WRN-28-10", ["10 × the widths", "more changes"]),
    ],
)
def test_that_the_line_is_computed_from_both_configurations(reference: str, opened: str, parts: list[str]) -> None:
    line = difference_line(compared_pair(analyzed(preset(reference)), analyzed(preset(opened))))
    assert [part for part in parts if part not in line] == [], line


@pytest.mark.parametrize(
    ("reference", "opened", "words"),
    [
        ("ResNet-50", "SE", "SE attention"),
        ("SE", "ResNet-50", "no SE attention"),
        ("SE", "CBAM", "CBAM instead of SE attention"),
        ("SE", "SE on the shortcut", "attention: placement on the shortcut instead of end of the branch"),
        ("ResNet-50", "output stride 8", "dilations 1-1-2-4 instead of 1-1-1-1"),
        ("ResNet-34", "five convolutions", "kernels 1·3·5·3·1 instead of 3·3 in layer2"),
        ("ResNet-50", "ResNeXt-50-32x4d", "cardinality 32 instead of 1, base width 4 instead of 64"),
        ("ResNet-50", "ResNet-50-D", "shortcut option D instead of B, stem deep instead of ImageNet"),
        ("ResNet-50-D", "D with blur", "anti-aliasing blur-pool instead of none"),
        ("ResNet-20", "Fixup", "norm none instead of BatchNorm"),
        ("ResNet-20", "Fixup", "initialisation Fixup instead of Kaiming, fan-out"),
        ("ResNet-18", "SkipInit, scaled", "branch scale −0.5 instead of 1"),
        ("PreResNet-56", "pre-activation, stochastic depth", "dropout 0.3 instead of 0, stochastic depth 0.5"),
        ("ResNet-50", "group norm, leaky ReLU", "activation LeakyReLU instead of ReLU"),
        ("ResNet-33-TS", "two pools and a neck", "pooling mean of average and max instead of average"),
        ("ResNet-50", "ResNet-RS-50", "input 160 × 160 px instead of 224 × 224"),
        ("ResNet-18", "CBAM in one block", "blocks set apart: 1 instead of 0"),
        ("ResNet-50", "PreResNet-200", "activation order pre-activation instead of post-activation"),
    ],
)  # fmt: skip
def test_that_every_kind_of_change_has_words(reference: str, opened: str, words: str) -> None:
    configs = [tricky(name) if name in TRICKY else preset(name) for name in (reference, opened)]
    assert words in ", ".join(changed(*configs))


def test_that_a_field_that_means_nothing_is_no_difference() -> None:
    config = preset("ResNet-18")
    for path in (("block", "expansion"), ("attention", "reduction"), ("norm", "groups")):
        assert list(changed(config, with_value(config, path, 2))) == [], path


@pytest.mark.parametrize("name", TRICKY)
def test_that_any_network_is_compared_with_another(bench: Build, name: str) -> None:
    b = bench(tricky(name), "ResNet-50")
    assert b.view.canvas.isVisible() and not b.image().isNull()
    for id in ("stem", "layer1.0", "head"):
        assert b.view.canvas.tooltip_at(b.point_in("structure-1", id))


def test_that_a_tooltip_says_what_is_set_apart_in_a_block_and_the_table_too(bench: Build) -> None:
    b = bench(tricky("SE"), "ResNet-50")
    assert "SE Bottleneck, identity shortcut" in b.view.canvas.tooltip_at(b.point_in("structure-1", "layer2.1"))
    rows = {row.id: row.cells for row in b.view.tables.stages.figures.rows}
    assert rows["layer2"][1] == "4 Bottleneck → 4 SE Bottleneck"


def test_that_the_head_of_a_backbone_can_be_walked_to(bench: Build, qtbot: QtBot) -> None:
    b = bench(tricky("backbone"), "ResNet-50")
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_End)
    assert b.selection.selected == "output"
    assert b.view.canvas.highlighted == "head"


def test_that_the_copied_text_holds_the_line_and_exact_totals(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.view.header.text_wanted.emit()
    text = QGuiApplication.clipboard().text()
    assert b.view.header.line.text() in text
    assert "| Parameters " in text and "25,557,032" in text and "44,549,160" in text
    assert "| layer3 " in text


def test_that_the_copied_image_shows_the_comparison(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.view.header.image_wanted.emit(2.0)
    image = QGuiApplication.clipboard().image()
    assert image.width() == pytest.approx(2 * b.view.canvas.width(), abs=2)
    assert difference_color(b.theme.colors, 1) in colors_of(image)


@pytest.mark.parametrize(
    ("width", "shown"), [(1500, "25,557,032"), (900, "25,557,032"), (700, "25.6 M"), (560, "25.6 M")]
)
def test_that_the_tables_never_need_more_width_than_there_is(
    bench: Build, qtbot: QtBot, width: int, shown: str
) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.view.resize(width, 700)
    QGuiApplication.processEvents()
    tables = b.view.tables
    assert tables.width() <= width
    assert tables.totals.geometry().right() <= tables.width()
    assert tables.stages.geometry().right() <= tables.width() or not tables.stages.isVisible()
    row = next(row for row in tables.totals.figures.rows if row.id == "parameters")
    cells = row.short if tables.totals.variant.short else row.cells
    assert cells[1] == shown
    assert tables.totals.height() >= tables.totals.rowViewportPosition(5) + tables.totals.rowHeight(5)


def test_that_a_click_on_a_stage_selects_its_first_block(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    stages = b.view.tables.stages
    place = stages.visualRect(stages.model().index(3, 0)).center()
    qtbot.mouseClick(stages.viewport(), LEFT, pos=place)
    assert b.selection.selected == "layer3.0"


def test_that_the_twins_menu_compares_the_open_architecture_with_its_twin(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.view.header.twins_menu.aboutToShow.emit()
    action = b.view.header.twin_actions["kind"]
    assert action.text() == "Pin this and open its Basic twin"
    action.trigger()
    assert b.pinned.reference is not None and b.pinned.reference.config == preset("ResNet-101")
    assert b.document.config == with_kind(preset("ResNet-101"), "basic")


def test_that_zooming_keeps_both_strips_at_one_depth(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    canvas = b.view.canvas
    b.selection.select("layer4.1")
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.depth_view is not None and not canvas.depth_view.is_fitted
    for key in ("structure-0", "structure-1"):
        b.selection.select("")
        qtbot.mouseClick(canvas, LEFT, pos=b.point_in(key, "layer4.1"))
        assert b.selection.selected.startswith("layer4.1"), key
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.depth_view.is_fitted


def test_that_a_double_click_shows_everything_again(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50")
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Plus)
    assert b.view.canvas.depth_view is not None and not b.view.canvas.depth_view.is_fitted
    qtbot.mouseDClick(b.view.canvas, LEFT, pos=b.point_in("structure-1", "layer3.10"))
    assert b.view.canvas.depth_view.is_fitted


def test_that_every_pixel_follows_the_theme(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50")
    b.theme.choose("dark")
    assert b.image().pixelColor(QPointF(2, 2).toPoint()) == QColor(b.theme.colors.canvas)


@pytest.mark.parametrize("opened", ["ResNet-1202", "Plain-20", "WRN-28-10", "PreResNet-164"])
def test_that_any_two_networks_can_stand_side_by_side(bench: Build, opened: str) -> None:
    b = bench(opened, "ResNet-50")
    assert b.view.canvas.isVisible()
    assert not b.image().isNull()
