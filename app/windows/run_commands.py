"""Says which of the engine's jobs can be asked for now, and asks for them."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.services.engine_service import EngineService
from app.state.engine_state import EngineState
from app.state.runs_state import RunsState
from app.state.training_recipe import TrainingRecipe

RESUMABLE = ("stopped", "crashed", "failed")


class RunCommands(QObject):
    """What the Run menu does."""

    def __init__(
        self,
        runs: RunsState,
        recipe: TrainingRecipe,
        engine: EngineState,
        service: EngineService,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._runs, self._recipe, self._engine, self._service = runs, recipe, engine, service

    def is_free(self) -> bool:
        """Return whether a job can be started."""
        return not self._engine.busy and self._engine.phase != "unavailable"

    def is_training(self) -> bool:
        """Return whether a training is under way that can be paused or stopped."""
        progress = self._engine.progress
        return progress.kind == "train" and progress.phase in ("running", "paused")

    def toggle_pause(self) -> None:
        """Pause the run, or let it go on."""
        if self._engine.progress.phase == "paused":
            self._service.resume()
        else:
            self._service.pause()

    def pause_text(self) -> str:
        """Return what `toggle_pause` would do."""
        return self.tr("Continue") if self._engine.progress.phase == "paused" else self.tr("Pause")

    def can_resume(self) -> bool:
        """Return whether the run that is looked at ended before its time."""
        run = self._runs.current
        return run is not None and run.summary.status in RESUMABLE and self.is_free()

    def resume_current(self) -> None:
        """Go on with the run that is looked at."""
        if self._runs.current is not None:
            self._service.resume_run(self._runs.current.key)

    def build(self) -> None:
        """Build the open architecture on the recipe's device."""
        self._service.build(self._recipe.config.device)
