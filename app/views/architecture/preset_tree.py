"""Lists the presets by family with their parameter counts; one click opens one."""

from __future__ import annotations

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QWidget,
)

from app.services.fonts import number_font
from app.services.theme import Theme
from app.views.architecture.preset_words import preset_text
from resnet_core.configuration.presets import Preset, find_preset, preset_families, search_presets
from resnet_core.number_text import compact

NAME_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class PresetModel(QStandardItemModel):
    """Families and their presets in two columns, name and parameters, which the presets know without being built."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: dict[str, QStandardItem] = {}
        self._counts: dict[str, QStandardItem] = {}
        self._open = ""
        self.setColumnCount(2)
        for family, presets in preset_families().items():
            self._add_family(family, presets)
        theme.changed.connect(self._adopt_colors)
        self._adopt_colors()

    @property
    def open_name(self) -> str:
        """The preset that is marked as open, or an empty text."""
        return self._open

    def mark_open(self, name: str) -> None:
        """Mark one preset as the open one; an empty name marks none."""
        if name == self._open:
            return
        before, self._open = self._open, name
        for one in (before, name):
            if one:
                self._paint(one)

    def index_of(self, name: str) -> QModelIndex:
        """Return where a preset stands."""
        return self.indexFromItem(self._names[name])

    def set_number_font(self, font: QFont) -> None:
        """Use `font` for every count."""
        for item in self._counts.values():
            item.setFont(font)

    def _add_family(self, family: str, presets: tuple[Preset, ...]) -> None:
        title = QCoreApplication.translate("Family", family)
        parent = _item(title)
        font = parent.font()
        font.setBold(True)
        parent.setFont(font)
        for entry in presets:
            name, count = _item(entry.name), _item(compact(entry.counts.parameters))
            count.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            name.setData(entry.name, NAME_ROLE)
            parent.appendRow([name, count])
            self._names[entry.name], self._counts[entry.name] = name, count
        self.appendRow([parent, _item("")])

    def _paint(self, name: str) -> None:
        colors, is_open = self._theme.colors, name == self._open
        item, count = self._names[name], self._counts[name]
        font = item.font()
        font.setBold(is_open)
        item.setFont(font)
        item.setForeground(QColor(colors.accent if is_open else colors.text))
        count.setForeground(QColor(colors.accent if is_open else colors.muted))
        spoken = self.tr("{name}, open").format(name=name) if is_open else name
        item.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)

    def _adopt_colors(self) -> None:
        for name in self._names:
            self._paint(name)


class FoundPresets(QSortFilterProxyModel):
    """Lets through the presets that a search found, and the families they stand in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: frozenset[str] | None = None
        self.setRecursiveFilteringEnabled(True)

    def let_through(self, text: str) -> None:
        """Search for `text`; an empty one lets every preset through."""
        self._found = frozenset(entry.name for entry in search_presets(text)) if text.strip() else None
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        if self._found is None:
            return True
        return self.sourceModel().index(row, 0, parent).data(NAME_ROLE) in self._found


class RoomyRows(QStyledItemDelegate):
    """Gives the rows some air, and tells what is known about a preset when the mouse rests on it."""

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        name = index.sibling(index.row(), 0).data(NAME_ROLE)
        entry = find_preset(name) if name and event.type() == QEvent.Type.ToolTip else None
        if entry is None:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), preset_text(entry), view)
        return True

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), option.fontMetrics.height() + 7)


class PresetTree(QTreeView):
    """The tree; `opened` carries the name of a preset that was clicked or entered, `looked_at` of the current one."""

    opened = Signal(str)
    looked_at = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preset_tree")
        self.setAccessibleName(self.tr("Presets"))
        self.presets = PresetModel(theme, self)
        self._shown = FoundPresets(self)
        self._shown.setSourceModel(self.presets)
        self.setModel(self._shown)
        self._set_up()
        self._expanded_before: list[str] | None = None

    def mark_open(self, name: str) -> None:
        """Mark the open preset and bring it into view; an empty name marks none."""
        self.presets.mark_open(name)
        if not name:
            self.clearSelection()
            return
        index = self._shown.mapFromSource(self.presets.index_of(name))
        if index.isValid():
            self.expand(index.parent())
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def filter(self, text: str) -> bool:
        """Show the presets that have every word of `text` somewhere; return whether there are any."""
        if text and self._expanded_before is None:
            self._expanded_before = self._expanded()
        self._shown.let_through(text)
        if text:
            self.expandAll()
        elif self._expanded_before is not None:
            self.collapseAll()
            for row in range(self._shown.rowCount()):
                index = self._shown.index(row, 0)
                self.setExpanded(index, index.data() in self._expanded_before)
            self._expanded_before = None
        return self._shown.rowCount() > 0

    def shown_names(self) -> list[str]:
        """Return the presets that the filter lets through."""
        families = (self._shown.index(row, 0) for row in range(self._shown.rowCount()))
        return [
            self._shown.index(row, 0, family).data(NAME_ROLE)
            for family in families
            for row in range(self._shown.rowCount(family))
        ]

    def index_of(self, name: str) -> QModelIndex:
        """Return where a preset is shown."""
        return self._shown.mapFromSource(self.presets.index_of(name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        """Tell which preset the keyboard or the mouse is on."""
        super().currentChanged(current, previous)
        self.looked_at.emit(current.sibling(current.row(), 0).data(NAME_ROLE) or "")

    def _set_up(self) -> None:
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setItemDelegate(RoomyRows(self))
        self.setIndentation(14)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setExpandsOnDoubleClick(False)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMouseTracking(True)
        numbers = number_font(self.font().pointSizeF())
        self.presets.set_number_font(numbers)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(10)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, QFontMetrics(numbers).horizontalAdvance("00.0 M") + 14)
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self, index: QModelIndex) -> None:
        first = index.siblingAtColumn(0)
        if self._shown.hasChildren(first):
            self.setExpanded(first, not self.isExpanded(first))
        else:
            self._open(first)

    def _open(self, index: QModelIndex) -> None:
        name = index.siblingAtColumn(0).data(NAME_ROLE)
        if name:
            self.opened.emit(name)

    def _expanded(self) -> list[str]:
        rows = (self._shown.index(row, 0) for row in range(self._shown.rowCount()))
        return [index.data() for index in rows if self.isExpanded(index)]


def _item(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    return item
