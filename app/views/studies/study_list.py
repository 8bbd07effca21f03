"""Lists the studies there are, each with a line on what it shows, and marks those that found something already."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.views.studies.figure_words import said
from resnet_core.findings.catalog import STUDIES

ModelIndex = QModelIndex | QPersistentModelIndex
NAME_ROLE = Qt.ItemDataRole.UserRole
_LINE_ROLE = Qt.ItemDataRole.UserRole + 1
_FOUND_ROLE = Qt.ItemDataRole.UserRole + 2
_PAD, _DOT_PX = 8, 6
_SMALLER = 0.9


class StudyList(QListWidget):
    """The studies in the catalog's order; `study_chosen` carries the name of one that a person takes."""

    study_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_list")
        self.setAccessibleName(self.tr("Studies"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_TwoLines(self))
        self.setFrameShape(self.Shape.NoFrame)
        for study in STUDIES:
            item = QListWidgetItem(said(study.title))
            shows = said(study.words.shows)
            item.setData(NAME_ROLE, study.name)
            item.setData(_LINE_ROLE, shows)
            item.setToolTip(shows)
            self.addItem(item)
        self.currentItemChanged.connect(self._tell)

    def show_studies(self, chosen: str, found: Collection[str]) -> None:
        """Choose a study without telling anyone, and mark those of which a result is there."""
        with QSignalBlocker(self):
            for row in range(self.count()):
                item = self.item(row)
                name, has_result = item.data(NAME_ROLE), item.data(NAME_ROLE) in found
                item.setData(_FOUND_ROLE, has_result)
                words = self.tr("{study}, has a result") if has_result else "{study}"
                item.setData(Qt.ItemDataRole.AccessibleTextRole, words.format(study=item.text()))
                if name == chosen:
                    self.setCurrentRow(row)
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """Return room for a title."""
        return QSize(200, 300)

    def minimumSizeHint(self) -> QSize:
        """Return the least width of a list that can still be read."""
        return QSize(120, 80)

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.study_chosen.emit(item.data(NAME_ROLE))


class _TwoLines(QStyledItemDelegate):
    """A title over a muted line, both elided, and a dot where there is a result."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: ModelIndex) -> QSize:
        return QSize(0, 2 * option.fontMetrics.height() + 11)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        painter.save()
        palette, rect = option.palette, option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.AlternateBase))
        found = bool(index.data(_FOUND_ROLE))
        inside = rect.adjusted(_PAD, 4, -_PAD - (_DOT_PX + 6 if found else 0), -4)
        half = inside.height() // 2
        title = QFont(option.font)
        title.setBold(bool(option.state & QStyle.StateFlag.State_Selected))
        color = palette.color(QPalette.ColorRole.Text)
        _line(painter, QRect(inside.left(), inside.top(), inside.width(), half), str(index.data()), title, color)
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * _SMALLER)
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        below = QRect(inside.left(), inside.top() + half, rect.right() - _PAD - inside.left(), half)
        _line(painter, below, str(index.data(_LINE_ROLE)), small, muted)
        if found:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(QPalette.ColorRole.Accent))
            centre = QPointF(rect.right() - _PAD - _DOT_PX / 2, inside.top() + half / 2)
            painter.drawEllipse(centre, _DOT_PX / 2, _DOT_PX / 2)
        painter.restore()


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor) -> None:
    painter.setFont(font)
    painter.setPen(color)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
