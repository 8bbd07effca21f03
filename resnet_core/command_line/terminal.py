"""Shows progress and findings on a terminal, and prepares this process for what needs torch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from resnet_core.command_line.tables import print_json

Document = dict[str, Any]
Tell = Callable[[object], None]


def prepare_torch() -> None:
    """Let idle threads sleep: on few cores spinning ones cost more than they save. Must come before torch is loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def say(line: object) -> None:
    """Show progress on a terminal's error stream, on one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def clear_line() -> None:
    """Take the line of progress away."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def report_job(job: Callable[[Tell | None], Document], show: Callable[[Document], None], *, as_json: bool) -> int:
    """Do a job that tells its progress, and print the document it returns: as JSON alone, or as `show` does."""
    try:
        document = job(None if as_json else say)
    finally:
        if not as_json:
            clear_line()
    (print_json if as_json else show)(document)
    return 0
