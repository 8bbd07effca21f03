"""Lays the views out around the centre as docks, and keeps where a person put them."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from app.windows.lazy_page import LazyPage

STATE_VERSION = 1
LEFT_WIDTH, RIGHT_WIDTH = 268, 292
SMALLEST_WIDTH = 200


class DockPlace(NamedTuple):
    """A dock: its id, title and widget, where it stands, what F1 says of it, and whether it gets a scroll bar."""

    id: str
    title: str
    widget: QWidget
    area: Qt.DockWidgetArea
    help: str = ""
    scrolls: bool = False


def add_docks(window: QMainWindow, places: tuple[DockPlace, ...]) -> tuple[QDockWidget, ...]:
    """Put every dock in its place, the first of an area on top, and return them in that order."""
    window.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
    for corner, area in _CORNERS:
        window.setCorner(corner, area)
    docks = tuple(_dock(window, place) for place in places)
    left = [dock for dock, place in zip(docks, places, strict=True) if place.area == _LEFT]
    right = [dock for dock, place in zip(docks, places, strict=True) if place.area != _LEFT]
    sides = [*((dock, LEFT_WIDTH) for dock in left), *((dock, RIGHT_WIDTH) for dock in right)]
    window.resizeDocks([dock for dock, _ in sides], [width for _, width in sides], Qt.Orientation.Horizontal)
    return docks


def state_of(window: QMainWindow) -> str:
    """Return where the docks stand, as a text."""
    return _text(window.saveState(STATE_VERSION))


def restore_state(window: QMainWindow, text: str) -> bool:
    """Put the docks where `text` says; a text that is none is left alone. Returns whether it was taken."""
    return bool(text) and window.restoreState(_bytes(text), STATE_VERSION)


def geometry_of(window: QMainWindow) -> str:
    """Return where the window stands on the screen, as a text."""
    return _text(window.saveGeometry())


def restore_geometry(window: QMainWindow, text: str) -> bool:
    """Put the window where `text` says, but on a screen there is. Returns whether it was taken."""
    return bool(text) and window.restoreGeometry(_bytes(text))


_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_CORNERS = (
    (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
    (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
)


def _dock(window: QMainWindow, place: DockPlace) -> QDockWidget:
    if isinstance(place.widget, LazyPage):
        place.widget.least_width = SMALLEST_WIDTH
    else:
        place.widget.setMinimumWidth(SMALLEST_WIDTH)
    dock = QDockWidget(place.title, window)
    dock.setObjectName(f"{place.id}_dock")
    dock.setWidget(_scrolling(place.widget) if place.scrolls else place.widget)
    dock.setWhatsThis(place.help)
    window.addDockWidget(place.area, dock)
    return dock


class _ScrollingDock(QScrollArea):
    """A scroll area that asks for as much height as its content would like."""

    def sizeHint(self) -> QSize:
        """The content's own wish."""
        content: QWidget | None = self.widget()
        return content.sizeHint() if content is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As wide as the content must be, so that nothing of it is cut off."""
        content: QWidget | None = self.widget()
        least = super().minimumSizeHint()
        if content is None:
            return least
        return QSize(content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width(), least.height())


def _scrolling(widget: QWidget) -> QScrollArea:
    area = _ScrollingDock()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(_at_the_top(widget))
    return area


def _at_the_top(widget: QWidget) -> QWidget:
    """Return a page that gives `widget` the height it wants and leaves the rest empty."""
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    layout.addStretch(1)
    return page


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", errors="ignore"))
