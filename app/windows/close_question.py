"""Asks what is to become of a run that is being trained when the window is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget


class CloseQuestion(QMessageBox):
    """Three ways out; `wait_chosen` and `stop_chosen` tell of the two that end in closing."""

    wait_chosen = Signal()
    stop_chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("close_question")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("A run is being trained"))
        self.setText(self.tr("A run is being trained. Close when it has ended, or stop it now?"))
        self.setInformativeText(self.tr("A stopped run keeps what it measured and can be resumed from its checkpoint."))
        role = QMessageBox.ButtonRole
        stop = self.addButton(self.tr("Stop with a Checkpoint and Close"), role.AcceptRole)
        wait = self.addButton(self.tr("Wait for It, Then Close"), role.AcceptRole)
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        for button, name in ((stop, "close_stop"), (wait, "close_wait"), (cancel, "close_cancel")):
            button.setObjectName(name)
        stop.clicked.connect(self.stop_chosen)
        wait.clicked.connect(self.wait_chosen)
        self.setDefaultButton(stop)
        self.setEscapeButton(cancel)
