"""Shows the left panel: a search, the presets, the open architecture as a form, and what its fields mean."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.views.architecture.form_model import FormModel
from app.views.architecture.form_view import FormView
from app.views.architecture.help_pane import HelpPane
from app.views.architecture.preset_detail import PresetDetail
from app.views.architecture.preset_tree import PresetTree
from resnet_core.configuration.presets import find_preset, preset

FORM_HEIGHT = 180
"""What the form keeps of a small window; presets and help give way first."""


class ArchitectureView(QWidget):
    """Presets by family, and under them every field of the open architecture; each edit is one undo step."""

    def __init__(
        self,
        document: ArchitectureDocument,
        pinned: PinnedState,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("architecture_view")
        self._document, self._pinned = document, pinned
        self.search_box = QLineEdit(self)
        self.tree = PresetTree(theme, self)
        self.form_model = FormModel(document, self)
        self.form = FormView(self.form_model, theme, self)
        self.detail = PresetDetail(self)
        self.help = HelpPane(self.form_model, theme, self)
        self._nothing = QLabel(self.tr("No preset and no field has that in its name."), self)
        self._tree_room = self._within_margins(self.tree, self.detail)
        self._lay_out()
        self.search_box.textChanged.connect(self._search)
        self.tree.opened.connect(self._open_preset)
        self.tree.looked_at.connect(self.detail.show_preset)
        self.form.field_focused.connect(self.help.show_field)
        document.changed.connect(lambda _snapshot: self._mark_open())
        document.title_changed.connect(lambda _title: self._mark_open())
        self._mark_open()

    def focus_search(self) -> None:
        """Put the cursor into the search box, its text selected."""
        self.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_box.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.focus_search()
        elif event.key() == Qt.Key.Key_Escape and self.search_box.text():
            self.search_box.clear()
        elif event.key() == Qt.Key.Key_Down and self.search_box.hasFocus():
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(6)
        self.search_box.setObjectName("architecture_search")
        self.search_box.setAccessibleName(self.tr("Search presets, stages, fields"))
        self.search_box.setPlaceholderText(self.tr("Search presets, stages, fields"))
        self.search_box.setClearButtonEnabled(True)
        self._nothing.setWordWrap(True)
        self._nothing.setVisible(False)
        self._nothing.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self._within_margins(self.search_box))
        layout.addWidget(self._nothing)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setObjectName("architecture_splitter")
        splitter.setHandleWidth(3)
        for part in (self._tree_room, self.form, self.help):
            splitter.addWidget(part)
        splitter.setSizes([200, 430, 164])
        splitter.setStretchFactor(1, 1)
        splitter.setCollapsible(1, False)
        self.form.setMinimumHeight(FORM_HEIGHT)
        layout.addWidget(splitter, 1)

    def _within_margins(self, *widgets: QWidget) -> QWidget:
        room = QWidget(self)
        layout = QVBoxLayout(room)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(0)
        for widget in widgets:
            layout.addWidget(widget)
        return room

    def _search(self, text: str) -> None:
        presets, fields = self.tree.filter(text), self.form.filter(text)
        self._tree_room.setVisible(presets)
        self.form.setVisible(fields)
        self.help.setVisible(fields)
        self._nothing.setVisible(not presets and not fields)

    def _open_preset(self, name: str) -> None:
        self._document.open_preset(name, self.tr("Open {name}").format(name=name))

    def _mark_open(self) -> None:
        """Mark the preset that is open as it was published; an edit takes the mark away."""
        config = self._document.config
        entry = find_preset(config.name)
        self.tree.mark_open(entry.name if entry and preset(entry.name) == config else "")
