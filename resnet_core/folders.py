"""Tells where this program keeps settings, data sets and runs on this machine, and its version."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PROGRAM = "skipscope"

#: What the program writes into its settings folder; a reset removes these and nothing else.
SETTINGS_FILES = ("settings.toml", "session.json")


def program_version() -> str:
    """Return the installed version, or `unknown` in a checkout that was never installed."""
    from importlib.metadata import PackageNotFoundError, version  # reading mail headers is slow, and rarely wanted

    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "unknown"


def settings_folder() -> Path:
    """Return the folder of settings and the saved session; SKIPSCOPE_SETTINGS overrides it."""
    return _folder("SKIPSCOPE_SETTINGS", platformdirs.user_config_dir(PROGRAM, appauthor=False))


def runs_folder() -> Path:
    """Return the folder of runs; SKIPSCOPE_RUNS overrides it."""
    return _folder(
        "SKIPSCOPE_RUNS", os.path.join(platformdirs.user_data_dir(PROGRAM, appauthor=False), "runs")
    )


def data_folder() -> Path:
    """Return the folder of data sets such as CIFAR-10; SKIPSCOPE_DATA overrides it."""
    return _folder(
        "SKIPSCOPE_DATA", os.path.join(platformdirs.user_data_dir(PROGRAM, appauthor=False), "data")
    )


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default).expanduser()
