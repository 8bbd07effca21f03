"""Runs one command: `python -m resnet_core ...`, and `skipscope ...` for all but the window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from resnet_core.command_line import analyze, export, latency, preset_list, program, render, runs, study, training
from resnet_core.command_line.arguments import OneLineParser, Paint, UsageError
from resnet_core.configuration.config_file import ConfigFileError
from resnet_core.configuration.data_errors import DataSetError
from resnet_core.configuration.presets import UnknownPresetError
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.runs.run_records import RunFolderError

COMMANDS = (
    "presets", "analyze", "compare", "check", "latency", "probe", "train", "resume", "study", "runs", "render",
    "export", "schema",
)  # fmt: skip
BAD_INPUT = (
    UsageError,
    ConfigFileError,
    ConfigurationError,
    DataSetError,
    RunFolderError,
    UnknownPresetError,
)


def main(argv: Sequence[str] | None = None, paint: Paint | None = None) -> int:
    """Run the command in `argv` and return its exit status: 0 done, 1 failed while running, 2 bad usage or input.

    `paint(drawing, path)` writes PNG and PDF; the window's program gives it, since the core has no Qt.
    """
    parser = _parser()
    try:
        arguments = parser.parse_args(sys.argv[1:] if argv is None else list(argv))
    except SystemExit as end:
        return int(end.code or 0)
    arguments.paint = paint
    try:
        return int(arguments.run(arguments))
    except BAD_INPUT as error:
        return _complain(str(error), 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _complain("interrupted", 1)
    except Exception as error:  # the last guard: a person never sees a traceback
        if os.environ.get("SKIPSCOPE_DEBUG"):
            raise
        return _complain(f"{type(error).__name__}: {error}; SKIPSCOPE_DEBUG=1 shows where", 1)


def _complain(text: str, status: int) -> int:
    print(f"skipscope: {' '.join(text.split())}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="skipscope",
        description="Builds any residual network; shows its blocks, its counts, its gradients and its training.",
        epilog="Without a command the window opens: skipscope [FILE.toml | RUN_FOLDER].",
    )
    program.add_options(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=OneLineParser)
    for module in (preset_list, analyze, latency, training, study, runs, render, export):
        module.add_commands(commands)
    return parser
