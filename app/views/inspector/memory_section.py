"""Shows the memory of training the open network, for a batch, an optimiser and a precision that are chosen there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from app.state.architecture_document import Snapshot
from app.views.inspector.fact_grid import FactGrid
from app.views.inspector.memory_words import (
    OPTIMIZER_NAMES,
    PRECISION_NAMES,
    Peaks,
    memory_convention,
    memory_facts,
    peak_facts,
    peaks_under,
)
from resnet_core.analysis.memory import MemoryRecipe

LARGEST_BATCH = 65_536
PEAKS_AFTER_MS = 60
"""So long nothing may change before the peaks are worked out: they take 15 ms for 152 layers."""


class _BatchBox(QSpinBox):
    """Images a step; the wheel scrolls the panel unless the box is being edited."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(1, LARGEST_BATCH)
        self.setPrefix(self.tr("batch "))
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _ChoiceBox(QComboBox):
    """Named values; the wheel scrolls the panel unless the box is being edited."""

    def __init__(self, names: Mapping[Any, str]) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for value, text in names.items():
            self.addItem(QCoreApplication.translate("Inspector", text), value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class MemorySection(QWidget):
    """The parts of training memory at once, the peaks a moment later; `resized` tells that its height changed."""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_memory_section")
        self._snapshot: Snapshot | None = None
        self._reference: Snapshot | None = None
        self._batch = _BatchBox()
        self._optimizer, self._precision = _ChoiceBox(OPTIMIZER_NAMES), _ChoiceBox(PRECISION_NAMES)
        self.facts = FactGrid("inspector_memory")
        self.convention = QLabel()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_peaks)
        self._name_parts()
        self._lay_out()
        self._show_recipe(MemoryRecipe())
        self._batch.valueChanged.connect(self._on_choice)
        for choice in (self._optimizer, self._precision):
            choice.currentIndexChanged.connect(self._on_choice)

    @property
    def recipe(self) -> MemoryRecipe:
        """What is chosen."""
        return MemoryRecipe(self._batch.value(), self._optimizer.currentData(), self._precision.currentData())

    def show_snapshot(self, snapshot: Snapshot, reference: Snapshot | None) -> None:
        """Show the memory of this network, and how it differs from the reference."""
        self._snapshot, self._reference = snapshot, reference
        self._show()

    def _name_parts(self) -> None:
        named = (
            (self._batch, "memory_batch", self.tr("Images a step")),
            (self._optimizer, "memory_optimizer", self.tr("Optimiser")),
            (self._precision, "memory_precision", self.tr("Precision")),
        )
        for part, name, text in named:
            part.setObjectName(name)
            part.setAccessibleName(text)
            part.setToolTip(text)
        self.convention.setObjectName("inspector_memory_convention")
        self.convention.setProperty("role", "muted")
        self.convention.setWordWrap(True)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for choice in (self._batch, self._precision, self._optimizer):
            layout.addWidget(choice)
        layout.addWidget(self.facts)
        layout.addWidget(self.convention)

    def _show_recipe(self, recipe: MemoryRecipe) -> None:
        self._batch.setValue(recipe.batch)
        self._optimizer.setCurrentIndex(self._optimizer.findData(recipe.optimizer))
        self._precision.setCurrentIndex(self._precision.findData(recipe.precision))

    @Slot()
    def _on_choice(self) -> None:
        self._show()
        self.resized.emit()

    def _show(self) -> None:
        if self._snapshot is not None:
            self._fill(None)
            self._later.start(PEAKS_AFTER_MS)

    def _fill(self, peaks: Peaks | None) -> None:
        assert self._snapshot is not None
        parts = memory_facts(self._snapshot, self._reference, self.recipe)
        self.facts.show_facts((*parts, *peak_facts(peaks)))
        self.convention.setText(memory_convention(self.recipe))

    @Slot()
    def _show_peaks(self) -> None:
        """Work the peaks out; the window has been painted without them."""
        if self._snapshot is not None and self.isVisible():
            self._fill(peaks_under(self._snapshot, self.recipe))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._later.start(PEAKS_AFTER_MS)
