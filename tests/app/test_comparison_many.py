"""The Compare tab with more than two architectures: pins in order, the chosen one, tracks, menus, sets of three."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QMenu, QScrollArea
from pytestqt.qtbot import QtBot

from app.state.architecture_document import analyzed
from app.views.comparison.comparison_colors import difference_color
from app.views.comparison.totals import stage_rows
from app.views.comparison.twin_offers import twin_offers
from resnet_core.cli import main
from resnet_core.configuration.presets import preset
from resnet_core.configuration.twins import with_order
from resnet_core.drawing.display_list import Group
from resnet_core.number_text import byte_text, exact
from tests.app.comparison_bench import LEFT, Bench, Build, builder, colors_of, run_of
from tests.drawing.drawn import tricky

SIX = ("ResNet-50", "ResNet-34", "Plain-34", "ResNeXt-50-32x4d", "ResNet-101")


@pytest.fixture
def bench(qtbot: QtBot) -> Build:
    return builder(qtbot)


def names(b: Bench) -> tuple[str, ...]:
    return b.view.compared.names if b.view.compared is not None else ()


def actions(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        yield action
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from actions(inner)


def act(menu: QMenu, name: str) -> None:
    next(action for action in actions(menu) if action.objectName() == name).trigger()


@pytest.mark.parametrize("pins", range(1, 6))
def test_that_every_pin_and_the_open_architecture_stand_one_under_the_other(bench: Build, pins: int) -> None:
    b = bench("ResNet-152", *SIX[:pins])
    assert names(b) == (*SIX[:pins], "ResNet-152")
    assert b.view.canvas.isVisible()
    strips = [row.track.title() for row in b.view.canvas.rows() if row.track.key.startswith("structure")]
    assert strips == list(names(b))
    assert not b.image().isNull()


def test_that_the_open_architecture_stands_where_it_is_pinned(bench: Build) -> None:
    b = bench("ResNet-34", "ResNet-50", "ResNet-34", "ResNet-101")
    assert names(b) == ("ResNet-50", "ResNet-34", "ResNet-101")
    assert b.view.compared is not None and b.view.compared.open == 1
    assert b.pair().other.config == preset("ResNet-34")


def test_that_an_open_reference_is_compared_with_the_next_pin(bench: Build) -> None:
    b = bench("ResNet-50", "ResNet-50", "ResNet-101")
    assert names(b) == ("ResNet-50", "ResNet-101")
    assert not b.view.header.swap.isEnabled()
    assert b.totals()["parameters"][1:3] == ("25,557,032", "44,549,160")
    assert [b.view.tables.totals.figures.header[2]] == ["ResNet-101\npinned"]


def test_that_nothing_is_compared_where_the_reference_is_alone(bench: Build) -> None:
    b = bench("ResNet-50", "ResNet-50")
    assert names(b) == () and b.view.empty.isVisible()
    assert not b.view.has_picture
    with pytest.raises(ValueError, match="nothing is compared"):
        b.view.picture(True)


def test_that_the_next_pin_becomes_the_reference_when_it_is_removed(bench: Build) -> None:
    b = bench("ResNet-152", *SIX[:3])
    b.pinned.unpin(b.pinned.pinned[0])
    assert names(b) == (*SIX[1:3], "ResNet-152")
    assert b.totals()["0"][:3] == ("ResNet-34", "21,797,672", "")
    b.pinned.clear()
    assert b.view.empty.isVisible()


def test_that_many_are_listed_a_row_each_against_the_reference(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50", "ResNet-34")
    rows = b.totals()
    assert [rows[str(place)][0] for place in range(3)] == ["ResNet-50", "ResNet-34", "ResNet-101"]
    assert rows["2"] == (
        "ResNet-101", "44,549,160", "+74 %", "7,801,405,440", "+91 %", "16,232,936", "+46 %", "662 MB", "+69 %", "101",
    )  # fmt: skip
    assert rows["0"][2] == "" and rows["1"][2] == "−15 %"
    assert b.view.tables.totals.figures.rows[1].signs[1:3] == (0, -1)
    assert "Parameters: −3,759,360" in b.view.tables.totals.figures.rows[1].tooltip


def test_that_a_click_on_a_network_compares_it_with_the_reference(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-101", "ResNet-50", "ResNet-34")
    assert b.view.header.line.text().startswith("ResNet-101: ")
    assert b.view.tables.totals.figures.highlighted == "2"
    totals = b.view.tables.totals
    qtbot.mouseClick(totals.viewport(), LEFT, pos=totals.visualRect(totals.model().index(1, 0)).center())
    assert b.view.header.line.text().startswith("ResNet-34: ")
    assert totals.figures.highlighted == "1"
    assert {row.id: row.cells for row in b.view.tables.stages.figures.rows}["layer1"][1] == "3 Bottleneck → 3 Basic"
    assert "## ResNet-34, ResNet-101 against ResNet-50" in b.view.copy_text()
    qtbot.mouseClick(totals.viewport(), LEFT, pos=totals.visualRect(totals.model().index(0, 0)).center())
    assert totals.figures.highlighted == "1"  # the reference is not compared with itself
    b.pinned.unpin(analyzed(preset("ResNet-34")))
    assert b.pair().other.config == preset("ResNet-101")


@pytest.mark.parametrize("width", [1500, 1000, 760, 560])
def test_that_the_tables_of_many_never_need_more_width_than_there_is(bench: Build, width: int) -> None:
    b = bench("ResNet-101", *SIX[:4])
    b.view.resize(width, 700)
    for _ in range(3):
        QGuiApplication.processEvents()
    tables = b.view.tables
    assert tables.totals.geometry().right() <= tables.width()
    if tables.stages.isVisible():
        assert tables.stages.geometry().left() > tables.totals.geometry().right()
        assert tables.stages.geometry().right() <= tables.width()


def test_that_pins_are_moved_removed_and_opened_by_their_menu(bench: Build) -> None:
    b = bench("ResNet-152", "ResNet-50", "ResNet-34", "ResNet-101")
    menu = b.view.header.members_menu
    menu.aboutToShow.emit()
    inner = [action.menu() for action in menu.actions()]
    assert [action.text() for action in menu.actions()] == list(names(b))
    assert isinstance(inner[2], QMenu)
    act(inner[2], "comparison_up")
    assert names(b) == ("ResNet-50", "ResNet-101", "ResNet-34", "ResNet-152")
    menu.aboutToShow.emit()
    second = menu.actions()[1].menu()
    assert isinstance(second, QMenu)
    act(second, "comparison_reference")
    assert names(b)[0] == "ResNet-101"
    menu.aboutToShow.emit()
    last = menu.actions()[3].menu()
    assert isinstance(last, QMenu)
    assert "comparison_unpin" not in {action.objectName() for action in actions(last)}
    act(last, "comparison_pin_open")
    assert [pin.config.name for pin in b.pinned.pinned] == ["ResNet-101", "ResNet-50", "ResNet-34", "ResNet-152"]
    menu.aboutToShow.emit()
    third = menu.actions()[2].menu()
    assert isinstance(third, QMenu)
    act(third, "comparison_open")
    assert b.document.config == preset("ResNet-34") and len(names(b)) == 4
    b.document.undo_stack.undo()
    assert b.document.config == preset("ResNet-152")


def test_that_the_menu_of_a_strip_is_that_of_its_architecture_and_a_track_can_be_hidden(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50", "ResNet-34")
    with_menu = b.view.menu_for(b.row("structure-1").track)
    act(with_menu, "comparison_unpin")
    assert names(b) == ("ResNet-50", "ResNet-101")
    act(b.view.menu_for(b.row("difference-macs-1").track), "comparison_hide")
    assert "difference-macs-1" not in [track.key for track in b.view.canvas.tracks()]
    assert "comparison_hide" not in {a.objectName() for a in actions(b.view.menu_for(b.row("structure-0").track))}
    assert b.view.menu_for(None).actions()


def test_that_tracks_are_chosen_in_their_menu_and_come_back(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50", "ResNet-34")
    fresh = [track.key for track in b.view.canvas.tracks()]
    menu = b.view.header.tracks_menu
    for name in ("comparison_difference_training_memory", "comparison_overlay_macs", "comparison_log"):
        menu.aboutToShow.emit()
        act(menu, name)
    keys = [track.key for track in b.view.canvas.tracks()]
    assert "difference-training_memory-2" in keys and "overlay-macs" not in keys
    assert b.view.canvas.scene().scale == "log"
    menu.aboutToShow.emit()
    act(menu, "comparison_reset")
    assert [track.key for track in b.view.canvas.tracks()] == fresh


def test_that_hidden_gradients_stay_hidden_when_a_run_goes_on(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20")
    b.runs.put(run_of(preset("ResNet-20"), "first"))
    assert b.view.canvas.gradient is not None
    act(b.view.menu_for(b.view.canvas.gradient), "comparison_hide")
    b.runs.put(run_of(preset("ResNet-20"), "first", norm=1.0))
    assert b.view.canvas.gradient is None


@pytest.mark.parametrize(
    ("opened", "key", "expected"),
    [
        ("ResNet-56", "orders", ("ResNet-56", "PreResNet-56", "Plain-56")),
        ("PreResNet-56", "orders", ("PreResNet-56", "ResNet-56", "Plain-56")),
        ("Plain-56", "orders", ("Plain-56", "ResNet-56", "PreResNet-56")),
        ("ResNet-34", "options", ("ResNet-34", "ResNet-34 (option A)", "ResNet-34 (option C)")),
    ],
)
def test_that_a_set_of_three_is_one_click_away(
    bench: Build, qtbot: QtBot, opened: str, key: str, expected: tuple[str, ...]
) -> None:
    b = bench(opened)
    assert all(name in b.view.empty.previews[key].text() for name in expected)
    qtbot.mouseClick(b.view.empty.buttons[key], LEFT)
    assert names(b) == expected
    assert b.document.config.name == expected[-1]


def test_that_a_set_says_why_it_cannot_be_offered(bench: Build) -> None:
    offers = {offer.key: offer for offer in twin_offers(preset("ResNet-50-D"))}
    assert offers["options"].configs == () and "none of the three" in offers["options"].problem
    b = bench(tricky("Fixup"))
    assert not b.view.empty.buttons["orders"].isEnabled() and b.view.empty.previews["orders"].text()


def test_that_the_two_orders_are_one_another_s_twins() -> None:
    for name in ("ResNet-50", "ResNet-164", "WRN-28-10"):
        config = preset(name)
        other = "post" if config.block.activation_order == "pre" else "pre"
        assert with_order(with_order(config, other), config.block.activation_order).block == config.block


def test_that_the_picture_of_the_whole_holds_every_track_and_curve(bench: Build) -> None:
    b = bench("Plain-20", "ResNet-20", "PreResNet-56")
    b.runs.put(run_of(preset("ResNet-20"), "first"))
    seen, whole = b.view.picture(False), b.view.picture(True)
    for drawing in (seen, whole):
        ids = [item.id for item in drawing.items if isinstance(item, Group)]
        assert ids == ["ground", *(f"track-{track.key}" for track in b.view.canvas.tracks()), "chart-1", "chart-2"]
    assert seen.width == pytest.approx(b.view.canvas.width(), abs=1)
    image = b.view.copy_image(1.0)
    assert (image.width(), image.height()) == (round(seen.width), round(seen.height))
    assert difference_color(b.theme.colors, 1) in colors_of(image)


def test_that_all_strips_move_together(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-152", *SIX[:3])
    b.selection.select("layer3.5")
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Return)
    view = b.view.canvas.depth_view
    assert view is not None and not view.is_fitted
    drawing = b.view.picture(False)
    for place in range(4):
        groups = {item.id: item for item in drawing.items if isinstance(item, Group)}
        body = groups[f"track-structure-{place}"].items[-1]
        assert any(item.id == "layer3" for item in body.items), place


def test_that_the_wheel_over_the_names_scrolls_the_page_and_elsewhere_zooms(bench: Build) -> None:
    b = bench("ResNet-152", *SIX)
    canvas, scroll = b.view.canvas, b.view.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea) and scroll.verticalScrollBar().maximum() > 0

    def turn(x: float) -> bool:
        at = QPointF(x, 200)
        none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), *none, False)
        canvas.wheelEvent(event)
        return event.isAccepted()

    assert not turn(20) and canvas.depth_view is not None and canvas.depth_view.is_fitted
    assert turn(500) and not canvas.depth_view.is_fitted


def test_that_keys_scroll_the_page_to_the_lower_strips(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-152", *SIX)
    scroll = b.view.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea) and scroll.verticalScrollBar().value() == 0
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_PageDown)
    page = scroll.verticalScrollBar().value()
    qtbot.keyClick(b.view.canvas, Qt.Key.Key_Up)
    assert 0 < scroll.verticalScrollBar().value() < page


def test_that_rows_left_behind_by_a_movement_catch_up(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-152", *SIX)
    canvas = b.view.canvas
    assert canvas.depth_view is not None
    canvas.move_to(canvas.depth_view.zoomed(3, 600))
    qtbot.waitUntil(lambda: not canvas.is_moving)
    settled = b.image()
    canvas._pictures.forget()
    assert b.image() == settled


def test_that_a_block_that_only_others_have_is_highlighted_nowhere(bench: Build, qtbot: QtBot) -> None:
    b = bench("ResNet-34", "ResNet-50", "ResNet-101")
    qtbot.mouseClick(b.view.canvas, LEFT, pos=b.point_in("structure-1", "layer3.20"))
    assert b.selection.selected == ""
    qtbot.mouseClick(b.view.canvas, LEFT, pos=b.point_in("structure-1", "layer3.2"))
    assert b.selection.selected == "layer3.2"
    color = QColor(b.theme.colors.selection)
    for key in ("structure-0", "structure-1", "structure-2"):
        place = b.point_in(key, "layer3.2")
        assert b.image().pixelColor(place.x(), round(b.row(key).rect.top) - 2) == color


def test_that_every_button_and_menu_has_a_name(bench: Build) -> None:
    b = bench("ResNet-101", "ResNet-50", "ResNet-34")
    header = b.view.header
    for button in (header.members, header.tracks, header.twins, header.copy, header.swap):
        assert button.objectName() and button.accessibleName()
    for menu in (header.members_menu, header.tracks_menu):
        menu.aboutToShow.emit()
        named = [action for action in actions(menu) if not action.isSeparator() and action.menu() is None]
        assert named and all(action.objectName() for action in named)


def test_that_the_command_line_and_the_page_say_the_same(bench: Build, capsys: pytest.CaptureFixture[str]) -> None:
    members = ("ResNet-50", "ResNet-34", "ResNet-101")
    assert main(["compare", *members, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    b = bench("ResNet-101", *members[:2])
    assert document["reference"] == names(b)[0] and [entry["name"] for entry in document["networks"]] == list(names(b))
    for place, entry in enumerate(document["networks"]):
        row, totals = b.totals()[str(place)], entry["totals"]
        assert [row[1], row[3], row[5], row[9]] == [
            exact(totals[key]) for key in ("parameters", "macs", "activations", "depth")
        ]
        assert row[7] == byte_text(totals["training_memory_bytes"])
    stages = {row.difference.id: row.difference.delta("macs") for row in stage_rows(b.pair())}
    assert stages == {row["id"]: row["macs"] for row in document["differences"][1]["stages"]}
    assert main(["compare", *members]) == 0
    text = capsys.readouterr().out
    assert "training memory" in text and "ResNet-101 against ResNet-50" in text


def test_that_edited_copies_of_one_name_are_told_apart(bench: Build) -> None:
    b = bench("ResNet-50", "ResNet-50")
    for blocks in (4, 5):
        b.document.set_field(("stages", 0, "blocks"), blocks, "blocks")
        b.pinned.pin(b.document.snapshot)
    assert names(b) == ("ResNet-50", "ResNet-50 (2)", "ResNet-50 (3)")
    assert [row[0] for row in b.totals().values()] == list(names(b))
    assert b.view.picture(True).title == "ResNet-50 (2), ResNet-50 (3) against ResNet-50"
    assert b.view.header.open_name.text() == "ResNet-50 (3)"
