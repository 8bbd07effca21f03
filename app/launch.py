"""Turns the words of the command line into a command of the library or into the open window."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resnet_core.drawing.display_list import Drawing

COMMANDS = (
    "presets",
    "analyze",
    "compare",
    "check",
    "latency",
    "probe",
    "train",
    "resume",
    "study",
    "runs",
    "render",
    "export",
    "schema",
)
"""The words that ask for an answer on the terminal; every other first word is something to open."""

BAD_USAGE = 2
"""The exit status for words that make no sense and for a machine that can open no window."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run Skipscope with the words after its name and return its exit status.

    Nothing of Qt, torch or the library is imported before it is known that it is needed: a command
    must answer where no window can open, and the window must stand at once.
    """
    # Looking for plugins of pydantic, of which there are none, reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    words = list(sys.argv[1:] if argv is None else argv)
    if words and (words[0] in COMMANDS or words[0].startswith("-")):
        from resnet_core.cli import main as run_command

        return run_command(words, _paint)
    return _open_window(words)


def _paint(drawing: Drawing, path: Path, scale: float) -> None:
    from app.render_command import paint_file

    paint_file(drawing, path, scale)


def _open_window(words: list[str]) -> int:
    from app.system_check import why_no_window

    obstacle = _what_is_wrong_with(words) or why_no_window()
    if obstacle is not None:
        print(f"skipscope: {obstacle}", file=sys.stderr)
        return BAD_USAGE
    # What is made until the first paint stays: looking through it for garbage, again and again, costs a tenth of the
    # start. `Application.begin_work` turns the collector on.
    gc.disable()
    from app.application import run

    return run(words)


def _what_is_wrong_with(words: list[str]) -> str | None:
    """One line on why `words` cannot be opened, or None where they can."""
    if not words:
        return None
    if len(words) > 1:
        return f"one file or run folder can be opened at a time, not {len(words)}: {' '.join(words)}"
    path = Path(words[0])
    if not path.exists():
        return f"{words[0]} is neither a command nor an existing file or folder{_suggestion(words[0])}"
    if path.is_dir() and not (path / "run.db").is_file():
        return (
            f"{words[0]} is not the folder of a run: it has no run.db (`skipscope runs list` names the runs)"
        )
    return None


def _suggestion(word: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, COMMANDS, n=1)
    return f"; did you mean `skipscope {close[0]}`?" if close else " (see `skipscope --help`)"
