"""Lays out the window: menus, the views in their tabs and docks, the notice under them and the status bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QMoveEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QStatusBar, QTabWidget, QVBoxLayout, QWidget

from app.services.errors import ErrorReport
from app.windows.dock_layout import (
    DockPlace,
    add_docks,
    geometry_of,
    restore_geometry,
    restore_state,
    state_of,
)
from app.windows.notice_bar import NoticeBar
from app.windows.page_tabs import Page, PageTabs

FIRST_SIZE = (1280, 800)


class MainWindow(QMainWindow):
    """The one window.

    `closing` asks whether it may close: a listener that calls `keep_open` keeps it. `dropped` carries the path
    of each file that was dropped on it, `layout_changed` tells that a dock, the tab or the window moved,
    `painted` that the window was painted for the first time.
    """

    closing = Signal()
    dropped = Signal(str)
    layout_changed = Signal()
    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self._docks: tuple[QDockWidget, ...] = ()
        self._may_close = True
        self._was_painted = False
        self.tabs = PageTabs()
        self.tabs.arranged.connect(self.layout_changed)
        self.notice = NoticeBar()
        self._lay_out_centre()
        self.resize(*FIRST_SIZE)

    def fill(self, pages: tuple[Page, ...], docks: tuple[DockPlace, ...], status_bar: QStatusBar) -> None:
        """Put the views in their places."""
        self.tabs.fill(pages)
        self._docks = add_docks(self, docks)
        for dock in self._docks:
            dock.dockLocationChanged.connect(self._note_layout)
            dock.visibilityChanged.connect(self._note_layout)
            dock.installEventFilter(self)
        self.setStatusBar(status_bar)

    def put_under_views(self, widget: QWidget) -> None:
        """Put what belongs to all views under them, above the notice."""
        self._centre.insertWidget(self._centre.indexOf(self.notice), widget)

    @property
    def page(self) -> str:
        """The id of the tab in front."""
        return self.tabs.page

    def show_page(self, id: str) -> None:
        """Bring a page to the front; an id there is none of changes nothing."""
        self.tabs.show_page(id)

    def fill_panels(self, menu: QMenu) -> None:
        """Fill a menu with what shows and hides each dock."""
        menu.addActions([dock.toggleViewAction() for dock in self._docks])

    def set_title(self, title: str) -> None:
        """Name what is open."""
        self.setWindowTitle(self.tr("{title} — Skipscope").format(title=title))

    def show_report(self, report: ErrorReport) -> None:
        """Show an error under the views."""
        self.notice.show_report(report)

    def keep_open(self) -> None:
        """Refuse the close that `closing` asks about."""
        self._may_close = False

    @property
    def places(self) -> tuple[str, str]:
        """Where the window and its docks stand, as texts."""
        return geometry_of(self), state_of(self)

    def restore_places(self, geometry: str, docks: str) -> None:
        """Put the window and its docks where they stood."""
        restore_geometry(self, geometry)
        restore_state(self, docks)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless a listener of `closing` keeps the window open."""
        self._may_close = True
        self.closing.emit()
        event.setAccepted(self._may_close)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what lies on this machine's disk."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand every file on that was dropped."""
        event.acceptProposedAction()
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.dropped.emit(url.toLocalFile())

    def moveEvent(self, event: QMoveEvent) -> None:
        """Note that the window moved."""
        super().moveEvent(event)
        self.layout_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Note that the window has another size."""
        super().resizeEvent(event)
        self.layout_changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that a dock has another size."""
        if event.type() == QEvent.Type.Resize:
            self.layout_changed.emit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that everything has been painted: the children are as soon as this event is over."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def _note_layout(self, *_facts: object) -> None:
        self.layout_changed.emit()

    def _lay_out_centre(self) -> None:
        centre = QWidget()
        self._centre = QVBoxLayout(centre)
        self._centre.setContentsMargins(0, 0, 0, 0)
        self._centre.setSpacing(0)
        self._centre.addWidget(self.tabs, 1)
        self._centre.addWidget(self.notice)
        self.setCentralWidget(centre)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
