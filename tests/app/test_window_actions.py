"""Holds the one table of actions to its promises, and the command palette to finding them."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QMenu, QMenuBar
from pytestqt.qtbot import QtBot

from app.application import Application
from app.windows.command_palette import CommandPalette, match_score
from resnet_core.drawing.tracks.titles import FRESH


def palette_of(application: Application) -> CommandPalette:
    palette = application.window.findChild(CommandPalette)
    assert palette is not None
    return palette


def type_into(qtbot: QtBot, palette: CommandPalette, text: str) -> QListWidget:
    qtbot.keyClicks(palette.findChild(QLineEdit, "command_query"), text)
    found = palette.findChild(QListWidget, "command_list")
    assert isinstance(found, QListWidget)
    return found


def test_that_every_action_stands_in_a_menu(application: Application) -> None:
    bar = application.window.findChild(QMenuBar)
    in_menus = {action for menu in bar.findChildren(QMenu) for action in menu.actions()}
    assert set(application.actions.actions) <= in_menus


def test_that_the_menus_are_those_hands_know(application: Application) -> None:
    titles = [action.text().replace("&", "") for action in application.window.menuBar().actions()]
    assert titles == ["File", "Edit", "View", "Architecture", "Run", "Tools", "Help"]


def test_that_no_shortcut_means_two_things(application: Application) -> None:
    shortcuts = Counter(
        shortcut.toString() for action in application.actions.actions for shortcut in action.shortcuts()
    )
    assert [text for text, count in shortcuts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("id", "shortcut"),
    [
        ("open", "Ctrl+O"), ("save", "Ctrl+S"), ("save_as", "Ctrl+Shift+S"), ("undo", "Ctrl+Z"),
        ("redo", "Ctrl+Shift+Z"), ("find_layer", "Ctrl+F"), ("palette", "Ctrl+K"), ("help", "F1"),
        ("pause", "Space"), ("zoom_reset", "Ctrl+0"),
    ],
)  # fmt: skip
def test_that_conventions_are_kept(application: Application, id: str, shortcut: str) -> None:
    assert shortcut in [key.toString() for key in application.actions[id].shortcuts()]


def test_that_run_actions_wait_for_a_run(application: Application) -> None:
    for id in ("pause", "stop", "resume", "cancel"):
        assert not application.actions[id].isEnabled(), id
    assert application.actions["train"].isEnabled()


def test_that_space_does_not_pause_where_one_types(application: Application) -> None:
    pause = application.actions["pause"]
    assert pause.shortcutContext() == Qt.ShortcutContext.WidgetWithChildrenShortcut
    owners = [thing for thing in pause.associatedObjects() if not isinstance(thing, QMenu)]
    assert set(owners) == {application.atlas, application.training}


def test_that_the_tracks_menu_hides_and_shows_a_track(application: Application) -> None:
    menu = application.window.findChild(QMenu, "tracks")
    menu.aboutToShow.emit()
    parameters = next(action for action in menu.actions() if action.text() == "Parameters")
    assert parameters.isChecked()
    parameters.trigger()
    assert "parameters" in application.atlas.layout_record.hidden
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert application.atlas.layout_record == FRESH


def test_that_the_panels_menu_names_every_dock(application: Application) -> None:
    menu = application.window.findChild(QMenu, "panels")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Architecture", "Inspector", "Run"]


def test_that_recent_files_can_be_opened_from_their_menu(application: Application, toml_file) -> None:  # type: ignore[no-untyped-def]
    application.recent.add(toml_file)
    menu = application.window.findChild(QMenu, "recent")
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert application.document.config.name == "Small"
    menu.actions()[-1].trigger()
    assert application.recent.paths == ()


def test_that_the_palette_opens_a_preset_by_a_few_letters(qtbot: QtBot, application: Application) -> None:
    palette = palette_of(application)
    application.actions["palette"].trigger()
    assert palette.isVisible()
    found = type_into(qtbot, palette, "resnet152")
    assert found.currentItem().text() == "Open ResNet-152"
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Return)
    assert application.document.config.name == "ResNet-152"
    assert not palette.isVisible()


def test_that_the_palette_takes_the_action_the_arrows_chose(qtbot: QtBot, application: Application) -> None:
    palette = palette_of(application)
    application.actions["palette"].trigger()
    found = type_into(qtbot, palette, "theme")
    line = palette.findChild(QLineEdit)
    while "Dark" not in found.currentItem().text():
        before = found.currentRow()
        qtbot.keyClick(line, Qt.Key.Key_Down)
        assert found.currentRow() > before
    qtbot.keyClick(line, Qt.Key.Key_Enter)
    assert application.theme.colors.dark


def test_that_escape_leaves_the_palette_without_doing_anything(qtbot: QtBot, application: Application) -> None:
    before = application.document.config
    palette = palette_of(application)
    application.actions["palette"].trigger()
    found = type_into(qtbot, palette, "zzzz")
    assert found.count() == 1 and not found.item(0).flags()
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert not palette.isVisible() and application.document.config == before


def test_that_letters_in_order_match_and_starts_of_words_win() -> None:
    assert match_score("xyz", "Open ResNet-50") is None
    assert match_score("", "anything") is not None
    starts, inside = match_score("co", "Compare"), match_score("co", "Second opinion")
    assert starts is not None and inside is not None and starts > inside
    whole, scattered = match_score("save", "Save"), match_score("save", "Sort all vivid edges")
    assert whole is not None and scattered is not None and whole > scattered
