"""Reads and writes configurations as TOML files with a schema version."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import BaseModel, Field, ValidationError

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.fields import FrozenConfig
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import ConfigurationError, Problem, problems_of

SCHEMA_VERSION = 1

Model = TypeVar("Model", bound=BaseModel)


class ConfigFile(FrozenConfig):
    """A configuration file as it stands on disk."""

    schema_version: int = Field(
        SCHEMA_VERSION, ge=1, strict=True, title="Schema version", description="Format of this file."
    )
    architecture: ArchitectureConfig
    training: TrainingConfig = TrainingConfig()


class ConfigFileError(ValueError):
    """A file that is no configuration: says which, where in it, and how to mend it."""


def load_config(path: str | os.PathLike[str]) -> ArchitectureConfig:
    """Return the architecture in the TOML file `path`.

    Raises ConfigFileError (unreadable, not TOML, a future schema version) or ConfigurationError (every bad field).
    """
    return load_run_config(path).architecture


def load_run_config(path: str | os.PathLike[str]) -> RunConfig:
    """Return the architecture and the recipe in the TOML file `path`; raises as `load_config`."""
    source = Path(path)
    return parse_run_config(_text_of(source), str(source))


def parse_run_config(text: str, source: str = "") -> RunConfig:
    """Return the configuration in a TOML text; `source` names it in errors."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits or 5,000 brackets are no TOML error
        raise ConfigFileError(f"{source}: not valid TOML: {error}; mend that line") from None
    _check_version(data, source)
    found = validated(ConfigFile, data, source=source)
    return RunConfig(architecture=found.architecture, training=found.training)


def validated(model: type[Model], data: Any, source: str = "") -> Model:
    """Return `data` as a `model`; raises ConfigurationError with every problem and its place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError(problems_of(error, model), source) from None


def save_config(
    config: ArchitectureConfig, path: str | os.PathLike[str], training: TrainingConfig | None = None
) -> None:
    """Write the architecture (and the recipe, if given) to `path`; the old file stays whole until the new one is."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(config_to_toml(config, training))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def config_to_toml(config: ArchitectureConfig, training: TrainingConfig | None = None) -> str:
    """Return the file's text: every field, so that a later default changes no saved network."""
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "architecture": config.model_dump(mode="json", exclude_none=True),
    }
    if training is not None:
        data["training"] = training.model_dump(mode="json")
    return tomli_w.dumps(data)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration file, labels and help included."""
    return ConfigFile.model_json_schema()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigFileError(f"{path}: is not a text in UTF-8; a configuration is a TOML file") from None
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot be read ({error.strerror}); check the path") from None


def _check_version(data: dict[str, Any], source: str) -> None:
    version = data.get("schema_version")
    if version is None:
        raise ConfigurationError([Problem(("schema_version",), "missing", {})], source)
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ConfigFileError(
            f"{source}: schema_version {version} is newer than this program reads ({SCHEMA_VERSION}); update Skipscope"
        )
