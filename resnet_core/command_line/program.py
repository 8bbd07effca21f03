"""`--version`, `--info` and `--reset`: what is installed, and a fresh start."""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from resnet_core.command_line.tables import print_table
from resnet_core.folders import SETTINGS_FILES, data_folder, program_version, runs_folder, settings_folder

PACKAGES = (
    "torch", "torchvision", "PySide6-Essentials", "pyqtgraph", "numpy", "pydantic", "safetensors", "fvcore",
    "torchinfo",
)  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the program's own options; without any and without a command, help is printed."""
    parser.add_argument(
        "--version", action="store_const", dest="run", const=_version, help="print the version"
    )
    parser.add_argument(
        "--info", action="store_const", dest="run", const=_info, help="print versions and folders"
    )
    parser.add_argument(
        "--reset",
        action="store_const",
        dest="run",
        const=_reset,
        help="forget settings and session; runs and data stay",
    )
    parser.set_defaults(run=lambda _arguments: _help(parser))


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


def _version(_arguments: argparse.Namespace) -> int:
    print(f"skipscope {program_version()}")
    return 0


def _info(_arguments: argparse.Namespace) -> int:
    rows = [("skipscope", program_version()), ("Python", f"{platform.python_version()} ({sys.executable})")]
    rows += [("system", platform.platform()), *((name, _installed(name)) for name in PACKAGES)]
    rows += [("settings", str(settings_folder())), ("runs", str(runs_folder())), ("data", str(data_folder()))]
    print_table(("", ""), rows, 2)
    return 0


def _reset(_arguments: argparse.Namespace) -> int:
    folder = settings_folder()
    removed = [name for name in SETTINGS_FILES if (folder / name).is_file()]
    for name in removed:
        (folder / name).unlink()
    what = f"removed {', '.join(removed)}" if removed else "nothing to reset"
    print(f"{folder}: {what}; runs and data stay as they are")
    return 0


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
