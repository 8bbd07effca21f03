"""Shows PyTorch code under a heading that folds it away; folded, it is not even written."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QFontMetrics,
    QGuiApplication,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QTextEdit, QToolButton, QVBoxLayout, QWidget

from app.services.theme import Theme, ThemeColors

_MOST_LINES, _LEAST_LINES = 26, 4
_WORDS = r"\b(?:class|def|return|import|from|for|in|if|not|is|None|and|super|with)\b"
_PATTERN = re.compile(rf"(?P<quiet>#.*$|\"\"\".*\"\"\")|(?P<word>{_WORDS})")

Source = Callable[[], str]


class CodeSection(QWidget):
    """Code that can be selected and copied, with the lines about one layer marked."""

    unfolded = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_code")
        self._theme, self._source, self._marked = theme, _nothing, ""
        self.fold = QToolButton(self)
        self.fold.setObjectName("unfold_code")
        self.fold.setText(self.tr("PyTorch code"))
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setToolTip(self.tr("Show the code that builds this; it runs without Skipscope"))
        self.copy = QToolButton(self)
        self.copy.setObjectName("copy_code")
        self.copy.setText(self.tr("Copy"))
        self.copy.setToolTip(self.tr("Put the code on the clipboard"))
        self.copy.setAccessibleName(self.tr("Copy the PyTorch code"))
        self.editor = _editor(self)
        self.editor.setAccessibleName(self.tr("PyTorch code"))
        self._painter = _CodePainter(self.editor.document(), theme.colors)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._write)
        self.fold.toggled.connect(self._on_fold)
        self.copy.clicked.connect(self._copy)
        theme.changed.connect(self._restyle)
        self._lay_out()
        self._on_fold(False)

    @property
    def text(self) -> str:
        """The code that is shown."""
        return self.editor.toPlainText()

    def show_source(self, source: Source, marked: str = "") -> None:
        """Show what `source` writes, when it is next unfolded or soon; mark the lines about the module `marked`."""
        self._source, self._marked = source, marked
        if self.fold.isChecked():
            self._soon.start(0)

    def _on_fold(self, unfolded: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.editor.setVisible(unfolded)
        if unfolded:
            self._write()
        self.unfolded.emit(unfolded)

    def _write(self) -> None:
        text = self._source()
        if text != self.text:
            place = self.editor.verticalScrollBar().value()
            self.editor.setPlainText(text)
            self.editor.verticalScrollBar().setValue(place)
            lines = min(max(text.count("\n") + 1, _LEAST_LINES), _MOST_LINES)
            bar = self.editor.horizontalScrollBar().sizeHint().height()
            self.editor.setFixedHeight(lines * QFontMetrics(self.editor.font()).lineSpacing() + bar + 14)
        self._mark()

    def _mark(self) -> None:
        """Lay the theme's selection colour under the lines that name the marked module."""
        selections: list[QTextEdit.ExtraSelection] = []
        pattern = re.compile(rf"self\.{re.escape(self._marked)}\b") if self._marked else None
        block = self.editor.document().begin()
        while pattern is not None and block.isValid():
            if pattern.search(block.text()):
                selections.append(self._line(QTextCursor(block)))
            block = block.next()
        self.editor.setExtraSelections(selections)

    def _line(self, cursor: QTextCursor) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        style = QTextCharFormat()
        style.setBackground(QColor(self._theme.colors.selection))
        style.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
        selection.format, selection.cursor = style, cursor
        return selection

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._source())

    def _restyle(self, colors: ThemeColors) -> None:
        self._painter.restyle(colors)
        self._mark()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.fold)
        row.addStretch(1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.editor)


class _CodePainter(QSyntaxHighlighter):
    """Sets comments back and the language's own words apart, in the theme's colours."""

    def __init__(self, document: QTextDocument, colors: ThemeColors) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._colour(colors)

    def restyle(self, colors: ThemeColors) -> None:
        """Take the colours of another theme."""
        self._colour(colors)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt calls it by this name
        for found in _PATTERN.finditer(text):
            assert found.lastgroup is not None
            self.setFormat(found.start(), found.end() - found.start(), self._formats[found.lastgroup])

    def _colour(self, colors: ThemeColors) -> None:
        for name, color in (("quiet", colors.muted), ("word", colors.accent)):
            style = QTextCharFormat()
            style.setForeground(QColor(color))
            self._formats[name] = style


def _editor(parent: QWidget) -> QPlainTextEdit:
    editor = QPlainTextEdit(parent)
    editor.setObjectName("code_text")
    editor.setReadOnly(True)
    editor.setTabChangesFocus(True)
    editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(parent.font().pointSizeF() * 0.9)
    editor.setFont(font)
    editor.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return editor


def _nothing() -> str:
    return ""
