"""Opens the palette, the preferences and the texts about the program, chooses the theme, and helps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QWhatsThis, QWidget

from app.services.engine_service import Answer
from app.services.settings import SettingsStore
from app.services.theme import ThemeChoice
from app.state.engine_state import EngineState
from app.windows.action_set import ActionSet
from app.windows.answer_text import answer_text, answer_title
from app.windows.architecture_commands import ArchitectureCommands
from app.windows.command_palette import CommandPalette, PaletteEntry
from app.windows.main_window import MainWindow
from app.windows.notice_bar import TextDialog


class DeskCommands(QObject):
    """What the Tools and Help menus and the theme's submenu do; `more_entries` is what the palette offers besides."""

    def __init__(
        self,
        settings: SettingsStore,
        engine: EngineState,
        architecture: ArchitectureCommands,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._settings, self._engine, self._architecture = settings, engine, architecture
        self._window = window
        self._actions: ActionSet | None = None
        self.more_entries: Callable[[], Iterable[PaletteEntry]] = lambda: ()
        self._palette = CommandPalette(self._entries, window)

    def offer(self, actions: ActionSet) -> None:
        """Let the palette offer `actions`."""
        self._actions = actions

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Show the window light, dark, or as the system is, from now on and at the next start."""
        self._settings.set_field(("appearance", "theme"), choice)

    def is_theme(self, choice: ThemeChoice) -> bool:
        """Return whether `choice` is in force."""
        return self._settings.values.appearance.theme == choice

    def open_palette(self) -> None:
        """Offer everything that can be done now."""
        self._palette.open()

    def open_preferences(self) -> None:
        """Show the settings."""
        from app.windows.preferences_dialog import PreferencesDialog

        PreferencesDialog(self._settings, self._window).show()

    def open_about(self) -> None:
        """Tell which program and version this is."""
        from app.windows.about_dialog import about_dialog

        about_dialog(self._engine.text, self._window).open()

    def open_licences(self) -> None:
        """Show the licences."""
        from app.windows.about_dialog import licences_dialog

        licences_dialog(self._window).open()

    def show_answer(self, answer: Answer) -> None:
        """Show what a build or a check found; the rest is said in one line and shown by the views."""
        if answer.kind in ("build", "check"):
            TextDialog(answer_title(answer), answer_text(answer), self._window).open()

    def help_on_focus(self) -> None:
        """Say what the widget that has the focus is for, or the nearest one around it that can tell."""
        text, place = help_of(QApplication.focusWidget() or self._window)
        QWhatsThis.showText(place.mapToGlobal(QPoint(place.width() // 2, place.height() // 2)), text, place)

    def _entries(self) -> Iterator[PaletteEntry]:
        if self._actions is not None:
            for action in self._actions.actions:
                if action.isEnabled():
                    text = self._actions.full_text(action)
                    yield PaletteEntry(text, action.shortcut().toString(), action.trigger)
        yield from self.more_entries()
        for name, family in self._architecture.preset_texts():
            text = self.tr("Open {name}").format(name=name)
            yield PaletteEntry(text, family, partial(self._architecture.open_preset, name))


def help_of(widget: QWidget) -> tuple[str, QWidget]:
    """Return the help of `widget` or of the nearest widget around it that has some, and that widget."""
    place: QWidget | None = widget
    while place is not None:
        text = place.whatsThis() or place.toolTip()
        if text:
            return text, place
        place = place.parentWidget()
    return widget.accessibleName() or widget.objectName(), widget
