"""Moves along the depth axis, copies what is shown and finds a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QPixmap, QUndoStack
from PySide6.QtWidgets import QMenu, QWidget

from app.views.atlas.atlas_view import AtlasView
from app.views.atlas.track_menu import add_track_choices
from app.windows.lazy_page import LazyPage
from app.windows.main_window import MainWindow

if TYPE_CHECKING:
    from app.views.architecture.architecture_view import ArchitectureView
    from app.views.layer_table.layer_table_view import LayerTableView

COPY_SCALE = 2.0


class ViewCommands(QObject):
    """What the View menu does, and copying and finding."""

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
        self._atlas.zoom_in()

    def zoom_out(self) -> None:
        """Show more of the depth axis."""
        self._atlas.zoom_out()

    def zoom_to_fit(self) -> None:
        """Show the whole depth axis."""
        self._atlas.zoom_to_fit()

    def fill_tracks(self, menu: QMenu) -> None:
        """Fill a menu with the tracks that can be shown and hidden."""
        add_track_choices(menu, self._atlas)

    def copy_image(self) -> None:
        """Put a picture of the view in front on the clipboard."""
        front = self._window.tabs.front
        if front is self._atlas:
            self._atlas.copy_image()
        else:
            QGuiApplication.clipboard().setPixmap(picture_of(front))

    def copy_table(self) -> None:
        """Put the layer table on the clipboard as tab-separated text."""
        self._layers.view().copy_table("tsv")

    def find_layer(self) -> None:
        """Put the cursor where one types to find: the presets' search if one is there, else the table's filter."""
        focus = self._window.focusWidget()
        if focus is not None and self._architecture.isAncestorOf(focus):
            self._architecture.view().focus_search()
            return
        self._window.show_page("layers")
        self._layers.view().focus_filter()

    def toggle_full_screen(self) -> None:
        """Fill the screen with the window, or give it its frame back."""
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def is_full_screen(self) -> bool:
        """Return whether the window fills the screen."""
        return self._window.isFullScreen()


def picture_of(widget: QWidget) -> QPixmap:
    """Return a picture of `widget` at twice its size, for print."""
    picture = QPixmap(widget.size() * COPY_SCALE)
    picture.setDevicePixelRatio(COPY_SCALE)
    widget.render(picture)
    return picture
