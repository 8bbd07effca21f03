"""Says a marked text: as it is written, or as a window translates it."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str, str], str]
"""(context, text) to the words a person reads; placeholders are filled in afterwards."""


def as_written(_context: str, text: str) -> str:
    """Return `text`, in English."""
    return text
