"""Changes one field of a configuration, addressed by its dotted path, into a new configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from resnet_core.configuration.config_file import validated
from resnet_core.configuration.validation import ConfigurationError, Path, Problem, unknown_key

Model = TypeVar("Model", bound=BaseModel)


def with_value(config: Model, path: Path, value: Any) -> Model:
    """Return `config` with the field at `path` (`("stages", 0, "blocks")`) set to `value`.

    Raises ConfigurationError where the path leads nowhere or the new configuration is not valid.
    """
    data = config.model_dump(mode="json")
    _assign(data, path, value)
    return validated(type(config), data)


def with_assignments(config: Model, assignments: Sequence[str]) -> Model:
    """Return `config` with each `dotted.path=VALUE` applied in turn; VALUE is a TOML value or a bare word.

    All are applied before the result is checked, so that two changes may need each other.
    """
    data = config.model_dump(mode="json")
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals:
            raise ConfigurationError([Problem(parse_path(path), "other", {"text": "write it as FIELD=VALUE"})])
        _assign(data, parse_path(path), parse_value(text))
    return validated(type(config), data)


def parse_path(text: str) -> Path:
    """Return a dotted path as a tuple: numbers are positions in a list."""
    return tuple(int(part) if part.isdecimal() else part for part in text.strip().split("."))


def parse_value(text: str) -> Any:
    """Return TEXT as the TOML value it spells, or as a string where it spells none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text.strip()


def _assign(data: Any, path: Path, value: Any) -> None:
    owner = data
    for depth, part in enumerate(path[:-1]):
        owner = _member(owner, part, path[: depth + 1])
    last = path[-1]
    if isinstance(owner, list):
        _member(owner, last, path)
    elif not isinstance(owner, dict):
        raise ConfigurationError([Problem(path, "other", {"text": "there is no such field"})])
    owner[last] = value  # an unknown key is named, with the nearest known one, by the check that follows


def _member(owner: Any, part: str | int, path: Path) -> Any:
    if isinstance(owner, dict):
        if part in owner:
            return owner[part]
        raise ConfigurationError([unknown_key(path, list(owner))])
    if isinstance(owner, list):
        if isinstance(part, int) and part < len(owner):
            return owner[part]
        places = f"take a position from 0 to {len(owner) - 1}" if owner else "the list is empty"
        raise ConfigurationError([Problem(path, "other", {"text": f"there is no entry {part}; {places}"})])
    raise ConfigurationError([Problem(path, "other", {"text": "there is no such field"})])
