"""Asks with how many images to measure the open architecture, and shows what was measured of it last."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.services.engine_service import EngineService
from app.state.architecture_document import ArchitectureDocument
from app.state.engine_state import EngineState
from app.state.latency_state import LatencyState
from app.state.training_recipe import TrainingRecipe
from app.windows.latency_text import latency_text
from app.wording import choice_label
from resnet_core.configuration.fields import field_facts
from resnet_core.configuration.training_config import TrainingConfig

MOST_IMAGES, MOST_REPEATS = 65_536, 10_000


class LatencyDialog(QDialog):
    """Stands beside the window and follows it: the open architecture, the engine, and each new measurement."""

    def __init__(
        self,
        document: ArchitectureDocument,
        latency: LatencyState,
        recipe: TrainingRecipe,
        engine: EngineState,
        service: EngineService,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._latency, self._recipe = document, latency, recipe
        self._engine, self._service = engine, service
        self._batch, self._repeats = QSpinBox(), QSpinBox()
        self._training = QCheckBox(self.tr("Backward too, as in a training step"))
        self._place, self._text = QLabel(), QPlainTextEdit()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._measure = self._buttons.addButton(self.tr("Measure"), QDialogButtonBox.ButtonRole.ActionRole)
        self._copy = self._buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self._name_parts()
        self._lay_out()
        self._connect()
        before = latency.latency_of(document.config)
        self._batch.setValue(before.batch if before is not None else 1)
        self._training.setChecked(before is not None and before.conditions.training)
        self._show_measured()
        self._show_engine()

    def _name_parts(self) -> None:
        self.setObjectName("latency_dialog")
        self.setWindowTitle(self.tr("Measure Latency"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 520)
        named = (
            (self._batch, "latency_batch", self.tr("Images in a pass")),
            (self._repeats, "latency_repeats", self.tr("Passes")),
            (self._training, "latency_training", self.tr("Time forward and backward, without the update")),
            (self._text, "latency_text", self.tr("What was measured last")),
            (self._measure, "latency_measure", self.tr("Measure the open architecture")),
            (self._copy, "latency_copy", self.tr("Copy what was measured")),
        )
        for part, name, text in named:
            part.setObjectName(name)
            part.setAccessibleName(text)
            part.setToolTip(text)
        self._place.setObjectName("latency_place")
        self._place.setProperty("role", "muted")
        self._place.setWordWrap(True)

    def _lay_out(self) -> None:
        self._batch.setRange(1, MOST_IMAGES)
        self._repeats.setRange(0, MOST_REPEATS)
        self._repeats.setSpecialValueText(self.tr("as many as fit into some seconds"))
        self._text.setReadOnly(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._measure.setDefault(True)
        self._copy.setAutoDefault(False)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(self.tr("Images in a pass"), self._batch)
        form.addRow(self.tr("Passes"), self._repeats)
        form.addRow(self._training)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for widget in (self._place, self._text, self._buttons):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self._buttons.rejected.connect(self.close)
        self._measure.clicked.connect(self._ask)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text.toPlainText()))
        self._document.changed.connect(self._show_measured)
        self._latency.changed.connect(self._show_measured)
        self._engine.changed.connect(self._show_engine)
        self._recipe.changed.connect(self._show_engine)

    def _ask(self) -> None:
        """Measure the open architecture as the fields say."""
        batch, repeats = self._batch.value(), self._repeats.value()
        self._service.measure_latency(batch, repeats, training=self._training.isChecked())

    def _show_measured(self, *_facts: object) -> None:
        """Show the open architecture's last measurement, or what pressing the button would do."""
        config = self._document.config
        measured = self._latency.latency_of(config)
        self._copy.setEnabled(measured is not None)
        if measured is None:
            line = self.tr("{name} has not been measured in this session.")
            self._text.setPlainText(line.format(name=config.name))
        else:
            self._text.setPlainText(latency_text(config.name, measured))

    def _show_engine(self, *_facts: object) -> None:
        self._measure.setEnabled(not self._engine.busy and self._engine.phase != "unavailable")
        recipe = self._recipe.config
        device = choice_label(field_facts(TrainingConfig, "device"), recipe.device)
        threads = str(recipe.threads) if recipe.threads else self.tr("the faster of all and one")
        line = self.tr("Device and CPU threads are those of the recipe: {device}; {threads}.")
        self._place.setText(line.format(device=device, threads=threads))
