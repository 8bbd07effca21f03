"""Copies and exports a picture of the view in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QWidget

from app.painting.render_drawing import image_of
from app.services.errors import ErrorService
from app.services.theme import Theme
from app.views.atlas.atlas_view import AtlasView
from app.windows.lazy_page import LazyPage
from app.windows.main_window import MainWindow
from app.windows.picture_dialog import MakePicture, PictureDialog

COPY_SCALE = 2.0


class PictureCommands(QObject):
    """What makes pictures; a view whose picture is a drawing offers `picture(whole)`, the others are photographed."""

    def __init__(
        self, window: MainWindow, atlas: AtlasView, theme: Theme, errors: ErrorService, folder: Callable[[], str]
    ) -> None:
        super().__init__(window)
        self._window, self._atlas, self._theme, self._errors, self._folder = window, atlas, theme, errors, folder
        self.announce: Callable[[str], None] = lambda _line: None

    def copy_image(self) -> None:
        """Put a picture of the view in front on the clipboard."""
        make = self._maker()
        if make is not None:
            QGuiApplication.clipboard().setImage(image_of(make(False), self._theme.colors, COPY_SCALE))
        else:
            QGuiApplication.clipboard().setPixmap(photograph(self._window.tabs.front))

    def export_picture(self) -> PictureDialog:
        """Open the dialog that exports the drawing in front, or the Atlas where the page in front has none."""
        dialog = PictureDialog(self._maker() or self._atlas.picture, self._theme.colors, self._folder(), self._window)
        dialog.saved.connect(self._tell_saved)
        dialog.failed.connect(self._errors.report)
        dialog.open()
        return dialog

    def _maker(self) -> MakePicture | None:
        """Return what makes the drawing in front, or None where the page is no drawing or shows none."""
        front: Any = self._window.tabs.front
        view = front.view() if isinstance(front, LazyPage) else front
        return getattr(view, "picture", None) if getattr(view, "has_picture", False) else None

    def _tell_saved(self, path: str) -> None:
        self.announce(self.tr("Saved {path}").format(path=path))


def photograph(widget: QWidget) -> QPixmap:
    """Return a picture of `widget` at twice its size, for print."""
    picture = QPixmap(QSize(widget.size()) * COPY_SCALE)
    picture.setDevicePixelRatio(COPY_SCALE)
    widget.render(picture)
    return picture
