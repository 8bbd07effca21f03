"""Changes one field of a configuration, addressed by its dotted path, into a new configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from math import prod
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.validation import ConfigurationError, Fix, Path, Problem, unknown_key

Model = TypeVar("Model", bound=BaseModel)

STEM_KIND: Path = ("stem", "kind")
#: The pool that goes with a stem, where it is not the max-pool; another stem brings its own.
USUAL_POOLS: Mapping[str, str] = MappingProxyType({"cifar": "none"})


def with_value(config: Model, path: Path, value: Any) -> Model:
    """Return `config` with the field at `path` (`("stages", 0, "blocks")`) set to `value`.

    Raises ConfigurationError where the path leads nowhere or the new configuration is not valid.
    """
    data = config.model_dump(mode="json")
    _set(data, path, value)
    return validated(type(config), data)


def with_fix(data: Any, fix: Fix) -> Any:
    """Return a copy of a configuration's plain JSON values, valid or not, with `fix` applied."""
    mended = deepcopy(data)
    _assign(mended, fix.path, fix.value)
    return mended


def with_output_stride(config: ArchitectureConfig, output_stride: int) -> ArchitectureConfig:
    """Return `config` with a last map `output_stride` times smaller than the image: strides traded for dilation.

    From the last stage back strides become 1 and the later kernels as much wider, so that the weights see what they
    saw (Yu and Koltun 2016, arXiv 1511.07122; DeepLab). Dilation that is there already is undone first, so that 32
    gives the usual network again. The stem keeps its stride.

    Raises ConfigurationError where no such stride can be reached.
    """
    reached = _stem_stride(config)
    stages, dilation = [], 1
    for stage in _undilated(config):
        stride = stage.stride
        if reached * stride <= output_stride:
            reached *= stride
        else:
            dilation, stride = dilation * stride, 1
        stages.append(stage.model_copy(update={"stride": stride, "dilation": dilation}))
    if reached != output_stride:
        text = f"the stem alone has stride {_stem_stride(config)}, and the stages reach {reached} at most"
        raise ConfigurationError([Problem(("stages",), "other", {"text": text})])
    data = config.model_dump(mode="json") | {"stages": [stage.model_dump(mode="json") for stage in stages]}
    return validated(ArchitectureConfig, data)


def output_stride(config: ArchitectureConfig) -> int:
    """Return how many input pixels lie between neighbours of the last map."""
    return _stem_stride(config) * prod(stage.stride for stage in config.stages)


def _undilated(config: ArchitectureConfig) -> list[StageConfig]:
    """Return the stages with the growth of their dilation given back as stride."""
    stages, before = [], 1
    for stage in config.stages:
        regained = stage.dilation // before if stage.stride == 1 and stage.dilation > before else 1
        before = stage.dilation
        stages.append(stage.model_copy(update={"stride": stage.stride * regained, "dilation": 1}))
    return stages


def _stem_stride(config: ArchitectureConfig) -> int:
    first = 1 if config.stem.kind == "cifar" else 2
    return first if config.stem.pool == "none" else 2 * first


def with_assignments(config: Model, assignments: Sequence[str]) -> Model:
    """Return `config` with each `dotted.path=VALUE` applied in turn; VALUE is a TOML value or a bare word.

    All are applied before the result is checked, so that two changes may need each other.
    """
    data = config.model_dump(mode="json")
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        path, value = parse_path(name), parse_value(text)
        if not equals:
            raise ConfigurationError([Problem(path, "other", {"text": "write it as FIELD=VALUE"})])
        _set(data, path, value)
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


def _set(data: Any, path: Path, value: Any) -> None:
    """Assign a chosen value, and with a stem the pool that goes with it."""
    _assign(data, path, value)
    if path[-2:] == STEM_KIND and isinstance(value, str):
        _assign(data, (*path[:-1], "pool"), USUAL_POOLS.get(value, "max"))


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
