"""Holds the training recipe that the next run will follow, and takes every edit of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from resnet_core.configuration.edits import with_value
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError


class TrainingRecipe(QObject):
    """The recipe of the next run; `changed` carries the new one, `refused` the problems of an edit that cannot be."""

    changed = Signal(object)
    refused = Signal(object)

    def __init__(self, config: TrainingConfig | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._config = config or TrainingConfig()

    @property
    def config(self) -> TrainingConfig:
        """The recipe as it is now."""
        return self._config

    def set_field(self, name: str, value: object) -> bool:
        """Set one field; returns whether it was taken."""
        try:
            config = with_value(self._config, (name,), value)
        except ConfigurationError as error:
            self.refused.emit(error.problems)
            return False
        self.replace(config)
        return True

    def replace(self, config: TrainingConfig) -> None:
        """Take a whole recipe."""
        if config != self._config:
            self._config = config
            self.changed.emit(config)
