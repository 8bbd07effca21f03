"""Lists the runs on disk: which are shown, how far each came, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QMenu,
    QMessageBox,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.services.engine_service import EngineService
from app.services.theme import Theme
from app.state.engine_state import EngineState
from app.state.runs_state import RunsState
from resnet_core.number_text import percent
from resnet_core.runs.run_records import RunSummary

_NAME, _STATUS, _STEPS, _ACCURACY = range(4)
_LIVE = ("preparing", "running", "paused")
_RESUMABLE = ("stopped", "crashed", "failed")


class RunListView(QWidget):
    """Every run, newest first; the box shows its curves, a click looks at it, the menu resumes, opens or deletes it."""

    def __init__(
        self,
        runs: RunsState,
        engine: EngineState,
        service: EngineService,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("run_list_view")
        self._runs, self._engine, self._service = runs, engine, service
        self._tree = QTreeWidget()
        self._tree.setObjectName("run_list")
        self._tree.setAccessibleName(self.tr("Runs"))
        self._tree.setRootIsDecorated(False)
        self._tree.setUniformRowHeights(True)
        self._tree.setHeaderLabels([self.tr("Run"), self.tr("Status"), self.tr("Steps"), self.tr("Test")])
        self._tree.header().setStretchLastSection(False)
        self._tree.header().setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column in (_STEPS, _ACCURACY):
            self._tree.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._empty = QLabel(self.tr("No runs yet.\nPress Train to make the first one."))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._tree)
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        self._tree.itemChanged.connect(self._toggle)
        self._tree.itemClicked.connect(lambda item, column: self._look_at(item))
        self._tree.itemActivated.connect(lambda item, _column: self._look_at(item))
        self._tree.customContextMenuRequested.connect(self._open_menu)
        self._runs.library_changed.connect(self._refresh)
        self._runs.shown_changed.connect(self._refresh)
        self._runs.current_changed.connect(self._refresh)

    def _refresh(self) -> None:
        library = self._runs.library
        self._pages.setCurrentIndex(1 if library else 0)
        shown = {run.key for run in self._runs.shown}
        current = self._runs.current.key if self._runs.current else ""
        self._tree.blockSignals(True)
        while self._tree.topLevelItemCount() > len(library):
            self._tree.takeTopLevelItem(self._tree.topLevelItemCount() - 1)
        for row, summary in enumerate(library):
            item = self._tree.topLevelItem(row)
            if item is None:
                item = _new_item()
                self._tree.addTopLevelItem(item)
            self._fill(item, summary, summary.run in shown, summary.run == current)
        self._tree.blockSignals(False)
        for column in (_STATUS, _STEPS, _ACCURACY):
            self._tree.resizeColumnToContents(column)

    def _fill(self, item: QTreeWidgetItem, summary: RunSummary, shown: bool, current: bool) -> None:
        item.setData(_NAME, Qt.ItemDataRole.UserRole, summary.run)
        item.setText(_NAME, summary.name or summary.run)
        item.setText(_STATUS, self._status_text(summary.status))
        item.setText(
            _STEPS,
            str(summary.step) if summary.total_steps is None else f"{summary.step}/{summary.total_steps}",
        )
        item.setText(_ACCURACY, "" if summary.test_accuracy is None else percent(summary.test_accuracy))
        item.setCheckState(_NAME, Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
        lines = (summary.run, summary.started_at or "", *summary.notes, summary.message, summary.error or "")
        item.setToolTip(_NAME, "\n".join(line for line in lines if line))
        font = item.font(_NAME)
        font.setBold(current)
        item.setFont(_NAME, font)

    def _status_text(self, status: str) -> str:
        texts = {
            "preparing": self.tr("preparing"), "running": self.tr("running"), "paused": self.tr("paused"),
            "stopped": self.tr("stopped"), "finished": self.tr("finished"), "failed": self.tr("failed"),
            "crashed": self.tr("crashed"), "unreadable": self.tr("unreadable"),
        }  # fmt: skip
        return texts.get(status, status)

    def _toggle(self, item: QTreeWidgetItem, column: int) -> None:
        if column != _NAME:
            return
        key = _key(item)
        if item.checkState(_NAME) == Qt.CheckState.Checked:
            self._service.show_run(key)
        else:
            self._service.hide_run(key)

    def _look_at(self, item: QTreeWidgetItem) -> None:
        if not self._is_shown(_key(item)) and item.checkState(_NAME) == Qt.CheckState.Unchecked:
            self._service.show_run(_key(item))
        self._runs.look_at(_key(item))

    def _is_shown(self, key: str) -> bool:
        return any(run.key == key for run in self._runs.shown)

    def _open_menu(self, position: QPoint) -> None:
        item = self._tree.itemAt(position)
        if item is not None:
            self.menu_for(_key(item)).popup(self._tree.viewport().mapToGlobal(position))

    def menu_for(self, key: str) -> QMenu:
        """Return the menu of a run: show or hide, resume, delete."""
        summary = next(entry for entry in self._runs.library if entry.run == key)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._is_shown(key):
            menu.addAction(self.tr("Hide"), lambda: self._service.hide_run(key))
        else:
            menu.addAction(self.tr("Show"), lambda: self._service.show_run(key))
        resume = menu.addAction(self.tr("Resume from its checkpoint"), lambda: self._service.resume_run(key))
        resume.setEnabled(summary.status in _RESUMABLE and not self._engine.busy)
        delete = menu.addAction(self.tr("Delete…"), lambda: self._delete(key))
        delete.setEnabled(summary.status not in _LIVE)
        return menu

    def _delete(self, key: str) -> None:
        question = self.tr("Delete the run {run} with its curves and checkpoints? It cannot be brought back.")
        answer = QMessageBox.question(self, self.tr("Delete run"), question.format(run=key))
        if answer == QMessageBox.StandardButton.Yes:
            self._service.delete_run(key)


def _new_item() -> QTreeWidgetItem:
    item = QTreeWidgetItem()
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    for column in (_STEPS, _ACCURACY):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def _key(item: QTreeWidgetItem) -> str:
    return str(item.data(_NAME, Qt.ItemDataRole.UserRole))
