"""Shows what went wrong in one line under the views, with details that can be read and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.services.errors import ErrorReport


class NoticeBar(QWidget):
    """The newest error; hidden until there is one and again when it is dismissed. It never blocks the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._report = ErrorReport("", "")
        self._text = QLabel()
        self._text.setObjectName("notice_text")
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._details = self._button("notice_details", self.tr("Details…"), self._show_details)
        dismiss = self._button("notice_dismiss", self.tr("Dismiss"), self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        for widget in (self._text, self._details, dismiss):
            layout.addWidget(widget)
        self.hide()

    @property
    def report(self) -> ErrorReport:
        """What was shown last."""
        return self._report

    def show_report(self, report: ErrorReport) -> None:
        """Show `report` in place of what was shown before."""
        self._report = report
        self._text.setText(report.line)
        self._details.setVisible(bool(report.details))
        self.show()

    def _button(self, name: str, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.clicked.connect(slot)
        return button

    def _show_details(self) -> None:
        TextDialog(self.tr("What went wrong"), f"{self._report.line}\n\n{self._report.details}", self).open()


class TextDialog(QDialog):
    """A text that can be read, selected and copied whole; it does not block the window."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("text_dialog")
        self.setWindowTitle(title)
        self.setModal(False)
        self.resize(720, 420)
        view = QPlainTextEdit(text)
        view.setObjectName("text_dialog_text")
        view.setAccessibleName(title)
        view.setReadOnly(True)
        view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("text_dialog_copy")
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(view.toPlainText()))
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(view)
        layout.addWidget(buttons)

    def open(self) -> None:
        """Show the dialog beside the window; it is gone for good when it is closed."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.show()
