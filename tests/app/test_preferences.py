"""Edits the settings in their dialog, which is built from their declarations."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QSpinBox, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.services.settings import Settings
from app.windows.preferences_dialog import PreferencesDialog
from resnet_core.configuration.fields import field_facts


@pytest.fixture
def dialog(application: Application) -> PreferencesDialog:
    application.actions["preferences"].trigger()
    found = application.window.findChild(PreferencesDialog)
    assert isinstance(found, PreferencesDialog) and found.isVisible()
    return found


def test_that_every_declared_setting_has_an_editor_with_its_help(dialog: PreferencesDialog) -> None:
    for section, declared in Settings.model_fields.items():
        for name in type(declared.default).model_fields:
            editor = dialog.findChild(QWidget, f"setting_{section}_{name}")
            facts = field_facts(type(declared.default), name)
            assert editor is not None and editor.accessibleName() == facts.label
            assert editor.toolTip() == facts.help


def test_that_a_page_is_a_section(dialog: PreferencesDialog) -> None:
    pages = dialog.findChild(QTabWidget)
    titles = [pages.tabText(place) for place in range(pages.count())]
    assert titles == ["Appearance", "Training", "Runs", "Session"]


def test_that_a_choice_is_in_force_at_once(application: Application, dialog: PreferencesDialog) -> None:
    combo = dialog.findChild(QComboBox, "setting_appearance_theme")
    combo.setCurrentIndex(combo.findData("dark"))
    combo.activated.emit(combo.currentIndex())
    assert application.theme.colors.dark
    assert application.settings.values.appearance.theme == "dark"


def test_that_the_recipe_and_its_setting_are_one(application: Application, dialog: PreferencesDialog) -> None:
    dialog.findChild(QSpinBox, "setting_training_seed").setValue(9)
    assert application.recipe.config.seed == 9
    application.recipe.set_field("seed", 4)
    assert dialog.findChild(QSpinBox, "setting_training_seed").value() == 4


def test_that_the_defaults_can_be_restored(application: Application, dialog: PreferencesDialog) -> None:
    dialog.findChild(QCheckBox, "setting_session_restore").click()
    dialog.findChild(QSpinBox, "setting_runs_most_shown").setValue(3)
    assert application.settings.values != Settings()
    assert application.follower.most_shown == 3
    dialog.findChild(QPushButton, "restore_defaults").click()
    assert application.settings.values == Settings()
    assert dialog.findChild(QSpinBox, "setting_runs_most_shown").value() == 8


def test_that_enter_does_not_restore_the_defaults(
    qtbot: QtBot, application: Application, dialog: PreferencesDialog
) -> None:
    spin = dialog.findChild(QSpinBox, "setting_runs_most_shown")
    spin.setValue(5)
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert application.settings.values.runs.most_shown == 5


def test_that_a_value_that_cannot_be_is_refused_with_the_reason(
    application: Application, dialog: PreferencesDialog
) -> None:
    dialog._set(("runs", "most_shown"), 99)
    assert "the most is 24" in dialog.findChild(QLabel, "problem_preferences").text()
    assert application.settings.values == Settings()


def test_that_what_would_do_instead_is_one_click_away(
    qtbot: QtBot, application: Application, dialog: PreferencesDialog
) -> None:
    dialog._set(("runs", "most_shown"), 99)
    offer = dialog.findChild(QPushButton, "fix_preferences_0")
    assert offer.text() == "Set Runs shown at once to 24"
    qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert application.settings.values.runs.most_shown == 24
    assert not offer.isVisible() and not dialog.findChild(QLabel, "problem_preferences").isVisible()
