"""Holds the place of a view until it is wanted, and builds it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

View = TypeVar("View", bound=QWidget)


class LazyPage(QWidget, Generic[View]):
    """A page whose view costs nothing before it is wanted: when it is first shown, or, with `waits`, when asked for.

    A page that waits asks for `wish` of room until its view can say what it needs. It is never narrower than
    `least_width`, nor than the view may be.
    """

    def __init__(
        self,
        build: Callable[[], View],
        parent: QWidget | None = None,
        *,
        waits: bool = False,
        wish: QSize | None = None,
    ) -> None:
        super().__init__(parent)
        self._build, self._waits, self._wish = build, waits, wish
        self._view: View | None = None
        self.least_width = 0
        self._place = QVBoxLayout(self)
        self._place.setContentsMargins(0, 0, 0, 0)

    @property
    def built(self) -> View | None:
        """The view, if it was built already."""
        return self._view

    def view(self) -> View:
        """Return the view, which is built if it was not yet."""
        if self._view is None:
            self._view = self._build()
            self._place.addWidget(self._view)
            self._view.show()  # now, where the layout would do it later
            self.setFocusProxy(self._view)
        return self._view

    def sizeHint(self) -> QSize:
        """Return the room that is wished for, or that the view needs."""
        return self._wish if self._view is None and self._wish is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least room that the page or its view needs."""
        return super().minimumSizeHint().expandedTo(QSize(self.least_width, 0))

    def showEvent(self, event: QShowEvent) -> None:
        """Build the view when it comes into sight, unless it waits to be asked for."""
        if not self._waits:
            self.view()
        super().showEvent(event)
