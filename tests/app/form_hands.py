"""Finds the parts of the architecture's form and types into them, as a person does."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.views.architecture.architecture_view import ArchitectureView
from app.views.architecture.entry_table import EntryTable
from resnet_core.configuration.presets import preset


def shown_view(qtbot: QtBot, name: str = "ResNet-50") -> ArchitectureView:
    """Return the left panel with a preset open, on the screen and active."""
    made = ArchitectureView(ArchitectureDocument(preset(name)), PinnedState(), Theme("light"))
    qtbot.addWidget(made)
    made.resize(260, 900)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def child(view: QWidget, kind: type[Any], name: str) -> Any:
    """Return the widget of that name; fail where there is none."""
    found = view.findChild(kind, name)
    assert found is not None, name
    return found


def editor(view: ArchitectureView, *path: str) -> Any:
    """Return the editor of a field."""
    return child(view, QWidget, "field_" + "_".join(path))


def problem(view: ArchitectureView, *path: str) -> str:
    """Return what is said to be wrong at a field."""
    label = view.findChild(QLabel, "problem_" + "_".join(path))
    return label.text() if label is not None and label.isVisible() else ""


def fixes(view: ArchitectureView, *path: str) -> list[str]:
    """Return what the buttons under a field offer."""
    return [button.text() for button in fix_buttons(view, *path)]


def fix_buttons(view: ArchitectureView, *path: str) -> list[QPushButton]:
    """Return the buttons under a field that would mend it."""
    start = "fix_" + "_".join(path)
    found = [button for button in view.findChildren(QPushButton) if button.objectName().startswith(start)]
    return [button for button in found if button.isVisible()]


def choose(box: Any, value: object) -> None:
    """Take a choice of a list, as a click does."""
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def type_number(qtbot: QtBot, box: QSpinBox, text: str) -> None:
    """Type a number and press Enter."""
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)


def stages(view: ArchitectureView) -> EntryTable:
    """Return the table of the stages."""
    return child(view, EntryTable, "stages_table")


def cell(table: EntryTable, row: int, name: str) -> QModelIndex:
    """Return the cell of a field."""
    return table.entries.index(row, [facts.name for facts in table.part.columns].index(name))


def edit_cell(qtbot: QtBot, table: EntryTable, row: int, name: str, text: str) -> None:
    """Open the cell's editor as a double click does, type and press Enter."""
    place = cell(table, row, name)
    table.setCurrentIndex(place)
    table.edit(place)
    kind = QLineEdit if name in ("block", "kernels") else QSpinBox
    box = [box for box in table.viewport().findChildren(kind) if box.parent() is table.viewport()][-1]
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    QApplication.processEvents()


def cells(table: EntryTable) -> list[list[str]]:
    """Return what the shown columns of a table say."""
    model = table.entries
    columns = [column for column in range(model.columnCount()) if not table.isColumnHidden(column)]
    return [[str(model.index(row, column).data()) for column in columns] for row in range(model.rowCount())]
