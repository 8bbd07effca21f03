"""Looks for blocks and layers while one types, in a slim bar above the tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget
from shiboken6 import isValid

from app.services.fonts import number_font
from app.views.atlas.finds import Finds
from resnet_core.drawing.finding import HINT
from resnet_core.number_text import exact

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate
_MOST_QUERY_PX = 560


class FindBar(QFrame):
    """A line to type in, which of how many finds is at hand, and the way to the next and the one before.

    Enter and F3 go on, with Shift back; Escape closes the bar and gives the focus back to whoever had it.
    """

    def __init__(self, atlas: AtlasView, finds: Finds) -> None:
        super().__init__(atlas)
        self.setObjectName("atlas_find_bar")
        self._atlas, self._finds = atlas, finds
        self._before: QWidget | None = None
        self._query, self._count = QLineEdit(), QLabel()
        self._query.setObjectName("atlas_find_query")
        self._query.setAccessibleName(translate("Atlas", "Find in the Atlas"))
        self._query.setPlaceholderText(translate("Atlas", "Find %1").replace("%1", translate("Drawing", HINT)))
        self._query.setToolTip(translate("Drawing", HINT))
        self._query.setClearButtonEnabled(True)
        self._query.setMaximumWidth(_MOST_QUERY_PX)
        self._query.textChanged.connect(finds.look_for)
        self._query.installEventFilter(self)
        self._count.setObjectName("atlas_find_count")
        self._count.setFont(number_font(self.font().pointSizeF()))
        finds.changed.connect(self._tell)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self._query, 3)
        layout.addWidget(self._count)
        layout.addStretch(1)
        for name, sign, text, do in (
            ("previous", "↑", translate("Atlas", "Previous find (Shift+F3)"), lambda: finds.step(-1)),
            ("next", "↓", translate("Atlas", "Next find (F3)"), lambda: finds.step(1)),
            ("close", "✕", translate("Atlas", "Close (Esc)"), self.close_bar),
        ):
            button = QToolButton()
            button.setObjectName(f"atlas_find_{name}")
            button.setText(sign)
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.clicked.connect(lambda _checked=False, do=do: do())
            layout.addWidget(button)
        self.hide()
        atlas.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """Return a slim line."""
        return QSize(super().sizeHint().width(), 32)

    @property
    def count(self) -> str:
        """Which of how many finds is at hand, as it is shown: "3 of 17"."""
        return self._count.text()

    @property
    def is_open(self) -> bool:
        """Whether the bar stands over the tracks."""
        return not self.isHidden()

    def open_bar(self) -> None:
        """Show the bar with what was looked for last, selected so that typing replaces it."""
        focus = self._atlas.window().focusWidget()
        if focus is not self._query:
            self._before = focus
        self.show()
        self._make_room()
        self._query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._query.selectAll()
        if self._query.text() != self._finds.query:
            self._finds.look_for(self._query.text())

    def close_bar(self) -> None:
        """Take the bar and the marks away and give the focus back."""
        had_focus = self.isAncestorOf(self._atlas.window().focusWidget() or self._atlas)
        self.hide()
        self._make_room()
        self._finds.forget()
        before = self._before if self._before is not None and isValid(self._before) else self._atlas
        if had_focus:
            (before if before.isVisible() else self._atlas).setFocus()

    def step(self, by: int) -> None:
        """Go to the next find or the one before; without a query ask for one."""
        if self.is_open and self._finds.query.strip():
            self._finds.step(by)
        elif self._query.text().strip():
            self.open_bar()
            self._finds.step(by)
        else:
            self.open_bar()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the Atlas's width, and take the keys that mean the finds while the line has the focus."""
        if watched is self._atlas and event.type() == QEvent.Type.Resize and self.is_open:
            self._make_room()
        if watched is self._query and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._pressed(event)
        return super().eventFilter(watched, event)

    def _pressed(self, event: QKeyEvent) -> bool:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            self._finds.step(-1 if back else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            return False
        return True

    def _make_room(self) -> None:
        """Give the bar its line over the viewport, or take it back."""
        height = self.sizeHint().height() if self.is_open else 0
        margins = self._atlas.viewportMargins()
        margins.setTop(height)
        self._atlas.setViewportMargins(margins)
        self.setGeometry(0, 0, self._atlas.width(), height)

    def _tell(self) -> None:
        """Say which of how many, or that nothing is so called."""
        finds, role = self._finds, "muted"
        if not finds.query.strip():
            text = ""
        elif not finds.ids:
            text, role = translate("Atlas", "nothing found"), "warning"
        elif finds.place:
            text = translate("Atlas", "%1 of %2").replace("%1", exact(finds.place)).replace("%2", exact(len(finds.ids)))
        else:
            text = translate("Atlas", "%1 found").replace("%1", exact(len(finds.ids)))
        if role == "warning" and text != self._count.text():
            self._atlas.hands.speak(text)
        self._count.setText(text)
        if self._count.property("role") != role:
            self._count.setProperty("role", role)
            self._count.style().unpolish(self._count)
            self._count.style().polish(self._count)
