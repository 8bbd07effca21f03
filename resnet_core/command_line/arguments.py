"""Declares arguments that commands share, and reads a configuration from them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import load_run_config
from resnet_core.configuration.edits import with_assignments, with_value
from resnet_core.configuration.presets import find_preset, preset
from resnet_core.configuration.training_config import RunConfig

Paint = Callable[[Any, Path, float], None]


class UsageError(Exception):
    """Bad usage or bad input: one line that says what, where and how to mend it; exit status 2."""


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2 and one line; `--help` stands in it as the mend."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def add_config(parser: argparse.ArgumentParser, count: str | None = None) -> None:
    """Add CONFIG (or several) and `--set`."""
    many = {"nargs": count} if count else {}
    parser.add_argument("config", metavar="CONFIG", help="a preset's name or a TOML file", **many)  # type: ignore[arg-type]
    parser.add_argument(
        "--set",
        dest="assignments",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="change one field, as architecture.stages.0.blocks=4 (repeatable)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def read_run_config(name: str, assignments: list[str]) -> RunConfig:
    """Return the preset or file `name` with the assignments applied.

    Raises UnknownPresetError, ConfigFileError or ConfigurationError; each says what, where and how to mend it.
    """
    if find_preset(name) is None and _looks_like_file(name):
        config = load_run_config(name)
    else:
        config = RunConfig(architecture=preset(name))
    return with_assignments(config, assignments) if assignments else config


def read_architecture(name: str, assignments: list[str], input_size: str | None = None) -> ArchitectureConfig:
    """Return the architecture of `name`, at another input size `CxHxW` where one is given."""
    config = read_run_config(name, assignments).architecture
    if input_size is None:
        return config
    channels, height, width = parse_input(input_size)
    return with_value(config, ("input",), {"channels": channels, "height": height, "width": width})


def parse_input(text: str) -> tuple[int, int, int]:
    """Return C, H, W of a text such as `3x224x224`; raises UsageError."""
    match = re.fullmatch(r"(\d+)x(\d+)x(\d+)", text.strip().lower())
    if match is None:
        raise UsageError(f"--input {text}: write it as CxHxW, for example 3x224x224")
    channels, height, width = map(int, match.groups())
    return channels, height, width


def _looks_like_file(name: str) -> bool:
    return name.lower().endswith(".toml") or "/" in name or "\\" in name or Path(name).is_file()
