"""Holds the views of the centre as tabs, each of which can be torn off into a window of its own."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget


class Page(NamedTuple):
    """A tab of the centre: its id, its title, what stands in it, and what F1 says of it."""

    id: str
    title: str
    widget: QWidget
    help: str = ""


class PageTabs(QTabWidget):
    """The tabs; `arranged` tells that another is in front, was torn off or came back.

    A double click on a tab tears it off; closing its window brings it back to its place. The last one stays.
    """

    arranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("centre_tabs")
        self.setAccessibleName(self.tr("Views"))
        self.setDocumentMode(True)
        self._pages: tuple[Page, ...] = ()
        self._torn: dict[str, _TornPage] = {}
        self.currentChanged.connect(self._tell)
        self.tabBarDoubleClicked.connect(self._tear_off_at)

    def fill(self, pages: tuple[Page, ...]) -> None:
        """Show `pages`, in this order."""
        self._pages = pages
        for page in pages:
            page.widget.setWhatsThis(page.help)
            self.addTab(page.widget, page.title)
        self.tabBar().setToolTip(self.tr("Double-click a tab to give it a window of its own"))

    @property
    def page(self) -> str:
        """The id of the tab in front."""
        return next(page.id for page in self._pages if page.widget is self.currentWidget())

    @property
    def torn_off(self) -> tuple[str, ...]:
        """The ids of the pages that have a window of their own."""
        return tuple(self._torn)

    @property
    def front(self) -> QWidget:
        """The page that is worked with: the one whose own window is active, else the tab in front."""
        active = (torn.page.widget for torn in self._torn.values() if torn.isActiveWindow())
        return next(active, self.currentWidget())

    def show_page(self, id: str) -> None:
        """Bring a page to the front, as a tab or as a window; an id there is none of changes nothing."""
        page = self._find(id)
        if page is None:
            return
        if id in self._torn:
            self._torn[id].raise_()
            self._torn[id].activateWindow()
        else:
            self.setCurrentWidget(page.widget)
        page.widget.setFocus()

    def can_tear_off(self) -> bool:
        """Return whether a tab would be left."""
        return self.count() > 1

    def tear_off(self, id: str) -> None:
        """Give a page a window of its own, which hears the main window's shortcuts too."""
        page = self._find(id)
        if page is None or id in self._torn or not self.can_tear_off():
            return
        size = page.widget.size()
        self.removeTab(self.indexOf(page.widget))
        torn = _TornPage(page, self.window())
        torn.closed.connect(self._take_back)
        torn.resize(size)
        torn.show()
        self._torn[id] = torn
        self.arranged.emit()

    def tear_off_current(self) -> None:
        """Give the page in front a window of its own."""
        self.tear_off(self.page)

    def _tear_off_at(self, index: int) -> None:
        page = next((page for page in self._pages if page.widget is self.widget(index)), None)
        if page is not None:
            self.tear_off(page.id)

    def _take_back(self, id: str) -> None:
        """Put a page back between the tabs it stood between."""
        page, torn = self._find(id), self._torn.pop(id, None)
        if page is None or torn is None:
            return
        before = [entry for entry in self._pages[: self._pages.index(page)] if entry.id not in self._torn]
        self.insertTab(len(before), page.widget, page.title)
        self.setCurrentWidget(page.widget)
        torn.deleteLater()
        self.arranged.emit()

    def _find(self, id: str) -> Page | None:
        return next((page for page in self._pages if page.id == id), None)

    def _tell(self, _index: int) -> None:
        self.arranged.emit()


class _TornPage(QWidget):
    """The window of a page that was torn off; `closed` carries the page's id."""

    closed = Signal(str)

    def __init__(self, page: Page, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName(f"torn_{page.id}")
        self.page, self._owner = page, parent
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page.widget)
        page.widget.show()
        self._name()
        parent.windowTitleChanged.connect(self._name)
        self.addActions([action for action in parent.actions() if isinstance(action, QAction)])

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the page back."""
        super().closeEvent(event)
        self.closed.emit(self.page.id)

    def _name(self, *_title: str) -> None:
        self.setWindowTitle(f"{self.page.title} · {self._owner.windowTitle()}")
