"""Holds the place of a view until it is first seen, and builds it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

View = TypeVar("View", bound=QWidget)


class LazyPage(QWidget, Generic[View]):
    """A page whose view costs nothing before it is first shown."""

    def __init__(self, build: Callable[[], View], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._view: View | None = None
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
            self.setFocusProxy(self._view)
        return self._view

    def showEvent(self, event: QShowEvent) -> None:
        """Build the view when it comes into sight."""
        self.view()
        super().showEvent(event)
