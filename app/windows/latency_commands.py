"""Opens the dialog that measures latency, and takes what was measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.services.engine_service import EngineService
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState
from app.state.latency_state import LatencyState
from app.state.training_recipe import TrainingRecipe
from app.windows.latency_text import latency_line


class LatencyCommands(QObject):
    """What "Measure Latency…" does; `announce` shows one line to a person."""

    def __init__(
        self,
        document: ArchitectureDocument,
        latency: LatencyState,
        recipe: TrainingRecipe,
        engine: EngineState,
        service: EngineService,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._latency, self._recipe = document, latency, recipe
        self._engine, self._service, self._window = engine, service, window
        self.announce: Callable[[str], None] = lambda _line: None

    def open_dialog(self) -> None:
        """Ask with what to measure, or show the dialog that asks already."""
        from app.windows.latency_dialog import LatencyDialog

        dialog = self._window.findChild(LatencyDialog)
        if dialog is None:
            dialog = LatencyDialog(
                self._document, self._latency, self._recipe, self._engine, self._service, self._window
            )
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def take(self, document: dict[str, Any]) -> None:
        """Keep what a measurement found, and say it in one line."""
        measured = self._latency.record(document)
        self.announce(latency_line(document["name"], measured))
