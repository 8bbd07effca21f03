"""Shows progress on a terminal, and prepares this process for what needs torch."""

from __future__ import annotations

import os
import sys


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
