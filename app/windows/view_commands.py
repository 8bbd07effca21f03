"""Moves along the depth axis, chooses its tracks, finds in it and reads it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QMenu

from app.views.atlas.atlas_view import AtlasView
from app.views.atlas.track_menu import add_track_choices
from app.windows.lazy_page import LazyPage
from app.windows.main_window import MainWindow
from app.windows.notice_bar import TextDialog

if TYPE_CHECKING:
    from app.views.architecture.architecture_view import ArchitectureView
    from app.views.layer_table.layer_table_view import LayerTableView


class ViewCommands(QObject):
    """What the View menu does, and finding."""

    def __init__(
        self,
        window: MainWindow,
        atlas: AtlasView,
        architecture: LazyPage[ArchitectureView],
        layers: LazyPage[LayerTableView],
        undo_stack: QUndoStack,
    ) -> None:
        super().__init__(window)
        self._window, self._atlas, self._architecture, self._layers = window, atlas, architecture, layers
        self._undo_stack = undo_stack

    def undo_text(self) -> str:
        """Return what undo would take back."""
        return f"{self.tr('Undo')} {self._undo_stack.undoText()}".strip()

    def redo_text(self) -> str:
        """Return what redo would bring back."""
        return f"{self.tr('Redo')} {self._undo_stack.redoText()}".strip()

    def shows_atlas(self) -> bool:
        """Return whether there is a depth axis to zoom."""
        return self._atlas.isVisible()

    def zoom_in(self) -> None:
        """Magnify the depth axis."""
        self._atlas.zoom.closer()

    def zoom_out(self) -> None:
        """Show more of the depth axis."""
        self._atlas.zoom.wider()

    def zoom_to_fit(self) -> None:
        """Show the whole depth axis."""
        self._atlas.zoom.to_fit()

    def animate_pass(self) -> None:
        """Bring the Atlas to the front and play the pass through the network."""
        self._window.show_page("atlas")
        self._atlas.tensor_pass.open()

    def fill_tracks(self, menu: QMenu) -> None:
        """Fill a menu with the tracks that can be shown and hidden."""
        add_track_choices(menu, self._atlas)

    def copy_table(self) -> None:
        """Put the layer table on the clipboard as tab-separated text."""
        self._layers.view().copy_table("tsv")

    def find_layer(self) -> None:
        """Put the cursor where one types to find: among presets, in the Atlas, or in the table's filter.

        It is the presets' search if one is there, the Atlas's if that is in front, else that of the layer table.
        """
        focus = self._window.focusWidget()
        if focus is not None and self._architecture.isAncestorOf(focus):
            self._architecture.view().focus_search()
        elif self._window.tabs.front is self._atlas:
            self._atlas.hands.find_bar.open_bar()
        else:
            self._window.show_page("layers")
            self._layers.view().focus_filter()

    def find_next(self) -> None:
        """Go to the next find in the Atlas; with nothing looked for yet, ask what to look for."""
        self._atlas.hands.find_bar.step(1)

    def find_previous(self) -> None:
        """Go to the find before in the Atlas."""
        self._atlas.hands.find_bar.step(-1)

    def read_structure(self) -> None:
        """Show the whole structure as text, to be read by eyes, by a screen reader, or copied."""
        title = self.tr("{name} as text").format(name=self._atlas.document.config.name)
        TextDialog(title, self._atlas.hands.reading(), self._window).open()

    def toggle_full_screen(self) -> None:
        """Fill the screen with the window, or give it its frame back."""
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def is_full_screen(self) -> bool:
        """Return whether the window fills the screen."""
        return self._window.isFullScreen()
