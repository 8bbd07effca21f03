"""Keeps what a person prefers: declared settings, checked as an architecture is, stored in one TOML file."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import tomli_w
from pydantic import Field
from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.services.theme import ThemeChoice
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.fields import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.fields import FrozenConfig, chosen, setting
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.configuration.validation import Path as FieldPath

FILE_NAME = "settings.toml"
SPOILT_SUFFIX = ".unreadable"


class AppearanceSettings(FrozenConfig):
    """How the window looks."""

    theme: ThemeChoice = chosen(
        "system",
        label=N_("Field", "Theme"),
        help=N_("Field", "Light, dark, or as the system is at the moment."),
        choices={
            "system": N_("Choice", "as the system"),
            "light": N_("Choice", "light"),
            "dark": N_("Choice", "dark"),
        },
    )


class RunSettings(FrozenConfig):
    """How runs are shown."""

    most_shown: int = setting(
        8,
        label=N_("Field", "Runs shown at once"),
        help=N_("Field", "When one more is shown, the one shown longest goes off the screen; it stays on disk."),
        minimum=1,
        maximum=24,
    )


class SessionSettings(FrozenConfig):
    """What comes back at the next start."""

    restore: bool = setting(
        True,
        label=N_("Field", "Restore the session"),
        help=N_("Field", "Open the architecture, pins, docks and runs as they were left."),
    )


class Settings(FrozenConfig):
    """Everything a person can set; a section a page of the preferences."""

    appearance: AppearanceSettings = Field(AppearanceSettings(), title=N_("Section", "Appearance"))
    training: TrainingConfig = Field(TrainingConfig(), title=N_("Section", "Training"))
    runs: RunSettings = Field(RunSettings(), title=N_("Section", "Runs"))
    session: SessionSettings = Field(SessionSettings(), title=N_("Section", "Session"))


class SettingsStore(QObject):
    """The settings in force; `changed` carries the new ones, `failed` a line on why they could not be stored.

    A file that cannot be used is kept aside and named in `complaint`; the defaults are in force then.
    """

    changed = Signal(object)
    failed = Signal(str, str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = folder / FILE_NAME
        self._complaint = ""
        self._values = self._read()

    @property
    def values(self) -> Settings:
        """The settings in force."""
        return self._values

    @property
    def complaint(self) -> str:
        """One line on what was wrong with the stored settings; empty where nothing was."""
        return self._complaint

    def set_field(self, path: FieldPath, value: object) -> None:
        """Set one field, `("appearance", "theme")`; raises ConfigurationError for a value it cannot have."""
        self.replace(with_value(self._values, path, value))

    def replace(self, values: Settings) -> None:
        """Put other settings in force and store them."""
        if values == self._values:
            return
        self._values = values
        self._store()
        self.changed.emit(values)

    def _read(self) -> Settings:
        try:
            return validated(Settings, tomllib.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Settings()
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ConfigurationError) as error:
            self._complaint = self._kept_aside(error)
            return Settings()

    def _kept_aside(self, error: Exception) -> str:
        aside = self._path.with_name(FILE_NAME + SPOILT_SUFFIX)
        try:
            self._path.replace(aside)
        except OSError:
            aside = self._path
        text = QCoreApplication.translate(
            "Settings",
            "The settings could not be read, the defaults are in force; the old file is {file} ({reason}).",
        )
        return text.format(file=aside, reason=error)

    def _store(self) -> None:
        """Write only what differs from the defaults, so that a better default reaches everybody else."""
        temporary = self._path.with_name(f".{FILE_NAME}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = tomli_w.dumps(self._values.model_dump(mode="json", exclude_defaults=True))
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, self._path)
        except OSError as error:
            text = QCoreApplication.translate("Settings", "The settings could not be stored in {file}.")
            self.failed.emit(text.format(file=self._path), str(error))
