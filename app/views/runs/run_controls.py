"""Starts, pauses and stops the training of the open architecture, and shows how far it is."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.painting.mini_curves import MiniCurve, MiniCurves
from app.services.engine_service import EngineService
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState
from app.state.runs_state import Curve, RunsState, ShownRun
from app.state.training_recipe import TrainingRecipe
from app.views.runs.recipe_form import RecipeForm
from resnet_core.number_text import decimal, duration, percent


class RunControls(QWidget):
    """The recipe, the buttons, the progress with the time left, and the current run's two small curves."""

    def __init__(
        self,
        document: ArchitectureDocument,
        recipe: TrainingRecipe,
        runs: RunsState,
        engine: EngineState,
        service: EngineService,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("run_controls")
        self._document, self._runs, self._engine, self._service, self._theme = (
            document,
            runs,
            engine,
            service,
            theme,
        )
        self._title, self._numbers, self._note, self._left = QLabel(), QLabel(), QLabel(), QLabel()
        self._curves, self._bar = MiniCurves(theme), QProgressBar()
        self._train = self._button("train_button", self.tr("Train"), service.train)
        self._probe = self._button("probe_button", self.tr("Probe"), service.probe)
        self._probe.setToolTip(self.tr("Gradients and signals at initialisation, from one batch, without training"))
        self._pause = self._button("pause_button", self.tr("Pause"), self._toggle_pause)
        self._stop = self._button("stop_button", self.tr("Stop"), service.stop)
        self._form = RecipeForm(recipe)
        self._name_parts()
        self._lay_out()
        self._connect()
        self._refresh()

    def _button(self, name: str, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _checked=False: slot())  # type: ignore[operator]
        return button

    def _name_parts(self) -> None:
        self._title.setObjectName("run_title")
        self._numbers.setObjectName("run_numbers")
        self._note.setObjectName("run_note")
        self._left.setObjectName("time_left")
        self._curves.setObjectName("run_curves")
        self._bar.setObjectName("run_progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._note.setWordWrap(True)
        self._train.setProperty("accent", True)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self._train, self._probe, self._pause, self._stop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        for widget in (self._title, self._curves, self._numbers, self._note):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        layout.addWidget(self._bar)
        layout.addWidget(self._form)

    def _connect(self) -> None:
        self._engine.changed.connect(self._refresh)
        self._runs.advanced.connect(lambda key: self._refresh_run())
        self._runs.current_changed.connect(self._refresh)
        self._document.title_changed.connect(lambda _title: self._refresh_title())
        self._theme.changed.connect(lambda _colors: self._refresh_run())

    def _toggle_pause(self) -> None:
        if self._engine.progress.phase == "paused":
            self._service.resume()
        else:
            self._service.pause()

    def _refresh(self) -> None:
        progress = self._engine.progress
        training = progress.kind == "train" and progress.phase != "idle"
        paused = progress.phase == "paused"
        for button in (self._train, self._probe):
            button.setVisible(not training)
            button.setEnabled(not self._engine.busy and self._engine.phase != "unavailable")
        for button in (self._pause, self._stop):
            button.setVisible(training)
            button.setEnabled(progress.phase in ("running", "paused"))
        self._pause.setText(self.tr("Continue") if paused else self.tr("Pause"))
        self._bar.setVisible(training)
        self._bar.setRange(0, progress.total if progress.phase != "preparing" else 0)
        self._bar.setValue(progress.done)
        self._left.setText(self._time_left() if training else "")
        self._form.setEnabled(not training)
        self._refresh_title()
        self._refresh_run()

    def _time_left(self) -> str:
        progress = self._engine.progress
        if progress.phase == "preparing":
            return self.tr("preparing…")
        if progress.phase == "paused":
            return self.tr("paused")
        if progress.seconds_left is None:
            return ""
        return self.tr("{time} left").format(time=duration(progress.seconds_left))

    def _refresh_title(self) -> None:
        current = self._runs.current
        if current is None:
            self._title.setText(self.tr("Train {name}").format(name=self._document.config.name))
        else:
            name, data = current.architecture.name, current.summary.data_name
            self._title.setText(self.tr("{name} on {data}").format(name=name, data=data) if data else name)

    def _refresh_run(self) -> None:
        run = self._runs.current
        self._curves.setVisible(run is not None)
        self._numbers.setVisible(run is not None and run.summary.total_steps is not None)
        self._note.setText("\n".join(run.summary.notes) if run is not None else "")
        self._note.setVisible(bool(self._note.text()))
        if run is not None:
            self._curves.show_curves(_mini_curves(run, self._theme), run.summary.total_steps or 1)
            self._numbers.setText(self._numbers_of(run))

    def _numbers_of(self, run: ShownRun) -> str:
        loss, test = _last(run.curves.get("train_loss")), _last(run.curves.get("test_accuracy"))
        parts = [
            self.tr("step {step}/{total}").format(step=run.summary.step, total=run.summary.total_steps or "?")
        ]
        if loss is not None:
            parts.append(self.tr("loss {loss}").format(loss=decimal(loss, 3)))
        if test is not None:
            parts.append(self.tr("test {accuracy}").format(accuracy=percent(test)))
        return " · ".join(parts)


def _mini_curves(run: ShownRun, theme: Theme) -> tuple[MiniCurve, ...]:
    found = []
    loss, accuracy = run.curves.get("train_loss"), run.curves.get("train_accuracy")
    if loss is not None and len(loss.values):
        top = float(np.nanmax(np.where(np.isfinite(loss.values), loss.values, np.nan), initial=1e-9))
        found.append(MiniCurve(loss.steps, loss.values, theme.colors.projection, 0.0, top))
    if accuracy is not None and len(accuracy.values):
        found.append(MiniCurve(accuracy.steps, accuracy.values, theme.colors.identity, 0.0, 1.0))
    return tuple(found)


def _last(curve: Curve | None) -> float | None:
    return float(curve.values[-1]) if curve is not None and len(curve.values) else None
