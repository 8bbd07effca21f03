"""Drives the whole window as a person does: clicks, keys, files, themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.application import Application
from app.painting.elided_label import ElidedLabel
from app.windows.desk_commands import help_of
from app.windows.notice_bar import NoticeBar, TextDialog
from resnet_core.configuration.config_file import load_config
from resnet_core.configuration.presets import preset
from resnet_core.export.torch_code import network_code


def totals(application: Application) -> str:
    label = application.window.findChild(ElidedLabel, "totals")
    assert label is not None and label.isVisible()
    return label.text()


def notice(application: Application) -> str:
    bar = application.window.findChild(NoticeBar)
    assert bar is not None
    label = bar.findChild(QLabel, "notice_text")
    return label.text() if bar.isVisible() else ""


def click_preset(qtbot: QtBot, application: Application, name: str) -> None:
    tree = application.views.architecture.view().tree
    assert isinstance(tree, QTreeView)
    index = tree.index_of(name)
    tree.expand(index.parent())
    tree.scrollTo(index)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index).center())


def drop(window: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(40, 40), actions, data, buttons, keys)
    QGuiApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QGuiApplication.sendEvent(window, QDropEvent(QPointF(40, 40), actions, data, buttons, keys))


def test_that_the_window_opens_on_resnet_50_with_exact_totals(application: Application) -> None:
    assert "25,557,032 parameters" in totals(application)
    assert "4.09 G MACs" in totals(application)
    assert "86.1 MB kept for backward" in totals(application)
    assert "50 layers" in totals(application)
    assert application.window.windowTitle() == "ResNet-50 — Skipscope"


def test_that_a_click_on_a_preset_changes_the_totals(qtbot: QtBot, application: Application) -> None:
    click_preset(qtbot, application, "ResNet-34")
    assert "21,797,672 parameters" in totals(application)
    assert application.window.windowTitle() == "ResNet-34 — Skipscope"


def test_that_an_edit_is_undone_and_redone_by_the_keyboard(qtbot: QtBot, application: Application) -> None:
    application.document.set_field(("stages", 0, "blocks"), 4, "Change blocks")
    assert "25,627,432 parameters" in totals(application)
    assert application.window.windowTitle() == "ResNet-50* — Skipscope"
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    QApplication.processEvents()
    qtbot.keyClick(application.window, Qt.Key.Key_Z, control)
    assert "25,557,032 parameters" in totals(application)
    QApplication.processEvents()
    qtbot.keyClick(application.window, Qt.Key.Key_Z, control | shift)
    assert "25,627,432 parameters" in totals(application)


def test_that_undo_says_what_it_takes_back(application: Application) -> None:
    assert not application.actions["undo"].isEnabled()
    application.document.set_field(("stages", 0, "blocks"), 4, "change blocks")
    application.actions.refresh()
    assert application.actions["undo"].isEnabled()
    assert application.actions["undo"].text() == "Undo change blocks"


def test_that_what_is_saved_can_be_opened_again(application: Application, tmp_path: Path) -> None:
    application.document.set_field(("stages", 2, "width"), 128, "Change width")
    edited, path = application.document.config, tmp_path / "mine.toml"
    assert application.files.save_to(path)
    assert not application.document.modified
    application.document.open_preset("ResNet-18", "Open")
    assert application.files.open_path(path)
    assert application.document.config == edited == load_config(path)
    assert application.recent.paths == (path,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("architecture = 1", "schema_version"),
        ("schema_version = 99", "update Skipscope"),
        ("schema_version = 1\n[[broken", "not valid TOML"),
        ("schema_version = 1\n[architecture]\nstages = [{blocks = 1000000, width = 64}]", "stages.0.blocks"),
        ("schema_version = 1\n[architecture]\nstages = [{blokcs = 1, width = 64}]", "did you mean blocks?"),
        ("schema_version = 1\n[architecture]\nstages = [{blocks = 1, width = 100000}]", "stages.0.width"),
    ],
)
def test_that_a_bad_file_gives_one_message_and_changes_nothing(
    application: Application, tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    reports: list[object] = []
    application.errors.reported.connect(reports.append)
    before = application.document.snapshot
    assert not application.files.open_path(path)
    assert len(reports) == 1
    assert says in notice(application) and "bad.toml" in notice(application)
    assert application.document.snapshot is before
    assert not application.document.undo_stack.canUndo()


def test_that_a_missing_file_is_named_and_forgotten(application: Application, tmp_path: Path) -> None:
    missing = tmp_path / "gone.toml"
    application.recent.add(missing)
    assert not application.files.open_path(missing)
    assert "gone.toml" in notice(application)
    assert application.recent.paths == ()


def test_that_a_dropped_file_is_opened(application: Application, toml_file: Path) -> None:
    drop(application.window, toml_file)
    assert application.document.config.name == "Small"
    assert application.document.path == toml_file


def test_that_a_dropped_folder_that_is_no_run_is_refused_by_name(application: Application, tmp_path: Path) -> None:
    drop(application.window, tmp_path)
    assert "run.db" in notice(application)


def test_that_an_error_has_details_that_can_be_copied(qtbot: QtBot, application: Application) -> None:
    application.errors.report("It went wrong.", "Line 1\nLine 2")
    bar = application.window.findChild(NoticeBar)
    bar.findChild(QPushButton, "notice_details").click()
    dialog = application.window.findChild(TextDialog)
    assert "Line 2" in dialog.findChild(QPlainTextEdit).toPlainText()
    dialog.findChild(QPushButton, "text_dialog_copy").click()
    assert QGuiApplication.clipboard().text() == "It went wrong.\n\nLine 1\nLine 2"
    dialog.close()
    bar.findChild(QPushButton, "notice_dismiss").click()
    assert notice(application) == ""


def test_that_the_theme_is_switched_while_running_and_kept(application: Application) -> None:
    application.actions["theme_dark"].trigger()
    dark = application.window.grab().toImage().pixelColor(640, 400)
    application.actions["theme_light"].trigger()
    light = application.window.grab().toImage().pixelColor(640, 400)
    assert dark.lightness() < 60 and light.lightness() > 200
    assert application.settings.values.appearance.theme == "light"
    application.actions.refresh()
    assert application.actions["theme_light"].isChecked() and not application.actions["theme_dark"].isChecked()


def test_that_one_click_compares_with_the_twin_of_the_other_kind(application: Application) -> None:
    assert application.actions["other_kind"].text() == "Compare with Its Basic Twin"
    application.actions["other_kind"].trigger()
    assert application.document.config.name == "ResNet-50 (Basic)"
    assert application.pinned.reference is not None
    assert application.pinned.reference.config == preset("ResNet-50")
    assert application.window.page == "compare"
    difference = application.window.findChild(ElidedLabel, "difference")
    assert difference.text() == "vs ResNet-50: −15 %, MACs −10 %"


def test_that_a_plain_network_has_no_plain_twin(application: Application) -> None:
    application.actions["plain_twin"].trigger()
    assert application.document.config == preset("Plain-50")
    application.actions.refresh()
    assert not application.actions["plain_twin"].isEnabled()


def test_that_a_twin_that_cannot_be_is_refused_by_name(application: Application) -> None:
    application.document.open_preset("ResNet-34", "Open")
    application.document.set_field(("stages", 3, "width"), 8192, "Width")
    application.document.set_field(("block", "expansion"), 16, "Expansion")
    before = application.document.config
    application.actions["other_kind"].trigger()
    assert "has no such twin" in notice(application)
    assert application.document.config == before


def test_that_fitting_to_the_data_is_one_edit(application: Application) -> None:
    application.actions["fit_to_data"].trigger()
    config = application.document.config
    assert (config.input.channels, config.input.height, config.head.classes) == (1, 16, 10)
    QApplication.processEvents()
    application.actions["undo"].trigger()
    assert application.document.config == preset("ResNet-50")


def test_that_the_block_chosen_in_the_atlas_is_selected_in_the_table(qtbot: QtBot, application: Application) -> None:
    atlas = application.atlas
    span = atlas.depth_view.axis.column_of("layer3.1")
    x0, x1 = atlas.depth_view.edges(span)
    y = atlas.rows[0].rect.center[1]
    qtbot.mouseClick(atlas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round((x0 + x1) / 2), round(y)))
    assert application.selection.selected == "layer3.1"
    application.actions["show_layers"].trigger()
    table = application.layers.view()
    assert "layer3.1" in table.copy_table("tsv", selected_only=True)


def test_that_find_leads_to_the_bar_of_the_atlas_and_elsewhere_to_the_filter(
    qtbot: QtBot, application: Application
) -> None:
    application.actions["find_layer"].trigger()
    assert application.window.page == "atlas"
    assert application.atlas.hands.find_bar.is_open
    application.window.show_page("layers")
    application.actions["find_layer"].trigger()
    assert application.window.page == "layers"
    table = application.layers.view()
    assert application.window.focusWidget() is table.filter_box


def test_that_the_counts_are_exported_as_csv_and_markdown(application: Application, tmp_path: Path) -> None:
    assert application.files.export_counts_to(tmp_path / "counts.csv")
    assert application.files.export_counts_to(tmp_path / "counts.md")
    rows = (tmp_path / "counts.csv").read_text(encoding="utf-8").splitlines()
    column = rows[0].split(",").index("parameters")
    assert sum(int(row.split(",")[column]) for row in rows[1:]) == 25_557_032
    assert "118,013,952" in (tmp_path / "counts.md").read_text(encoding="utf-8")


def test_that_the_network_is_exported_as_code(application: Application, tmp_path: Path) -> None:
    assert application.files.export_code_to(tmp_path / "network.py")
    assert (tmp_path / "network.py").read_text(encoding="utf-8") == network_code(application.document.config)
    assert not application.files.export_code_to(tmp_path / "missing" / "network.py")
    assert "network.py" in notice(application)


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")])
@pytest.mark.parametrize("extent", [0, 1])
def test_that_the_picture_is_exported_in_three_formats(
    application: Application, tmp_path: Path, name: str, begins: bytes, extent: int
) -> None:
    dialog = application.pictures.export_picture()
    dialog.extent.setCurrentIndex(extent)
    assert dialog.save_to(tmp_path / name)
    dialog.close()
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_that_an_export_to_a_missing_folder_is_one_message(application: Application, tmp_path: Path) -> None:
    for name in ("a.csv", "a.svg", "a.png"):
        application.window.notice.hide()
        path = tmp_path / "missing" / name
        dialog = application.pictures.export_picture()
        assert not (application.files.export_counts_to if name == "a.csv" else dialog.save_to)(path)
        dialog.close()
        assert name in notice(application)


def test_that_the_picture_of_every_view_can_be_copied(application: Application) -> None:
    clipboard = QGuiApplication.clipboard()
    for page in ("atlas", "layers", "compare"):
        application.window.show_page(page)
        clipboard.clear()
        application.actions["copy_image"].trigger()
        assert not clipboard.image().isNull(), page


def test_that_zooming_is_for_the_atlas(application: Application) -> None:
    fitted = application.atlas.depth_view
    application.actions["zoom_in"].trigger()
    assert application.atlas.depth_view.scale > fitted.scale
    application.actions["zoom_reset"].trigger()
    assert application.atlas.depth_view == fitted
    application.window.show_page("layers")
    application.actions.refresh()
    assert not application.actions["zoom_in"].isEnabled()


def test_that_every_widget_can_be_helped_with(application: Application) -> None:
    for widget in application.window.findChildren(QWidget):
        text, place = help_of(widget)
        assert text or place is widget
    text, _ = help_of(application.atlas.viewport())
    assert "depth" in text


def test_that_a_tab_can_be_torn_off_and_comes_back_to_its_place(qtbot: QtBot, application: Application) -> None:
    tabs = application.window.tabs
    application.window.show_page("layers")
    application.actions["tear_off"].trigger()
    assert tabs.torn_off == ("layers",) and tabs.count() == 5
    torn = application.window.findChild(QWidget, "torn_layers")
    assert torn.isVisible() and torn.isWindow() and application.layers.isVisible()
    assert torn.windowTitle() == "Layers · ResNet-50 — Skipscope"
    application.document.open_preset("ResNet-18", "Open")
    assert torn.windowTitle() == "Layers · ResNet-18 — Skipscope"
    torn.close()
    assert tabs.torn_off == () and [tabs.tabText(place) for place in range(tabs.count())] == [
        "Atlas",
        "Layers",
        "Compare",
        "Training",
        "Ledger",
        "Studies",
    ]
    assert application.window.page == "layers"


def test_that_a_double_click_tears_a_tab_off_but_never_the_last(qtbot: QtBot, application: Application) -> None:
    tabs = application.window.tabs
    for _ in range(7):
        qtbot.mouseDClick(tabs.tabBar(), Qt.MouseButton.LeftButton, pos=tabs.tabBar().tabRect(0).center())
    assert tabs.torn_off == ("atlas", "layers", "compare", "training", "ledger") and tabs.count() == 1
    application.actions.refresh()
    assert not application.actions["tear_off"].isEnabled()
    application.window.show_page("atlas")
    assert application.window.page == "studies"
    assert application.actions["zoom_in"].isEnabled()


def test_that_the_docks_leave_the_inspector_room_for_its_numbers(qtbot: QtBot, application: Application) -> None:
    inspector = application.window.findChild(QScrollArea, "inspector_view")
    dock = application.window.findChild(QDockWidget, "inspector_dock")
    application.selection.select("layer2.0")
    application.window.resizeDocks([dock], [100], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() < 250)
    qtbot.waitUntil(lambda: inspector.widget().width() <= inspector.viewport().width())
